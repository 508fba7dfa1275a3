// What the whole shop has set: one row a key, only what was changed is written.
import { Button, Group, Select, Stack, Switch, TextInput, Textarea } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import { t } from '~/i18n';
import { offsetOf } from '~/i18n/format';
import { useMay } from '~/state/session';
import { type ShopSettings, useSettings } from '~/state/settings';
import { ErrorNote } from '~/ui/ErrorNote';
import { Panel } from '~/ui/Panel';
import { toastDone } from '~/ui/toasts';
import css from './Settings.module.css';
import { usePutSetting } from './queries';

const keys: [keyof ShopSettings, string][] = [
	['shopName', 'shop_name'], ['address', 'shop_address'], ['receiptNote', 'receipt_note'], ['currency', 'currency'],
	['exponent', 'currency_exponent'], ['timezone', 'timezone'], ['pricesIncludeTax', 'prices_include_tax'],
	['lockAfterMin', 'lock_after_min'],
];

const lockMinutes = [0, 1, 2, 5, 10, 15, 30, 60];

const zones = Intl.supportedValuesOf('timeZone');

export function ShopForm() {
	const now = useSettings();
	const may = useMay('settings');
	const [form, setForm] = useState(now);
	const [touched, setTouched] = useState(false);
	const put = usePutSetting();
	const changes = keys.filter(([k]) => form[k] !== now[k]);

	// News from elsewhere never changes what somebody is typing.
	useEffect(() => {
		if (!touched)
			setForm(now);
	}, [now, touched]);

	function set<K extends keyof ShopSettings>(key: K, value: ShopSettings[K]) {
		setTouched(true);
		setForm((f) => ({ ...f, [key]: value }));
	}

	function submit(e: FormEvent) {
		e.preventDefault();
		const rows = changes.map(([k, name]): [string, unknown] => [name, form[k]]);
		// Reports count days by the offset: it follows the zone.
		if (form.timezone !== now.timezone)
			rows.push(['utc_offset_min', offsetOf(form.timezone)]);
		put.mutate(rows, {
			onSuccess: () => {
				setTouched(false);
				toastDone(t('settings.saved'));
			},
		});
	}

	return (
		<Panel title={t('settings.shop')}>
			<form onSubmit={submit}>
				<fieldset disabled={!may} className={css.fields}>
					<TextInput label={t('settings.name')} value={form.shopName} onChange={(e) => set('shopName', e.currentTarget.value)} />
					<TextInput label={t('settings.currency')} description={t('settings.currency_hint')} placeholder="IQD" maxLength={8} value={form.currency}
						onChange={(e) => set('currency', e.currentTarget.value.toUpperCase())} />
					<Textarea label={t('settings.address')} rows={3} value={form.address} onChange={(e) => set('address', e.currentTarget.value)} />
					<Textarea label={t('settings.receipt')} rows={3} value={form.receiptNote} onChange={(e) => set('receiptNote', e.currentTarget.value)} />
					<Select label={t('settings.exponent')} description={t('settings.exponent_hint')} value={String(form.exponent)} allowDeselect={false}
						data={['0', '1', '2', '3', '4']} onChange={(v) => set('exponent', Number(v))} comboboxProps={{ withinPortal: true }} />
					<Select label={t('settings.timezone')} description={t('settings.timezone_hint')} value={form.timezone || null} searchable clearable limit={60}
						data={zones} onChange={(v) => set('timezone', v ?? '')} clearButtonProps={{ 'aria-label': t('do.remove') }} />
					<Select label={t('settings.lock')} description={t('settings.lock_hint')} value={String(form.lockAfterMin)} allowDeselect={false}
						data={lockMinutes.map((n) => ({ value: String(n), label: t('settings.lock_minutes', { n }) }))} onChange={(v) => set('lockAfterMin', Number(v))} />
				</fieldset>
				<Stack mt="md">
					<Switch label={t('settings.tax_included')} checked={form.pricesIncludeTax} disabled={!may}
						onChange={(e) => set('pricesIncludeTax', e.currentTarget.checked)} />
					{put.error && <ErrorNote error={put.error} />}
					{may && (
						<Group>
							<Button type="submit" loading={put.isPending} disabled={changes.length === 0}>{t('do.save')}</Button>
							{changes.length > 0 && <Button variant="default" onClick={() => (setForm(now), setTouched(false))}>{t('do.cancel')}</Button>}
						</Group>
					)}
				</Stack>
			</form>
		</Panel>
	);
}
