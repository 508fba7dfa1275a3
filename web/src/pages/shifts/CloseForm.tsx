// Counted first, compared then: what is expected shows when a count is there.
import { Button, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Shift } from '~/api/types';
import { t } from '~/i18n';
import { moneyWithCurrency } from '~/i18n/format';
import { ErrorNote } from '~/ui/ErrorNote';
import { Money } from '~/ui/Money';
import { MoneyInput } from '~/ui/MoneyInput';
import { toastDone } from '~/ui/toasts';
import css from './Shifts.module.css';
import { useClose } from './queries';

export function differenceText(difference: number): string {
	const amount = moneyWithCurrency(Math.abs(difference));
	return difference === 0 ? t('shift.exact') : t(difference < 0 ? 'shift.missing' : 'shift.too_much', { amount });
}

function Outcome({ expected, counted }: { expected: number; counted: number }) {
	const difference = counted - expected;
	return (
		<div className={css.outcome} data-even={difference === 0 || undefined} role="status">
			<dl>
				<div><dt>{t('shift.expected')}</dt><dd><Money value={expected} /></dd></div>
				<div><dt>{t('shift.counted')}</dt><dd><Money value={counted} /></dd></div>
				<div><dt>{t('shift.difference')}</dt><dd><Money value={difference} /></dd></div>
			</dl>
			<strong>{differenceText(difference)}</strong>
		</div>
	);
}

export function CloseForm({ s, onDone }: { s: Shift; onDone: () => void }) {
	const [counted, setCounted] = useState<number | null>(null);
	const [note, setNote] = useState('');
	const close = useClose(s.uuid);
	const differs = counted !== null && counted !== s.expected;
	function submit(e: FormEvent) {
		e.preventDefault();
		if (counted !== null)
			close.mutate({ counted, ...(note.trim() ? { note: note.trim() } : {}) }, {
				onSuccess: (c) => (toastDone(`${t('shift.closed_done')}: ${differenceText(c.difference)}`), onDone()),
			});
	}
	return (
		<form onSubmit={submit}>
			<Stack>
				<Text>{t('shift.close_hint')}</Text>
				<MoneyInput data-autofocus label={t('shift.counted')} size="lg" required value={counted} onChange={setCounted} />
				{counted !== null && <Outcome expected={s.expected} counted={counted} />}
				<TextInput label={t('field.note')} description={differs ? t('shift.differs_hint') : undefined} value={note} onChange={(e) => setNote(e.currentTarget.value)} />
				{close.error && <ErrorNote error={close.error} />}
				<Button type="submit" size="md" loading={close.isPending} disabled={counted === null}>{t('shift.close')}</Button>
			</Stack>
		</form>
	);
}
