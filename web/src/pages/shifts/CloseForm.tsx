// Counted first, compared then: what is expected shows when a count is there.
import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Shift } from '~/api/types';
import { t } from '~/i18n';
import { moneyWithCurrency } from '~/i18n/format';
import { ErrorNote } from '~/ui/ErrorNote';
import { Money } from '~/ui/Money';
import { MoneyInput } from '~/ui/MoneyInput';
import { printPaper } from '~/ui/paper';
import { toastDone, toastError } from '~/ui/toasts';
import css from './Shifts.module.css';
import { shiftQuery, useClose } from './queries';
import { ShiftSlip } from './slips';

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
	const queries = useQueryClient();
	const differs = counted !== null && counted !== s.expected;
	const print = () => queries.fetchQuery({ ...shiftQuery(s.uuid), staleTime: 0 }).then((full) => printPaper(<ShiftSlip s={full} />), toastError);
	function end(onPaper: boolean) {
		if (counted === null)
			return;
		close.mutate({ counted, ...(note.trim() ? { note: note.trim() } : {}) }, {
			onSuccess: (c) => {
				toastDone(`${t('shift.closed_done')}: ${differenceText(c.difference)}`);
				if (onPaper)
					void print();
				onDone();
			},
		});
	}
	function submit(e: FormEvent) {
		e.preventDefault();
		end(false);
	}
	return (
		<form onSubmit={submit}>
			<Stack>
				<Text>{t('shift.close_hint')}</Text>
				<MoneyInput data-autofocus label={t('shift.counted')} size="lg" required value={counted} onChange={setCounted} />
				{counted !== null && <Outcome expected={s.expected} counted={counted} />}
				<TextInput label={t('field.note')} description={differs ? t('shift.differs_hint') : undefined} value={note} onChange={(e) => setNote(e.currentTarget.value)} />
				{close.error && <ErrorNote error={close.error} />}
				<Group grow>
					<Button variant="default" size="md" disabled={counted === null || close.isPending} onClick={() => end(true)}>{t('slip.close_and_print')}</Button>
					<Button type="submit" size="md" loading={close.isPending} disabled={counted === null}>{t('shift.close')}</Button>
				</Group>
			</Stack>
		</form>
	);
}
