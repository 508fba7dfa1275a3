import { useMutation, useQueryClient } from '@tanstack/react-query';
import { here } from '~/api/client';
import { useList } from '~/ui/lists';

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
