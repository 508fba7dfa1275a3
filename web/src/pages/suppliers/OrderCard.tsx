// One order: what it asks for, and what becomes of it.
import { Badge, Button, Group, Loader, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { t } from '~/i18n';
import { dateOnly } from '~/i18n/format';
import { type Line, Lines } from '~/pages/inventory/Lines';
import { useMay } from '~/state/session';
import { ErrorNote } from '~/ui/ErrorNote';
import { Money } from '~/ui/Money';
import { SupplierName, useSupplier } from '~/ui/names';
import { Facts } from '~/ui/Panel';
import { toastDone } from '~/ui/toasts';
import { useSave } from '~/ui/useRecord';
import { Bought } from './Bought';
import { OrderForm, boughtLines, isComplete } from './OrderForm';
import { type Order, isOpen, useFormLines, useOrder, useReceive, worth } from './queries';

const colours = { draft: 'gray', ordered: 'orange', received: 'pine', cancelled: 'gray' } as const;

export function OrderBadge({ o }: { o: Order }) {
	const late = o.status === 'ordered' && o.expected_at !== null && Date.parse(o.expected_at) < Date.now() - 86400_000;
	return <Badge variant="light" color={late ? 'red' : colours[o.status]}>{t(late ? 'order.late' : `order.${o.status}`)}</Badge>;
}

function ReceiveForm({ o, begin, onDone }: { o: Order; begin: Line[]; onDone: () => void }) {
	const [lines, setLines] = useState(begin);
	const receive = useReceive(o.uuid);
	const ready = isComplete(lines);
	function submit(e: FormEvent) {
		e.preventDefault();
		if (ready)
			receive.mutate({ ...(o.supplier ? { supplier: o.supplier } : {}), lines: boughtLines(lines) },
				{ onSuccess: (p) => (toastDone(t('order.received_done', { number: p.number })), onDone()) });
	}
	return (
		<form onSubmit={submit}>
			<Stack>
				<Text c="dimmed">{t('order.receive_hint')}</Text>
				<Lines lines={lines} onChange={setLines} qtyLabel={t('pos.qty')} withCost />
				{receive.error && <ErrorNote error={receive.error} />}
				<Group justify="space-between">
					<Text fw={650}>{t('order.total')} <Money value={worth(boughtLines(lines))} currency /></Text>
					<Button type="submit" loading={receive.isPending} disabled={!ready}>{t('order.receive')}</Button>
				</Group>
			</Stack>
		</form>
	);
}

type Doing = 'edit' | 'receive' | null;

function View({ o, onDo, onDone }: { o: Order; onDo: (d: Doing) => void; onDone: () => void }) {
	const may = useMay('stock');
	const save = useSave<Order>('purchase_orders', '/api/purchase-orders');
	const set = (status: Order['status']) => save.mutate({ row: o, changes: { status } }, { onSuccess: () => (toastDone(t('form.saved')), onDone()) });
	return (
		<Stack>
			<Facts items={[
				[t('invoice.status'), <OrderBadge o={o} />],
				[t('doc.supplier'), <SupplierName uuid={o.supplier} />],
				[t('order.expected'), o.expected_at ? dateOnly(o.expected_at) : '–'],
				...(o.number ? [[t('invoice.number'), <bdi>{o.number}</bdi>] as [string, React.ReactNode]] : []),
				...(o.note ? [[t('field.note'), o.note] as [string, React.ReactNode]] : []),
			]} />
			<Bought lines={o.lines} />
			{save.error && <ErrorNote error={save.error} />}
			{may && isOpen(o) && (
				<Group>
					{o.status === 'ordered' && <Button onClick={() => onDo('receive')}>{t('order.receive')}</Button>}
					{o.status === 'draft' && <Button loading={save.isPending} onClick={() => set('ordered')}>{t('order.order')}</Button>}
					<Button variant="default" onClick={() => onDo('edit')}>{t('order.edit')}</Button>
					<Button variant="subtle" color="red" loading={save.isPending} onClick={() => set('cancelled')}>{t('order.cancel')}</Button>
				</Group>
			)}
		</Stack>
	);
}

function One({ o, onDone }: { o: Order; onDone: () => void }) {
	const [doing, setDoing] = useState<Doing>(null);
	const lines = useFormLines(o.lines);
	const supplier = useSupplier(o.supplier);
	if (doing === null)
		return <View o={o} onDo={setDoing} onDone={onDone} />;
	if (!lines || (o.supplier && !supplier.data))
		return <Loader />;
	return doing === 'receive' ? <ReceiveForm o={o} begin={lines} onDone={onDone} /> : <OrderForm order={o} supplier={supplier.data ?? null} lines={lines} onDone={onDone} />;
}

export function OrderCard({ id, onDone }: { id: string; onDone: () => void }) {
	const { data, error, refetch } = useOrder(id);
	if (!data)
		return error ? <ErrorNote error={error} onRetry={() => void refetch()} /> : <Loader />;
	return <One o={data} onDone={onDone} />;
}
