// A value that components can watch.
import { useSyncExternalStore } from 'react';

export interface Store<T> {
	get(): T;
	set(next: T | ((now: T) => T)): void;
	watch(f: () => void): () => void;
}

export function createStore<T>(initial: T): Store<T> {
	let value = initial;
	const watchers = new Set<() => void>();
	return {
		get: () => value,
		set(next) {
			const to = typeof next === 'function' ? (next as (now: T) => T)(value) : next;
			if (Object.is(to, value))
				return;
			value = to;
			watchers.forEach((f) => f());
		},
		watch(f) {
			watchers.add(f);
			return () => watchers.delete(f);
		},
	};
}

export function useStore<T, S = T>(store: Store<T>, pick: (v: T) => S = (v) => v as unknown as S): S {
	return useSyncExternalStore(store.watch, () => pick(store.get()));
}
