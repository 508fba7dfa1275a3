import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, query } from '~/api/client';

export interface Day {
	date: string;
	invoices: number;
	total: number;
	tax: number;
	discounts: number;
	refunds: number;
	cost: number;
	profit: number;
}

export interface Hour {
	weekday: number;
	hour: number;
	invoices: number;
	total: number;
}

export interface Top {
	product: string;
	name: string;
	qty: number;
	returned: number;
	amount: number;
	cost: number;
	profit: number;
}

export interface Balance {
	items: { code: string; name: string; debit: number; credit: number }[];
	debit: number;
	credit: number;
}

export interface Debts {
	days: Record<string, string>;
	items: ({ customer: string | null; name: string | null; owed: number; credit: number } & Record<string, number | string | null>)[];
	total: { owed: number; credit: number } & Record<string, number>;
}

function useReport<T>(name: string, params: Record<string, string>, enabled: boolean) {
	return useQuery({ queryKey: ['reports', name, params], queryFn: () => api.get<T>(query(`/api/reports/${name}`, params)), enabled, placeholderData: keepPreviousData });
}

export interface Range {
	from: string;
	to: string;
}

export const useDays = (r: Range, on: boolean) => useReport<{ items: Day[]; total: Omit<Day, 'date'> }>('daily-sales', { ...r }, on);
export const useHours = (r: Range, on: boolean) => useReport<{ items: Hour[] }>('sales-by-hour', { ...r }, on);
export const useTop = (r: Range, on: boolean) => useReport<{ items: Top[]; next: string | null }>('sales-by-product', { ...r, limit: '500' }, on);
export const useTrialBalance = (on: boolean) => useReport<Balance>('trial-balance', {}, on);
export const useDebts = (on: boolean) => useReport<Debts>('receivables', {}, on);
export const useValuation = (on: boolean) => useReport<{ items: { product: string; name: string; on_hand: number; value: number }[]; total: number }>('valuation', {}, on);
