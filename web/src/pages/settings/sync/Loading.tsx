import { Progress, Text } from '@mantine/core';
import type { SyncStatus } from '~/api/types';
import { formatNumber, known, t } from '~/i18n';
import { Icon } from '~/ui/Icon';
import { Facts, Panel } from '~/ui/Panel';
import { percent } from '~/ui/StatusChip';
import css from './Loading.module.css';

function rateOf(s: SyncStatus): number {
	const detail = s.worker?.detail as { load?: { rows_per_s?: number } } | undefined;
	return s.pairing!.load.rows_per_s ?? detail?.load?.rows_per_s ?? 0;
}

function left(s: SyncStatus): string {
	const { done, total } = s.pairing!.load;
	const rate = rateOf(s);
	return rate > 0 ? t('load.seconds', { n: Math.max(Math.ceil((total - done) / rate), 1) }) : t('load.unknown');
}

const icons = { done: 'check', now: 'sending', waiting: 'shifts' } as const;

// Table by table, in the order in which they come: what people have a word for.
function Steps({ s }: { s: SyncStatus }) {
	const named = (s.pairing!.load_tables ?? []).flatMap((x) => {
		const name = known(`table.${x.table}`);
		return name ? [{ ...x, name }] : [];
	});
	return (
		<ol className={css.steps} aria-label={t('load.tables')}>
			{named.map((x) => (
				<li key={x.table} data-state={x.state}>
					<Icon name={icons[x.state]} size={18} /><span>{t(x.name)}</span><small>{t(`load.${x.state}`)}</small>
				</li>
			))}
		</ol>
	);
}

export function Loading({ s }: { s: SyncStatus }) {
	const { done, total } = s.pairing!.load;
	return (
		<Panel title={t('load.title')}>
			<Progress size="xl" value={percent(s)} aria-label={t('status.loading', { percent: percent(s) })} />
			<Facts items={[
				[t('load.rows'), <bdi>{formatNumber(done)} / {formatNumber(total)}</bdi>],
				[t('load.rate'), <bdi>{formatNumber(rateOf(s))}</bdi>],
				[t('load.left'), left(s)],
			]} />
			<Steps s={s} />
			<Text c="dimmed">{t('load.hint')}</Text>
		</Panel>
	);
}
