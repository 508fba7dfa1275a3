import { Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Suspense, lazy, useEffect, useState } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { here } from '~/api/client';
import type { List, Setting } from '~/api/types';
import { t, useLanguage } from '~/i18n';
import { pagesFor } from '~/pages';
import { SetUp } from '~/pages/signin/SetUp';
import { Restarting } from '~/pages/signin/Restarting';
import { SignIn } from '~/pages/signin/SignIn';
import { locked } from '~/state/lock';
import { restart } from '~/state/restart';
import { setPermissions, useSession } from '~/state/session';
import { settings, settingsFrom } from '~/state/settings';
import { loadSite, site } from '~/state/site';
import { useStore } from '~/state/store';
import { Crash } from '~/ui/Crash';
import { Empty } from '~/ui/Empty';
import { Frame } from '~/ui/Frame';
import { SyncDrawer } from '~/ui/SyncDrawer';
import { Printer } from '~/ui/paper';
import css from '~/ui/Frame.module.css';

const Lock = lazy(() => import('~/pages/lock/Lock'));

const RETRY_MS = 1000;
const SAY_AFTER_MS = 3000;

// A splash that never stays silent: after three seconds it says what it waits for.
function Starting() {
	const [slow, setSlow] = useState(false);
	useEffect(() => {
		const say = window.setTimeout(() => setSlow(true), SAY_AFTER_MS);
		let again = 0;
		const look = () => void loadSite().catch(() => (again = window.setTimeout(look, RETRY_MS)));
		look();
		return () => (window.clearTimeout(say), window.clearTimeout(again));
	}, []);
	return (
		<main className={css.starting}>
			{slow ? <Empty icon="wait" title={t('frame.starting')} hint={t('frame.starting_hint')} /> : <Loader />}
		</main>
	);
}

function useShopSettings(): void {
	const { data } = useQuery({
		queryKey: ['settings'],
		queryFn: async () => (await here.get<List<Setting>>('/api/settings?limit=500')).items,
		staleTime: 60_000,
	});
	useEffect(() => {
		if (data)
			settings.set(settingsFrom(data));
	}, [data]);
}

function Missing() {
	return <Empty icon="search" title={t('frame.not_found')} hint={t('frame.not_found_hint')} />;
}

// What one may do can change while one is signed in.
function usePermissions(): void {
	const { data } = useQuery({
		queryKey: ['users', 'me'],
		queryFn: () => here.get<{ permissions: string[] }>('/api/session'),
		staleTime: 60_000,
	});
	useEffect(() => {
		if (data)
			setPermissions(data.permissions);
	}, [data]);
}

function User() {
	useShopSettings();
	usePermissions();
	return null;
}

function Inside() {
	const session = useSession();
	const [open, setOpen] = useState(false);
	const [at] = useLocation();
	const pages = pagesFor(session);
	return (
		<Frame onStatus={() => setOpen(true)}>
			{session?.kind === 'user' && <User />}
			<Crash key={at.split('/')[1]}>
				<Suspense fallback={<div className={css.starting}><Loader /></div>}>
					<Switch>
						<Route path="/"><Redirect to={pages[0]?.path ?? '/none'} replace /></Route>
						{pages.map((p) => <Route key={p.path} path={p.path} nest><p.View /></Route>)}
						<Route><Missing /></Route>
					</Switch>
				</Suspense>
			</Crash>
			<SyncDrawer opened={open} onClose={() => setOpen(false)} />
			<Printer />
		</Frame>
	);
}

export function App() {
	useLanguage();
	const known = useStore(site);
	const session = useSession();
	const restarting = useStore(restart);
	const isLocked = useStore(locked);
	if (restarting)
		return <Restarting r={restarting} />;
	if (!known)
		return <Starting />;
	// Locked, a page stays as it is behind the lock; another person begins anew.
	if (session)
		return <><Inside key={session.user.uuid} />{isLocked && <Suspense fallback={<div className={css.covered} />}><Lock /></Suspense>}</>;
	return known.set_up ? <SignIn /> : <SetUp />;
}
