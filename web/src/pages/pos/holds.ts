// Carts put aside.  They are rows of the shop, so they survive this browser and can be
// picked up at another till; picking up deletes, and only one can.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '~/api/client';
import { Problem } from '~/api/http';
import type { Customer, List, Product, SaleLine, Stored } from '~/api/types';
import { uuid } from '~/api/uuid';
import { t } from '~/i18n';
import { toastError, toastNote } from '~/ui/toasts';
import { type Cart, adopt, drop, hold } from './cart';

export interface Held extends Stored {
	name: string | null;
	customer: string | null;
	lines: SaleLine[];
	note: string | null;
	held_by: string | null;
}

export function useHolds() {
	return useQuery({ queryKey: ['carts', 'list'], queryFn: async () => (await api.get<List<Held>>('/api/carts?limit=50')).items }).data ?? [];
}

function rowOf(c: Cart) {
	return {
		uuid: c.uuid,
		...(c.customer ? { customer: c.customer.uuid, name: c.customer.name ?? c.customer.phone } : {}),
		...(c.note ? { note: c.note } : {}),
		lines: c.lines.map(({ product, qty, unit_price, tax_rate, discount }) => ({ product, qty, unit_price, tax_rate, discount })),
	};
}

// Where no server takes it, it waits in its tab here.
export function usePutAside() {
	const queries = useQueryClient();
	return useMutation({
		mutationFn: async (c: Cart) => {
			if (c.lines.length === 0 || c.sale)
				return;
			await api.post('/api/carts', rowOf(c));
			drop(c.uuid);
		},
		onError: () => hold(),
		onSettled: () => queries.invalidateQueries({ queryKey: ['carts'] }),
	});
}

async function take(h: Held): Promise<Cart> {
	const { data, etag } = await api.ask<Held>('GET', `/api/carts/${h.uuid}`);
	const names = await Promise.all(data.lines.map(async (l) => (await api.get<Product>(`/api/products/${l.product}`)).name));
	const customer = data.customer ? await api.get<Customer>(`/api/customers/${data.customer}`) : null;
	await api.remove(`/api/carts/${h.uuid}`, { ifMatch: etag });
	return {
		uuid: uuid(),
		openedAt: new Date().toISOString(),
		lines: data.lines.map((l, i) => ({ ...l, key: uuid(), name: names[i] })),
		customer: customer && { uuid: customer.uuid, name: customer.name, phone: customer.phone },
		note: data.note ?? '',
		sale: null,
	};
}

export function usePickUp() {
	const queries = useQueryClient();
	return useMutation({
		mutationFn: take,
		onSuccess: adopt,
		onError: (e) => (e instanceof Problem && [404, 412].includes(e.status) ? toastNote(t('pos.picked_up')) : toastError(e)),
		onSettled: () => queries.invalidateQueries({ queryKey: ['carts'] }),
	});
}
