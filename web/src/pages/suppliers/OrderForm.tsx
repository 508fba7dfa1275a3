// What is wanted from whom, until when: a draft until it is ordered.
import { Button, Group, Stack, Text, TextInput, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Supplier } from '~/api/types';
import { t } from '~/i18n';
import { type Line, Lines } from '~/pages/inventory/Lines';
import { ErrorNote } from '~/ui/ErrorNote';
import { Money } from '~/ui/Money';
import { Picker } from '~/ui/Picker';
import { toastDone } from '~/ui/toasts';
import { useSave } from '~/ui/useRecord';
import { type BoughtLine, type Order, type OrderStatus, worth } from './queries';

export function boughtLines(lines: Line[]): BoughtLine[] {
	return lines.map((l) => ({ product: l.product.uuid, qty: l.qty ?? 0, unit_cost: l.cost ?? 0 }));
}

export const isComplete = (lines: Line[]) => lines.length > 0 && lines.every((l) => (l.qty ?? 0) > 0 && l.cost !== null);

interface Props {
	order: Order | null;
	supplier: Supplier | null;
	lines: Line[];
	onDone: () => void;
}

export function OrderForm({ order, supplier: from, lines: begin, onDone }: Props) {
	const [supplier, setSupplier] = useState(from);
	const [lines, setLines] = useState(begin);
	const [number, setNumber] = useState(order?.number ?? '');
	const [expected, setExpected] = useState(order?.expected_at?.slice(0, 10) ?? '');
	const [note, setNote] = useState(order?.note ?? '');
	const save = useSave<Order>('purchase_orders', '/api/purchase-orders');
	const ready = isComplete(lines);

	function store(status: OrderStatus) {
		const changes = {
			status, supplier: supplier?.uuid ?? null, number: number.trim() || null, note: note.trim() || null,
			expected_at: expected ? `${expected}T12:00:00.000Z` : null, lines: boughtLines(lines),
		};
		save.mutate({ row: order, changes }, { onSuccess: () => (toastDone(t('form.saved')), onDone()) });
	}
	function submit(e: FormEvent) {
		e.preventDefault();
		if (ready)
			store('ordered');
	}
	return (
		<form onSubmit={submit}>
			<Stack>
				<Picker<Supplier> label={t('stock.supplier')} table="suppliers" path="/api/suppliers" value={supplier} onChange={setSupplier} />
				<Group grow align="flex-start">
					<TextInput type="date" label={t('order.expected')} value={expected} onChange={(e) => setExpected(e.currentTarget.value)} />
					<TextInput label={t('order.number')} maxLength={40} value={number} onChange={(e) => setNumber(e.currentTarget.value)} />
				</Group>
				<Lines lines={lines} onChange={setLines} qtyLabel={t('pos.qty')} withCost />
				<Textarea label={t('field.note')} rows={2} value={note} onChange={(e) => setNote(e.currentTarget.value)} />
				{save.error && <ErrorNote error={save.error} />}
				{lines.length > 0 && !ready && <Text size="sm" c="dimmed">{t('order.needs_cost')}</Text>}
				<Group justify="space-between">
					<Text fw={650}>{t('order.total')} <Money value={worth(boughtLines(lines))} currency /></Text>
					<Group gap="xs">
						{order?.status !== 'ordered' && <Button variant="default" loading={save.isPending} disabled={!ready} onClick={() => store('draft')}>{t('order.save_draft')}</Button>}
						<Button type="submit" loading={save.isPending} disabled={!ready}>{t(order?.status === 'ordered' ? 'do.save' : 'order.order')}</Button>
					</Group>
				</Group>
			</Stack>
		</form>
	);
}
