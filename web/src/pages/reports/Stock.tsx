// What is on the shelf and what it is worth; what runs out; what was sold without being there.
import { t } from '~/i18n';
import { dateTime, moneyWithCurrency, money, qty } from '~/i18n/format';
import { useMay } from '~/state/session';
import { CsvReport } from '~/ui/Csv';
import type { Column } from '~/ui/DataTable';
import { Panel } from '~/ui/Panel';
import { sourceName } from './names';
import { Sheet, Tiles, Wait } from './parts';
import { type Low, type Oversold, type Worth, useLow, useOversold, useValuation } from './queries';
import { useDay } from './range';
import css from './Reports.module.css';

const lowColumns = (): Column<Low>[] => [
	{ key: 'name', title: t('field.name'), width: '2fr', cell: (x) => <strong>{x.name}</strong> },
	{ key: 'level', title: t('stock.level'), width: '1fr', cell: (x) => <span className={css.level} data-out={x.on_hand <= 0 || undefined}>{t(x.on_hand < 0 ? 'level.oversold' : x.on_hand === 0 ? 'level.out' : 'level.low')}</span> },
	{ key: 'on_hand', title: t('stock.on_hand'), width: '1fr', end: true, cell: (x) => <bdi>{qty(x.on_hand)}</bdi> },
	{ key: 'low', title: t('report.threshold'), width: '1fr', end: true, cell: (x) => <bdi>{qty(x.low_stock)}</bdi> },
];

function LowStock() {
	const { rows, query } = useLow();
	return (
		<Panel title={t('report.low')} actions={<CsvReport name="low-stock" />}>
			<Sheet label={t('report.low')} columns={lowColumns()} rows={rows} rowKey={(x) => x.product} query={query} icon="check" none={t('report.low_none')} />
		</Panel>
	);
}

const worthColumns = (): Column<Worth>[] => [
	{ key: 'name', title: t('field.name'), width: '2fr', cell: (x) => <strong>{x.name ?? '–'}</strong> },
	{ key: 'on_hand', title: t('stock.on_hand'), width: '1fr', end: true, cell: (x) => <bdi>{qty(x.on_hand)}</bdi> },
	{ key: 'value', title: t('stock.worth'), width: '1fr', end: true, cell: (x) => <bdi>{money(x.value)}</bdi> },
];

function Valuation() {
	const [at, field] = useDay();
	const q = useValuation(at);
	return (
		<Panel title={t('report.valuation')} actions={<>{field}<CsvReport name="valuation" params={{ at }} /></>}>
			<Wait q={q}>
				{q.data && <Tiles items={[{ name: t('report.worth_in_all'), value: moneyWithCurrency(q.data.total), id: 'valuation' }]} />}
				<Sheet label={t('report.valuation')} columns={worthColumns()} rows={q.data?.items ?? []} rowKey={(x) => x.product} query={q} icon="inventory" none={t('report.worth_none')} />
			</Wait>
		</Panel>
	);
}

function whereText(x: Oversold): string {
	const [first] = x.lines;
	const text = `${sourceName(first.source)}, ${dateTime(first.at)}`;
	return x.lines.length > 1 ? t('report.and_more', { text, n: x.lines.length - 1 }) : text;
}

const oversoldColumns = (): Column<Oversold>[] => [
	{ key: 'name', title: t('field.name'), width: '2fr', cell: (x) => <strong>{x.name ?? '–'}</strong> },
	{ key: 'on_hand', title: t('stock.on_hand'), width: '7rem', end: true, cell: (x) => <bdi>{qty(x.on_hand)}</bdi> },
	{ key: 'qty', title: t('report.without_cost'), width: '9rem', end: true, cell: (x) => <bdi>{qty(x.qty)}</bdi> },
	{ key: 'lines', title: t('report.where'), width: '2fr', cell: whereText },
];

function OversoldPanel() {
	const q = useOversold();
	if (!q.data || q.data.items.length === 0)
		return null;
	return (
		<Panel title={t('report.oversold')} actions={<CsvReport name="oversold" />}>
			<Sheet label={t('report.oversold')} columns={oversoldColumns()} rows={q.data.items} rowKey={(x) => x.product} query={q} none="" />
		</Panel>
	);
}

export function Stock() {
	const mayCost = useMay('cost');
	return (
		<>
			<LowStock />
			<OversoldPanel />
			{mayCost && <Valuation />}
		</>
	);
}
