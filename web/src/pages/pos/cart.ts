// The carts of this till: the one that is being filled, and those on hold.  A cart's
// uuid is the sale's, made when the cart is opened: whatever is pressed, reloaded
// or retried later, it is one sale.
import type { Customer, Product, Sale, SaleLine } from '~/api/types';
import { uuid } from '~/api/uuid';
import { createStore } from '~/state/store';
import { shareDiscount } from './amounts';
import { loadCarts, saveCarts } from './keep';

export const DEFAULT_TAX = 'bf796a18-e695-56f1-ac0e-bfe4d9984bb8'; // the seeded tax rate, the same in every shop

export interface CartLine extends SaleLine {
	key: string;
	name: string;
}

export interface Buyer {
	uuid: string;
	name: string | null;
	phone: string | null;
}

export interface Cart {
	uuid: string;
	openedAt: string;
	lines: CartLine[];
	customer: Buyer | null;
	note: string;
	sale: Sale | null; // fixed: it was sent at least once, and goes on as it is
}

export interface Carts {
	current: string;
	all: Cart[];
}

function emptyCart(): Cart {
	return { uuid: uuid(), openedAt: new Date().toISOString(), lines: [], customer: null, note: '', sale: null };
}

function fresh(): Carts {
	const cart = emptyCart();
	return { current: cart.uuid, all: [cart] };
}

export const carts = createStore<Carts>(loadCarts() ?? fresh());
carts.watch(() => saveCarts(carts.get()));

export function current(c: Carts = carts.get()): Cart {
	return c.all.find((x) => x.uuid === c.current) ?? c.all[0];
}

function change(f: (c: Cart) => Cart, id = carts.get().current): void {
	carts.set((c) => ({ ...c, all: c.all.map((x) => (x.uuid === id && !x.sale ? f(x) : x)) }));
}

function changeLine(key: string, f: (l: CartLine) => CartLine): void {
	change((c) => ({ ...c, lines: c.lines.map((l) => (l.key === key ? f(l) : l)) }));
}

// --- what a cashier does ---

export function addProduct(p: Product, qty: number, defaultRate: number): string {
	const rate = p.tax_rate ?? defaultRate;
	const same = current().lines.find((l) => l.product === p.uuid && l.unit_price === p.price && l.tax_rate === rate && l.discount === 0);
	if (same) {
		changeLine(same.key, (l) => ({ ...l, qty: l.qty + qty }));
		return same.key;
	}
	const line: CartLine = { key: uuid(), product: p.uuid, name: p.name, qty, unit_price: p.price, tax_rate: rate, discount: 0 };
	change((c) => ({ ...c, lines: [...c.lines, line] }));
	return line.key;
}

function capped(l: CartLine): CartLine {
	const full = Math.floor((l.unit_price * l.qty) / 1000);
	return l.discount > full ? { ...l, discount: full } : l;
}

export const setQty = (key: string, qty: number) => changeLine(key, (l) => capped({ ...l, qty: Math.max(qty, 1) }));
export const setPrice = (key: string, unit_price: number) => changeLine(key, (l) => capped({ ...l, unit_price }));
export const setDiscount = (key: string, discount: number) => changeLine(key, (l) => capped({ ...l, discount }));
export const removeLine = (key: string) => change((c) => ({ ...c, lines: c.lines.filter((l) => l.key !== key) }));
export const setNote = (note: string) => change((c) => ({ ...c, note }));

export function setCustomer(c: Customer | Buyer | null): void {
	change((x) => ({ ...x, customer: c && { uuid: c.uuid, name: c.name, phone: c.phone } }));
}

export function discountAll(amount: number): void {
	change((c) => {
		const parts = shareDiscount(c.lines, amount);
		return { ...c, lines: c.lines.map((l, i) => ({ ...l, discount: parts[i] })) };
	});
}

// --- holds ---

// Begins another; the one at hand waits in its tab.
export function hold(): void {
	if (current().lines.length === 0)
		return;
	const free = carts.get().all.find((c) => c.lines.length === 0 && !c.sale);
	const next = free ?? emptyCart();
	carts.set((c) => ({ current: next.uuid, all: free ? c.all : [...c.all, next] }));
}

export function goTo(id: string): void {
	carts.set((c) => ({ current: id, all: c.all.filter((x) => x.uuid === id || x.lines.length > 0 || x.sale) }));
}

// One that was held comes to hand; an empty one makes room for it.
export function adopt(cart: Cart): void {
	carts.set((c) => ({ current: cart.uuid, all: [...c.all.filter((x) => x.lines.length > 0 || x.sale), cart] }));
}

// What is sold or thrown away leaves; there is always one to fill.
export function drop(id: string): void {
	carts.set((c) => {
		const all = c.all.filter((x) => x.uuid !== id);
		if (all.length === 0)
			return fresh();
		return { all, current: c.current === id ? all[all.length - 1].uuid : c.current };
	});
}

// After a sale: an empty one is at hand, holds stay where they are.
export function closeSold(id: string): void {
	carts.set((c) => {
		const next = emptyCart();
		return { all: [...c.all.filter((x) => x.uuid !== id && (x.lines.length > 0 || x.sale)), next], current: next.uuid };
	});
}

export function fix(id: string, sale: Sale | null): void {
	carts.set((c) => ({ ...c, all: c.all.map((x) => (x.uuid === id ? { ...x, sale } : x)) }));
}
