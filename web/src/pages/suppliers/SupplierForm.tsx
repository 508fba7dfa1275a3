import { Button, Stack, TextInput, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Supplier } from '~/api/types';
import { t } from '~/i18n';
import { useMay } from '~/state/session';
import { ErrorNote } from '~/ui/ErrorNote';
import { toastDone } from '~/ui/toasts';
import { fieldError, isElsewhere, useSave } from '~/ui/useRecord';

const names = ['name', 'contact', 'phone', 'email', 'note'] as const;

export function SupplierForm({ row, onDone }: { row: Supplier | null; onDone: () => void }) {
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
