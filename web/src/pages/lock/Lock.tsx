// The lock: who is there, and their PIN.  Behind it all stays as it was; nothing there
// can be reached, by no key and no screen reader.
import { Alert, Button, PasswordInput, Title, UnstyledButton } from '@mantine/core';
import { type FormEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { useLocation } from 'wouter';
import { known, t, useLanguage } from '~/i18n';
import { dateOnly, timeOnly } from '~/i18n/format';
import { pagesFor } from '~/pages';
import { useLockout, waitText } from '~/pages/signin/lockout';
import { useSyncNow } from '~/pages/settings/queries';
import { session, useMay, useSession } from '~/state/session';
import { useSettings } from '~/state/settings';
import { useStatus } from '~/state/status';
import { LookButtons } from '~/ui/Frame';
import { Icon } from '~/ui/Icon';
import { StatusChip } from '~/ui/StatusChip';
import { details, explain, toastDone, toastError } from '~/ui/toasts';
import css from './Lock.module.css';
import { Pad } from './Pad';
import { usePeople, useUnlock } from './queries';

// Its own place beside all others, which are out of reach as long as it is there.
function useCover(): HTMLElement {
	const [place] = useState(() => document.createElement('div'));
	// Before anybody inside it asks for the focus.
	useLayoutEffect(() => {
		const rest = [...document.body.children].filter((e) => !e.hasAttribute('inert')) as HTMLElement[];
		const before = document.activeElement as HTMLElement | null;
		rest.forEach((e) => (e.inert = true));
		document.body.append(place);
		return () => {
			place.remove();
			rest.forEach((e) => (e.inert = false));
			before?.focus();
		};
	}, [place]);
	return place;
}

function Clock() {
	const [now, setNow] = useState(() => new Date().toISOString());
	useEffect(() => {
		const timer = window.setInterval(() => setNow(new Date().toISOString()), 1000);
		return () => window.clearInterval(timer);
	}, []);
	return <div className={css.clock}><strong>{timeOnly(now)}</strong><span>{dateOnly(now)}</span></div>;
}

// A new cashier may be missing here.
function Fetch() {
	const may = useMay('sync');
	const now = useSyncNow();
	const on = useStatus().sync?.pairing?.status === 'approved';
	if (!may || !on)
		return null;
	return <Button variant="subtle" leftSection={<Icon name="refresh" size={18} />} loading={now.isPending} onClick={() => now.mutate(undefined, { onError: toastError })}>{t('lock.sync')}</Button>;
}

function People({ who, onPick }: { who: string; onPick: (name: string) => void }) {
	const me = useSession()?.user.name ?? '';
	const people = usePeople(me).data ?? [];
	return (
		<div className={css.people} role="group" aria-label={t('lock.who')}>
			{(people.length > 0 ? people : [{ uuid: 'me', name: me, role: session.get()?.user.role ?? '' }]).map((u) => {
				const role = known(`role.${u.role}`);
				return (
					<UnstyledButton key={u.uuid} className={css.person} aria-pressed={u.name === who} onClick={() => onPick(u.name)}>
						<span className={css.avatar} aria-hidden="true">{u.name.slice(0, 1)}</span>
						<span className={css.name}><strong>{u.name}</strong><small>{role ? t(role) : u.role}</small></span>
					</UnstyledButton>
				);
			})}
		</div>
	);
}

function Form({ who, me }: { who: string; me: string }) {
	const [pin, setPin] = useState('');
	const field = useRef<HTMLInputElement>(null);
	const [at, go] = useLocation();
	const unlock = useUnlock((user) => {
		if (user !== me)
			toastDone(t('lock.took_over', { name: user }));
		if (!pagesFor(session.get()).some((p) => at === p.path || at.startsWith(`${p.path}/`)))
			go('/');
	});
	const left = useLockout(unlock.error);
	const focus = () => field.current?.focus();
	useEffect(() => {
		setPin('');
		unlock.reset();
		focus();
	}, [who]);
	function submit(e: FormEvent) {
		e.preventDefault();
		if (unlock.isPending || left > 0 || !pin)
			return;
		unlock.mutate({ user: who, pin }, { onError: () => (setPin(''), focus()) });
	}
	return (
		<form className={css.form} onSubmit={submit}>
			<PasswordInput ref={field} size="lg" label={t('lock.pin', { name: who })} name="pin" inputMode="numeric" autoComplete="off" data-autofocus value={pin}
				onChange={(e) => setPin(e.currentTarget.value)} visibilityToggleButtonProps={{ 'aria-hidden': true }} />
			<Pad onDigit={(d) => setPin((p) => p + d)} onBack={() => setPin((p) => p.slice(0, -1))} onClear={() => setPin('')} />
			{unlock.error && (
				<Alert color="red" role="alert" icon={<Icon name="alert" />} title={left > 0 ? t('auth.locked', { wait: waitText(left) }) : explain(unlock.error)}>{details(unlock.error)}</Alert>
			)}
			<Button type="submit" size="lg" loading={unlock.isPending} disabled={left > 0 || !pin}>{who === me ? t('lock.open') : t('lock.take_over', { name: who })}</Button>
		</form>
	);
}

export default function Lock() {
	useLanguage();
	const place = useCover();
	const me = useSession()?.user.name ?? '';
	const shop = useSettings().shopName;
	const [who, setWho] = useState(me);
	return createPortal(
		<div className={css.lock} data-testid="lock">
			<div className={css.look}><StatusChip id="lock-status" /><LookButtons /></div>
			<main className={css.card}>
				<section className={css.left}>
					<div className={css.head}>
						<Title order={1} size="h3"><Icon name="lock" /> {shop || t('app.name')} · {t('lock.title')}</Title>
						<p>{t('lock.kept')}</p>
					</div>
					<People who={who} onPick={setWho} />
					<div className={css.foot}><Clock /><Fetch /></div>
				</section>
				<Form who={who} me={me} />
			</main>
		</div>, place);
}
