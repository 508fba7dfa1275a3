import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { here } from '~/api/client';
import type { List } from '~/api/types';
import { lookAgain } from '~/state/status';

export interface PairingForm {
	url: string;
	tenant_uuid: string;
	license_key: string;
	name: string;
}

export function usePair() {
	return useMutation({
		mutationFn: (f: PairingForm) => here.put('/api/sync/pairing', f),
		onSettled: lookAgain,
	});
}

export function useUnpair() {
	return useMutation({ mutationFn: () => here.remove('/api/sync/pairing'), onSettled: lookAgain });
}

export function useSyncNow() {
	return useMutation({ mutationFn: () => here.post('/api/sync/run', {}), onSettled: lookAgain });
}

export interface PendingRow {
	table: string;
	uuid: string;
	since: string;
	tries: number;
	state: 'ready' | 'waiting' | 'refused';
	code: string | null;
	field: string | null;
	reason: string | null;
}

export function usePending(enabled: boolean) {
	return useQuery({
		queryKey: ['pending'],
		queryFn: () => here.get<List<PendingRow>>('/api/pending?limit=50'),
		enabled,
		refetchInterval: 3000,
	});
}

export function usePutSetting() {
	const queries = useQueryClient();
	return useMutation({
		mutationFn: async (changes: [string, unknown][]) => {
			for (const [key, value] of changes)
				await here.put(`/api/settings/${key}`, { value });
		},
		onSettled: () => queries.invalidateQueries({ queryKey: ['settings'] }),
	});
}

// What a cloud shows for a till: fexl://pair?url=…&tenant=…&key=…
export function readPairingText(text: string): Partial<PairingForm> | null {
	const m = /^\s*fexl:\/\/pair\?(.+?)\s*$/i.exec(text);
	if (!m)
		return null;
	const q = new URLSearchParams(m[1]);
	return { url: q.get('url') ?? '', tenant_uuid: q.get('tenant') ?? '', license_key: q.get('key') ?? '' };
}
