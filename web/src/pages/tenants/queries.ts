import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { here } from '~/api/client';
import type { List, Tenant } from '~/api/types';

export interface Made {
	tenant_uuid: string;
	license_key: string;
	link: string;
}

export function useTenants() {
	return useQuery({
		queryKey: ['tenants'],
		queryFn: async () => (await here.get<List<Tenant>>('/api/admin/tenants')).items,
		refetchInterval: 10000,
	});
}

export function useCreateTenant() {
	const queries = useQueryClient();
	return useMutation({
		mutationFn: (t: { name: string; owner?: string; pin?: string }) => here.post<Made>('/api/admin/tenants', t),
		onSuccess: () => queries.invalidateQueries({ queryKey: ['tenants'] }),
	});
}
