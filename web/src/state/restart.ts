// This till's server ends and begins again with a backup.  It is another one then: who
// was signed in is nobody to it.
import { Problem, request } from '~/api/http';
import { session, signedOut } from './session';
import { loadSite, site } from './site';
import { createStore } from './store';

const ASK_EVERY_MS = 500;
const ASK_MS = 2000;

export interface Restart {
	safety: string; // the folder where all that was here is kept
	fromCloud: boolean; // its people come from there, too
	state: 'ending' | 'people';
	since: number;
}

export const restart = createStore<Restart | null>(null);
export const restored = createStore<string | null>(null); // the safety copy of a restore that is over

async function isAnother(token: string): Promise<boolean> {
	try {
		await request('/api/session', 'GET', { token, timeoutMs: ASK_MS });
		return false;
	} catch (e) {
		return e instanceof Problem && e.status === 401;
	}
}

async function hasPeople(): Promise<boolean> {
	try {
		await loadSite();
	} catch {
		return false;
	}
	return !!site.get()?.set_up;
}

async function until(f: () => Promise<boolean>): Promise<void> {
	while (!(await f()))
		await new Promise((r) => setTimeout(r, ASK_EVERY_MS));
}

export async function beginRestart({ safety, fromCloud }: { safety: string; fromCloud: boolean }): Promise<void> {
	const token = session.get()?.token ?? '';
	restart.set({ safety, fromCloud, state: 'ending', since: Date.now() });
	await until(() => isAnother(token));
	restart.set((r) => r && { ...r, state: 'people' });
	await until(hasPeople);
	signedOut();
	restored.set(safety);
	restart.set(null);
}
