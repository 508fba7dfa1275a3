// The shift that is open at this till, if there is one: what is sold and paid belongs to it.
import { useQuery } from '@tanstack/react-query';
import { api } from '~/api/client';
import type { List, Shift } from '~/api/types';
import { useMay, useSession } from './session';
import { useStatus } from './status';

export function useOpenShift() {
	const may = useMay('shift');
	const me = useSession()?.user.uuid;
	const device = useStatus().sync?.device_uuid;
	const q = useQuery({
		queryKey: ['shifts', 'open'],
		queryFn: async () => (await api.get<List<Shift>>('/api/shifts?limit=50')).items,
		enabled: may,
		staleTime: 5000,
	});
	// A drawer is one person's at one till.
	const shift = (q.data ?? []).find((s) => s.status === 'open' && s.entered_by === me && (!device || s.device === device)) ?? null;
	return { shift, isPending: may && q.isPending };
}
