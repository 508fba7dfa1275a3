import { Button, Group, Select, Stack, Switch, TextInput, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Problem } from '~/api/http';
import type { Category, Product } from '~/api/types';
import { t } from '~/i18n';
import { rate } from '~/i18n/format';
import { useMay } from '~/state/session';
import { ErrorNote } from '~/ui/ErrorNote';
import { MoneyInput } from '~/ui/MoneyInput';
import { toastDone } from '~/ui/toasts';
import { fieldError, isElsewhere, useSave } from '~/ui/useRecord';
import css from './Inventory.module.css';
import { useCategories, useTaxRates } from './queries';
import { Stale } from './Stale';

const names = ['name', 'sku', 'barcode', 'price', 'tax_rate', 'category', 'unit', 'tracked', 'low_stock', 'archived', 'note'] as const;

type Form = Pick<Product, (typeof names)[number]>;

const blank: Form = { name: '', sku: null, barcode: null, price: 0, tax_rate: null, category: null, unit: null, tracked: true, low_stock: null, archived: false, note: null };

export function ProductForm({ row, onDone }: { row: Product | null; onDone: () => void }) {
	const may = useMay('catalogue');
	const [base, setBase] = useState(row);
	const [form, setForm] = useState<Form>(row ?? blank);
	const [price, setPrice] = useState<number | null>(row?.price ?? null);
	const save = useSave<Product>('products', '/api/products');
	const categories = useCategories().data ?? [];
	const rates = useTaxRates().data ?? [];
	const newCategory = useSave<Category>('categories', '/api/categories');
	const [typed, setTyped] = useState('');
	const stale = save.error instanceof Problem && save.error.status === 412;
	const set = <K extends keyof Form>(k: K, v: Form[K]) => setForm((f) => ({ ...f, [k]: v }));
	const text = (k: 'name' | 'sku' | 'barcode' | 'unit' | 'note') => ({
		value: form[k] ?? '',
		onChange: (e: { currentTarget: { value: string } }) => set(k, e.currentTarget.value as never),
		error: fieldError(save.error, k),
		disabled: !may,
	});
	function submit(e: FormEvent) {
		e.preventDefault();
		if (price === null)
			return;
		const now: Form = { ...form, price };
		const clean = (v: unknown) => (typeof v === 'string' ? v.trim() || null : v);
		const changes = Object.fromEntries(names.filter((k) => clean(now[k]) !== (base ? base[k] : undefined)).map((k) => [k, clean(now[k])]));
		save.mutate({ row: base, changes }, { onSuccess: () => (toastDone(t('form.saved')), onDone()) });
	}
	return (
		<form onSubmit={submit}>
			<Stack>
				<TextInput data-autofocus label={t('field.name')} required {...text('name')} />
				<div className={css.pair}>
					<MoneyInput label={t('field.price')} required value={price} onChange={setPrice} disabled={!may} error={fieldError(save.error, 'price')} />
					<Select label={t('field.tax_rate')} clearable placeholder={t('product.default_tax')} disabled={!may} value={form.tax_rate === null ? null : String(form.tax_rate)}
						data={[...new Set(rates.map((r) => r.rate))].map((r) => ({ value: String(r), label: rate(r) }))} onChange={(v) => set('tax_rate', v === null ? null : Number(v))}
						clearButtonProps={{ 'aria-label': t('do.remove') }} />
					<TextInput label={t('field.barcode')} {...text('barcode')} />
					<TextInput label={t('field.sku')} {...text('sku')} />
					<Select label={t('field.category')} clearable searchable disabled={!may} value={form.category} searchValue={typed} onSearchChange={setTyped}
						data={categories.map((c) => ({ value: c.uuid, label: c.name }))} onChange={(v) => set('category', v)}
						nothingFoundMessage={may && typed.trim() && (
							<Button size="compact-sm" variant="light" loading={newCategory.isPending}
								onClick={() => newCategory.mutate({ row: null, changes: { name: typed.trim() } }, { onSuccess: (c) => set('category', c.uuid) })}>
								{t('product.new_category', { name: typed.trim() })}
							</Button>
						)} clearButtonProps={{ 'aria-label': t('do.remove') }} />
					<TextInput label={t('field.unit')} placeholder={t('product.unit_hint')} {...text('unit')} />
					<MoneyInput label={t('product.low_stock')} digits={3} value={form.low_stock} onChange={(v) => set('low_stock', v)} disabled={!may} />
				</div>
				<Switch label={t('product.tracked')} checked={form.tracked} disabled={!may} onChange={(e) => set('tracked', e.currentTarget.checked)} />
				<Switch label={t('product.archived')} checked={form.archived} disabled={!may} onChange={(e) => set('archived', e.currentTarget.checked)} />
				<Textarea label={t('field.note')} rows={2} {...text('note')} />
				{stale && <Stale mine={{ ...form, price: price ?? 0 }} theirs={(save.error as Problem).body.current as Product} onTake={(p) => (setForm(p), setPrice(p.price), setBase(p), save.reset())} onKeep={(p) => (setBase(p), save.reset())} />}
				{!stale && isElsewhere(save.error, [...names]) && <ErrorNote error={save.error} />}
				{may && <Group><Button type="submit" loading={save.isPending} disabled={price === null}>{t('do.save')}</Button></Group>}
			</Stack>
		</form>
	);
}
