// The ledger: where cash came from and went, and all accounts.
import { SegmentedControl, Table } from '@mantine/core';
import { useState } from 'react';
import { t } from '~/i18n';
import { money } from '~/i18n/format';
import { CsvReport } from '~/ui/Csv';
import type { Column } from '~/ui/DataTable';
import { Panel } from '~/ui/Panel';
import { accountName, sourceName } from './names';
import { Sheet, Tiles, Wait } from './parts';
import { type Balance, type Cash, type Range, useBalances, useCash } from './queries';
import css from './Reports.module.css';

function CashOf({ c }: { c: Cash }) {
	return (
		<Table.Tbody>
			<Table.Tr className={css.account}>
				<Table.Th scope="rowgroup" colSpan={2}>{accountName(c.code, c.name)} <bdi className={css.code}>{c.code}</bdi></Table.Th>
				<Table.Td ta="end">{t('report.opening')}</Table.Td>
				<Table.Td ta="end"><bdi>{money(c.opening)}</bdi></Table.Td>
			</Table.Tr>
			{c.sources.map((s) => (
				<Table.Tr key={s.source}>
					<Table.Td className={css.indent}>{sourceName(s.source)}</Table.Td>
					<Table.Td ta="end"><bdi>{s.in ? money(s.in) : '–'}</bdi></Table.Td>
					<Table.Td ta="end"><bdi>{s.out ? money(s.out) : '–'}</bdi></Table.Td>
					<Table.Td />
				</Table.Tr>
			))}
			<Table.Tr className={css.closing}>
				<Table.Td className={css.indent}>{t('report.closing')}</Table.Td>
				<Table.Td ta="end"><bdi>{money(c.in)}</bdi></Table.Td>
				<Table.Td ta="end"><bdi>{money(c.out)}</bdi></Table.Td>
				<Table.Td ta="end"><strong><bdi data-testid={`closing-${c.code}`}>{money(c.closing)}</bdi></strong></Table.Td>
			</Table.Tr>
		</Table.Tbody>
	);
}

function CashFlow({ range }: { range: Range }) {
	const q = useCash(range);
	return (
		<Panel title={t('report.cash')} actions={<CsvReport name="cash-flow" params={range} />}>
			<Wait q={q}>
				<div className={css.scroll} tabIndex={0} role="region" aria-label={t('report.cash')}>
					<Table>
						<Table.Thead>
							<Table.Tr>
								<Table.Th>{t('report.source')}</Table.Th><Table.Th ta="end">{t('report.in')}</Table.Th><Table.Th ta="end">{t('report.out')}</Table.Th>
								<Table.Th ta="end">{t('report.balance')}</Table.Th>
							</Table.Tr>
						</Table.Thead>
						{q.data?.items.map((c) => <CashOf key={c.code} c={c} />)}
					</Table>
				</div>
			</Wait>
		</Panel>
	);
}

const columns = (): Column<Balance>[] => [
	{ key: 'code', title: t('report.code'), width: '5rem', cell: (x) => <bdi>{x.code}</bdi> },
	{ key: 'name', title: t('invoice.account'), width: '2fr', cell: (x) => <strong>{accountName(x.code, x.name)}</strong> },
	{ key: 'debit', title: t('invoice.debit'), width: '1fr', end: true, cell: (x) => <bdi>{x.debit ? money(x.debit) : ''}</bdi> },
	{ key: 'credit', title: t('invoice.credit'), width: '1fr', end: true, cell: (x) => <bdi>{x.credit ? money(x.credit) : ''}</bdi> },
];

function TrialBalance({ range }: { range: Range }) {
	const [of, setOf] = useState<'all' | 'range'>('all');
	const period = of === 'range' ? range : null;
	const q = useBalances(period);
	return (
		<Panel title={t('report.trial_balance')} actions={(
			<>
				<SegmentedControl value={of} onChange={(v) => setOf(v as typeof of)} aria-label={t('report.range')}
					data={[{ value: 'all', label: t('report.of_all') }, { value: 'range', label: t('report.of_range') }]} />
				<CsvReport name="trial-balance" params={period ?? {}} />
			</>
		)}>
			<Wait q={q}>
				{q.data && (
					<Tiles items={[
						{ name: t('invoice.debit'), value: money(q.data.debit), id: 'debit' },
						{ name: t('invoice.credit'), value: money(q.data.credit), id: 'credit' },
						{ name: t('report.state'), value: t(q.data.debit === q.data.credit ? 'report.balanced' : 'report.unbalanced') },
					]} />
				)}
				<Sheet label={t('report.trial_balance')} columns={columns()} rows={q.data?.items ?? []} rowKey={(x) => x.code} query={q} none={t('report.books_none')} />
			</Wait>
		</Panel>
	);
}

export function Books({ range }: { range: Range }) {
	return (
		<>
			<CashFlow range={range} />
			<TrialBalance range={range} />
		</>
	);
}
