import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { here } from '~/api/client';
import type { Stored } from '~/api/types';
import { useList } from '~/ui/lists';
import { useSave } from '~/ui/useRecord';

export interface Conflict {
	uuid: string;
	table: string;
	row: string;
	at: string;
	rule: string;
	winner: Record<string, unknown> | null;
	loser: Record<string, unknown> | null;
	winner_device: string | null;
	loser_device: string | null;
	winner_user?: string | null;
	loser_user?: string | null;
	restored_at: string | null;
}

export function useConflicts() {
	return useList<Conflict>('conflicts', '/api/conflicts', {}, here);
}

export function useRestore() {
	const queries = useQueryClient();
	return useMutation({
		mutationFn: ({ uuid, force }: { uuid: string; force: boolean }) => here.post(`/api/conflicts/${uuid}/restore${force ? '?force=1' : ''}`, {}),
		onSuccess: () => queries.invalidateQueries(),
	});
}

// --- what people must judge ---

export type Subject = Record<string, unknown> & { uuid: string };
export type Side = 'a' | 'b';

export interface Review extends Stored {
	kind: string;
	state: 'open' | 'done';
	a_table: string | null;
	a: string | null;
	b_table: string | null;
	b: string | null;
	detail: { product?: string; qty?: number; beyond?: number; credit?: number; field?: string; value?: string; gone?: { product: string; qty: number }[] } | null;
	note: string | null;
}

export type FullReview = Review & { a_head: Subject | null; b_head: Subject | null };

export const useReviews = () => useList<Review>('reviews', '/api/reviews', {}, here);

export function useReview(id: string) {
	return useQuery({ queryKey: ['reviews', 'one', id], queryFn: () => here.get<FullReview>(`/api/reviews/${id}`) });
}

export const useSettle = () => useSave<Review>('reviews', '/api/reviews', here);

// keep: the side that stays.
export function useMerge(r: FullReview) {
	const queries = useQueryClient();
	return useMutation({
		mutationFn: (keep: Side) => here.post(`/api/${r.a_table}/${keep === 'a' ? r.b : r.a}/merge`, { into: keep === 'a' ? r.a : r.b }),
		onSettled: () => queries.invalidateQueries(),
	});
}

// They are two again, and somebody has to judge anew.
export function useUnmerge(r: FullReview) {
	const queries = useQueryClient();
	return useMutation({
		mutationFn: async (gone: Side) => {
			await here.post(`/api/${r.a_table}/${r[gone]}/unmerge`, {});
			await here.patch(`/api/reviews/${r.uuid}`, { state: 'open' });
		},
		onSettled: () => queries.invalidateQueries(),
	});
}
