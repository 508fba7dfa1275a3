// Two documents, or two of the same thing, side by side: what is alike stands back.
import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { here } from '~/api/client';
import { known, t } from '~/i18n';
import { dateTime, qty } from '~/i18n/format';
import { CustomerName, ProductName, SupplierName, UserName } from '~/ui/names';
import css from './Conflicts.module.css';
import { fieldName, say, tableName } from './fields';
import type { FullReview, Side, Subject } from './queries';

// In the order in which one reads them; the rest is plumbing, or says nothing here.
const order = ['number', 'name', 'at', 'entered_by', 'phone', 'barcode', 'sku', 'price', 'unit', 'customer', 'supplier', 'contact', 'product',
	'invoice', 'purchase', 'total', 'amount', 'paid', 'method', 'email', 'address', 'reason', 'role', 'archived', 'note'];

const names: Record<string, (v: string) => ReactNode> = {
	at: (v) => dateTime(v),
	entered_by: (v) => <UserName uuid={v} />,
	customer: (v) => <CustomerName uuid={v} />,
	supplier: (v) => <SupplierName uuid={v} />,
	product: (v) => <ProductName uuid={v} />,
	invoice: (v) => <Link href={`~/invoices/${v}`}>{t('review.look')}</Link>,
	purchase: (v) => <Link href={`~/suppliers?purchase=${v}`}>{t('review.look')}</Link>,
	method: (v) => t(known(`pos.${v}`) ?? 'pos.cash'),
};

// Where it can be looked at as a whole.
const places: Record<string, string> = { invoices: '~/invoices/', purchases: '~/suppliers?purchase=' };

function cell(field: string, s: Subject | null): ReactNode {
	const v = s?.[field];
	if (typeof v === 'string' && v && names[field])
		return names[field](v);
	return <bdi>{say(field, v)}</bdi>;
}

// "Invoice", not "Invoices"
function oneOf(table: string): string {
	const key = known(`doc.${table.replace(/s$/, '')}`);
	return key ? t(key) : tableName(table);
}

function Head({ r, side }: { r: FullReview; side: Side }) {
	const table = r[`${side}_table`];
	const s = r[`${side}_head`];
	const id = r[side];
	return (
		<Table.Th>
			{table ? oneOf(table) : '–'}
			{s && table && id && places[table] ? <small><Link href={places[table] + id}>{t('review.look')}</Link></small> : !s && table && <small>{t('review.gone')}</small>}
		</Table.Th>
	);
}

interface Line {
	product: string;
	name?: string;
	qty: number;
}

const withLines = new Set(['invoices', 'returns', 'purchases']);

// What went over the counter: it is in the whole document only.
function Lines({ table, id }: { table: string | null; id: string | null }) {
	const { data } = useQuery({ queryKey: [table, 'lines', id], queryFn: async () => (await here.get<{ lines: Line[] }>(`/api/${table}/${id}`)).lines, enabled: withLines.has(table ?? '') });
	if (!data)
		return null;
	return <ul className={css.goods}>{data.map((l, i) => <li key={i}><bdi>{qty(l.qty)}</bdi> × {l.name ? <bdi>{l.name}</bdi> : <ProductName uuid={l.product} />}</li>)}</ul>;
}

export function Sides({ r }: { r: FullReview }) {
	const { a_head: a, b_head: b } = r;
	const shown = order.filter((f) => [a?.[f], b?.[f]].some((v) => v !== null && v !== undefined && v !== '' && v !== false));
	return (
		<Table className={css.diff} layout="fixed" aria-label={t('review.sides')}>
			<Table.Thead>
				<Table.Tr><Table.Th>{t('conflicts.field')}</Table.Th><Head r={r} side="a" /><Head r={r} side="b" /></Table.Tr>
			</Table.Thead>
			<Table.Tbody>
				{shown.map((f) => (
					<Table.Tr key={f} data-same={(b && a?.[f] === b[f]) || undefined}>
						<Table.Th scope="row">{fieldName(f)}</Table.Th><Table.Td>{cell(f, a)}</Table.Td><Table.Td>{cell(f, b)}</Table.Td>
					</Table.Tr>
				))}
				{(withLines.has(r.a_table ?? '') || withLines.has(r.b_table ?? '')) && (
					<Table.Tr><Table.Th scope="row">{t('invoice.lines')}</Table.Th><Table.Td><Lines table={r.a_table} id={r.a} /></Table.Td><Table.Td><Lines table={r.b_table} id={r.b} /></Table.Td></Table.Tr>
				)}
			</Table.Tbody>
		</Table>
	);
}
