import { Button, PasswordInput, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Problem } from '~/api/http';
import { t, useLanguage } from '~/i18n';
import { loadSite } from '~/state/site';
import { ErrorNote } from '~/ui/ErrorNote';
import { explain } from '~/ui/toasts';
import { Door } from './Door';
import css from './Door.module.css';
import { setUp } from './queries';

const fields = ['code', 'name', 'owner', 'pin'] as const;

export function SetUp() {
	useLanguage();
	const [form, setForm] = useState({ code: '', name: '', owner: '', pin: '' });
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<unknown>(null);
	const bad = error instanceof Problem ? error.field : null;
	const errorOf = (name: string) => (bad === `/${name}` ? explain(error) : undefined);
	const onField = !!bad && fields.some((f) => bad === `/${f}`);
	const set = (name: keyof typeof form) => (e: { currentTarget: { value: string } }) => {
		const value = e.currentTarget.value;
		setForm((f) => ({ ...f, [name]: value }));
	};

	async function submit(e: FormEvent) {
		e.preventDefault();
		setBusy(true);
		setError(null);
		try {
			await setUp(form);
		} catch (err) {
			setError(err);
			setBusy(false);
			if (err instanceof Problem && err.code === 'set_up')
				await loadSite();
		}
	}

	return (
		<Door title={t('setup.title')} lead={t('setup.lead')}>
			<form className={css.form} onSubmit={(e) => void submit(e)}>
				<TextInput size="md" label={t('setup.code')} description={t('setup.code_hint')} name="code" required autoFocus
					autoComplete="off" placeholder="XXXX-XXXX" value={form.code} onChange={set('code')} error={errorOf('code')} />
				<TextInput size="md" label={t('setup.shop')} name="name" required value={form.name} onChange={set('name')} error={errorOf('name')} />
				<TextInput size="md" label={t('setup.owner')} name="owner" autoComplete="username" required value={form.owner}
					onChange={set('owner')} error={errorOf('owner')} />
				<PasswordInput size="md" label={t('setup.pin')} description={t('setup.pin_hint')} name="pin" inputMode="numeric"
					autoComplete="new-password" required value={form.pin} onChange={set('pin')} error={errorOf('pin')}
					visibilityToggleButtonProps={{ 'aria-hidden': true }} />
				{error !== null && !onField && <ErrorNote error={error} />}
				<Button type="submit" size="md" loading={busy}>{t('setup.submit')}</Button>
			</form>
		</Door>
	);
}
