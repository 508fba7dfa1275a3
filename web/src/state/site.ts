// The server that this page came from.
import { request } from '~/api/http';
import type { Site } from '~/api/types';
import { createStore, useStore } from './store';

export const site = createStore<Site | null>(null);

export async function loadSite(): Promise<void> {
	site.set((await request<Site>('/api/site', 'GET', { timeoutMs: 5000 })).data);
}

export function useSite(): Site {
	const s = useStore(site);
	if (!s)
		throw new Error('the site is not known yet');
	return s;
}

export function isTill(): boolean {
	return site.get()?.role === 'desktop';
}
