import { Alert, Button, PasswordInput, SegmentedControl, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { t, useLanguage } from '~/i18n';
import { restored } from '~/state/restart';
import { useSite } from '~/state/site';
import { useStore } from '~/state/store';
import { Icon } from '~/ui/Icon';
import { details, explain } from '~/ui/toasts';
import { Door } from './Door';
import css from './Door.module.css';
import { useLockout, waitText } from './lockout';
import { lastUser, signIn, signInAdmin } from './queries';

export function SignIn() {
	useLanguage();
	const till = useSite().role === 'desktop';
	const [who, setWho] = useState<'user' | 'admin'>('user');
	const [user, setUser] = useState(lastUser);
	const [secret, setSecret] = useState('');
	const [tenant, setTenant] = useState('');
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<unknown>(null);
	const left = useLockout(error);
	const safety = useStore(restored);

	async function submit(e: FormEvent) {
		e.preventDefault();
		if (busy || left > 0)
			return;
		setBusy(true);
		setError(null);
		try {
			await (who === 'admin' ? signInAdmin(secret) : signIn({ user: user.trim(), secret, tenant: tenant.trim() }, till));
		} catch (err) {
			setError(err);
			setSecret('');
			setBusy(false);
		}
	}

	return (
		<Door title={t('auth.title')}>
			{safety && <Alert color="pine" icon={<Icon name="check" />} title={t('restart.done')}>{t('restart.safety')} <bdi>backups/{safety}</bdi></Alert>}
			{!till && (
				<SegmentedControl value={who} onChange={(v) => setWho(v as 'user' | 'admin')} aria-label={t('auth.title')}
					data={[{ value: 'user', label: t('auth.as_user') }, { value: 'admin', label: t('auth.as_admin') }]} />
			)}
			<form className={css.form} onSubmit={(e) => void submit(e)}>
				{who === 'user' && (
					<TextInput size="md" label={t('auth.user')} name="user" autoComplete="username" required value={user}
						autoFocus={!user} onChange={(e) => setUser(e.currentTarget.value)} />
				)}
				<PasswordInput size="md" name="secret" autoComplete="current-password" required value={secret} autoFocus={!!user}
					label={who === 'admin' ? t('auth.admin_password') : till ? t('auth.pin') : t('auth.password')}
					inputMode={till ? 'numeric' : undefined} onChange={(e) => setSecret(e.currentTarget.value)}
					visibilityToggleButtonProps={{ 'aria-hidden': true }} />
				{!till && who === 'user' && (
					<TextInput size="md" label={t('auth.tenant')} description={t('auth.tenant_hint')} name="tenant" value={tenant}
						onChange={(e) => setTenant(e.currentTarget.value)} />
				)}
				{error !== null && (
					<Alert color="red" role="alert" icon={<Icon name="alert" />} title={left > 0 ? t('auth.locked', { wait: waitText(left) }) : explain(error)}>
						{details(error)}
					</Alert>
				)}
				<Button type="submit" size="md" loading={busy} disabled={left > 0}>{t('auth.submit')}</Button>
			</form>
		</Door>
	);
}
