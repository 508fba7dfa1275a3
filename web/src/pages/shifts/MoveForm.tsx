import { Button, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Shift } from '~/api/types';
import { t } from '~/i18n';
import { moneyWithCurrency } from '~/i18n/format';
import { accountName } from '~/pages/reports/names';
import { ErrorNote } from '~/ui/ErrorNote';
import { MoneyInput } from '~/ui/MoneyInput';
import { toastDone } from '~/ui/toasts';
import { type MoveKind, useAccounts, useMove } from './queries';

const kinds: MoveKind[] = ['expense', 'cash_out', 'cash_in'];

export function MoveForm({ s, onDone }: { s: Shift; onDone: () => void }) {
	const [kind, setKind] = useState<MoveKind>('expense');
	const [amount, setAmount] = useState<number | null>(null);
	const [reason, setReason] = useState('');
	const [account, setAccount] = useState<string | null>(null);
	const accounts = useAccounts().data ?? [];
	const move = useMove(s.uuid);
	const then = s.expected + (kind === 'cash_in' ? 1 : -1) * (amount ?? 0);
	function submit(e: FormEvent) {
		e.preventDefault();
		if (amount && reason.trim())
			move.mutate({ kind, amount, reason: reason.trim(), ...(account ? { account } : {}) }, { onSuccess: () => (toastDone(t('form.saved')), onDone()) });
	}
	return (
		<form onSubmit={submit}>
			<Stack>
				<SegmentedControl fullWidth value={kind} onChange={(v) => setKind(v as MoveKind)} aria-label={t('account.what')}
					data={kinds.map((k) => ({ value: k, label: t(`shift.${k}`) }))} />
				<MoneyInput data-autofocus label={t('pos.amount')} size="lg" required value={amount} onChange={setAmount} />
				<TextInput label={t('invoice.reason')} required value={reason} onChange={(e) => setReason(e.currentTarget.value)} />
				{accounts.length > 0 && (
					<Select label={t('shift.account')} placeholder={t('shift.account_usual')} searchable clearable value={account} onChange={setAccount}
						clearButtonProps={{ 'aria-label': t('do.remove') }} data={accounts.map((a) => ({ value: a.uuid, label: `${a.code} ${accountName(a.code, a.name)}` }))} />
				)}
				<Text c="dimmed" role="status">{t('shift.then', { amount: moneyWithCurrency(then) })}</Text>
				{move.error && <ErrorNote error={move.error} />}
				<Button type="submit" size="md" loading={move.isPending} disabled={!amount || !reason.trim()}>{t('do.save')}</Button>
			</Stack>
		</form>
	);
}
