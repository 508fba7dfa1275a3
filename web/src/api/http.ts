// One request to one server: an answer, a Problem (the server said no) or
// Unreachable (it said nothing in time).
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Answer<T> {
	status: number;
	data: T;
	etag: string | null;
}

export interface Asked {
	body?: unknown;
	token?: string | null;
	ifMatch?: string | null;
	timeoutMs: number;
	signal?: AbortSignal;
}

// RFC 9457, as the servers fill it in.
export class Problem extends Error {
	readonly status: number;
	readonly code: string;
	readonly detail: string;
	readonly field: string | null;
	readonly requestId: string | null;
	readonly retryAfterS: number | null;
	readonly body: Record<string, unknown>;
	uncertain = false; // the other server was asked before and may have done it

	constructor(status: number, body: Record<string, unknown>, retryAfterS: number | null) {
		super(typeof body.detail === 'string' ? body.detail : `HTTP ${status}`);
		this.status = status;
		this.code = typeof body.code === 'string' ? body.code : `http_${status}`;
		this.detail = this.message;
		this.field = typeof body.field === 'string' ? body.field : null;
		this.requestId = typeof body.instance === 'string' ? body.instance : null;
		this.retryAfterS = retryAfterS;
		this.body = body;
	}
}

export class Unreachable extends Error {}

// JSON, or a sheet as it is.
async function readBody(response: Response): Promise<unknown> {
	const text = await response.text();
	if (response.headers.get('Content-Type')?.startsWith('text/csv'))
		return text;
	return text ? JSON.parse(text) : null;
}

function headers(asked: Asked): Headers {
	const h = new Headers();
	if (asked.body !== undefined)
		h.set('Content-Type', 'application/json');
	if (asked.token)
		h.set('Authorization', `Bearer ${asked.token}`);
	if (asked.ifMatch)
		h.set('If-Match', asked.ifMatch);
	return h;
}

async function ask(url: string, method: Method, asked: Asked, signal: AbortSignal): Promise<Answer<unknown>> {
	const response = await fetch(url, {
		method,
		headers: headers(asked),
		body: asked.body === undefined ? null : JSON.stringify(asked.body),
		signal,
		cache: 'no-store',
		credentials: 'omit',
		redirect: 'error',
		referrerPolicy: 'no-referrer',
	});
	const data = await readBody(response);
	if (!response.ok) {
		const wait = Number(response.headers.get('Retry-After'));
		throw new Problem(response.status, (data ?? {}) as Record<string, unknown>, wait > 0 ? wait : null);
	}
	return { status: response.status, data, etag: response.headers.get('ETag') };
}

export async function request<T>(url: string, method: Method, asked: Asked): Promise<Answer<T>> {
	const limit = new AbortController();
	const timer = setTimeout(() => limit.abort(), asked.timeoutMs);
	const giveUp = () => limit.abort();
	asked.signal?.addEventListener('abort', giveUp);
	try {
		return (await ask(url, method, asked, limit.signal)) as Answer<T>;
	} catch (e) {
		if (e instanceof Problem || asked.signal?.aborted)
			throw e;
		throw new Unreachable(limit.signal.aborted ? `no answer within ${asked.timeoutMs} ms` : String(e));
	} finally {
		clearTimeout(timer);
		asked.signal?.removeEventListener('abort', giveUp);
	}
}
