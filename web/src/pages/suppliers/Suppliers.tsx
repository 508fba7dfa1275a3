// Whom we buy from: what we owe them, what we have ordered, what came.
import { Button, Tabs } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Supplier } from '~/api/types';
import { t, useLanguage } from '~/i18n';
import { useSuppliers } from '~/pages/customers/queries';
import { useMay } from '~/state/session';
import { type Column, DataTable } from '~/ui/DataTable';
import { Empty } from '~/ui/Empty';
import { Icon } from '~/ui/Icon';
import { useParam } from '~/ui/lists';
import { Page } from '~/ui/Page';
import { SearchField } from '~/ui/SearchField';
import { Shelf } from '~/ui/Shelf';
import { OrderCard } from './OrderCard';
import { OrderForm } from './OrderForm';
import { Orders } from './Orders';
import { PurchaseCard } from './PurchaseCard';
import { SupplierCard } from './SupplierCard';
import { SupplierForm } from './SupplierForm';
import css from './Suppliers.module.css';

type Open = { what: 'supplier' | 'new_order'; supplier: Supplier | null } | { what: 'order'; id: string };

const columns = (): Column<Supplier>[] => [
	{ key: 'name', title: t('field.name'), width: '2fr', cell: (s) => <strong>{s.name}</strong> },
	{ key: 'contact', title: t('field.contact'), width: '1.5fr', cell: (s) => s.contact ?? '' },
	{ key: 'phone', title: t('pos.phone'), width: '12rem', cell: (s) => <bdi>{s.phone ?? ''}</bdi> },
	{ key: 'email', title: t('field.email'), width: '1.5fr', cell: (s) => <bdi>{s.email ?? ''}</bdi> },
];

function List({ q, onOpen }: { q: string; onOpen: (s: Supplier) => void }) {
	const { rows, query } = useSuppliers(q);
	return (
		<DataTable label={t('nav.suppliers')} columns={columns()} rows={rows.filter((s) => !s.archived)} rowKey={(s) => s.uuid} query={query} onOpen={onOpen}
			empty={<Empty icon="suppliers" title={q ? t('list.none_found', { q }) : t('supplier.none')} hint={t('supplier.none_hint')} />} />
	);
}

function shelf(o: Open, setOpen: (o: Open | null) => void): [string, ReactNode] {
	const close = () => setOpen(null);
	if (o.what === 'order')
		return [t('supplier.orders'), <OrderCard id={o.id} onDone={close} />];
	if (o.what === 'new_order')
		return [t('order.new'), <OrderForm order={null} supplier={o.supplier} lines={[]} onDone={close} />];
	if (!o.supplier)
		return [t('supplier.new'), <SupplierForm row={null} onDone={close} />];
	return [o.supplier.name, <SupplierCard s={o.supplier} onOrder={() => setOpen({ what: 'new_order', supplier: o.supplier })} onDone={close} />];
}

export default function Suppliers() {
	useLanguage();
	const may = useMay('catalogue');
	const mayCost = useMay('cost');
	const mayOrder = useMay('stock');
	const [q, setQ] = useParam('q');
	const [tab, setTab] = useParam('tab');
	const [purchase, setPurchase] = useParam('purchase');
	const [open, setOpen] = useState<Open | null>(null);
	const orders = mayCost && tab === 'orders';
	const [title, content] = purchase ? [t('doc.purchase'), <PurchaseCard id={purchase} onDone={() => setPurchase('')} />] : open ? shelf(open, setOpen) : ['', null];
	return (
		<Page title={t('nav.suppliers')} wide actions={orders ? (
			mayOrder && <Button onClick={() => setOpen({ what: 'new_order', supplier: null })} leftSection={<Icon name="plus" size={18} />}>{t('order.new')}</Button>
		) : (
			<>
				<SearchField value={q} onChange={setQ} label={t('supplier.search')} />
				{may && <Button onClick={() => setOpen({ what: 'supplier', supplier: null })} leftSection={<Icon name="plus" size={18} />}>{t('supplier.new')}</Button>}
			</>
		)}>
			<Tabs value={orders ? 'orders' : 'list'} onChange={(v) => setTab(v === 'orders' ? v : '')} keepMounted={false} className={css.tabs}>
				{mayCost && (
					<Tabs.List mb="md">
						<Tabs.Tab value="list">{t('supplier.list')}</Tabs.Tab>
						<Tabs.Tab value="orders">{t('supplier.orders')}</Tabs.Tab>
					</Tabs.List>
				)}
				<Tabs.Panel value="list" className={css.panel}><List q={q} onOpen={(supplier) => setOpen({ what: 'supplier', supplier })} /></Tabs.Panel>
				<Tabs.Panel value="orders" className={css.panel}><Orders onOpen={(id) => setOpen({ what: 'order', id })} /></Tabs.Panel>
			</Tabs>
			<Shelf title={title} opened={content !== null} onClose={() => (purchase ? setPurchase('') : setOpen(null))} size="42rem">{content}</Shelf>
		</Page>
	);
}
