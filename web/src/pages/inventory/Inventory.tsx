import { Badge, Button, Group, Menu, SegmentedControl, Stack, Table, Tabs, Text } from '@mantine/core';
import { useState } from 'react';
import type { Product, StockRow } from '~/api/types';
import { known, t, useLanguage } from '~/i18n';
import { dateTime, qty } from '~/i18n/format';
import { useMay } from '~/state/session';
import { CsvButton } from '~/ui/Csv';
import { type Column, DataTable } from '~/ui/DataTable';
import { Empty } from '~/ui/Empty';
import { ErrorNote } from '~/ui/ErrorNote';
import { Icon } from '~/ui/Icon';
import { PAGE, PAGE_MAX, useParam } from '~/ui/lists';
import { Money } from '~/ui/Money';
import { Page } from '~/ui/Page';
import { SearchField } from '~/ui/SearchField';
import { Shelf } from '~/ui/Shelf';
import { ImportDialog } from './ImportDialog';
import css from './Inventory.module.css';
import { ProductForm } from './ProductForm';
import { useProductList, useStock, useStockOf } from './queries';
import { AdjustForm, RestockForm } from './StockForms';

const LOW_DEFAULT = 10_000;
type Level = 'oversold' | 'out' | 'low' | 'in';

function levelOf(p: Product, s: StockRow | undefined): Level {
	const n = s?.on_hand ?? 0;
	return n < 0 ? 'oversold' : n === 0 ? 'out' : n <= (p.low_stock ?? LOW_DEFAULT) ? 'low' : 'in';
}

const colours: Record<Level, string> = { oversold: 'red', out: 'gray', low: 'orange', in: 'pine' };

function Moves({ p }: { p: Product }) {
	const { data, error, refetch } = useStockOf(p.uuid);
	if (error)
		return <ErrorNote error={error} onRetry={() => void refetch()} />;
	const moves = data?.items ?? [];
	return (
		<div className={css.moves} tabIndex={0}>
			<Table>
				<Table.Thead><Table.Tr><Table.Th>{t('invoice.at')}</Table.Th><Table.Th>{t('account.what')}</Table.Th><Table.Th ta="end">{t('pos.qty')}</Table.Th><Table.Th ta="end">{t('stock.cost')}</Table.Th></Table.Tr></Table.Thead>
				<Table.Tbody>
					{moves.map((m) => {
						const name = known(`doc.${m.source}`);
						return (
							<Table.Tr key={m.uuid}>
								<Table.Td>{dateTime(m.at)}</Table.Td>
								<Table.Td>{name ? t(name) : m.source}{m.qty < 0 && !m.layer && <Badge ml={6} size="sm" color="red" variant="light">{t('stock.oversold')}</Badge>}</Table.Td>
								<Table.Td ta="end"><bdi>{m.qty > 0 ? `+${qty(m.qty)}` : qty(m.qty)}</bdi></Table.Td>
								<Table.Td ta="end"><Money value={m.cost} /></Table.Td>
							</Table.Tr>
						);
					})}
					{data && moves.length === 0 && <Table.Tr><Table.Td colSpan={4}>{t('stock.no_moves')}</Table.Td></Table.Tr>}
				</Table.Tbody>
			</Table>
		</div>
	);
}

type Doing = { what: 'product' | 'restock' | 'adjust' | 'count'; product?: Product } | null;

function Card({ p, stock, onDo, onDone }: { p: Product; stock: StockRow | undefined; onDo: (d: Doing) => void; onDone: () => void }) {
	const mayCost = useMay('cost');
	const mayStock = useMay('stock');
	const mayAdjust = useMay('adjust');
	if (!mayCost)
		return <ProductForm row={p} onDone={onDone} />;
	return (
		<Tabs defaultValue="stock" keepMounted={false}>
			<Tabs.List mb="md">
				<Tabs.Tab value="stock">{t('stock.title')}</Tabs.Tab>
				<Tabs.Tab value="form">{t('customer.details')}</Tabs.Tab>
			</Tabs.List>
			<Tabs.Panel value="stock">
				<Stack>
					<Group justify="space-between">
						<Text size="xl" fw={700}><bdi>{qty(stock?.on_hand ?? 0)}</bdi> {p.unit ?? ''}</Text>
						<Text c="dimmed">{t('stock.worth')} <Money value={stock?.value ?? 0} currency /></Text>
					</Group>
					<Group>
						{mayStock && <Button onClick={() => onDo({ what: 'restock', product: p })}>{t('stock.restock')}</Button>}
						{mayAdjust && <Button variant="default" onClick={() => onDo({ what: 'adjust', product: p })}>{t('stock.adjust')}</Button>}
						{mayAdjust && <Button variant="default" onClick={() => onDo({ what: 'count', product: p })}>{t('stock.count')}</Button>}
					</Group>
					<Moves p={p} />
				</Stack>
			</Tabs.Panel>
			<Tabs.Panel value="form"><ProductForm row={p} onDone={onDone} /></Tabs.Panel>
		</Tabs>
	);
}

function title(d: NonNullable<Doing>): string {
	if (d.what === 'product')
		return d.product?.name ?? t('product.new');
	return t(`stock.${d.what}`);
}

const levels = ['all', 'low', 'out', 'oversold'] as const;

export default function Inventory() {
	useLanguage();
	const mayCatalogue = useMay('catalogue');
	const mayStock = useMay('stock');
	const mayAdjust = useMay('adjust');
	const [q, setQ] = useParam('q');
	const [level, setLevel] = useParam('level');
	const filtered = level !== '' && level !== 'all';
	const { rows, places, query } = useProductList(q, filtered);
	const { of: stock, may: mayCost } = useStock(q, places.map((p) => p.after), filtered ? PAGE_MAX : PAGE);
	const [doing, setDoing] = useState<Doing>(null);
	const [importing, setImporting] = useState(false);

	const fits = (p: Product) => !filtered || (p.tracked && (levelOf(p, stock.get(p.uuid)) === level || (level === 'out' && levelOf(p, stock.get(p.uuid)) === 'oversold')));
	const shown = rows.filter(fits);
	const columns: Column<Product>[] = [
		{ key: 'name', title: t('field.name'), width: '2.4fr', cell: (p) => <strong>{p.name}</strong> },
		{ key: 'sku', title: t('field.sku'), width: '1fr', cell: (p) => <bdi>{p.sku ?? ''}</bdi> },
		{ key: 'barcode', title: t('field.barcode'), width: '1.2fr', cell: (p) => <bdi>{p.barcode ?? ''}</bdi> },
		...(mayCost ? [
			{ key: 'level', title: t('stock.level'), width: '7.5rem', cell: (p: Product) => (p.tracked ? <Badge variant="light" color={colours[levelOf(p, stock.get(p.uuid))]}>{t(`level.${levelOf(p, stock.get(p.uuid))}`)}</Badge> : '–') },
			{ key: 'hand', title: t('stock.on_hand'), width: '7rem', end: true, cell: (p: Product) => (p.tracked ? <bdi>{qty(stock.get(p.uuid)?.on_hand ?? 0)}</bdi> : '–') },
			{ key: 'value', title: t('stock.worth'), width: '8rem', end: true, cell: (p: Product) => <Money value={stock.get(p.uuid)?.value ?? 0} /> },
		] : []),
		{ key: 'price', title: t('field.price'), width: '8rem', end: true, cell: (p) => <strong><Money value={p.price} /></strong> },
	];
	const close = () => setDoing(null);
	return (
		<Page title={t('nav.inventory')} wide actions={(
			<>
				<SearchField value={q} onChange={setQ} label={t('stock.search')} />
				<CsvButton name="products" head={['name', 'sku', 'barcode', 'price', 'on_hand']} rows={() => shown.map((p) => [p.name, p.sku, p.barcode, p.price, stock.get(p.uuid)?.on_hand ?? ''])} />
				{(mayStock || mayAdjust || mayCatalogue) && (
					<Menu position="bottom-end" withinPortal>
						<Menu.Target><Button variant="default" rightSection={<Icon name="down" size={16} />}>{t('stock.do')}</Button></Menu.Target>
						<Menu.Dropdown>
							{mayStock && <Menu.Item onClick={() => setDoing({ what: 'restock' })}>{t('stock.restock')}</Menu.Item>}
							{mayAdjust && <Menu.Item onClick={() => setDoing({ what: 'adjust' })}>{t('stock.adjust')}</Menu.Item>}
							{mayAdjust && <Menu.Item onClick={() => setDoing({ what: 'count' })}>{t('stock.count')}</Menu.Item>}
							{mayCatalogue && <Menu.Item onClick={() => setImporting(true)}>{t('import.title')}</Menu.Item>}
						</Menu.Dropdown>
					</Menu>
				)}
				{mayCatalogue && <Button onClick={() => setDoing({ what: 'product' })} leftSection={<Icon name="plus" size={18} />}>{t('product.new')}</Button>}
			</>
		)}>
			{mayCost && (
				<SegmentedControl value={level || 'all'} onChange={(v) => setLevel(v === 'all' ? '' : v)} aria-label={t('stock.level')} style={{ alignSelf: 'flex-start' }}
					data={levels.map((l) => ({ value: l, label: t(`level.${l}`) }))} />
			)}
			<DataTable label={t('nav.inventory')} columns={columns} rows={shown} rowKey={(p) => p.uuid} query={query} onOpen={(p) => setDoing({ what: 'product', product: p })}
				empty={<Empty icon="inventory" title={q ? t('list.none_found', { q }) : t(filtered ? 'level.none' : 'pos.no_products')}
					hint={t(filtered ? 'level.none_hint' : 'stock.none_hint')} />} />
			<Shelf title={doing && title(doing)} opened={doing !== null} onClose={close} size="42rem">
				{doing?.what === 'product' && (doing.product
					? <Card key={doing.product.uuid} p={doing.product} stock={stock.get(doing.product.uuid)} onDo={setDoing} onDone={close} />
					: <ProductForm row={null} onDone={close} />)}
				{doing?.what === 'restock' && <RestockForm product={doing.product} onDone={close} />}
				{(doing?.what === 'adjust' || doing?.what === 'count') && <AdjustForm key={doing.what} kind={doing.what} product={doing.product} onDone={close} />}
			</Shelf>
			<ImportDialog opened={importing} onClose={() => setImporting(false)} />
		</Page>
	);
}
