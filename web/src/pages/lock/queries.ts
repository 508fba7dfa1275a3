import { useMutation, useQuery } from '@tanstack/react-query';
import { here } from '~/api/client';
import { Problem, Unreachable, request } from '~/api/http';
import type { List, User } from '~/api/types';
import { signIn } from '~/pages/signin/queries';
import { session } from '~/state/session';

const END_MS = 5000;

// Who may be standing there, whoever has locked it first.
export function usePeople(first: string) {
	return useQuery({
		queryKey: ['users', 'people'],
		queryFn: async () => (await here.get<List<User>>('/api/users?limit=200')).items.filter((u) => u.active),
		select: (all) => [...all].sort((a, b) => Number(b.name === first) - Number(a.name === first) || a.name.localeCompare(b.name)),
	});
}

// A sign-in like any other, lockout and all; then the old one ends.
// The lock is gone before it returns: what follows is said here.
export function useUnlock(onOpen: (user: string) => void) {
	return useMutation({
		onSuccess: (_, { user }) => onOpen(user),
		mutationFn: async ({ user, pin }: { user: string; pin: string }) => {
			const old = session.get()?.token;
			await signIn({ user, secret: pin, tenant: '' }, true);
			if (old)
				await request('/api/session', 'DELETE', { token: old, timeoutMs: END_MS }).catch((e: unknown) => {
					if (!(e instanceof Problem) && !(e instanceof Unreachable))
						throw e;
				});
		},
	});
}
