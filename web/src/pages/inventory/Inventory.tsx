import { Badge, Button, Group, Loader, Menu, SegmentedControl, Stack, Table, Tabs, Text } from '@mantine/core';
import { useState } from 'react';
import type { Level, Product, StockRow } from '~/api/types';
import { type Key, known, t, useLanguage } from '~/i18n';
import { dateTime, qty } from '~/i18n/format';
import { useMay } from '~/state/session';
import { CsvButton } from '~/ui/Csv';
import { type Column, DataTable } from '~/ui/DataTable';
import { Empty } from '~/ui/Empty';
import { ErrorNote } from '~/ui/ErrorNote';
import { Icon } from '~/ui/Icon';
import { useParam } from '~/ui/lists';
import { Money } from '~/ui/Money';
import { Page } from '~/ui/Page';
import { SearchField } from '~/ui/SearchField';
import { Shelf } from '~/ui/Shelf';
import { ImportDialog } from './ImportDialog';
import css from './Inventory.module.css';
import { Layers } from './Layers';
import { ProductForm } from './ProductForm';
import { exportOf, useProduct, useProductList, useStock, useStockAt, useStockOf } from './queries';
import { AdjustForm, RestockForm } from './StockForms';

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

type Doing = { what: 'product' | 'restock' | 'adjust' | 'count'; product?: Product; stock?: StockRow } | null;

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
				<Tabs.Tab value="layers">{t('stock.layers')}</Tabs.Tab>
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
			<Tabs.Panel value="layers"><Layers id={p.uuid} /></Tabs.Panel>
			<Tabs.Panel value="form"><ProductForm row={p} onDone={onDone} /></Tabs.Panel>
		</Tabs>
	);
}

// Opened from a list of stock: the product itself is asked for.
function CardOf({ s, onDo, onDone }: { s: StockRow; onDo: (d: Doing) => void; onDone: () => void }) {
	const { data: p, error, refetch } = useProduct(s.product);
	if (!p)
		return error ? <ErrorNote error={error} onRetry={() => void refetch()} /> : <Loader />;
	return <Card p={p} stock={s} onDo={onDo} onDone={onDone} />;
}

function title(d: NonNullable<Doing>): string {
	if (d.what === 'product')
		return d.product?.name ?? d.stock?.name ?? t('product.new');
	return t(`stock.${d.what}`);
}

// --- the list ---

// A product, and its stock where it has any and one may know of it.
interface Row {
	id: string;
	shown: Product | StockRow;
	product?: Product;
	stock?: StockRow;
}

function columnsFor(mayCost: boolean): Column<Row>[] {
	const level = (s: StockRow) => <Badge variant="light" color={colours[s.level]}>{t(`level.${s.level}`)}</Badge>;
	return [
		{ key: 'name', title: t('field.name'), width: '2.4fr', cell: (r) => <strong>{r.shown.name}</strong> },
		{ key: 'sku', title: t('field.sku'), width: '1fr', cell: (r) => <bdi>{r.shown.sku ?? ''}</bdi> },
		{ key: 'barcode', title: t('field.barcode'), width: '1.2fr', cell: (r) => <bdi>{r.shown.barcode ?? ''}</bdi> },
		...(mayCost ? [
			{ key: 'level', title: t('stock.level'), width: '7.5rem', cell: (r: Row) => (r.stock ? level(r.stock) : '–') },
			{ key: 'hand', title: t('stock.on_hand'), width: '7rem', end: true, cell: (r: Row) => (r.stock ? <bdi>{qty(r.stock.on_hand)}</bdi> : '–') },
			{ key: 'value', title: t('stock.worth'), width: '8rem', end: true, cell: (r: Row) => (r.stock ? <Money value={r.stock.value} /> : '–') },
		] : []),
		{ key: 'price', title: t('field.price'), width: '8rem', end: true, cell: (r) => <strong><Money value={r.shown.price} /></strong> },
	];
}

interface Listed {
	q: string;
	onOpen: (d: Doing) => void;
}

function Products({ q, onOpen }: Listed) {
	const { rows, places, query } = useProductList(q);
	const { of: stock, may } = useStock(q, places.map((p) => p.after));
	return (
		<DataTable label={t('nav.inventory')} columns={columnsFor(may)} rows={rows.map((p): Row => ({ id: p.uuid, shown: p, product: p, stock: stock.get(p.uuid) }))}
			rowKey={(r) => r.id} query={query} onOpen={(r) => onOpen({ what: 'product', product: r.product, stock: r.stock })}
			empty={<Empty icon="inventory" title={q ? t('list.none_found', { q }) : t('pos.no_products')} hint={t('stock.none_hint')} />} />
	);
}

function AtLevel({ q, level, onOpen }: Listed & { level: string }) {
	const { rows, query } = useStockAt(q, level);
	return (
		<DataTable label={t('nav.inventory')} columns={columnsFor(true)} rows={rows.map((s): Row => ({ id: s.product, shown: s, stock: s }))}
			rowKey={(r) => r.id} query={query} onOpen={(r) => onOpen({ what: 'product', stock: r.stock })}
			empty={<Empty icon="inventory" title={q ? t('list.none_found', { q }) : t('level.none')} hint={t('level.none_hint')} />} />
	);
}

const levels = ['all', 'low', 'out', 'oversold'];

function Opened({ d, onDo, onDone }: { d: NonNullable<Doing>; onDo: (d: Doing) => void; onDone: () => void }) {
	if (d.what === 'restock')
		return <RestockForm product={d.product} onDone={onDone} />;
	if (d.what !== 'product')
		return <AdjustForm key={d.what} kind={d.what} product={d.product} onDone={onDone} />;
	if (d.product)
		return <Card key={d.product.uuid} p={d.product} stock={d.stock} onDo={onDo} onDone={onDone} />;
	return d.stock ? <CardOf key={d.stock.product} s={d.stock} onDo={onDo} onDone={onDone} /> : <ProductForm row={null} onDone={onDone} />;
}

function Tasks({ onDo, onImport }: { onDo: (d: Doing) => void; onImport: () => void }) {
	const mayCatalogue = useMay('catalogue');
	const mayStock = useMay('stock');
	const mayAdjust = useMay('adjust');
	if (!mayStock && !mayAdjust && !mayCatalogue)
		return null;
	return (
		<Menu position="bottom-end" withinPortal>
			<Menu.Target><Button variant="default" rightSection={<Icon name="down" size={16} />}>{t('stock.do')}</Button></Menu.Target>
			<Menu.Dropdown>
				{mayStock && <Menu.Item onClick={() => onDo({ what: 'restock' })}>{t('stock.restock')}</Menu.Item>}
				{mayAdjust && <Menu.Item onClick={() => onDo({ what: 'adjust' })}>{t('stock.adjust')}</Menu.Item>}
				{mayAdjust && <Menu.Item onClick={() => onDo({ what: 'count' })}>{t('stock.count')}</Menu.Item>}
				{mayCatalogue && <Menu.Item onClick={onImport}>{t('import.title')}</Menu.Item>}
			</Menu.Dropdown>
		</Menu>
	);
}

export default function Inventory() {
	useLanguage();
	const mayCatalogue = useMay('catalogue');
	const mayCost = useMay('cost');
	const [q, setQ] = useParam('q');
	const [asked, setLevel] = useParam('level');
	const level = mayCost && levels.includes(asked) && asked !== 'all' ? asked : '';
	const [doing, setDoing] = useState<Doing>(null);
	const [importing, setImporting] = useState(false);
	const close = () => setDoing(null);
	return (
		<Page title={t('nav.inventory')} wide actions={(
			<>
				<SearchField value={q} onChange={setQ} label={t('stock.search')} />
				<CsvButton name={level ? `products_${level}` : 'products'} head={['name', 'sku', 'barcode', 'price', 'on_hand', 'level']} rows={() => exportOf(q, level, mayCost)} />
				<Tasks onDo={setDoing} onImport={() => setImporting(true)} />
				{mayCatalogue && <Button onClick={() => setDoing({ what: 'product' })} leftSection={<Icon name="plus" size={18} />}>{t('product.new')}</Button>}
			</>
		)}>
			{mayCost && (
				<SegmentedControl value={level || 'all'} onChange={(v) => setLevel(v === 'all' ? '' : v)} aria-label={t('stock.level')} style={{ alignSelf: 'flex-start' }}
					data={levels.map((l) => ({ value: l, label: t(`level.${l}` as Key) }))} />
			)}
			{level ? <AtLevel key={level} q={q} level={level} onOpen={setDoing} /> : <Products q={q} onOpen={setDoing} />}
			<Shelf title={doing && title(doing)} opened={doing !== null} onClose={close} size="42rem">
				{doing && <Opened d={doing} onDo={setDoing} onDone={close} />}
			</Shelf>
			<ImportDialog opened={importing} onClose={() => setImporting(false)} />
		</Page>
	);
}
