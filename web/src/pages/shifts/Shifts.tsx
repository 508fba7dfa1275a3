// The drawer: opened with a count, moved, closed with a count; what differs is said.
import { Alert, Badge, Button, Group, Loader, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Shift, ShiftDetail } from '~/api/types';
import { known, t, useLanguage } from '~/i18n';
import { dateTime } from '~/i18n/format';
import { useOpenShift } from '~/state/shift';
import { type Column, DataTable } from '~/ui/DataTable';
import { Empty } from '~/ui/Empty';
import { ErrorNote } from '~/ui/ErrorNote';
import { Icon } from '~/ui/Icon';
import { Money } from '~/ui/Money';
import { MoneyInput } from '~/ui/MoneyInput';
import { UserName } from '~/ui/names';
import { Page } from '~/ui/Page';
import { Facts, Panel } from '~/ui/Panel';
import { Shelf } from '~/ui/Shelf';
import { toastDone } from '~/ui/toasts';
import { type MoveBody, useClose, useMove, useOpen, useShift, useShifts } from './queries';

function Open() {
	const [opening, setOpening] = useState<number | null>(null);
	const open = useOpen();
	function submit(e: FormEvent) {
		e.preventDefault();
		if (opening !== null)
			open.mutate({ opening }, { onSuccess: () => toastDone(t('shift.opened')) });
	}
	return (
		<Panel title={t('shift.none_open')}>
			<form onSubmit={submit}>
				<Group align="flex-end">
					<MoneyInput label={t('shift.opening')} description={t('shift.opening_hint')} size="md" required value={opening} onChange={setOpening} />
					<Button type="submit" size="md" loading={open.isPending} disabled={opening === null}>{t('shift.open')}</Button>
				</Group>
				{open.error && <ErrorNote error={open.error} />}
			</form>
		</Panel>
	);
}

function Move({ s, onDone }: { s: Shift; onDone: () => void }) {
	const [kind, setKind] = useState<MoveBody['kind']>('expense');
	const [amount, setAmount] = useState<number | null>(null);
	const [reason, setReason] = useState('');
	const move = useMove(s.uuid);
	function submit(e: FormEvent) {
		e.preventDefault();
		if (amount)
			move.mutate({ kind, amount, reason: reason.trim() }, { onSuccess: () => (toastDone(t('form.saved')), onDone()) });
	}
	return (
		<form onSubmit={submit}>
			<Stack>
				<Select label={t('account.what')} allowDeselect={false} value={kind} onChange={(v) => setKind((v ?? 'expense') as MoveBody['kind'])}
					data={(['expense', 'cash_out', 'cash_in'] as const).map((k) => ({ value: k, label: t(`shift.${k}`) }))} />
				<MoneyInput data-autofocus label={t('pos.amount')} required value={amount} onChange={setAmount} />
				<TextInput label={t('invoice.reason')} required value={reason} onChange={(e) => setReason(e.currentTarget.value)} />
				{move.error && <ErrorNote error={move.error} />}
				<Button type="submit" loading={move.isPending} disabled={!amount || !reason.trim()}>{t('do.save')}</Button>
			</Stack>
		</form>
	);
}

function Close({ s, onDone }: { s: Shift; onDone: () => void }) {
	const [counted, setCounted] = useState<number | null>(null);
	const [note, setNote] = useState('');
	const close = useClose(s.uuid);
	const differs = counted === null ? 0 : counted - s.expected;
	function submit(e: FormEvent) {
		e.preventDefault();
		if (counted !== null)
			close.mutate({ counted, ...(note.trim() ? { note: note.trim() } : {}) }, { onSuccess: () => (toastDone(t('shift.closed_done')), onDone()) });
	}
	return (
		<form onSubmit={submit}>
			<Stack>
				<Text>{t('shift.close_hint')}</Text>
				<MoneyInput data-autofocus label={t('shift.counted')} size="lg" required value={counted} onChange={setCounted} />
				{counted !== null && (
					<Alert color={differs === 0 ? 'pine' : 'orange'} role="status">
						{t('shift.expected')} <Money value={s.expected} /> · {t('shift.difference')} <Money value={differs} />
					</Alert>
				)}
				<TextInput label={t('field.note')} value={note} onChange={(e) => setNote(e.currentTarget.value)} />
				{close.error && <ErrorNote error={close.error} />}
				<Button type="submit" loading={close.isPending} disabled={counted === null}>{t('shift.close')}</Button>
			</Stack>
		</form>
	);
}

function Sums({ s }: { s: ShiftDetail }) {
	return (
		<>
			<Facts items={[
				[t('invoice.by'), <UserName uuid={s.entered_by} />],
				[t('shift.since'), dateTime(s.at)],
				[t('shift.opening'), <Money value={s.opening} currency />],
				...Object.entries(s.totals).filter(([, v]) => v !== 0).map(([k, v]): [string, React.ReactNode] => [known(`drawer.sum_${k}`) ? t(known(`drawer.sum_${k}`)!) : k, <Money value={v} />]),
				[t('shift.expected'), <strong data-testid="expected"><Money value={s.expected} currency /></strong>],
				...(s.counted !== null ? [[t('shift.counted'), <Money value={s.counted} />], [t('shift.difference'), <Money value={s.difference ?? 0} />]] as [string, React.ReactNode][] : []),
			]} />
			{s.gap !== null && s.gap !== 0 && <Alert color="orange">{t('shift.gap')} <Money value={s.gap} currency /></Alert>}
			{s.movements.length > 0 && (
				<Table>
					<Table.Thead><Table.Tr><Table.Th>{t('invoice.at')}</Table.Th><Table.Th>{t('account.what')}</Table.Th><Table.Th>{t('invoice.reason')}</Table.Th><Table.Th ta="end">{t('pos.amount')}</Table.Th></Table.Tr></Table.Thead>
					<Table.Tbody>
						{s.movements.map((m) => (
							<Table.Tr key={m.uuid}><Table.Td>{dateTime(m.at)}</Table.Td><Table.Td>{known(`shift.${m.kind}`) ? t(known(`shift.${m.kind}`)!) : m.kind}</Table.Td><Table.Td>{m.reason}</Table.Td><Table.Td ta="end"><Money value={m.amount} /></Table.Td></Table.Tr>
						))}
					</Table.Tbody>
				</Table>
			)}
		</>
	);
}

function One({ id }: { id: string }) {
	const { data, error, refetch } = useShift(id);
	if (!data)
		return error ? <ErrorNote error={error} onRetry={() => void refetch()} /> : <Loader />;
	return <Stack><Sums s={data} /></Stack>;
}

function Mine({ s }: { s: Shift }) {
	const [doing, setDoing] = useState<'move' | 'close' | null>(null);
	const end = () => setDoing(null);
	return (
		<Panel title={t('shift.yours', { number: s.number })} actions={(
			<>
				<Button variant="default" onClick={() => setDoing('move')} leftSection={<Icon name="cash" size={18} />}>{t('shift.move')}</Button>
				<Button onClick={() => setDoing('close')}>{t('shift.close')}</Button>
			</>
		)}>
			<One id={s.uuid} />
			<Shelf title={t('shift.move')} opened={doing === 'move'} onClose={end}><Move s={s} onDone={end} /></Shelf>
			<Shelf title={t('shift.close')} opened={doing === 'close'} onClose={end}><Close s={s} onDone={end} /></Shelf>
		</Panel>
	);
}

export default function Shifts() {
	useLanguage();
	const { shift, isPending } = useOpenShift();
	const { rows, query } = useShifts();
	const [open, setOpen] = useState<Shift | null>(null);
	const columns: Column<Shift>[] = [
		{ key: 'number', title: t('invoice.number'), width: '9rem', cell: (s) => <strong><bdi>{s.number}</bdi></strong> },
		{ key: 'at', title: t('shift.since'), width: '12rem', cell: (s) => dateTime(s.at) },
		{ key: 'who', title: t('invoice.by'), width: '1fr', cell: (s) => <UserName uuid={s.entered_by} /> },
		{ key: 'status', title: t('invoice.status'), width: '7.5rem', cell: (s) => <Badge variant="light" color={s.status === 'open' ? 'pine' : 'gray'}>{t(`shift.is_${s.status}`)}</Badge> },
		{ key: 'opening', title: t('shift.opening'), width: '8rem', end: true, cell: (s) => <Money value={s.opening} /> },
		{ key: 'expected', title: t('shift.expected'), width: '8rem', end: true, cell: (s) => <Money value={s.expected} /> },
		{ key: 'counted', title: t('shift.counted'), width: '8rem', end: true, cell: (s) => (s.counted === null ? '–' : <Money value={s.counted} />) },
		{ key: 'difference', title: t('shift.difference'), width: '8rem', end: true, cell: (s) => (s.difference === null ? '–' : <Money value={s.difference} />) },
	];
	return (
		<Page title={t('nav.shifts')} wide>
			{!isPending && (shift ? <Mine s={shift} /> : <Open />)}
			<DataTable label={t('nav.shifts')} columns={columns} rows={rows} rowKey={(s) => s.uuid} query={query} onOpen={setOpen}
				empty={<Empty icon="shifts" title={t('shift.none')} hint={t('shift.none_hint')} />} />
			<Shelf title={open?.number} opened={open !== null} onClose={() => setOpen(null)} size="40rem">{open && <One id={open.uuid} />}</Shelf>
		</Page>
	);
}
