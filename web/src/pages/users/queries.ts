import { useQuery } from '@tanstack/react-query';
import { here } from '~/api/client';
import { Problem } from '~/api/http';
import type { List, Role, User } from '~/api/types';

export function useUsers() {
	return useQuery({ queryKey: ['users', 'list'], queryFn: async () => (await here.get<List<User>>('/api/users?limit=500')).items });
}

const seeds = ['owner', 'manager', 'cashier', 'agent'];

// The shop's own roles beside the usual four.
export function useRoles() {
	return useQuery({
		queryKey: ['roles'],
		queryFn: async () => {
			try {
				return (await here.get<List<Role>>('/api/roles?limit=200')).items;
			} catch (e) {
				if (e instanceof Problem && (e.status === 404 || e.status === 403))
					return [];
				throw e;
			}
		},
		staleTime: 60_000,
		select: (rows) => [...seeds.map((code) => ({ code, name: null as string | null })), ...rows.filter((r) => !seeds.includes(r.code))],
	});
}
