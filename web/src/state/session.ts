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

export function setPermissions(permissions: string[]): void {
	const s = session.get();
	if (s && s.user.permissions?.join() !== permissions.join())
		signedIn({ ...s, user: { ...s.user, permissions } }, s.kind);
}

export function signedOut(): void {
	localStorage.removeItem(KEY);
	session.set(null);
}

export function useSession(): Session | null {
	return useStore(session);
}

// --- what the servers' roles permit; the server has the last word ---

// In the servers' words (common/model/access.c).
const names = {
	sell: 'invoices:create',
	void: 'invoices:void',
	return: 'returns:create',
	collect: 'customers:take_payments',
	shift: 'shifts:operate',
	read: 'products:read',
	cost: 'costs:read',
	reports: 'analytics:view',
	catalogue: 'products:write',
	customers: 'customers:write',
	stock: 'inventory:write',
	adjust: 'inventory:adjust',
	pay: 'suppliers:manage_payments',
	settings: 'settings:write',
	users: 'settings:manage_users',
	devices: 'devices:manage',
	conflicts: 'conflicts:restore',
	sync: 'sync:run',
	pair: 'sync:pair',
	backup: 'backup:manage',
} as const;

export type Perm = keyof typeof names;
export type Permission = (typeof names)[Perm];
export const permissions: readonly Permission[] = Object.values(names);

const agent: Perm[] = ['sell', 'return', 'read', 'customers'];
const cashier: Perm[] = [...agent, 'collect', 'shift'];
const owner = Object.keys(names) as Perm[];
const manager = owner.filter((p) => p !== 'users' && p !== 'devices' && p !== 'pair');
const roles: Record<string, Perm[]> = { owner, manager, cashier, agent };

// The session says it itself where it can; a role of the shop's own is known to it only.
export function may(perm: Perm, s: Session | null = session.get()): boolean {
	if (s?.kind !== 'user')
		return false;
	if (s.user.permissions)
		return s.user.permissions.includes(names[perm]);
	return (roles[s.user.role] ?? agent).includes(perm);
}

export function useMay(perm: Perm): boolean {
	return may(perm, useSession());
}
