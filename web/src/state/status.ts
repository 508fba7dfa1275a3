// How sync is doing: one endpoint, read every few seconds, feeds the chip on every
// page and the breaker.
import { breaker, here, mode, probeCloud } from '~/api/client';
import { Problem } from '~/api/http';
import type { SyncStatus } from '~/api/types';
import { session } from './session';
import { isTill, site } from './site';
import { createStore, useStore } from './store';

const CALM_MS = 3000;
const BUSY_MS = 700;

export interface Status {
	sync: SyncStatus | null; // null: not known yet, or this is no till
	answers: boolean; // this till's own server does
}

export const status = createStore<Status>({ sync: null, answers: true });

// The page may only talk to the cloud that apid named when it sent the page.
let cloudOfPage: string | null | undefined;
export const pageIsOld = createStore(false);

function feedBreaker(s: SyncStatus): void {
	const url = s.pairing?.url ?? null;
	const on = s.pairing?.status === 'approved' && !s.pairing.paused;
	if (cloudOfPage === undefined)
		cloudOfPage = url;
	pageIsOld.set(on && url !== cloudOfPage);
	breaker.paired(on && url === cloudOfPage);
	breaker.pending(s.pending.total);
}

// The cloud's health is asked while we are not with it, and when the worker has lost it.
async function feedHealth(s: SyncStatus): Promise<void> {
	const m = breaker.mode;
	const url = s.pairing?.url;
	if (!url || m === 'alone' || (m === 'cloud' && s.worker?.state !== 'offline'))
		return;
	const ok = await probeCloud(url);
	if (m === 'cloud' && !ok)
		breaker.failed(Date.now());
	else
		breaker.health(ok, Date.now());
}

let timer = 0;
let running = false;
let wanted = false; // once more, as soon as this look has ended

async function look(): Promise<void> {
	const token = session.get()?.token;
	if (!token || !isTill())
		return;
	try {
		const sync = await here.get<SyncStatus>('/api/sync/status');
		if (token !== session.get()?.token)
			return;
		status.set({ sync, answers: true });
		feedBreaker(sync);
		await feedHealth(sync);
		if (breaker.mode === 'catching_up')
			breaker.pending(sync.pending.total);
	} catch (e) {
		status.set((s) => ({ ...s, answers: e instanceof Problem }));
	}
}

function isBusy(): boolean {
	const s = status.get().sync;
	return mode.get() === 'local' || mode.get() === 'catching_up' || !status.get().answers ||
		['moving', 'registering', 'pending', 'loading', 'sending'].includes(s?.state ?? '');
}

async function turn(): Promise<void> {
	if (running) {
		wanted = true;
		return;
	}
	running = true;
	window.clearTimeout(timer);
	await look();
	running = false;
	timer = window.setTimeout(turn, wanted ? 0 : isBusy() ? BUSY_MS : CALM_MS);
	wanted = false;
}

// Now, not in a moment.
export function lookAgain(): void {
	void turn();
}

session.watch(lookAgain);
site.watch(lookAgain);

export function useStatus(): Status {
	return useStore(status);
}
