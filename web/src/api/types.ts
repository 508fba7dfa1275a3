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
	status: 'registering' | 'pending' | 'approved' | 'revoked' | 'refused' | 'off';
	tenant: string;
	url: string;
	name: string;
	trouble: string | null;
	code: string | null;
	prefix: string | null;
	paused: boolean;
	cursor: number;
	load: { complete: boolean; done: number; total: number; rows_per_s?: number };
	loaded_at: string | null;
	last_cycle: string | null;
	verified_at: string | null;
	verified_seq: number | null;
}

export type SyncState = 'off' | 'registering' | 'pending' | 'revoked' | 'refused' | 'paused' | 'offline' | 'loading'
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
