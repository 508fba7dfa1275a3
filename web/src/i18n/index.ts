// Words.  A text is a string, or forms by Intl.PluralRules that `n` chooses from:
//
//	t('pos.items', { n: 3 })	"3 items"
//
// en/ has the keys, one file a page; ar/ must have the same (tsc and a test see to it).
import { createStore, useStore } from '~/state/store';
import { en } from './en';

export type Key = keyof typeof en;
export type Text = string | Partial<Record<Intl.LDMLPluralRule, string>>;
export type Language = 'en' | 'ar';
export type Params = Record<string, string | number>;

const KEY = 'fexl.language';
// English is at hand; the other language comes when somebody wants it.
const texts: Record<Language, Record<Key, Text> | null> = { en, ar: null };
const plurals = { en: new Intl.PluralRules('en'), ar: new Intl.PluralRules('ar') };

function remembered(): Language {
	const saved = localStorage.getItem(KEY);
	if (saved === 'en' || saved === 'ar')
		return saved;
	return navigator.language.startsWith('ar') ? 'ar' : 'en';
}

export const language = createStore<Language>(remembered());

export function direction(l: Language = language.get()): 'ltr' | 'rtl' {
	return l === 'ar' ? 'rtl' : 'ltr';
}

function apply(l: Language): void {
	document.documentElement.lang = l;
	document.documentElement.dir = direction(l);
}

async function fetchWords(l: Language): Promise<void> {
	if (l === 'ar')
		texts.ar ??= (await import('./ar')).ar;
}

export async function setLanguage(l: Language): Promise<void> {
	await fetchWords(l);
	localStorage.setItem(KEY, l);
	apply(l);
	language.set(l);
}

// Before anything is drawn.
export async function beginWords(): Promise<void> {
	await fetchWords(language.get());
	apply(language.get());
}

// For Intl: Arabic words with the digits of the cash register.
export function locale(l: Language = language.get()): string {
	return l === 'ar' ? 'ar-u-nu-latn' : 'en';
}

const formatters = new Map<string, Intl.NumberFormat>();

export function formatNumber(n: number, digits = 0): string {
	const key = `${locale()}/${digits}`;
	let f = formatters.get(key);
	if (!f)
		formatters.set(key, (f = new Intl.NumberFormat(locale(), { minimumFractionDigits: digits, maximumFractionDigits: digits })));
	return f.format(n);
}

function form(text: Text, l: Language, params?: Params): string {
	if (typeof text === 'string')
		return text;
	const n = Number(params?.n ?? 0);
	return (n === 0 ? text.zero : undefined) ?? text[plurals[l].select(n)] ?? text.other ?? '';
}

export function t(key: Key, params?: Params): string {
	const l = language.get();
	return form(texts[l]?.[key] ?? en[key], l, params).replace(/\{(\w+)\}/g, (_, name: string) => {
		const v = params?.[name];
		return typeof v === 'number' ? formatNumber(v) : (v ?? `{${name}}`);
	});
}

// A text for a code of the server's, if there is one: errors are said in the person's language.
export function known(key: string): Key | null {
	return key in en ? (key as Key) : null;
}

export function useLanguage(): Language {
	return useStore(language);
}
