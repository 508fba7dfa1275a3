import { Button, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { InvoiceDetail, PayMethod } from '~/api/types';
import { t } from '~/i18n';
import { moneyWithCurrency } from '~/i18n/format';
import { useOpenShift } from '~/state/shift';
import { ErrorNote } from '~/ui/ErrorNote';
import { MethodSelect } from '~/ui/MethodSelect';
import { MoneyInput } from '~/ui/MoneyInput';
import { toastDone } from '~/ui/toasts';
import { usePay } from './queries';

export function PayForm({ i, onDone }: { i: InvoiceDetail; onDone: () => void }) {
	const [method, setMethod] = useState<PayMethod>('cash');
	const [amount, setAmount] = useState<number | null>(i.owed);
	const { shift } = useOpenShift();
	const pay = usePay(i.uuid);
	const too = amount !== null && amount > i.owed;
	function submit(e: FormEvent) {
		e.preventDefault();
		if (!amount || too)
			return;
		pay.mutate({ method, amount, ...(shift ? { shift: shift.uuid } : {}) },
			{ onSuccess: (p) => (toastDone(t('invoice.paid_done', { number: p.number })), onDone()) });
	}
	return (
		<form onSubmit={submit}>
			<Stack>
				<Text>{t('invoice.still_owed', { amount: moneyWithCurrency(i.owed) })}</Text>
				<MethodSelect value={method} onChange={setMethod} />
				<MoneyInput data-autofocus label={t('pos.amount')} size="md" required value={amount} onChange={setAmount}
					error={too ? t('invoice.at_most', { amount: moneyWithCurrency(i.owed) }) : undefined} />
				{pay.error && <ErrorNote error={pay.error} />}
				<Button type="submit" loading={pay.isPending} disabled={!amount || too}>{t('invoice.pay')}</Button>
			</Stack>
		</form>
	);
}
