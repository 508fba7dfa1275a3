import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { here } from '~/api/client';
import type { Device, List } from '~/api/types';

export function useDevices() {
	return useQuery({
		queryKey: ['devices'],
		queryFn: async () => (await here.get<List<Device>>('/api/devices')).items,
		refetchInterval: 5000,
	});
}

export type Act = 'approve' | 'revoke' | 'resync';

export function useAct() {
	const queries = useQueryClient();
	return useMutation({
		mutationFn: ({ uuid, act }: { uuid: string; act: Act }) => here.post(`/api/devices/${uuid}/${act}`, {}),
		onSettled: () => queries.invalidateQueries({ queryKey: ['devices'] }),
	});
}

export function useRename() {
	const queries = useQueryClient();
	return useMutation({
		mutationFn: ({ uuid, name }: { uuid: string; name: string }) => here.patch(`/api/devices/${uuid}`, { name }),
		onSettled: () => queries.invalidateQueries({ queryKey: ['devices'] }),
	});
}
