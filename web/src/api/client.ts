// The client that fails over: the cloud first when this till is paired, the till
// second.  One state machine (breaker.ts) decides, for all requests alike.
//
//	api.get, api.post …	the shop: wherever the breaker points
//	here.get, here.post …	this very server: sign-in, settings, numbers, sync
import { session, signedOut } from '~/state/session';
import { Breaker, type Change, type Mode } from './breaker';
import { type Answer, type Method, Problem, Unreachable, request } from './http';
import { seenBody } from './seen';
import { createStore } from '~/state/store';

const READ_MS = 1500;
const WRITE_MS = 4000;
const HERE_MS = 15000; // the till has nobody to turn to: better slow than wrong
const TOKEN_SPARE_MS = 60000;

export interface Options {
	ifMatch?: string | null;
	signal?: AbortSignal;
	timeoutMs?: number;
}

// --- which server ---

export const mode = createStore<Mode>('alone');
const listeners = new Set<(c: Change) => void>();

export const breaker = new Breaker((c) => {
	mode.set(c.to);
	listeners.forEach((f) => f(c));
});

export function onModeChange(f: (c: Change) => void): () => void {
	listeners.add(f);
	return () => listeners.delete(f);
}

// --- this server ---

function mustSignIn(e: unknown): boolean {
	return e instanceof Problem && e.status === 401 && e.code !== 'pin_wrong' && e.code !== 'password_wrong';
}

async function askHere<T>(method: Method, path: string, body?: unknown, o: Options = {}): Promise<Answer<T>> {
	const token = session.get()?.token ?? null;
	try {
		return await request<T>(path, method, { body, token, timeoutMs: HERE_MS, ...o });
	} catch (e) {
		if (token && token === session.get()?.token && mustSignIn(e))
			signedOut();
		throw e;
	}
}

// --- the cloud, by this till's word ---

interface Pass {
	token: string;
	url: string;
	until: number;
	of: string;
}

let pass: Pass | null = null;

async function takePass(): Promise<Pass> {
	const of = session.get()?.token ?? '';
	if (pass && pass.of === of && pass.until > Date.now() + TOKEN_SPARE_MS)
		return pass;
	const { data } = await askHere<{ token: string; url: string; expires_at: string }>('GET', '/api/session/cloud-token');
	const life = Math.max(Date.parse(data.expires_at) - Date.now(), 2 * TOKEN_SPARE_MS);
	pass = { token: data.token, url: data.url.replace(/\/+$/, ''), until: Date.now() + life, of };
	return pass;
}

// Null: the till it is.  That it gives no pass says nothing about the cloud.
async function passOrNull(): Promise<Pass | null> {
	if (breaker.mode !== 'cloud' || session.get()?.kind !== 'user')
		return null;
	try {
		return await takePass();
	} catch (e) {
		if (e instanceof Problem && e.code === 'not_paired')
			breaker.paired(false);
		return null;
	}
}

async function askCloud<T>(p: Pass, method: Method, path: string, body?: unknown, o: Options = {}): Promise<Answer<T>> {
	const timeoutMs = method === 'GET' ? READ_MS : WRITE_MS;
	try {
		return await request<T>(p.url + path, method, { body, token: p.token, timeoutMs, ...o });
	} catch (e) {
		if (e instanceof Problem && e.status === 401)
			pass = null;
		throw e;
	}
}

const ELSEWHERE = new Set([401, 408, 425, 426, 429]);

// Not an answer to what was asked: the till must be asked instead.
export function goesElsewhere(e: unknown): boolean {
	if (e instanceof Unreachable)
		return true;
	if (!(e instanceof Problem))
		return false;
	return e.status >= 500 || ELSEWHERE.has(e.status) || (e.status === 403 && e.code.startsWith('device_'));
}

// --- what the cloud took is handed to the till (seen.ts) ---

async function handOver(method: Method, path: string, sent: unknown, answer: unknown): Promise<void> {
	const body = seenBody(method, path, sent, answer);
	if (!body)
		return;
	try {
		await request('/api/sync/seen', 'POST', { body, token: session.get()?.token ?? null, timeoutMs: READ_MS });
	} catch (e) {
		if (!(e instanceof Problem) && !(e instanceof Unreachable))
			throw e;
	}
}

// The same uuid with the same content is what was wanted.
function asSuccess<T>(e: unknown): Answer<T> | null {
	if (!(e instanceof Problem) || e.status !== 409 || e.body.identical !== true)
		return null;
	return { status: 200, data: (e.body.document ?? e.body.current) as T, etag: null };
}

async function askCloudFirst<T>(method: Method, path: string, body?: unknown, o: Options = {}): Promise<Answer<T> | null> {
	const p = await passOrNull();
	if (!p)
		return null;
	try {
		const answer = await askCloud<T>(p, method, path, body, o);
		await handOver(method, path, body, answer.data);
		return answer;
	} catch (e) {
		const done = asSuccess<T>(e);
		if (done) {
			await handOver(method, path, body, done.data);
			return done;
		}
		if (o.signal?.aborted || !goesElsewhere(e))
			throw e;
		breaker.failed(Date.now());
		return null;
	}
}

async function askAny<T>(method: Method, path: string, body?: unknown, o: Options = {}): Promise<Answer<T>> {
	const wasCloud = breaker.mode === 'cloud';
	const answer = await askCloudFirst<T>(method, path, body, o);
	if (answer)
		return answer;
	try {
		return await askHere<T>(method, path, body, o);
	} catch (e) {
		const done = asSuccess<T>(e);
		if (done)
			return done;
		if (e instanceof Problem)
			e.uncertain = wasCloud;
		throw e;
	}
}

type Ask = <T>(method: Method, path: string, body?: unknown, o?: Options) => Promise<Answer<T>>;

function verbs(ask: Ask) {
	return {
		ask,
		get: async <T>(path: string, o?: Options) => (await ask<T>('GET', path, undefined, o)).data,
		post: async <T>(path: string, body?: unknown, o?: Options) => (await ask<T>('POST', path, body, o)).data,
		put: async <T>(path: string, body?: unknown, o?: Options) => (await ask<T>('PUT', path, body, o)).data,
		patch: async <T>(path: string, body: unknown, o?: Options) => (await ask<T>('PATCH', path, body, o)).data,
		remove: async (path: string, o?: Options) => void (await ask<unknown>('DELETE', path, undefined, o)),
	};
}

export const here = verbs(askHere);
export const api = verbs(askAny);

// --- how the cloud is ---

export async function probeCloud(url: string): Promise<boolean> {
	try {
		await request(`${url.replace(/\/+$/, '')}/api/sync/health`, 'GET', { timeoutMs: READ_MS });
		return true;
	} catch {
		return false;
	}
}

export function query(path: string, params: Record<string, string | number | boolean | null | undefined>): string {
	const q = new URLSearchParams();
	for (const [k, v] of Object.entries(params))
		if (v !== null && v !== undefined && v !== '')
			q.set(k, String(v));
	const text = q.toString();
	return text ? `${path}?${text}` : path;
}
