// What brought most stands first.
import { t } from '~/i18n';
import { money, qty, rate } from '~/i18n/format';
import { CsvReport } from '~/ui/Csv';
import type { Column } from '~/ui/DataTable';
import { Panel } from '~/ui/Panel';
import { Sheet } from './parts';
import { type Range, type Sold, useSold } from './queries';
import css from './Reports.module.css';

const TOP = 10;

function Top({ rows }: { rows: Sold[] }) {
	const most = Math.max(rows[0]?.amount ?? 0, 1);
	return (
		<ol className={css.top}>
			{rows.slice(0, TOP).map((x) => (
				<li key={x.product}>
					<span className={css.name}>{x.name ?? '–'}</span>
					<span className={css.bar} aria-hidden="true"><i style={{ inlineSize: `${Math.max((x.amount / most) * 100, 0)}%` }} /></span>
					<bdi>{money(x.amount)}</bdi>
				</li>
			))}
		</ol>
	);
}

function margin(x: Sold): string {
	return x.amount > 0 ? rate(Math.round((x.profit / x.amount) * 100) * 100) : '–';
}

const columns = (): Column<Sold>[] => [
	{ key: 'name', title: t('field.name'), width: '2.2fr', cell: (x) => <strong>{x.name ?? '–'}</strong> },
	{ key: 'qty', title: t('report.sold'), width: '1fr', end: true, cell: (x) => <bdi>{qty(x.qty)}</bdi> },
	{ key: 'returned', title: t('report.returned'), width: '1fr', end: true, cell: (x) => <bdi>{x.returned ? qty(x.returned) : '–'}</bdi> },
	{ key: 'amount', title: t('report.net'), width: '1.2fr', end: true, cell: (x) => <bdi>{money(x.amount)}</bdi> },
	{ key: 'cost', title: t('report.cost'), width: '1.2fr', end: true, cell: (x) => <bdi>{money(x.cost)}</bdi> },
	{ key: 'profit', title: t('report.profit'), width: '1.2fr', end: true, cell: (x) => <bdi>{money(x.profit)}</bdi> },
	{ key: 'margin', title: t('report.margin'), width: '6rem', end: true, cell: (x) => <bdi>{margin(x)}</bdi> },
];

export function Products({ range }: { range: Range }) {
	const { rows, query } = useSold(range);
	return (
		<>
			{rows.length > 1 && <Panel title={t('report.top10')}><Top rows={rows} /></Panel>}
			<Panel title={t('report.top')} actions={<CsvReport name="sales-by-product" params={range} />}>
				<Sheet label={t('report.top')} columns={columns()} rows={rows} rowKey={(x) => x.product} query={query} none={t('report.none')} hint={t('report.none_hint')} />
			</Panel>
		</>
	);
}
