// What modules touch when they are loaded, for node.
const kept = new Map<string, string>();
const storage = {
	getItem: (k: string) => kept.get(k) ?? null,
	setItem: (k: string, v: string) => void kept.set(k, v),
	removeItem: (k: string) => void kept.delete(k),
};
const g = globalThis as Record<string, unknown>;
g.localStorage ??= storage;
g.sessionStorage ??= storage;
g.window ??= Object.assign(globalThis, { addEventListener() {} });
g.document ??= { documentElement: {} };
if (!g.navigator)
	g.navigator = { language: 'en' };
g.HTMLInputElement ??= class {};
g.HTMLTextAreaElement ??= class {};
