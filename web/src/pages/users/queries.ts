import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { here } from '~/api/client';
import type { List, Role, User } from '~/api/types';

export function useUsers() {
	return useQuery({ queryKey: ['users', 'list'], queryFn: async () => (await here.get<List<User>>('/api/users?limit=500')).items });
}

const seeds = ['owner', 'manager', 'cashier', 'agent'];
const rank = (r: Role) => (seeds.includes(r.code) ? seeds.indexOf(r.code) : seeds.length);

// Those that every shop begins with, from most to least; then the shop's own.
export function useRoles() {
	return useQuery({
		queryKey: ['roles', 'list'],
		queryFn: async () => (await here.get<List<Role>>('/api/roles?limit=200')).items,
		staleTime: 60_000,
		select: (rows) => [...rows].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name)),
	});
}

// A role's uuid follows from its code: the same one made twice is one.
export function useCreateRole() {
	const queries = useQueryClient();
	return useMutation({
		mutationFn: (body: { code: string; name: string; permissions: string[] }) => here.post<Role>('/api/roles', body),
		onSuccess: () => queries.invalidateQueries({ queryKey: ['roles'] }),
	});
}
