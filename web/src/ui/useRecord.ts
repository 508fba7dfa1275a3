// One record being edited: what a form needs to create or change it, and what to say
// when somebody else was faster.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { api, here } from '~/api/client';
import { Problem } from '~/api/http';
import type { Stored } from '~/api/types';
import { uuid } from '~/api/uuid';
import { explain } from './toasts';

export function useSave<T extends Stored>(table: string, path: string, from: typeof api | typeof here = api) {
	const queries = useQueryClient();
	const id = useRef('');
	return useMutation({
		mutationFn: async ({ row, changes }: { row: T | null; changes: object }) => {
			if (!row) {
				id.current ||= uuid();
				return from.post<T>(path, { uuid: id.current, ...changes });
			}
			// The ETag of what was shown: another version in between is told, not overwritten.
			const now = await from.ask<T>('GET', `${path}/${row.uuid}`);
			if (now.data.updated_at !== row.updated_at)
				throw new Problem(412, { detail: '', code: 'changed', current: now.data }, null);
			return from.patch<T>(`${path}/${row.uuid}`, changes, { ifMatch: now.etag });
		},
		onSuccess: () => {
			id.current = '';
			void queries.invalidateQueries({ queryKey: [table] });
		},
	});
}

export function useRemove(table: string, path: string, from: typeof api | typeof here = api) {
	const queries = useQueryClient();
	return useMutation({
		mutationFn: (id: string) => from.remove(`${path}/${id}`),
		onSuccess: () => queries.invalidateQueries({ queryKey: [table] }),
	});
}

// The server's word for one field of the form.
export function fieldError(error: unknown, field: string): string | undefined {
	return error instanceof Problem && error.field === `/${field}` ? explain(error) : undefined;
}

export function isElsewhere(error: unknown, fields: string[]): boolean {
	return error !== null && error !== undefined && !(error instanceof Problem && fields.some((f) => error.field === `/${f}`));
}
