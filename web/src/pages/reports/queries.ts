import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, query } from '~/api/client';
import { useList } from '~/ui/lists';

export interface Sums {
	invoices: number;
	total: number;
	tax: number;
	discounts: number;
	refunds: number;
	cost: number;
	profit: number;
}

export interface Day extends Sums {
	date: string;
}

export interface Hour {
	weekday: number; // 1 is Monday
	hour: number;
	invoices: number;
	total: number;
}

export interface Sold {
	product: string;
	name: string | null;
	qty: number;
	returned: number;
	amount: number;
	cost: number;
	profit: number;
}

export interface Debt extends Record<string, number | string | null> {
	customer: string | null;
	name: string | null;
	owed: number;
	credit: number;
}

export interface Debts {
	days: Record<string, string>; // a bucket's name and its days: current "0-29"
	items: Debt[];
	total: { owed: number; credit: number } & Record<string, number>;
}

export interface Worth {
	product: string;
	name: string | null;
	on_hand: number;
	value: number;
}

export interface Low {
	product: string;
	name: string;
	on_hand: number;
	low_stock: number;
}

export interface Oversold {
	product: string;
	name: string | null;
	on_hand: number;
	qty: number;
	lines: { source: string; doc: string; line: number; at: string; qty: number }[];
}

export interface Balance {
	code: string;
	name: string;
	debit: number;
	credit: number;
}

export interface Cash {
	code: string;
	name: string;
	opening: number;
	in: number;
	out: number;
	closing: number;
	sources: { source: string; in: number; out: number }[];
}

export type Range = { from: string; to: string };

function useReport<T>(name: string, params: Record<string, string> = {}) {
	return useQuery({
		queryKey: ['reports', name, params],
		queryFn: ({ signal }) => api.get<T>(query(`/api/reports/${name}`, params), { signal }),
		placeholderData: keepPreviousData,
	});
}

export const useDays = (r: Range) => useReport<{ items: Day[]; total: Sums }>('daily-sales', r);
export const useHours = (r: Range) => useReport<{ items: Hour[] }>('sales-by-hour', r);
export const useSold = (r: Range) => useList<Sold>('reports', '/api/reports/sales-by-product', r);
export const useDebts = (at: string) => useReport<Debts>('receivables', { at });
export const useValuation = (at: string) => useReport<{ items: Worth[]; total: number }>('valuation', at ? { at } : {});
export const useLow = () => useList<Low>('reports', '/api/reports/low-stock');
export const useOversold = () => useReport<{ items: Oversold[] }>('oversold');
export const useBalances = (r: Range | null) => useReport<{ items: Balance[]; debit: number; credit: number }>('trial-balance', r ?? {});
export const useCash = (r: Range) => useReport<{ items: Cash[] }>('cash-flow', r);
