import { useQuery } from '@tanstack/react-query';
import { here } from '~/api/client';

export interface Health {
	status: string;
	server_time: string;
	version: string;
	role: string;
	engine: string;
	listen: string;
	schema: number;
	open_sockets: number;
	in_hand: number;
	commits: number;
	queued: number;
	wal_pinned_bytes: number;
	realtimed_up: boolean;
}

export const EVERY_MS = 2000;

export function useHealth() {
	return useQuery({
		queryKey: ['health'],
		queryFn: () => here.get<Health>('/api/admin/health'),
		refetchInterval: EVERY_MS,
	});
}
