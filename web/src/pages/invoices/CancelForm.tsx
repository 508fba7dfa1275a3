import { Button, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { InvoiceDetail } from '~/api/types';
import { t } from '~/i18n';
import { moneyWithCurrency } from '~/i18n/format';
import { useOpenShift } from '~/state/shift';
import { ErrorNote } from '~/ui/ErrorNote';
import { toastDone } from '~/ui/toasts';
import { useCancel } from './queries';

export function CancelForm({ i, onDone }: { i: InvoiceDetail; onDone: () => void }) {
	const [reason, setReason] = useState('');
	const [goods, setGoods] = useState<'stock' | 'defect'>('stock');
	const { shift } = useOpenShift();
	const cancel = useCancel(i.uuid);
	function submit(e: FormEvent) {
		e.preventDefault();
		cancel.mutate({
			reason: reason.trim(),
			...(shift ? { shift: shift.uuid } : {}),
			lines: i.lines.map((_, line) => ({ line, goods })),
		}, { onSuccess: () => (toastDone(t('invoice.cancelled_done', { number: i.number })), onDone()) });
	}
	return (
		<form onSubmit={submit}>
			<Stack>
				<Text>{t('invoice.cancel_hint', { amount: moneyWithCurrency(i.paid) })}</Text>
				<TextInput data-autofocus label={t('invoice.reason')} required value={reason} onChange={(e) => setReason(e.currentTarget.value)} />
				<SegmentedControl value={goods} onChange={(v) => setGoods(v as typeof goods)} aria-label={t('invoice.goods')}
					data={[{ value: 'stock', label: t('invoice.to_stock') }, { value: 'defect', label: t('invoice.to_defect') }]} />
				{cancel.error && <ErrorNote error={cancel.error} />}
				<Button type="submit" color="red" loading={cancel.isPending}>{t('invoice.cancel')}</Button>
			</Stack>
		</form>
	);
}
