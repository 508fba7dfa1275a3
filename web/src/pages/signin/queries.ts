import { here } from '~/api/client';
import { request } from '~/api/http';
import type { SignedIn } from '~/api/types';
import { signedIn } from '~/state/session';

const ASK_MS = 15000;
const LAST = 'fexl.last_user';

export const lastUser = () => localStorage.getItem(LAST) ?? '';

function remember(user: string): void {
	localStorage.setItem(LAST, user);
}

// The first page that is shown is one of theirs: so what they may do is asked before.
async function enter(s: SignedIn): Promise<void> {
	const { data } = await request<{ permissions: string[] }>('/api/session', 'GET', { token: s.token, timeoutMs: ASK_MS });
	signedIn({ ...s, user: { ...s.user, permissions: data.permissions } });
}

export interface Credentials {
	user: string;
	secret: string;
	tenant: string;
}

export async function signIn(c: Credentials, till: boolean): Promise<void> {
	const body = till ? { user: c.user, pin: c.secret }
		: { user: c.user, password: c.secret, ...(c.tenant ? { tenant: c.tenant } : {}) };
	await enter(await here.post<SignedIn>('/api/session', body));
	remember(c.user);
}

export async function signInAdmin(password: string): Promise<void> {
	const s = await here.post<{ token: string; expires_at: string }>('/api/admin/session', { password });
	signedIn({ ...s, user: { uuid: '', name: 'Admin', role: 'admin' } }, 'admin');
}

export interface Setup {
	code: string;
	name: string;
	owner: string;
	pin: string;
}

export async function setUp(s: Setup): Promise<void> {
	await enter(await here.post<SignedIn>('/api/setup', s));
	remember(s.owner);
}
