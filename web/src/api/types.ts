// What the API answers.  Money is minor units, quantity thousandths, rates basis points.
export interface List<T> {
	items: T[];
	next: string | null;
}

export interface Stored {
	uuid: string;
	updated_at: string;
}

export interface User extends Stored {
	name: string;
	role: string;
	active: boolean;
}

export interface SignedIn {
	token: string;
	user: { uuid: string; name: string; role: string; permissions?: string[] };
	expires_at: string;
}

export interface Product extends Stored {
	name: string;
	sku: string | null;
	barcode: string | null;
	price: number;
	tax_rate: number | null;
	category: string | null;
	unit: string | null;
	tracked: boolean;
	low_stock: number | null;
	archived: boolean;
	note: string | null;
}

export interface Category extends Stored {
	name: string;
}

export interface TaxRate extends Stored {
	name: string;
	rate: number;
}

export interface Customer extends Stored {
	name: string | null;
	phone: string | null;
	email: string | null;
	address: string | null;
	note: string | null;
	archived: boolean;
}

export interface Supplier extends Stored {
	name: string;
	contact: string | null;
	phone: string | null;
	email: string | null;
	note: string | null;
	archived: boolean;
}

export interface Setting extends Stored {
	scope: 'tenant' | 'user' | 'device';
	owner: string | null;
	key: string;
	value: unknown;
}

export type PayMethod = 'cash' | 'card' | 'bank' | 'mobile';

export interface Payment {
	method: PayMethod;
	amount: number;
}

export interface SaleLine {
	product: string;
	qty: number;
	unit_price: number;
	tax_rate: number;
	discount: number;
}

// As it is sent: everything that is shown is fixed before the first attempt.
export interface Sale {
	uuid: string;
	number?: string;
	at: string;
	shift?: string;
	customer?: string;
	note?: string;
	lines: SaleLine[];
	payments: Payment[];
}

export interface InvoiceHead extends Stored {
	number: string;
	at: string;
	shift: string | null;
	customer: string | null;
	note: string | null;
	tax_included: boolean;
	total: number;
	tax: number;
	paid: number;
	change_given: number;
	entered_by: string | null;
	device: string | null;
}

export interface InvoiceLine extends SaleLine {
	name: string;
	amount: number;
	tax: number;
}

export interface Invoice extends InvoiceHead {
	lines: InvoiceLine[];
	payments: Payment[];
}

export interface OutboxTable {
	table: string;
	rows: number;
	oldest: string;
	tries: number;
	refused: number;
	waiting: number;
	last_error: string | null;
}

export interface Pairing {
	device: string;
	status: 'moving' | 'registering' | 'pending' | 'approved' | 'revoked' | 'refused' | 'off';
	tenant: string;
	url: string;
	name: string;
	trouble: string | null;
	code: string | null;
	prefix: string | null;
	paused: boolean;
	cursor: number;
	move?: { done: number; total: number; trouble: string | null }; // while it moves
	load: { complete: boolean; done: number; total: number; rows_per_s?: number };
	loaded_at: string | null;
	load_tables?: { table: string; state: 'done' | 'now' | 'waiting' }[]; // while it loads, in its order
	last_cycle: string | null;
	verified_at: string | null;
	verified_seq: number | null;
}

export type SyncState = 'off' | 'moving' | 'registering' | 'pending' | 'revoked' | 'refused' | 'paused' | 'offline' | 'loading'
	| 'attention' | 'sending' | 'synced';

export interface SyncStatus {
	state: SyncState;
	text: string;
	tenant: string;
	device_uuid: string;
	pairing: Pairing | null;
	pending: { total: number; oldest: string | null; tables: OutboxTable[] };
	worker: { up: boolean; state: string; text: string; at: string; detail?: Record<string, unknown> } | null;
}

export interface Device {
	uuid: string;
	tenant: string;
	name: string;
	os: string | null;
	version: string | null;
	last_seen: string | null;
	status: 'pending' | 'approved' | 'revoked';
	code: string | null;
	prefix: string | null;
	pushed_24h: number;
	pulled_24h: number;
	conflicts_24h: number;
	pending: number | null;
	alarm: string | null;
	loads_again: boolean;
}

export interface Tenant {
	uuid: string;
	name: string;
	status: string;
	seq: number;
	created_at: string;
}

// What anybody may know of the server that sent this page.
export interface Site {
	role: 'desktop' | 'cloud';
	set_up: boolean;
	version: string;
}

export type InvoiceStatus = 'paid' | 'partial' | 'unpaid' | 'returned' | 'partly_returned' | 'cancelled';

export interface InvoiceRow extends InvoiceHead {
	status: InvoiceStatus;
	owed: number;
}

export interface DocumentHead extends Stored {
	number: string;
	at: string;
	entered_by: string | null;
	device: string | null;
}

export interface Cancellation extends DocumentHead {
	invoice: string;
	reason: string;
	total: number;
}

export interface Return extends DocumentHead {
	invoice: string | null;
	customer: string | null;
	reason: string | null;
	total: number;
	tax: number;
}

export interface CustomerPayment extends DocumentHead {
	customer: string;
	invoice: string | null;
	method: string;
	amount: number;
	note: string | null;
}

export interface Entry {
	code: string;
	name?: string;
	account?: string;
	debit: number;
	credit: number;
}

export interface InvoiceDetail extends Invoice {
	status: InvoiceStatus;
	owed: number;
	cancellation: Cancellation | null;
	returns: Return[];
	payments_later: CustomerPayment[];
}

export interface Shift extends DocumentHead {
	opening: number;
	note: string | null;
	status: 'open' | 'closed';
	expected: number;
	counted: number | null;
	difference: number | null;
	gap: number | null;
}

export interface ShiftDetail extends Shift {
	movements: { uuid: string; number: string; at: string; kind: string; amount: number; reason: string }[];
	totals: Record<string, number>;
	methods: { method: string; sales: number; customer_payments: number; refunds: number; supplier_payments: number; total: number }[];
	sold: { invoices: number; total: number; tax: number; on_account: number };
}

export interface Account {
	customer?: string;
	supplier?: string;
	owed: number;
	credit: number;
	items: { at: string; kind: string; uuid: string; number: string; amount: number; credit?: number; open?: number }[];
	next: string | null;
}

export interface StockRow {
	product: string;
	name: string;
	sku: string | null;
	barcode: string | null;
	price: number;
	on_hand: number;
	value: number;
	low_stock: number; // what counts for it: its own, or the shop's
	level: Level;
}

export type Level = 'in' | 'low' | 'out' | 'oversold';

export interface Move {
	uuid: string;
	doc: string;
	source: string;
	line: number;
	at: string;
	qty: number;
	cost: number;
	layer: string | null;
}

// What is left of what came in once.
export interface Layer {
	uuid: string;
	doc: string;
	source: string | null;
	at: string | null;
	qty_left: number;
	value_left: number;
}

export interface Role extends Stored {
	code: string;
	name: string;
	permissions: string[];
}
