// Who is signed in.  A reload and a second window keep it, until it expires.
import type { SignedIn } from '~/api/types';
import { createStore, useStore } from './store';

const KEY = 'fexl.session';

export interface Session extends SignedIn {
	kind: 'user' | 'admin';
}

function load(): Session | null {
	try {
		const s = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Session | null;
		return s && Date.parse(s.expires_at) > Date.now() ? s : null;
	} catch {
		return null;
	}
}

export const session = createStore<Session | null>(load());

window.addEventListener('storage', (e) => {
	if (e.key === KEY)
		session.set(load());
});

export function signedIn(s: SignedIn, kind: Session['kind'] = 'user'): void {
	const all = { ...s, kind };
	localStorage.setItem(KEY, JSON.stringify(all));
	session.set(all);
}

export function signedOut(): void {
	localStorage.removeItem(KEY);
	session.set(null);
}

export function useSession(): Session | null {
	return useStore(session);
}

// --- what the servers' roles permit; the server has the last word ---

export type Perm = 'sell' | 'read' | 'cost' | 'catalogue' | 'customers' | 'stock' | 'settings' | 'users' | 'devices'
	| 'conflicts' | 'sync' | 'pair';

const counter: Perm[] = ['sell', 'read', 'customers'];
const manager: Perm[] = [...counter, 'cost', 'catalogue', 'stock', 'settings', 'conflicts', 'sync'];
const roles: Record<string, Perm[]> = {
	owner: [...manager, 'users', 'devices', 'pair'],
	manager,
	cashier: counter,
	agent: counter,
};

export function may(perm: Perm, s: Session | null = session.get()): boolean {
	return s?.kind === 'user' && (roles[s.user.role] ?? counter).includes(perm);
}

export function useMay(perm: Perm): boolean {
	return may(perm, useSession());
}
