import { SegmentedControl } from '@mantine/core';
import { Route, Switch, useLocation } from 'wouter';
import type { InvoiceRow } from '~/api/types';
import { t, useLanguage } from '~/i18n';
import { dateTime } from '~/i18n/format';
import { useSession } from '~/state/session';
import { InvoiceBadge, SyncMark } from '~/ui/Badges';
import { type Column, DataTable } from '~/ui/DataTable';
import { Empty } from '~/ui/Empty';
import { useParam } from '~/ui/lists';
import { Money } from '~/ui/Money';
import { CustomerName, UserName } from '~/ui/names';
import { Page } from '~/ui/Page';
import { SearchField } from '~/ui/SearchField';
import { Detail } from './Detail';
import { useInvoices, useMarks } from './queries';

const filters = ['all', 'today', 'unpaid', 'unsent', 'cancelled', 'mine'] as const;
type Filter = (typeof filters)[number];

function startOfDay(): number {
	return new Date().setHours(0, 0, 0, 0);
}

function List() {
	const [, go] = useLocation();
	const [q, setQ] = useParam('q');
	const [chosen, setFilter] = useParam('show');
	const filter = (filters.includes(chosen as Filter) ? chosen : 'all') as Filter;
	const { rows, query } = useInvoices(q, filter !== 'all');
	const mark = useMarks();
	const paired = mark('') !== null;
	const me = useSession()?.user.uuid;
	const fits: Record<Filter, (r: InvoiceRow) => boolean> = {
		all: () => true,
		today: (r) => Date.parse(r.at) >= startOfDay(),
		unpaid: (r) => r.owed > 0,
		unsent: (r) => mark(r.uuid) === 'here' || mark(r.uuid) === 'refused',
		cancelled: (r) => r.status === 'cancelled',
		mine: (r) => r.entered_by === me,
	};
	// Newest first: behind yesterday nothing is of today, so no more is asked for.
	const past = filter === 'today' && rows.some((r) => Date.parse(r.at) < startOfDay());
	const shown = rows.filter(fits[filter]);
	const columns: Column<InvoiceRow>[] = [
		{ key: 'number', title: t('invoice.number'), width: '9.5rem', cell: (r) => <strong><bdi>{r.number}</bdi></strong> },
		{ key: 'at', title: t('invoice.at'), width: '12rem', cell: (r) => dateTime(r.at) },
		{ key: 'customer', title: t('pos.customer'), width: '2fr', cell: (r) => <CustomerName uuid={r.customer} none={t('pos.walk_in')} /> },
		{ key: 'cashier', title: t('invoice.by'), width: '1fr', cell: (r) => <UserName uuid={r.entered_by} /> },
		{ key: 'status', title: t('invoice.status'), width: '8.5rem', cell: (r) => <InvoiceBadge status={r.status} /> },
		...(paired ? [{ key: 'mark', title: t('invoice.mark'), width: '8rem', cell: (r: InvoiceRow) => <SyncMark mark={mark(r.uuid)} /> }] : []),
		{ key: 'owed', title: t('invoice.owed'), width: '7rem', end: true, cell: (r) => (r.owed > 0 ? <Money value={r.owed} /> : '') },
		{ key: 'total', title: t('pos.total'), width: '8rem', end: true, cell: (r) => <strong><Money value={r.total} /></strong> },
	];
	return (
		<Page title={t('nav.invoices')} wide actions={<SearchField value={q} onChange={setQ} label={t('invoice.search')} />}>
			<SegmentedControl value={filter} onChange={(v) => setFilter(v === 'all' ? '' : v)} aria-label={t('invoice.show')} style={{ alignSelf: 'flex-start' }}
				data={filters.filter((f) => paired || f !== 'unsent').map((f) => ({ value: f, label: t(`invoice.show_${f}`) }))} />
			<DataTable label={t('nav.invoices')} columns={columns} rows={shown} rowKey={(r) => r.uuid} onOpen={(r) => go(`/${r.uuid}`)}
				query={{ ...query, hasNextPage: query.hasNextPage && !past }}
				empty={<Empty icon="invoices" title={q ? t('list.none_found', { q }) : t('invoice.none')} hint={t('invoice.none_hint')} />} />
		</Page>
	);
}

export default function Invoices() {
	useLanguage();
	return (
		<Switch>
			<Route path="/:id">{({ id }) => <Detail id={id} />}</Route>
			<Route><List /></Route>
		</Switch>
	);
}
