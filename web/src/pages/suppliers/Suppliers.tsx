import { Button, Group, Modal, Stack, Tabs, Text, TextInput, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Problem } from '~/api/http';
import type { PayMethod, Supplier } from '~/api/types';
import { t, useLanguage } from '~/i18n';
import { moneyWithCurrency } from '~/i18n/format';
import { useAccount, usePaySupplier, useSuppliers } from '~/pages/customers/queries';
import { useMay } from '~/state/session';
import { AccountPanel } from '~/ui/AccountPanel';
import { type Column, DataTable } from '~/ui/DataTable';
import { Empty } from '~/ui/Empty';
import { ErrorNote } from '~/ui/ErrorNote';
import { Icon } from '~/ui/Icon';
import { useParam } from '~/ui/lists';
import { MethodSelect } from '~/ui/MethodSelect';
import { MoneyInput } from '~/ui/MoneyInput';
import { Page } from '~/ui/Page';
import { SearchField } from '~/ui/SearchField';
import { Shelf } from '~/ui/Shelf';
import { toastDone } from '~/ui/toasts';
import { fieldError, isElsewhere, useSave } from '~/ui/useRecord';

const names = ['name', 'contact', 'phone', 'email', 'note'] as const;

function Form({ row, onDone }: { row: Supplier | null; onDone: () => void }) {
	const may = useMay('catalogue');
	const [form, setForm] = useState({ name: row?.name ?? '', contact: row?.contact ?? '', phone: row?.phone ?? '', email: row?.email ?? '', note: row?.note ?? '' });
	const save = useSave<Supplier>('suppliers', '/api/suppliers');
	const set = (k: keyof typeof form) => (e: { currentTarget: { value: string } }) => {
		const value = e.currentTarget.value;
		setForm((f) => ({ ...f, [k]: value }));
	};
	function submit(e: FormEvent) {
		e.preventDefault();
		const changes = Object.fromEntries(names.filter((k) => form[k] !== (row?.[k] ?? '')).map((k) => [k, form[k].trim() || null]));
		save.mutate({ row, changes }, { onSuccess: () => (toastDone(t('form.saved')), onDone()) });
	}
	return (
		<form onSubmit={submit}>
			<Stack>
				<TextInput data-autofocus label={t('field.name')} required value={form.name} onChange={set('name')} disabled={!may} error={fieldError(save.error, 'name')} />
				<TextInput label={t('field.contact')} value={form.contact} onChange={set('contact')} disabled={!may} error={fieldError(save.error, 'contact')} />
				<TextInput label={t('pos.phone')} type="tel" value={form.phone} onChange={set('phone')} disabled={!may} error={fieldError(save.error, 'phone')} />
				<TextInput label={t('field.email')} type="email" value={form.email} onChange={set('email')} disabled={!may} error={fieldError(save.error, 'email')} />
				<Textarea label={t('field.note')} rows={2} value={form.note} onChange={set('note')} disabled={!may} />
				{isElsewhere(save.error, [...names]) && <ErrorNote error={save.error} />}
				{may && <Button type="submit" loading={save.isPending}>{t('do.save')}</Button>}
			</Stack>
		</form>
	);
}

function Pay({ s, opened, onClose }: { s: Supplier; opened: boolean; onClose: () => void }) {
	const owed = useAccount('suppliers', s.uuid).data?.pages[0].owed ?? 0;
	const [method, setMethod] = useState<PayMethod>('bank');
	const [amount, setAmount] = useState<number | null>(null);
	const pay = usePaySupplier();
	const most = pay.error instanceof Problem && typeof pay.error.body.max === 'number' ? pay.error.body.max : owed;
	const too = amount !== null && amount > most;
	function submit(e: FormEvent) {
		e.preventDefault();
		if (amount && !too)
			pay.mutate({ supplier: s.uuid, method, amount }, { onSuccess: (p) => (toastDone(t('invoice.paid_done', { number: p.number })), setAmount(null), onClose()) });
	}
	return (
		<Modal opened={opened} onClose={onClose} title={t('supplier.pay')} closeButtonProps={{ 'aria-label': t('do.close') }}>
			<form onSubmit={submit}>
				<Stack>
					<Text>{t('supplier.owed', { amount: moneyWithCurrency(owed) })}</Text>
					<MethodSelect value={method} onChange={setMethod} />
					<MoneyInput data-autofocus label={t('pos.amount')} size="md" required value={amount} onChange={setAmount}
						error={too ? t('invoice.at_most', { amount: moneyWithCurrency(most) }) : undefined} />
					{pay.error && <ErrorNote error={pay.error} />}
					<Button type="submit" loading={pay.isPending} disabled={!amount || too}>{t('supplier.pay')}</Button>
				</Stack>
			</form>
		</Modal>
	);
}

function Card({ s, onDone }: { s: Supplier; onDone: () => void }) {
	const mayCost = useMay('cost');
	const mayPay = useMay('pay');
	const [paying, setPaying] = useState(false);
	if (!mayCost)
		return <Form row={s} onDone={onDone} />;
	return (
		<Tabs defaultValue="account" keepMounted={false}>
			<Tabs.List mb="md">
				<Tabs.Tab value="account">{t('account.title')}</Tabs.Tab>
				<Tabs.Tab value="form">{t('customer.details')}</Tabs.Tab>
			</Tabs.List>
			<Tabs.Panel value="account">
				<Stack>
					{mayPay && <Group><Button onClick={() => setPaying(true)} leftSection={<Icon name="cash" size={18} />}>{t('supplier.pay')}</Button></Group>}
					<AccountPanel kind="suppliers" id={s.uuid} />
					<Pay s={s} opened={paying} onClose={() => setPaying(false)} />
				</Stack>
			</Tabs.Panel>
			<Tabs.Panel value="form"><Form row={s} onDone={onDone} /></Tabs.Panel>
		</Tabs>
	);
}

export default function Suppliers() {
	useLanguage();
	const may = useMay('catalogue');
	const [q, setQ] = useParam('q');
	const { rows, query } = useSuppliers(q);
	const [open, setOpen] = useState<Supplier | 'new' | null>(null);
	const shown = rows.filter((s) => !s.archived);
	const columns: Column<Supplier>[] = [
		{ key: 'name', title: t('field.name'), width: '2fr', cell: (s) => <strong>{s.name}</strong> },
		{ key: 'contact', title: t('field.contact'), width: '1.5fr', cell: (s) => s.contact ?? '' },
		{ key: 'phone', title: t('pos.phone'), width: '12rem', cell: (s) => <bdi>{s.phone ?? ''}</bdi> },
		{ key: 'email', title: t('field.email'), width: '1.5fr', cell: (s) => <bdi>{s.email ?? ''}</bdi> },
	];
	const close = () => setOpen(null);
	return (
		<Page title={t('nav.suppliers')} wide actions={(
			<>
				<SearchField value={q} onChange={setQ} label={t('supplier.search')} />
				{may && <Button onClick={() => setOpen('new')} leftSection={<Icon name="plus" size={18} />}>{t('supplier.new')}</Button>}
			</>
		)}>
			<DataTable label={t('nav.suppliers')} columns={columns} rows={shown} rowKey={(s) => s.uuid} query={query} onOpen={setOpen}
				empty={<Empty icon="suppliers" title={q ? t('list.none_found', { q }) : t('supplier.none')} hint={t('supplier.none_hint')} />} />
			<Shelf title={open === 'new' ? t('supplier.new') : open?.name} opened={open !== null} onClose={close} size="38rem">
				{open === 'new' ? <Form row={null} onDone={close} /> : open && <Card s={open} onDone={close} />}
			</Shelf>
		</Page>
	);
}
