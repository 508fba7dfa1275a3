// The code stands on both screens; the QR leads the owner's phone to this till's place
// at the cloud.  Scanning approves nothing: there one signs in.
import { Stack, Text } from '@mantine/core';
import type { SyncStatus } from '~/api/types';
import { t } from '~/i18n';
import { Copy } from '~/ui/Copy';
import { Panel } from '~/ui/Panel';
import { Qr } from '~/ui/Qr';
import css from '../Settings.module.css';
import { Cancel } from './Refused';

export function Waiting({ s }: { s: SyncStatus }) {
	const p = s.pairing!;
	const link = `${p.url.replace(/\/+$/, '')}/devices?device=${p.device}`;
	return (
		<Panel title={t('pair.waiting')} actions={<Cancel />}>
			<div className={css.waiting}>
				<div className={css.qr}><Qr text={link} label={t('pair.qr_label', { link })} /></div>
				<Stack gap="sm">
					<Text>{t('pair.compare')}</Text>
					<bdi className={css.code} data-testid="pair-code">{p.code ?? '…'}</bdi>
					<Text c="dimmed">{t('pair.approve_at')}</Text>
					<Text><bdi>{link}</bdi></Text>
					<div><Copy value={link} label={t('pair.copy_link')} /></div>
					<Text c="dimmed">{t('pair.sell_on')}</Text>
				</Stack>
			</div>
		</Panel>
	);
}
