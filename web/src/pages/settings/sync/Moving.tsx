// Before the cloud is asked: this shop's rows are made ready for it.
import { Progress, Text } from '@mantine/core';
import type { SyncStatus } from '~/api/types';
import { formatNumber, t } from '~/i18n';
import { Facts, Panel } from '~/ui/Panel';
import { movedPercent } from '~/ui/StatusChip';
import { Cancel } from './Refused';

export function Moving({ s }: { s: SyncStatus }) {
	const { done, total, trouble } = s.pairing?.move ?? { done: 0, total: 0, trouble: null };
	return (
		<Panel title={t('move.title')} actions={<Cancel />}>
			<Progress size="xl" value={movedPercent(s)} aria-label={t('status.moving', { percent: movedPercent(s) })} />
			{total > 0 && <Facts items={[[t('load.rows'), <bdi>{formatNumber(done)} / {formatNumber(total)}</bdi>]]} />}
			{trouble && <Text c="var(--fx-warn)">{t('move.trouble', { trouble })}</Text>}
			<Text c="dimmed">{t('move.hint')}</Text>
		</Panel>
	);
}
