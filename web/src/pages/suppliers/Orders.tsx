import { SegmentedControl } from '@mantine/core';
import { t } from '~/i18n';
import { dateOnly } from '~/i18n/format';
import { type Column, DataTable } from '~/ui/DataTable';
import { Empty } from '~/ui/Empty';
import { useParam } from '~/ui/lists';
import { Money } from '~/ui/Money';
import { SupplierName } from '~/ui/names';
import { OrderBadge } from './OrderCard';
import css from './Suppliers.module.css';
import { type Order, isOpen, useOrders, worth } from './queries';

const columns = (): Column<Order>[] => [
	{ key: 'supplier', title: t('doc.supplier'), width: '2fr', cell: (o) => <strong><SupplierName uuid={o.supplier} /></strong> },
	{ key: 'status', title: t('invoice.status'), width: '8rem', cell: (o) => <OrderBadge o={o} /> },
	{ key: 'expected', title: t('order.expected'), width: '1fr', cell: (o) => (o.expected_at ? dateOnly(o.expected_at) : '–') },
	{ key: 'lines', title: t('order.products'), width: '1fr', cell: (o) => t('order.lines', { n: o.lines.length }) },
	{ key: 'number', title: t('invoice.number'), width: '1fr', cell: (o) => <bdi>{o.number ?? '–'}</bdi> },
	{ key: 'total', title: t('order.total'), width: '9rem', end: true, cell: (o) => <Money value={worth(o.lines)} /> },
];

export function Orders({ onOpen }: { onOpen: (id: string) => void }) {
	const [show, setShow] = useParam('show');
	const { rows, query } = useOrders();
	const shown = show === 'all' ? rows : rows.filter(isOpen);
	return (
		<>
			<div className={css.filter}>
				<SegmentedControl value={show || 'open'} onChange={(v) => setShow(v === 'all' ? v : '')} aria-label={t('order.show')}
					data={[{ value: 'open', label: t('order.show_open') }, { value: 'all', label: t('order.show_all') }]} />
			</div>
			<DataTable label={t('supplier.orders')} columns={columns()} rows={shown} rowKey={(o) => o.uuid} query={query} onOpen={(o) => onOpen(o.uuid)}
				empty={<Empty icon="suppliers" title={t('order.none')} hint={t('order.none_hint')} />} />
		</>
	);
}
