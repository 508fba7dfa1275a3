// A list by pages, as the table wants it; what is searched and filtered stands in the URL.
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useSearchParams } from 'wouter';
import { api, here, query } from '~/api/client';
import type { List } from '~/api/types';

type Params = Record<string, string | number | boolean | null | undefined>;

const PAGE = 100;

export function useList<T>(key: string, path: string, params: Params = {}, from: typeof api | typeof here = api) {
	const q = useInfiniteQuery({
		queryKey: [key, 'list', path, params],
		initialPageParam: '',
		queryFn: ({ pageParam, signal }) => from.get<List<T>>(query(path, { limit: PAGE, ...params, after: pageParam }), { signal }),
		getNextPageParam: (last) => last.next ?? undefined,
		placeholderData: (old) => old,
	});
	const rows = useMemo(() => (q.data?.pages ?? []).flatMap((p) => p.items), [q.data]);
	return { rows, query: q };
}

// A word of the address behind the question mark: back and reload keep it.
export function useParam(name: string): [string, (v: string) => void] {
	const [params, setParams] = useSearchParams();
	const set = (v: string) => setParams((now) => {
		const next = new URLSearchParams(now);
		if (v)
			next.set(name, v);
		else
			next.delete(name);
		return next;
	}, { replace: true });
	return [params.get(name) ?? '', set];
}
