// News from this page's server: each event says which queries are old, nothing more.
// Lost or late news do no harm: pages ask again when they are looked at.
import type { QueryClient } from '@tanstack/react-query';
import { session } from './session';
import { lookAgain } from './status';
import { createStore } from './store';

const GATHER_MS = 120; // twenty events a second are one refetch
const RETRY_MIN_MS = 1000;
const RETRY_MAX_MS = 15000;

interface Event {
	epoch?: string;
	seq?: number;
	event: string;
	uuid?: string;
}

// The first word of the keys that an entity's change makes old.
const touched: Record<string, string[]> = {
	invoice: ['invoices', 'inventory', 'reports', 'shifts', 'accounts_of'],
	cancellation: ['invoices', 'inventory', 'reports', 'shifts', 'accounts_of'],
	return: ['invoices', 'inventory', 'reports', 'shifts', 'accounts_of'],
	customer_payment: ['invoices', 'reports', 'shifts', 'accounts_of'],
	supplier_payment: ['purchases', 'reports', 'shifts', 'accounts_of'],
	purchase: ['purchases', 'inventory', 'reports', 'accounts_of'],
	purchase_void: ['purchases', 'inventory', 'reports', 'accounts_of'],
	purchase_order: ['purchase_orders'],
	stock_adjustment: ['inventory', 'reports'],
	cost_correction: ['inventory', 'reports'],
	shift: ['shifts'],
	shift_movement: ['shifts'],
	shift_close: ['shifts'],
	product: ['products', 'inventory'],
	category: ['categories'],
	customer: ['customers'],
	supplier: ['suppliers'],
	tax_rate: ['tax_rates'],
	setting: ['settings'],
	user: ['users'],
	role: ['roles', 'users'],
	cart: ['carts'],
	device: ['devices'],
	review: ['conflicts', 'reviews'],
	conflict: ['conflicts'],
};

export const live = createStore(false);

let socket: WebSocket | null = null;
let retry = RETRY_MIN_MS;
let again = 0;
let last: { epoch?: string; seq?: number } = {};
let gathered = new Set<string>();
let timer = 0;

function flush(queries: QueryClient): void {
	const keys = gathered;
	gathered = new Set();
	timer = 0;
	lookAgain();
	if (keys.has('*'))
		void queries.invalidateQueries();
	else
		for (const key of keys)
			void queries.invalidateQueries({ queryKey: [key] });
}

function take(queries: QueryClient, e: Event): void {
	const entity = e.event.split(':')[0];
	if (e.seq !== undefined)
		last = { epoch: e.epoch ?? last.epoch, seq: e.seq };
	if (e.event === 'resync')
		gathered.add('*');
	else
		(touched[entity] ?? []).forEach((k) => gathered.add(k));
	timer ||= window.setTimeout(() => flush(queries), GATHER_MS);
}

function connect(queries: QueryClient): void {
	const token = session.get()?.token;
	if (!token || socket || session.get()?.kind !== 'user')
		return;
	const since = last.seq !== undefined && last.epoch ? `?since=${last.seq}&epoch=${last.epoch}` : '';
	const s = new WebSocket(`${window.location.origin.replace(/^http/, 'ws')}/ws${since}`, ['fexl.1', `bearer.${token}`]);
	socket = s;
	s.onopen = () => {
		retry = RETRY_MIN_MS;
		live.set(true);
	};
	s.onmessage = (m) => take(queries, JSON.parse(m.data as string) as Event);
	s.onclose = () => {
		if (socket !== s)
			return;
		socket = null;
		live.set(false);
		window.clearTimeout(again);
		again = window.setTimeout(() => connect(queries), retry * (0.5 + Math.random() / 2));
		retry = Math.min(retry * 2, RETRY_MAX_MS);
	};
}

export function listen(queries: QueryClient): void {
	let token = session.get()?.token;
	session.watch(() => {
		if (session.get()?.token === token)
			return;
		token = session.get()?.token;
		last = {};
		const old = socket;
		socket = null;
		old?.close();
		connect(queries);
	});
	connect(queries);
}
