// Goods that came; they can go back out while all of them are still here.
import { Button, Group, Loader, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { t } from '~/i18n';
import { dateTime } from '~/i18n/format';
import { useMay } from '~/state/session';
import { ErrorNote } from '~/ui/ErrorNote';
import { SupplierName, UserName } from '~/ui/names';
import { Facts } from '~/ui/Panel';
import { toastDone } from '~/ui/toasts';
import { Bought } from './Bought';
import { type Purchase, usePurchase, useVoid } from './queries';

function VoidForm({ p, onDone }: { p: Purchase; onDone: () => void }) {
	const [reason, setReason] = useState('');
	const make = useVoid(p.uuid);
	function submit(e: FormEvent) {
		e.preventDefault();
		if (reason.trim())
			make.mutate({ reason: reason.trim() }, { onSuccess: () => (toastDone(t('purchase.voided', { number: p.number })), onDone()) });
	}
	return (
		<form onSubmit={submit}>
			<Stack>
				<Text>{t('purchase.void_hint')}</Text>
				<TextInput data-autofocus label={t('invoice.reason')} required value={reason} onChange={(e) => setReason(e.currentTarget.value)} />
				{make.error && <ErrorNote error={make.error} />}
				<Button type="submit" color="red" loading={make.isPending} disabled={!reason.trim()}>{t('purchase.void')}</Button>
			</Stack>
		</form>
	);
}

export function PurchaseCard({ id, onDone }: { id: string; onDone: () => void }) {
	const may = useMay('adjust');
	const [voiding, setVoiding] = useState(false);
	const { data: p, error, refetch } = usePurchase(id);
	if (!p)
		return error ? <ErrorNote error={error} onRetry={() => void refetch()} /> : <Loader />;
	return (
		<Stack>
			<Facts items={[
				[t('invoice.number'), <bdi>{p.number}</bdi>],
				[t('invoice.at'), dateTime(p.at)],
				[t('doc.supplier'), <SupplierName uuid={p.supplier} />],
				[t('invoice.by'), <UserName uuid={p.entered_by} />],
				...(p.note ? [[t('field.note'), p.note] as [string, React.ReactNode]] : []),
			]} />
			<Bought lines={p.lines} />
			{may && (voiding ? <VoidForm p={p} onDone={onDone} /> : <Group><Button variant="subtle" color="red" onClick={() => setVoiding(true)}>{t('purchase.void')}</Button></Group>)}
		</Stack>
	);
}
