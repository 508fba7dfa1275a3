import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { InvoiceDetail } from '~/api/types';
import { t } from '~/i18n';
import { qty as qtyText } from '~/i18n/format';
import { useOpenShift } from '~/state/shift';
import { ErrorNote } from '~/ui/ErrorNote';
import { Money } from '~/ui/Money';
import { MoneyInput } from '~/ui/MoneyInput';
import { toastDone } from '~/ui/toasts';
import css from './Invoices.module.css';
import { useReturn } from './queries';

type Condition = 'resaleable' | 'defect' | 'dispose';

export function ReturnForm({ i, onDone }: { i: InvoiceDetail; onDone: () => void }) {
	const [lines, setLines] = useState(i.lines.map(() => ({ qty: 0 as number | null, condition: 'resaleable' as Condition })));
	const [reason, setReason] = useState('');
	const { shift } = useOpenShift();
	const give = useReturn(i.uuid);
	const chosen = lines.flatMap((l, line) => (l.qty ? [{ line, qty: l.qty, condition: l.condition }] : []));
	const too = lines.some((l, n) => l.qty === null || l.qty > i.lines[n].qty);
	// About what the customer gets: the server rounds, and knows what was given back before.
	const worth = chosen.reduce((sum, c) => sum + Math.round((i.lines[c.line].amount * c.qty) / i.lines[c.line].qty), 0);
	const set = (n: number, change: Partial<(typeof lines)[number]>) => setLines(lines.map((l, k) => (k === n ? { ...l, ...change } : l)));
	function submit(e: FormEvent) {
		e.preventDefault();
		give.mutate({
			lines: chosen,
			...(reason.trim() ? { reason: reason.trim() } : {}),
			...(shift ? { shift: shift.uuid } : {}),
		}, { onSuccess: (r) => (toastDone(t('invoice.returned_done', { number: r.number })), onDone()) });
	}
	return (
		<form onSubmit={submit}>
			<Stack>
				<div>
					{i.lines.map((l, n) => (
						<div key={n} className={css.line}>
							<div>
								<strong>{l.name}</strong>
								<Text size="sm" c="dimmed">{t('invoice.sold_qty', { qty: qtyText(l.qty) })} · <Money value={l.amount} /></Text>
							</div>
							<MoneyInput label={t('pos.qty')} digits={3} value={lines[n].qty} onChange={(q) => set(n, { qty: q })}
								error={lines[n].qty !== null && (lines[n].qty ?? 0) > l.qty ? t('invoice.too_many') : undefined} />
							<Select label={t('invoice.condition')} allowDeselect={false} value={lines[n].condition} onChange={(v) => set(n, { condition: (v ?? 'resaleable') as Condition })}
								data={(['resaleable', 'defect', 'dispose'] as const).map((c) => ({ value: c, label: t(`condition.${c}`) }))} />
						</div>
					))}
				</div>
				<TextInput label={t('invoice.reason')} value={reason} onChange={(e) => setReason(e.currentTarget.value)} />
				{give.error && <ErrorNote error={give.error} />}
				<Group justify="space-between">
					<Button variant="default" onClick={() => setLines(i.lines.map((l) => ({ qty: l.qty, condition: 'resaleable' })))}>{t('invoice.everything')}</Button>
					<Button type="submit" loading={give.isPending} disabled={chosen.length === 0 || too}>{t('invoice.return')} · <Money value={worth} /></Button>
				</Group>
			</Stack>
		</form>
	);
}
