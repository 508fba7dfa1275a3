import { Alert, Button, PasswordInput, SegmentedControl, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import { Problem } from '~/api/http';
import { t, useLanguage } from '~/i18n';
import { restored } from '~/state/restart';
import { useSite } from '~/state/site';
import { useStore } from '~/state/store';
import { Icon } from '~/ui/Icon';
import { details, explain } from '~/ui/toasts';
import { Door } from './Door';
import css from './Door.module.css';
import { lastUser, signIn, signInAdmin } from './queries';

function waitText(seconds: number): string {
	return seconds > 90 ? t('auth.wait_minutes', { n: Math.ceil(seconds / 60) }) : t('auth.wait_seconds', { n: seconds });
}

// Counts down what is left of a lockout.
function useLockout(error: unknown): number {
	const [left, setLeft] = useState(0);
	useEffect(() => {
		if (!(error instanceof Problem) || error.status !== 429 || !error.retryAfterS)
			return setLeft(0);
		const until = Date.now() + error.retryAfterS * 1000;
		const tick = () => setLeft(Math.max(Math.ceil((until - Date.now()) / 1000), 0));
		tick();
		const id = window.setInterval(tick, 1000);
		return () => window.clearInterval(id);
	}, [error]);
	return left;
}

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
