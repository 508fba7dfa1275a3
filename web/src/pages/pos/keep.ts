// Where carts are kept over a reload.
import type { Carts } from './cart';

const KEY = 'fexl.carts';

export function loadCarts(): Carts | null {
	try {
		const c = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Carts | null;
		return c && c.all.length > 0 ? c : null;
	} catch {
		return null;
	}
}

export function saveCarts(c: Carts): void {
	sessionStorage.setItem(KEY, JSON.stringify(c));
}
