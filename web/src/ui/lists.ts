// A list by pages, as the table wants it; what is searched and filtered stands in the URL.
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useSearchParams } from 'wouter';
import { api, here, query } from '~/api/client';
import type { List } from '~/api/types';

type Params = Record<string, string | number | boolean | null | undefined>;

export const PAGE = 100;
const PAGES_MAX = 10;
export const PAGE_MAX = 500; // the server's; where much is read to show little

// Where a page begins: the cursor, and how many rows stand before it.
interface Place {
	after: string;
	before: number;
}

// The way to a page; so that the list can be followed back.
type Trail = Place[];

const all = () => true;

function nextOf<T>(page: List<T>, trail: Trail, keeps: (row: T) => boolean): Trail | undefined {
	const before = trail[trail.length - 1].before + page.items.filter(keeps).length;
	return page.next ? [...trail, { after: page.next, before }] : undefined;
}

// Windowed: at most PAGES_MAX pages are kept, however far somebody scrolls, and news ask
// for no more than these again.  `keeps` never changes: what a page leaves out for a
// while, by a filter of its own, needs all pages, or it would lose what it found.
export function useList<T>(key: string, path: string, params: Params = {}, from: typeof api | typeof here = api,
	windowed = false, keeps: (row: T) => boolean = all) {
	const q = useInfiniteQuery({
		queryKey: [key, 'list', path, params, windowed],
		initialPageParam: [{ after: '', before: 0 }] as Trail,
		queryFn: ({ pageParam, signal }) => from.get<List<T>>(query(path, { limit: PAGE, ...params, after: pageParam[pageParam.length - 1].after }), { signal }),
		getNextPageParam: (last, _, trail) => nextOf(last, trail, keeps),
		getPreviousPageParam: (_, __, trail) => (trail.length > 1 ? trail.slice(0, -1) : undefined),
		maxPages: windowed ? PAGES_MAX : undefined,
		placeholderData: (old) => old,
	});
	const rows = useMemo(() => (q.data?.pages ?? []).flatMap((p) => p.items.filter(keeps)), [q.data, keeps]);
	const places = useMemo(() => ((q.data?.pageParams ?? []) as Trail[]).map((trail) => trail[trail.length - 1]), [q.data]);
	return { rows, places, query: { ...q, before: places[0]?.before ?? 0 } };
}

// All of it, by the longest pages: for a file, not for a screen.
export async function allOf<T>(path: string, params: Params = {}): Promise<T[]> {
	const rows: T[] = [];
	for (let after: string | null = ''; after !== null;) {
		const page: List<T> = await api.get<List<T>>(query(path, { limit: PAGE_MAX, ...params, after }));
		rows.push(...page.items);
		after = page.next;
	}
	return rows;
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
