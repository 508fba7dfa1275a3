import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Problem } from '~/api/http';
import type { PayMethod, Supplier } from '~/api/types';
import { t } from '~/i18n';
import { moneyWithCurrency } from '~/i18n/format';
import { useAccount } from '~/pages/customers/queries';
import { useOpenShift } from '~/state/shift';
import { ErrorNote } from '~/ui/ErrorNote';
import { MethodSelect } from '~/ui/MethodSelect';
import { MoneyInput } from '~/ui/MoneyInput';
import { toastDone } from '~/ui/toasts';
import { usePaySupplier } from './queries';

function Form({ s, onDone }: { s: Supplier; onDone: () => void }) {
	const owed = useAccount('suppliers', s.uuid).data?.pages[0].owed ?? 0;
	const { shift } = useOpenShift();
	const [method, setMethod] = useState<PayMethod>('bank');
	const [amount, setAmount] = useState<number | null>(null);
	const pay = usePaySupplier();
	const most = pay.error instanceof Problem && typeof pay.error.body.max === 'number' ? pay.error.body.max : owed;
	const tooMuch = amount !== null && amount > most;
	const drawer = method === 'cash' ? shift : null;
	function submit(e: FormEvent) {
		e.preventDefault();
		if (amount && !tooMuch)
			pay.mutate({ supplier: s.uuid, method, amount, ...(drawer ? { shift: drawer.uuid } : {}) },
				{ onSuccess: (p) => (toastDone(t('invoice.paid_done', { number: p.number })), onDone()) });
	}
	return (
		<form onSubmit={submit}>
			<Stack>
				<Text>{owed > 0 ? t('supplier.owed', { amount: moneyWithCurrency(owed) }) : t('supplier.nothing_owed')}</Text>
				<MethodSelect value={method} onChange={setMethod} />
				{drawer && <Text size="sm" c="dimmed">{t('supplier.from_drawer')}</Text>}
				<Group align="flex-end" wrap="nowrap">
					<MoneyInput data-autofocus flex={1} label={t('pos.amount')} size="md" required value={amount} onChange={setAmount}
						error={tooMuch ? t('invoice.at_most', { amount: moneyWithCurrency(most) }) : undefined} />
					<Button variant="default" size="md" disabled={owed === 0} onClick={() => setAmount(owed)}>{t('supplier.all_of_it')}</Button>
				</Group>
				{pay.error && <ErrorNote error={pay.error} />}
				<Button type="submit" size="md" loading={pay.isPending} disabled={!amount || tooMuch}>{t('supplier.pay')}</Button>
			</Stack>
		</form>
	);
}

export function PayForm({ s, opened, onClose }: { s: Supplier; opened: boolean; onClose: () => void }) {
	return (
		<Modal opened={opened} onClose={onClose} title={t('supplier.pay')} closeButtonProps={{ 'aria-label': t('do.close') }}>
			{opened && <Form s={s} onDone={onClose} />}
		</Modal>
	);
}
