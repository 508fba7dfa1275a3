import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { SyncStatus } from '~/api/types';
import { t } from '~/i18n';
import { useMay } from '~/state/session';
import { Icon } from '~/ui/Icon';
import { Panel } from '~/ui/Panel';
import css from '../Settings.module.css';
import { useUnpair } from '../queries';
import { Details } from './Off';

export function Revoked({ s }: { s: SyncStatus }) {
	const may = useMay('pair');
	const [again, setAgain] = useState(false);
	const end = useUnpair();
	return (
		<Panel title={t('settings.sync')}>
			<Stack>
				<p className={css.said} data-tone="bad"><Icon name="alert" />{t('revoked.title')}</p>
				{s.pairing!.trouble && <Text>{s.pairing!.trouble}</Text>}
				<Text>{t('revoked.hint')}</Text>
				<Text>{t('revoked.waiting', { n: s.pending.total })}</Text>
				{may && !again && (
					<Group>
						<Button onClick={() => setAgain(true)}>{t('pair.again')}</Button>
						<Button variant="default" loading={end.isPending} onClick={() => end.mutate()}>{t('pair.stay_off')}</Button>
					</Group>
				)}
				{again && <Details onCancel={() => setAgain(false)} />}
			</Stack>
		</Panel>
	);
}
