import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Product, Supplier } from '~/api/types';
import { t } from '~/i18n';
import { mulDiv } from '~/pages/pos/amounts';
import { ErrorNote } from '~/ui/ErrorNote';
import { Money } from '~/ui/Money';
import { Picker } from '~/ui/Picker';
import { toastDone } from '~/ui/toasts';
import { type Line, Lines } from './Lines';
import { useAdjust, useRestock } from './queries';

const begin = (product?: Product, cost = true): Line[] => (product ? [{ product, qty: null, cost: cost ? null : 0 }] : []);

export function RestockForm({ product, onDone }: { product?: Product; onDone: () => void }) {
	const [lines, setLines] = useState(begin(product));
	const [supplier, setSupplier] = useState<Supplier | null>(null);
	const restock = useRestock();
	const ready = lines.length > 0 && lines.every((l) => (l.qty ?? 0) > 0 && l.cost !== null);
	const total = lines.reduce((sum, l) => sum + mulDiv(l.cost ?? 0, l.qty ?? 0, 1000), 0);
	function submit(e: FormEvent) {
		e.preventDefault();
		if (ready)
			restock.mutate({ ...(supplier ? { supplier: supplier.uuid } : {}), lines: lines.map((l) => ({ product: l.product.uuid, qty: l.qty!, unit_cost: l.cost! })) },
				{ onSuccess: (p) => (toastDone(t('stock.restocked', { number: p.number })), onDone()) });
	}
	return (
		<form onSubmit={submit}>
			<Stack>
				<Picker<Supplier> label={t('stock.supplier')} table="suppliers" path="/api/suppliers" value={supplier} onChange={setSupplier} placeholder={t('stock.supplier_hint')} />
				<Lines lines={lines} onChange={setLines} qtyLabel={t('pos.qty')} withCost />
				{restock.error && <ErrorNote error={restock.error} />}
				<Group justify="space-between">
					<Text fw={650}>{t('pos.total')} <Money value={total} currency /></Text>
					<Button type="submit" loading={restock.isPending} disabled={!ready}>{t('stock.restock')}</Button>
				</Group>
			</Stack>
		</form>
	);
}

// adjust: by how much it differs, and why; count: how many are there.
export function AdjustForm({ kind, product, onDone }: { kind: 'adjust' | 'count'; product?: Product; onDone: () => void }) {
	const [lines, setLines] = useState(begin(product, false));
	const [reason, setReason] = useState(kind === 'count' ? t('stock.count_reason') : '');
	const adjust = useAdjust();
	const ready = lines.length > 0 && reason.trim() !== '' && lines.every((l) => l.qty !== null && (kind === 'count' || l.qty !== 0));
	function submit(e: FormEvent) {
		e.preventDefault();
		if (ready)
			adjust.mutate({ kind, reason: reason.trim(), lines: lines.map((l) => ({ product: l.product.uuid, ...(kind === 'count' ? { counted: l.qty! } : { qty: l.qty! }) })) },
				{ onSuccess: (d) => (toastDone(t('stock.adjusted', { number: d.number })), onDone()) });
	}
	return (
		<form onSubmit={submit}>
			<Stack>
				<Text c="dimmed">{t(kind === 'count' ? 'stock.count_hint' : 'stock.adjust_hint')}</Text>
				<Lines lines={lines} onChange={setLines} qtyLabel={t(kind === 'count' ? 'stock.counted' : 'stock.difference')} withCost={false} negative={kind === 'adjust'} />
				<TextInput label={t('invoice.reason')} required value={reason} onChange={(e) => setReason(e.currentTarget.value)} />
				{adjust.error && <ErrorNote error={adjust.error} />}
				<Group><Button type="submit" loading={adjust.isPending} disabled={!ready}>{t(kind === 'count' ? 'stock.count' : 'stock.adjust')}</Button></Group>
			</Stack>
		</form>
	);
}
