import { useQuery } from '@tanstack/react-query';
import { api, query } from '~/api/client';
import { useDocument } from '~/api/documents';
import type { DocumentHead, List, Shift, ShiftDetail, Stored } from '~/api/types';
import { reportDay } from '~/i18n/format';
import { useMay } from '~/state/session';
import { useList } from '~/ui/lists';

export const useShifts = () => useList<Shift>('shifts', '/api/shifts');

export interface Close extends DocumentHead {
	counted: number;
	expected: number; // as the books were then
	difference: number;
	note: string | null;
}

export type FullShift = ShiftDetail & { closes: Close[] };

const methods = ['cash', 'card', 'bank', 'mobile', 'store_credit', 'account'];

export function methodsOf(s: FullShift): FullShift['methods'] {
	return [...s.methods].sort((a, b) => methods.indexOf(a.method) - methods.indexOf(b.method));
}

export const shiftQuery = (id: string) => ({ queryKey: ['shifts', 'one', id], queryFn: () => api.get<FullShift>(`/api/shifts/${id}`) });

export function useShift(id: string) {
	return useQuery(shiftQuery(id));
}

const PAGE = 200;
const PAGES_MAX = 25; // a shop of fifty drawers, a hundred days ago

// The shifts that were opened on a day, the first one first: the list begins with the newest.
async function shiftsOf(day: string): Promise<Shift[]> {
	const found: Shift[] = [];
	let after: string | null = '';
	for (let n = 0; after !== null && n < PAGES_MAX; n++) {
		const page: List<Shift> = await api.get<List<Shift>>(query('/api/shifts', { limit: PAGE, after }));
		found.push(...page.items.filter((s) => reportDay(Date.parse(s.at)) === day));
		const last = page.items.at(-1);
		after = last && reportDay(Date.parse(last.at)) >= day ? page.next : null;
	}
	return found.reverse();
}

export function useShiftsOf(day: string) {
	return useQuery({ queryKey: ['shifts', 'of', day], queryFn: () => shiftsOf(day), enabled: day !== '' });
}

export interface LedgerAccount extends Stored {
	code: string;
	name: string;
	kind: string;
}

// Sums over documents: no hand moves them.
const kept = ['1010', '1100', '1200', '2010', '2100'];

export function useAccounts() {
	const may = useMay('cost');
	return useQuery({
		queryKey: ['accounts'],
		queryFn: async () => (await api.get<List<LedgerAccount>>('/api/accounts?limit=200')).items,
		enabled: may,
		staleTime: 60_000,
		select: (rows) => rows.filter((a) => !kept.includes(a.code)).sort((a, b) => a.code.localeCompare(b.code)),
	});
}

const touched = ['shifts', 'reports'];

export const useOpen = () => useDocument<Shift, { opening: number; note?: string }>('shift', '/api/shifts', touched);

export type MoveKind = 'expense' | 'cash_out' | 'cash_in';

export interface MoveBody {
	kind: MoveKind;
	amount: number;
	reason: string;
	account?: string;
}

export const useMove = (id: string) => useDocument<object, MoveBody>('shift_movement', `/api/shifts/${id}/movements`, touched);
export const useClose = (id: string) => useDocument<Close, { counted: number; note?: string }>('shift_close', `/api/shifts/${id}/close`, touched);
