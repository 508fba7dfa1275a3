// A document that a person posts: its uuid is made when the form opens, its number
// and time are fixed before the first attempt; so however often it is sent, and to
// whichever server, it is one document.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { isTill } from '~/state/site';
import { api, here } from './client';
import { Problem } from './http';
import { uuid } from './uuid';

type Kind = 'cancellation' | 'return' | 'customer_payment' | 'supplier_payment' | 'purchase' | 'purchase_void' | 'stock_adjustment' | 'shift'
	| 'shift_movement' | 'shift_close';

interface Fixed {
	uuid: string;
	number?: string;
	at: string;
}

async function fix(kind: Kind, id: string): Promise<Fixed> {
	const at = new Date().toISOString();
	if (!isTill())
		return { uuid: id, at };
	const { number } = await here.post<{ number: string }>('/api/numbers', { uuid: id, kind });
	return { uuid: id, number, at };
}

// touched: the first words of the queries that it makes old.
export function useDocument<Answer, Body extends object>(kind: Kind, path: string, touched: string[]) {
	const queries = useQueryClient();
	const id = useRef('');
	const fixed = useRef<Fixed | null>(null);
	return useMutation({
		mutationFn: async (body: Body) => {
			id.current ||= uuid();
			fixed.current ??= await fix(kind, id.current);
			return api.post<Answer>(path, { ...fixed.current, ...body });
		},
		onSuccess: () => {
			id.current = '';
			fixed.current = null;
			for (const key of touched)
				void queries.invalidateQueries({ queryKey: [key] });
		},
		onError: (e) => {
			// It was refused as it stood: what is sent next is another one.
			if (e instanceof Problem && !e.uncertain && e.status < 500)
				fixed.current = null;
		},
	});
}
