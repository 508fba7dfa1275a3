import { useQueries, useQuery } from '@tanstack/react-query';
import { api } from '~/api/client';
import { useDocument } from '~/api/documents';
import type { DocumentHead, PayMethod, Product, Stored } from '~/api/types';
import type { Line } from '~/pages/inventory/Lines';
import { mulDiv } from '~/pages/pos/amounts';
import { useList } from '~/ui/lists';

export interface BoughtLine {
	product: string;
	qty: number;
	unit_cost: number;
}

export type OrderStatus = 'draft' | 'ordered' | 'received' | 'cancelled';

export interface Order extends Stored {
	number: string | null;
	supplier: string | null;
	status: OrderStatus;
	expected_at: string | null;
	lines: BoughtLine[];
	note: string | null;
}

export interface Purchase extends DocumentHead {
	supplier: string | null;
	purchase_order: string | null;
	note: string | null;
	lines: BoughtLine[];
}

export const isOpen = (o: Order) => o.status === 'draft' || o.status === 'ordered';
export const worth = (lines: BoughtLine[]) => lines.reduce((sum, l) => sum + mulDiv(l.unit_cost, l.qty, 1000), 0);

export const useOrders = () => useList<Order>('purchase_orders', '/api/purchase-orders');

export function useOrder(id: string) {
	return useQuery({ queryKey: ['purchase_orders', 'one', id], queryFn: () => api.get<Order>(`/api/purchase-orders/${id}`) });
}

export function usePurchase(id: string) {
	return useQuery({ queryKey: ['purchases', 'one', id], queryFn: () => api.get<Purchase>(`/api/purchases/${id}`) });
}

// With their products, as a form wants them; null until all are here.
export function useFormLines(lines: BoughtLine[]): Line[] | null {
	return useQueries({
		queries: lines.map((l) => ({ queryKey: ['products', 'one', l.product], queryFn: () => api.get<Product>(`/api/products/${l.product}`), staleTime: 60_000 })),
		combine: (all) => (all.every((q) => q.data) ? lines.map((l, i) => ({ product: all[i].data!, qty: l.qty, cost: l.unit_cost })) : null),
	});
}

const touched = ['purchases', 'purchase_orders', 'inventory', 'reports', 'accounts_of'];

interface ReceiveBody {
	supplier?: string;
	lines: BoughtLine[];
}

export const useReceive = (order: string) => useDocument<Purchase, ReceiveBody>('purchase', `/api/purchase-orders/${order}/receive`, touched);
export const useVoid = (purchase: string) => useDocument<DocumentHead, { reason: string }>('purchase_void', `/api/purchases/${purchase}/void`, touched);

interface PayBody {
	supplier: string;
	method: PayMethod;
	amount: number;
	shift?: string;
}

export const usePaySupplier = () => useDocument<DocumentHead, PayBody>('supplier_payment', '/api/supplier-payments', [...touched, 'shifts']);
