import { Progress, Text } from '@mantine/core';
import type { SyncStatus } from '~/api/types';
import { formatNumber, t } from '~/i18n';
import { Facts, Panel } from '~/ui/Panel';
import { percent } from '~/ui/StatusChip';

function left(s: SyncStatus): string {
	const { done, total } = s.pairing!.load;
	const detail = s.worker?.detail as { load?: { rows_per_s?: number } } | undefined;
	const rate = s.pairing!.load.rows_per_s ?? detail?.load?.rows_per_s ?? 0;
	return rate > 0 ? t('load.seconds', { n: Math.max(Math.ceil((total - done) / rate), 1) }) : t('load.unknown');
}

export function Loading({ s }: { s: SyncStatus }) {
	const { done, total } = s.pairing!.load;
	const detail = s.worker?.detail as { load?: { rows_per_s?: number } } | undefined;
	return (
		<Panel title={t('load.title')}>
			<Progress size="xl" value={percent(s)} aria-label={t('status.loading', { percent: percent(s) })} />
			<Facts items={[
				[t('load.rows'), <bdi>{formatNumber(done)} / {formatNumber(total)}</bdi>],
				[t('load.rate'), <bdi>{formatNumber(detail?.load?.rows_per_s ?? 0)}</bdi>],
				[t('load.left'), left(s)],
			]} />
			<Text c="dimmed">{t('load.hint')}</Text>
		</Panel>
	);
}
