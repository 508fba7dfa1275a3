// A drawer changes hands: what was left in it stands beside what is counted now.
import { Alert, Button, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Shift } from '~/api/types';
import { t } from '~/i18n';
import { ago, moneyWithCurrency } from '~/i18n/format';
import { useStatus } from '~/state/status';
import { ErrorNote } from '~/ui/ErrorNote';
import { MoneyInput } from '~/ui/MoneyInput';
import { useUser } from '~/ui/names';
import { Panel } from '~/ui/Panel';
import { toastDone } from '~/ui/toasts';
import css from './Shifts.module.css';
import { useOpen, useShift, useShifts } from './queries';

function Gap({ gap }: { gap: number }) {
	const key = gap > 0 ? 'shift.gap_more' : gap < 0 ? 'shift.gap_less' : 'shift.gap_none';
	return <Alert color={gap === 0 ? 'pine' : 'orange'} role="status" data-testid="gap">{t(key, { amount: moneyWithCurrency(Math.abs(gap)) })}</Alert>;
}

function Left({ last, onTake }: { last: Shift; onTake: () => void }) {
	const close = useShift(last.uuid).data?.closes[0];
	const who = useUser(close?.entered_by).data?.name ?? '–';
	return (
		<div className={css.left}>
			<Text>{t('shift.left', { who, amount: moneyWithCurrency(last.counted ?? 0), ago: ago(close?.at ?? last.at) })}</Text>
			<Button variant="default" onClick={onTake}>{t('shift.as_left')}</Button>
		</div>
	);
}

export function OpenForm() {
	const [opening, setOpening] = useState<number | null>(null);
	const [note, setNote] = useState('');
	const open = useOpen();
	const device = useStatus().sync?.device_uuid;
	const last = useShifts().rows.find((s) => s.counted !== null && (!device || s.device === device));
	const gap = last && opening !== null ? opening - last.counted! : null;
	function submit(e: FormEvent) {
		e.preventDefault();
		if (opening !== null)
			open.mutate({ opening, ...(note.trim() ? { note: note.trim() } : {}) }, { onSuccess: () => toastDone(t('shift.opened')) });
	}
	return (
		<Panel title={t('shift.none_open')}>
			<form onSubmit={submit} className={css.open}>
				<Stack>
					{last ? <Left last={last} onTake={() => setOpening(last.counted)} /> : <Text c="dimmed">{t('shift.none_before')}</Text>}
					<MoneyInput label={t('shift.opening')} description={t('shift.opening_hint')} size="lg" required value={opening} onChange={setOpening} />
					{gap !== null && <Gap gap={gap} />}
					{gap !== null && gap !== 0 && <TextInput label={t('field.note')} value={note} onChange={(e) => setNote(e.currentTarget.value)} />}
					{open.error && <ErrorNote error={open.error} />}
					<Button type="submit" size="md" loading={open.isPending} disabled={opening === null}>{t('shift.open')}</Button>
				</Stack>
			</form>
		</Panel>
	);
}
