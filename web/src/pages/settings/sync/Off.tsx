import { Button, Group, PasswordInput, Stack, Switch, Text, TextInput, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Problem } from '~/api/http';
import { t } from '~/i18n';
import { useMay } from '~/state/session';
import { ErrorNote } from '~/ui/ErrorNote';
import { Icon } from '~/ui/Icon';
import { Panel } from '~/ui/Panel';
import { explain } from '~/ui/toasts';
import css from '../Settings.module.css';
import { type PairingForm, readPairingText, usePair } from '../queries';

const empty: PairingForm = { url: '', tenant_uuid: '', license_key: '', name: '' };
const names = ['url', 'tenant_uuid', 'license_key', 'name'] as const;

// Dashes, blanks and case do not matter, neither here nor at the server.
function looksRight(f: PairingForm): Partial<Record<keyof PairingForm, string>> {
	const bad: Partial<Record<keyof PairingForm, string>> = {};
	if (f.url && !/^https?:\/\/[^/\s]+\/?$/.test(f.url))
		bad.url = t('pair.bad_url');
	if (f.tenant_uuid && f.tenant_uuid.replace(/[^0-9a-f]/gi, '').length !== 32)
		bad.tenant_uuid = t('pair.bad_tenant');
	if (f.license_key && f.license_key.replace(/[^0-9a-z]/gi, '').length !== 20)
		bad.license_key = t('pair.bad_key');
	return bad;
}

export function Details({ onCancel }: { onCancel?: () => void }) {
	const [form, setForm] = useState(empty);
	const [text, setText] = useState('');
	const pair = usePair();
	const bad = looksRight(form);
	const field = pair.error instanceof Problem ? pair.error.field?.slice(1) : undefined;
	const errorOf = (n: (typeof names)[number]) => bad[n] ?? (field === n ? explain(pair.error) : undefined);
	const set = (n: (typeof names)[number]) => (e: { currentTarget: { value: string } }) => {
		const value = e.currentTarget.value;
		setForm((f) => ({ ...f, [n]: value }));
	};
	function paste(value: string) {
		setText(value);
		const read = readPairingText(value);
		if (read)
			setForm((f) => ({ ...f, ...read }));
	}
	function submit(e: FormEvent) {
		e.preventDefault();
		const dashed = form.tenant_uuid.replace(/[^0-9a-f]/gi, '').toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
		pair.mutate({ ...form, url: form.url.trim(), tenant_uuid: dashed, name: form.name.trim() });
	}
	return (
		<form onSubmit={submit}>
			<Stack>
				<Textarea label={t('pair.text')} description={t('pair.text_hint')} autosize={false} rows={2} value={text} onChange={(e) => paste(e.currentTarget.value)} spellCheck={false} />
				<div className={css.fields}>
					<TextInput label={t('pair.url')} required placeholder="https://shop.example" value={form.url} onChange={set('url')} error={errorOf('url')} />
					<TextInput label={t('pair.name')} description={t('pair.name_hint')} required value={form.name} onChange={set('name')} error={errorOf('name')} />
					<TextInput label={t('pair.tenant')} required value={form.tenant_uuid} onChange={set('tenant_uuid')} error={errorOf('tenant_uuid')} spellCheck={false} />
					<PasswordInput label={t('pair.key')} required placeholder="FEXL-…" value={form.license_key} onChange={set('license_key')}
						error={errorOf('license_key')} autoComplete="off" visibilityToggleButtonProps={{ 'aria-hidden': true }} />
				</div>
				{pair.error && !names.some((n) => n === field) && <ErrorNote error={pair.error} />}
				<Group>
					<Button type="submit" loading={pair.isPending} disabled={Object.keys(bad).length > 0} leftSection={<Icon name="link" size={18} />}>{t('pair.go')}</Button>
					{onCancel && <Button variant="default" onClick={onCancel}>{t('do.cancel')}</Button>}
				</Group>
			</Stack>
		</form>
	);
}

export function Off() {
	const may = useMay('pair');
	const [open, setOpen] = useState(false);
	return (
		<Panel title={t('settings.sync')} actions={may && <Switch label={t('pair.toggle')} checked={open} onChange={(e) => setOpen(e.currentTarget.checked)} />}>
			<Text>{t('pair.off')}</Text>
			<Text c="dimmed">{may ? t('pair.off_hint') : t('pair.owner_only')}</Text>
			{open && <Details onCancel={() => setOpen(false)} />}
		</Panel>
	);
}
