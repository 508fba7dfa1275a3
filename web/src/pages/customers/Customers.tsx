import { Button, Group, Modal, Stack, Tabs, Text, TextInput, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Problem } from '~/api/http';
import type { Customer, PayMethod } from '~/api/types';
import { t, useLanguage } from '~/i18n';
import { moneyWithCurrency } from '~/i18n/format';
import { useMay } from '~/state/session';
import { useOpenShift } from '~/state/shift';
import { AccountPanel } from '~/ui/AccountPanel';
import { CsvButton } from '~/ui/Csv';
import { type Column, DataTable } from '~/ui/DataTable';
import { Empty } from '~/ui/Empty';
import { ErrorNote } from '~/ui/ErrorNote';
import { Icon } from '~/ui/Icon';
import { allOf, useParam } from '~/ui/lists';
import { MethodSelect } from '~/ui/MethodSelect';
import { MoneyInput } from '~/ui/MoneyInput';
import { Page } from '~/ui/Page';
import { SearchField } from '~/ui/SearchField';
import { Shelf } from '~/ui/Shelf';
import { toastDone } from '~/ui/toasts';
import { fieldError, isElsewhere, useSave } from '~/ui/useRecord';
import { useAccount, useCollect, useCustomers } from './queries';

const WALK_IN = 'd7a001e8-2915-59d6-80cc-c54bfcddfa96';
const names = ['phone', 'name', 'email', 'address', 'note'] as const;

function Form({ row, onDone }: { row: Customer | null; onDone: (c: Customer) => void }) {
	const may = useMay('customers');
	const [form, setForm] = useState({ phone: row?.phone ?? '', name: row?.name ?? '', email: row?.email ?? '', address: row?.address ?? '', note: row?.note ?? '' });
	const save = useSave<Customer>('customers', '/api/customers');
	// While one types: is somebody here with this phone already?
	const twins = useCustomers(form.phone.trim().length >= 5 ? form.phone.trim() : '');
	const twin = form.phone.trim().length >= 5 ? twins.rows.find((c) => c.phone === form.phone.trim() && c.uuid !== row?.uuid) : undefined;
	const set = (k: keyof typeof form) => (e: { currentTarget: { value: string } }) => {
		const value = e.currentTarget.value;
		setForm((f) => ({ ...f, [k]: value }));
	};
	function submit(e: FormEvent) {
		e.preventDefault();
		const changes = Object.fromEntries(names.filter((k) => form[k] !== (row?.[k] ?? '')).map((k) => [k, form[k].trim() || null]));
		save.mutate({ row, changes }, { onSuccess: (c) => (toastDone(t('form.saved')), onDone(c)) });
	}
	return (
		<form onSubmit={submit}>
			<Stack>
				<TextInput data-autofocus label={t('pos.phone')} type="tel" value={form.phone} onChange={set('phone')} disabled={!may}
					error={fieldError(save.error, 'phone') ?? (twin ? t('customer.twin', { name: twin.name ?? twin.phone ?? '' }) : undefined)} />
				<TextInput label={t('field.name')} value={form.name} onChange={set('name')} disabled={!may} error={fieldError(save.error, 'name')} />
				<TextInput label={t('field.email')} type="email" value={form.email} onChange={set('email')} disabled={!may} error={fieldError(save.error, 'email')} />
				<Textarea label={t('field.address')} rows={2} value={form.address} onChange={set('address')} disabled={!may} />
				<Textarea label={t('field.note')} rows={2} value={form.note} onChange={set('note')} disabled={!may} />
				{isElsewhere(save.error, [...names]) && <ErrorNote error={save.error} />}
				{may && <Button type="submit" loading={save.isPending} disabled={!form.phone.trim() && !form.name.trim()}>{t('do.save')}</Button>}
			</Stack>
		</form>
	);
}

function Collect({ c, opened, onClose }: { c: Customer; opened: boolean; onClose: () => void }) {
	const owed = useAccount('customers', c.uuid).data?.pages[0].owed ?? 0;
	const [method, setMethod] = useState<PayMethod>('cash');
	const [amount, setAmount] = useState<number | null>(null);
	const { shift } = useOpenShift();
	const pay = useCollect();
	const most = pay.error instanceof Problem && typeof pay.error.body.max === 'number' ? pay.error.body.max : owed;
	const too = amount !== null && amount > most;
	function submit(e: FormEvent) {
		e.preventDefault();
		if (amount && !too)
			pay.mutate({ customer: c.uuid, method, amount, ...(shift ? { shift: shift.uuid } : {}) },
				{ onSuccess: (p) => (toastDone(t('invoice.paid_done', { number: p.number })), setAmount(null), onClose()) });
	}
	return (
		<Modal opened={opened} onClose={onClose} title={t('customer.collect')} closeButtonProps={{ 'aria-label': t('do.close') }}>
			<form onSubmit={submit}>
				<Stack>
					<Text>{t('customer.oldest_first', { amount: moneyWithCurrency(owed) })}</Text>
					<MethodSelect value={method} onChange={setMethod} />
					<MoneyInput data-autofocus label={t('pos.amount')} size="md" required value={amount} onChange={setAmount}
						error={too ? t('invoice.at_most', { amount: moneyWithCurrency(most) }) : undefined} />
					{pay.error && <ErrorNote error={pay.error} />}
					<Button type="submit" loading={pay.isPending} disabled={!amount || too}>{t('customer.collect')}</Button>
				</Stack>
			</form>
		</Modal>
	);
}

function Card({ c, onDone }: { c: Customer; onDone: () => void }) {
	const mayCollect = useMay('collect');
	const [paying, setPaying] = useState(false);
	return (
		<Tabs defaultValue="account" keepMounted={false}>
			<Tabs.List mb="md">
				<Tabs.Tab value="account">{t('account.title')}</Tabs.Tab>
				<Tabs.Tab value="form">{t('customer.details')}</Tabs.Tab>
			</Tabs.List>
			<Tabs.Panel value="account">
				<Stack>
					{mayCollect && <Group><Button onClick={() => setPaying(true)} leftSection={<Icon name="cash" size={18} />}>{t('customer.collect')}</Button></Group>}
					<AccountPanel kind="customers" id={c.uuid} />
					<Collect c={c} opened={paying} onClose={() => setPaying(false)} />
				</Stack>
			</Tabs.Panel>
			<Tabs.Panel value="form"><Form row={c} onDone={onDone} /></Tabs.Panel>
		</Tabs>
	);
}

export default function Customers() {
	useLanguage();
	const may = useMay('customers');
	const [q, setQ] = useParam('q');
	const { rows, query } = useCustomers(q);
	const [open, setOpen] = useState<Customer | 'new' | null>(null);
	const isListed = (c: Customer) => !c.archived && c.uuid !== WALK_IN;
	const shown = rows.filter(isListed);
	const columns: Column<Customer>[] = [
		{ key: 'phone', title: t('pos.phone'), width: '12rem', cell: (c) => <strong><bdi>{c.phone ?? '–'}</bdi></strong> },
		{ key: 'name', title: t('field.name'), width: '2fr', cell: (c) => c.name ?? '–' },
		{ key: 'email', title: t('field.email'), width: '1.5fr', cell: (c) => <bdi>{c.email ?? ''}</bdi> },
		{ key: 'address', title: t('field.address'), width: '2fr', cell: (c) => c.address ?? '' },
	];
	const close = () => setOpen(null);
	return (
		<Page title={t('nav.customers')} wide actions={(
			<>
				<SearchField value={q} onChange={setQ} label={t('customer.search')} />
				<CsvButton name="customers" head={['phone', 'name', 'email', 'address', 'note']} 
					rows={async () => (await allOf<Customer>('/api/customers', { q })).filter(isListed).map((c) => [c.phone, c.name, c.email, c.address, c.note])} />
				{may && <Button onClick={() => setOpen('new')} leftSection={<Icon name="plus" size={18} />}>{t('pos.new_customer')}</Button>}
			</>
		)}>
			<DataTable label={t('nav.customers')} columns={columns} rows={shown} rowKey={(c) => c.uuid} query={query} onOpen={setOpen}
				empty={<Empty icon="customers" title={q ? t('list.none_found', { q }) : t('customer.none')} hint={t('customer.none_hint')} />} />
			<Shelf title={open === 'new' ? t('pos.new_customer') : (open?.name ?? open?.phone)} opened={open !== null} onClose={close} size="38rem">
				{open === 'new' ? <Form row={null} onDone={close} /> : open && <Card c={open} onDone={close} />}
			</Shelf>
		</Page>
	);
}
