import { useQuery } from '@tanstack/react-query';
import { api, here } from '~/api/client';
import { useDocument } from '~/api/documents';
import type { Cancellation, CustomerPayment, InvoiceDetail, InvoiceRow, List, PayMethod, Return } from '~/api/types';
import { isTill } from '~/state/site';
import { useStatus } from '~/state/status';
import { useList } from '~/ui/lists';

export function useInvoices(q: string, all: boolean) {
	return useList<InvoiceRow>('invoices', '/api/invoices', { q }, api, !all);
}

export function useInvoice(id: string) {
	return useQuery({ queryKey: ['invoices', 'one', id], queryFn: () => api.get<InvoiceDetail>(`/api/invoices/${id}`) });
}

export type Mark = 'sent' | 'here' | 'refused' | null;

// Is it in the cloud yet?  null where there is no cloud.
export function useMarks(): (uuid: string) => Mark {
	const s = useStatus().sync;
	const paired = !!s?.pairing && s.pairing.status !== 'off';
	const { data } = useQuery({
		queryKey: ['pending', s?.pending.total ?? 0],
		queryFn: () => here.get<List<{ uuid: string; state: string }>>('/api/pending?limit=500'),
		enabled: isTill() && paired && (s?.pending.total ?? 0) > 0,
		placeholderData: (old) => old,
	});
	if (!paired)
		return () => null;
	const waiting = new Map(s.pending.total > 0 ? (data?.items ?? []).map((r) => [r.uuid, r.state]) : []);
	return (id) => (waiting.has(id) ? (waiting.get(id) === 'refused' ? 'refused' : 'here') : 'sent');
}

const touched = ['invoices', 'inventory', 'reports', 'shifts', 'accounts_of', 'pending'];

export interface CancelBody {
	reason: string;
	shift?: string;
	lines?: { line: number; goods: 'stock' | 'defect' }[];
}

export const useCancel = (id: string) => useDocument<Cancellation, CancelBody>('cancellation', `/api/invoices/${id}/cancel`, touched);

export interface ReturnBody {
	reason?: string;
	shift?: string;
	lines: { line: number; qty: number; condition?: 'resaleable' | 'defect' | 'dispose' }[];
	refunds?: { method: string; amount: number }[];
}

export const useReturn = (id: string) => useDocument<Return, ReturnBody>('return', `/api/invoices/${id}/return`, touched);

export interface PayBody {
	method: PayMethod;
	amount: number;
	shift?: string;
}

export const usePay = (id: string) => useDocument<CustomerPayment, PayBody>('customer_payment', `/api/invoices/${id}/payments`, touched);

// uuid -> "1010 Cash"
export function useAccounts(enabled: boolean): Map<string, string> {
	const { data } = useQuery({
		queryKey: ['accounts'],
		queryFn: async () => (await api.get<List<{ uuid: string; code: string; name: string }>>('/api/accounts?limit=200')).items,
		enabled,
		staleTime: 300_000,
	});
	return new Map((data ?? []).map((a) => [a.uuid, `${a.code} ${a.name}`]));
}
