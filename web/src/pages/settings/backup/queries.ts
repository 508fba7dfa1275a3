import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { here } from '~/api/client';
import type { List } from '~/api/types';
import { beginRestart } from '~/state/restart';

export interface Backup {
	name: string;
	bytes: number;
	sha256: string | null;
	at: string;
}

export type Judged = Backup & { tables: { table: string; rows: number }[] };
export type How = 'discard_local' | 'as_new';

const SLOW_MS = 3600_000; // a large shop on a slow disk

export function useBackups() {
	return useQuery({ queryKey: ['backups'], queryFn: async () => (await here.get<List<Backup>>('/api/backups')).items });
}

export function useCreate() {
	const queries = useQueryClient();
	return useMutation({
		mutationFn: () => here.post<Judged>('/api/backups', {}, { timeoutMs: SLOW_MS }),
		onSettled: () => queries.invalidateQueries({ queryKey: ['backups'] }),
	});
}

export const useVerify = () => useMutation({ mutationFn: (name: string) => here.post<Judged>(`/api/backups/${name}/verify`, {}, { timeoutMs: SLOW_MS }) });

export function useDelete() {
	const queries = useQueryClient();
	return useMutation({
		mutationFn: (name: string) => here.remove(`/api/backups/${name}`),
		onSettled: () => queries.invalidateQueries({ queryKey: ['backups'] }),
	});
}

interface Begun {
	status: 'restarting' | 'restored';
	safety: string | null;
	unsent: number;
}

// The server ends for it and begins again: from then on nothing here is true any more.
export function useRestore() {
	return useMutation({
		mutationFn: (body: { name: string; how?: How }) => here.post<Begun>('/api/restore', body, { timeoutMs: SLOW_MS }),
		onSuccess: (r, { how }) => beginRestart({ safety: r.safety ?? '', fromCloud: how === 'discard_local' }),
	});
}
