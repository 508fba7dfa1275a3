// How much, on which days, and when in the week.
import { Text } from '@mantine/core';
import { formatNumber, locale, t } from '~/i18n';
import { longDay, money, shortDay } from '~/i18n/format';
import { useSettings } from '~/state/settings';
import { Chart } from '~/ui/Chart';
import { CsvReport } from '~/ui/Csv';
import type { Column } from '~/ui/DataTable';
import { Empty } from '~/ui/Empty';
import { Panel } from '~/ui/Panel';
import { Heat } from './Heat';
import { Change, Sheet, Tiles, Wait } from './parts';
import { type Day, type Range, type Sums, useDays, useHours } from './queries';
import { before, daysOf } from './range';
import css from './Reports.module.css';

const BARS_MAX = 62; // more are a curve

function Totals({ now, was }: { now: Sums; was?: Sums }) {
	const mean = now.invoices > 0 ? Math.round(now.total / now.invoices) : 0;
	return (
		<Tiles items={[
			{ name: t('report.sales'), value: money(now.total), hint: <Change now={now.total} was={was?.total} />, id: 'sum-total' },
			{ name: t('report.invoices'), value: formatNumber(now.invoices), hint: <Change now={now.invoices} was={was?.invoices} />, id: 'sum-invoices' },
			{ name: t('report.mean'), value: money(mean) },
			{ name: t('report.refunds'), value: money(now.refunds) },
			{ name: t('report.discounts'), value: money(now.discounts) },
			{ name: t('report.profit'), value: money(now.profit), hint: <Change now={now.profit} was={was?.profit} />, id: 'sum-profit' },
		]} />
	);
}

function ByDay({ range, items }: { range: Range; items: Day[] }) {
	const of = new Map(items.map((d) => [d.date, d.total]));
	const days = daysOf(range);
	return (
		<Chart label={t('report.by_day')} bars={days.length <= BARS_MAX} x={days.map((_, i) => i)} y={days.map((d) => of.get(d) ?? 0)}
			names={days.map(shortDay)} format={money} />
	);
}

function offsetText(minutes: number): string {
	const m = Math.abs(minutes);
	return `UTC${minutes < 0 ? '−' : '+'}${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`;
}

const columns = (): Column<Day>[] => [
	{ key: 'date', title: t('report.day'), width: '1.6fr', cell: (d) => <strong>{longDay(d.date)}</strong> },
	{ key: 'invoices', title: t('report.invoices'), width: '1fr', end: true, cell: (d) => <bdi>{formatNumber(d.invoices)}</bdi> },
	{ key: 'total', title: t('report.sales'), width: '1.2fr', end: true, cell: (d) => <bdi>{money(d.total)}</bdi> },
	{ key: 'tax', title: t('report.tax'), width: '1fr', end: true, cell: (d) => <bdi>{money(d.tax)}</bdi> },
	{ key: 'discounts', title: t('report.discounts'), width: '1fr', end: true, cell: (d) => <bdi>{money(d.discounts)}</bdi> },
	{ key: 'refunds', title: t('report.refunds'), width: '1fr', end: true, cell: (d) => <bdi>{money(d.refunds)}</bdi> },
	{ key: 'cost', title: t('report.cost'), width: '1fr', end: true, cell: (d) => <bdi>{money(d.cost)}</bdi> },
	{ key: 'profit', title: t('report.profit'), width: '1.2fr', end: true, cell: (d) => <bdi>{money(d.profit)}</bdi> },
];

export function Sales({ range }: { range: Range }) {
	const days = useDays(range);
	const was = useDays(before(range));
	const hours = useHours(range);
	const offset = useSettings().utcOffsetMin;
	const items = days.data?.items ?? [];
	if (days.data && items.length === 0)
		return <div className={css.none}><Empty icon="reports" title={t('report.none')} hint={t('report.none_hint')} /></div>;
	const byHour = Array.from({ length: 24 }, (_, h) => (hours.data?.items ?? []).filter((x) => x.hour === h).reduce((sum, x) => sum + x.total, 0));
	const hourName = new Intl.DateTimeFormat(locale(), { hour: 'numeric', hourCycle: 'h23', timeZone: 'UTC' });
	return (
		<>
			<Wait q={days}>
				{days.data && <Totals now={days.data.total} was={was.isPlaceholderData ? undefined : was.data?.total} />}
				{daysOf(range).length > 1 && <Panel title={t('report.by_day')}><ByDay range={range} items={items} /></Panel>}
			</Wait>
			<Wait q={hours}>
				<Panel title={t('report.by_hour')}>
					<Chart label={t('report.by_hour')} bars x={byHour.map((_, h) => h)} y={byHour} names={byHour.map((_, h) => hourName.format(h * 3600_000))} format={money} />
				</Panel>
				<Panel title={t('report.week_hours')}>
					<Text size="sm" c="dimmed">{t('report.week_hours_hint')}</Text>
					<Heat items={hours.data?.items ?? []} />
				</Panel>
			</Wait>
			<Wait q={days}>
				<Panel title={t('report.days_table')} actions={<CsvReport name="daily-sales" params={range} />}>
					<Sheet label={t('report.days_table')} columns={columns()} rows={[...items].reverse()} rowKey={(d) => d.date} query={days} none={t('report.none')} />
					<Text size="sm" c="dimmed">{t('report.offset', { offset: offsetText(offset) })}</Text>
				</Panel>
			</Wait>
		</>
	);
}
