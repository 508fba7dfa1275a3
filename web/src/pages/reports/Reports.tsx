// What was sold, when and of what; what is owed; the books.  The range stands in the
// address, so a link carries it.
import { Loader, SegmentedControl, Table, Tabs, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { formatNumber, locale, t, useLanguage } from '~/i18n';
import { money, qty } from '~/i18n/format';
import { useMay } from '~/state/session';
import { Chart } from '~/ui/Chart';
import { CsvButton } from '~/ui/Csv';
import { Empty } from '~/ui/Empty';
import { ErrorNote } from '~/ui/ErrorNote';
import { useParam } from '~/ui/lists';
import { Money } from '~/ui/Money';
import { Page } from '~/ui/Page';
import { Panel } from '~/ui/Panel';
import css from './Reports.module.css';
import { type Range, useDays, useDebts, useHours, useTop, useTrialBalance, useValuation } from './queries';

const day = (d: Date) => `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, '0')}-${String(d.getDate()).padStart(2, '0')}`;
const daysAgo = (n: number) => day(new Date(Date.now() - n * 86400_000));
const spans: Record<string, number> = { today: 0, week: 6, month: 29, quarter: 89 };

function useRange(): [Range, ReactNode] {
	const [from, setFrom] = useParam('from');
	const [to, setTo] = useParam('to');
	const range = { from: from || daysAgo(29), to: to || daysAgo(0) };
	const span = Object.keys(spans).find((k) => range.to === daysAgo(0) && range.from === daysAgo(spans[k])) ?? '';
	const fields = (
		<>
			<SegmentedControl value={span} onChange={(v) => (setFrom(daysAgo(spans[v])), setTo(''))} aria-label={t('report.range')}
				data={Object.keys(spans).map((k) => ({ value: k, label: t(`report.${k}` as 'report.week') }))} />
			<TextInput type="date" aria-label={t('report.from')} value={range.from} max={range.to} onChange={(e) => setFrom(e.currentTarget.value)} />
			<TextInput type="date" aria-label={t('report.to')} value={range.to} min={range.from} onChange={(e) => setTo(e.currentTarget.value)} />
		</>
	);
	return [range, fields];
}

interface Asked {
	data: unknown;
	error: unknown;
	refetch: () => unknown;
}

function Wait({ q, children }: { q: Asked; children: ReactNode }) {
	if (q.error)
		return <ErrorNote error={q.error} onRetry={() => void q.refetch()} />;
	return q.data ? <>{children}</> : <Loader />;
}

function Tiles({ items }: { items: [string, number, boolean?][] }) {
	return (
		<div className={css.tiles}>
			{items.map(([name, value, plain]) => (
				<div key={name} className={css.tile}><span>{name}</span><strong><bdi>{plain ? formatNumber(value) : money(value)}</bdi></strong></div>
			))}
		</div>
	);
}

function Sales({ range }: { range: Range }) {
	const days = useDays(range, true);
	const hours = useHours(range, true);
	const total = days.data?.total;
	const items = days.data?.items ?? [];
	const short = new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'short', timeZone: 'UTC' });
	const byHour = Array.from({ length: 24 }, (_, h) => (hours.data?.items ?? []).filter((x) => x.hour === h).reduce((sum, x) => sum + x.total, 0));
	return (
		<>
			<Wait q={days}>
				{total && <Tiles items={[[t('report.sales'), total.total], [t('report.invoices'), total.invoices, true], [t('report.refunds'), total.refunds], [t('report.discounts'), total.discounts], [t('report.profit'), total.profit]]} />}
				<Panel title={t('report.by_day')} actions={<CsvButton name="daily-sales" head={['date', 'invoices', 'total', 'tax', 'discounts', 'refunds', 'cost', 'profit']}
					rows={() => items.map((d) => [d.date, d.invoices, d.total, d.tax, d.discounts, d.refunds, d.cost, d.profit])} />}>
					{items.length > 0
						? <Chart label={t('report.by_day')} bars x={items.map((_, i) => i)} y={items.map((d) => d.total)} names={items.map((d) => short.format(new Date(`${d.date}T00:00Z`)))} format={money} />
						: <Empty icon="reports" title={t('report.none')} />}
				</Panel>
			</Wait>
			<Wait q={hours}>
				<Panel title={t('report.by_hour')}>
					<Chart label={t('report.by_hour')} bars x={byHour.map((_, h) => h)} y={byHour} names={byHour.map((_, h) => String(h))} format={money} />
				</Panel>
			</Wait>
		</>
	);
}

function Products({ range }: { range: Range }) {
	const q = useTop(range, true);
	const items = [...(q.data?.items ?? [])].sort((a, b) => b.amount - a.amount);
	return (
		<Wait q={q}>
			<Panel title={t('report.top')} actions={<CsvButton name="sales-by-product" head={['name', 'qty', 'returned', 'amount', 'cost', 'profit']} rows={() => items.map((x) => [x.name, x.qty, x.returned, x.amount, x.cost, x.profit])} />}>
				{items.length === 0 ? <Empty icon="reports" title={t('report.none')} /> : (
					<Rows head={[t('field.name'), t('pos.qty'), t('report.returned'), t('report.sales'), t('stock.cost'), t('report.profit')]}
						rows={items.map((x) => [x.name, qty(x.qty), x.returned ? qty(x.returned) : '', money(x.amount), money(x.cost), money(x.profit)])} />
				)}
			</Panel>
		</Wait>
	);
}

function Rows({ head, rows, foot }: { head: string[]; rows: string[][]; foot?: string[] }) {
	return (
		<div className={css.rows} tabIndex={0}>
			<Table stickyHeader>
				<Table.Thead><Table.Tr>{head.map((h, i) => <Table.Th key={h} ta={i > 0 ? 'end' : undefined}>{h}</Table.Th>)}</Table.Tr></Table.Thead>
				<Table.Tbody>{rows.map((r, n) => <Table.Tr key={n}>{r.map((v, i) => <Table.Td key={i} ta={i > 0 ? 'end' : undefined}><bdi>{v}</bdi></Table.Td>)}</Table.Tr>)}</Table.Tbody>
				{foot && <Table.Tfoot><Table.Tr>{foot.map((v, i) => <Table.Th key={i} ta={i > 0 ? 'end' : undefined}><bdi>{v}</bdi></Table.Th>)}</Table.Tr></Table.Tfoot>}
			</Table>
		</div>
	);
}

function Debts() {
	const q = useDebts(true);
	const d = q.data;
	const buckets = Object.keys(d?.days ?? {});
	const row = (x: Record<string, unknown>) => buckets.map((b) => money(Number(x[b] ?? 0)));
	return (
		<Wait q={q}>
			{d && (
				<Panel title={t('report.debts')} actions={<CsvButton name="receivables" head={['customer', ...buckets, 'owed', 'credit']} rows={() => d.items.map((x) => [x.name, ...buckets.map((b) => x[b]), x.owed, x.credit])} />}>
					{d.items.length === 0 ? <Empty icon="check" title={t('report.no_debts')} /> : (
						<Rows head={[t('pos.customer'), ...buckets.map((b) => t('report.days', { days: d.days[b] })), t('account.owes'), t('account.credit')]}
							rows={d.items.map((x) => [x.name ?? '–', ...row(x), money(x.owed), money(x.credit)])}
							foot={[t('pos.total'), ...row(d.total), money(d.total.owed), money(d.total.credit)]} />
					)}
				</Panel>
			)}
		</Wait>
	);
}

function Books() {
	const q = useTrialBalance(true);
	const v = useValuation(true);
	return (
		<>
			<Wait q={q}>
				{q.data && (
					<Panel title={t('report.trial_balance')} actions={<CsvButton name="trial-balance" head={['code', 'name', 'debit', 'credit']} rows={() => q.data!.items.map((x) => [x.code, x.name, x.debit, x.credit])} />}>
						<Rows head={[t('invoice.account'), t('invoice.debit'), t('invoice.credit')]} rows={q.data.items.map((x) => [`${x.code} ${x.name}`, money(x.debit), money(x.credit)])}
							foot={[t('pos.total'), money(q.data.debit), money(q.data.credit)]} />
					</Panel>
				)}
			</Wait>
			<Wait q={v}>
				{v.data && (
					<Panel title={t('report.valuation')} actions={<Money value={v.data.total} currency />}>
						<Rows head={[t('field.name'), t('stock.on_hand'), t('stock.worth')]} rows={v.data.items.slice(0, 500).map((x) => [x.name, qty(x.on_hand), money(x.value)])} />
					</Panel>
				)}
			</Wait>
		</>
	);
}

export default function Reports() {
	useLanguage();
	const mayCost = useMay('cost');
	const [tab, setTab] = useParam('tab');
	const [range, fields] = useRange();
	const at = tab || 'sales';
	const ranged = at === 'sales' || at === 'products';
	return (
		<Page title={t('nav.reports')} actions={ranged && fields}>
			<Tabs value={at} onChange={(v) => setTab(v === 'sales' ? '' : (v ?? ''))} keepMounted={false}>
				<Tabs.List mb="md">
					<Tabs.Tab value="sales">{t('report.sales')}</Tabs.Tab>
					<Tabs.Tab value="products">{t('report.top')}</Tabs.Tab>
					<Tabs.Tab value="debts">{t('report.debts')}</Tabs.Tab>
					{mayCost && <Tabs.Tab value="books">{t('report.books')}</Tabs.Tab>}
				</Tabs.List>
				<Tabs.Panel value="sales"><div className={css.column}><Sales range={range} /></div></Tabs.Panel>
				<Tabs.Panel value="products"><div className={css.column}><Products range={range} /></div></Tabs.Panel>
				<Tabs.Panel value="debts"><div className={css.column}><Debts /></div></Tabs.Panel>
				{mayCost && <Tabs.Panel value="books"><div className={css.column}><Books /></div></Tabs.Panel>}
			</Tabs>
		</Page>
	);
}
