import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, here, query } from '~/api/client';
import { Problem } from '~/api/http';
import type { Customer, Invoice, List, Payment, Product, Sale, TaxRate } from '~/api/types';
import { uuid } from '~/api/uuid';
import { isTill } from '~/state/site';
import { type Cart, DEFAULT_TAX, carts, closeSold, fix } from './cart';

const PAGE = 120;

export function useProducts(q: string) {
	return useInfiniteQuery({
		queryKey: ['products', 'list', q],
		initialPageParam: '',
		queryFn: ({ pageParam, signal }) => api.get<List<Product>>(query('/api/products', { q, limit: PAGE, after: pageParam }), { signal }),
		getNextPageParam: (last) => last.next,
		placeholderData: (old) => old,
	});
}

// What a scanner read: a barcode first, then a SKU.
export async function findByCode(code: string): Promise<Product | null> {
	const { items } = await api.get<List<Product>>(query('/api/products', { q: code, limit: 50 }));
	const live = items.filter((p) => !p.archived);
	return live.find((p) => p.barcode === code) ?? live.find((p) => p.sku === code) ?? null;
}

export function useDefaultRate(): number {
	const { data } = useQuery({
		queryKey: ['tax_rates', 'all'],
		queryFn: async () => (await api.get<List<TaxRate>>('/api/tax-rates?limit=200')).items,
		staleTime: 60_000,
	});
	return data?.find((r) => r.uuid === DEFAULT_TAX)?.rate ?? 0;
}

export function useCustomers(q: string, enabled: boolean) {
	return useQuery({
		queryKey: ['customers', 'find', q],
		queryFn: async ({ signal }) => (await api.get<List<Customer>>(query('/api/customers', { q, limit: 30 }), { signal })).items,
		enabled,
		placeholderData: (old) => old,
	});
}

export function useCreateCustomer() {
	const queries = useQueryClient();
	return useMutation({
		mutationFn: (c: { name?: string; phone: string }) => api.post<Customer>('/api/customers', { uuid: uuid(), ...c }),
		onSuccess: () => queries.invalidateQueries({ queryKey: ['customers'] }),
	});
}

// --- Complete Sale ---

async function reserveNumber(id: string): Promise<string | undefined> {
	if (!isTill())
		return undefined; // the cloud gives one of its own series
	return (await here.post<{ number: string }>('/api/numbers', { uuid: id, kind: 'invoice' })).number;
}

// Everything that is on the screen is fixed here, before the first attempt.
async function fixSale(cart: Cart, payments: Payment[], shift: string | null): Promise<Sale> {
	if (cart.sale)
		return cart.sale;
	const number = await reserveNumber(cart.uuid);
	const sale: Sale = {
		uuid: cart.uuid,
		...(number ? { number } : {}),
		at: new Date().toISOString(),
		...(shift ? { shift } : {}),
		...(cart.customer ? { customer: cart.customer.uuid } : {}),
		...(cart.note ? { note: cart.note } : {}),
		lines: cart.lines.map(({ product, qty, unit_price, tax_rate, discount }) => ({ product, qty, unit_price, tax_rate, discount })),
		payments,
	};
	fix(cart.uuid, sale);
	return sale;
}

// An answer that says no: nothing was stored, the cart can be changed again.  Where
// the cloud may have taken it nothing is loosened.
function saysNo(e: unknown): boolean {
	return e instanceof Problem && e.status >= 400 && e.status < 500 && e.status !== 409 && !e.uncertain;
}

const inFlight = new Map<string, Promise<Invoice>>();

async function complete(cart: Cart, payments: Payment[], shift: string | null): Promise<Invoice> {
	const sale = await fixSale(cart, payments, shift);
	try {
		const invoice = await api.post<Invoice>('/api/invoices', sale);
		closeSold(cart.uuid);
		return invoice;
	} catch (e) {
		if (saysNo(e))
			fix(cart.uuid, null);
		throw e;
	}
}

// Pressed twice it is still the same sale: the second press gets the first one's answer.
export function completeSale(id: string, payments: Payment[], shift: string | null): Promise<Invoice> {
	const running = inFlight.get(id);
	if (running)
		return running;
	const cart = carts.get().all.find((c) => c.uuid === id);
	if (!cart)
		return Promise.reject(new Error('this cart is sold already'));
	const sale = complete(cart, payments, shift).finally(() => inFlight.delete(id));
	inFlight.set(id, sale);
	return sale;
}
