// Amounts, quantities and times as people read them.  The money's exponent is the
// shop's setting, never the browser's opinion.
import { settings } from '~/state/settings';
import { formatNumber, locale } from './index';

export function exponent(): number {
	return settings.get().exponent;
}

// Minor units: 123450 -> "1,234.50"
export function money(amount: number): string {
	const e = exponent();
	return formatNumber(amount / 10 ** e, e);
}

export function moneyWithCurrency(amount: number): string {
	const c = settings.get().currency;
	return c ? `${money(amount)} ${c}` : money(amount);
}

// Thousandths: 2500 -> "2.5"
export function qty(q: number): string {
	const whole = q / 1000;
	return formatNumber(whole, q % 1000 === 0 ? 0 : q % 100 === 0 ? 1 : q % 10 === 0 ? 2 : 3);
}

// Basis points: 1500 -> "15 %"
export function rate(bp: number): string {
	return `${formatNumber(bp / 100, bp % 100 === 0 ? 0 : 2)} %`;
}

// What a person typed: "1,234.5" or Arabic-Indic digits -> minor units; null when it is no number.
export function parseScaled(text: string, digits: number): number | null {
	const latin = text.replace(/[٠-٩]/g, (d) => String(d.charCodeAt(0) - 0x660)).replace(/[٬,\s]/g, '').replace('٫', '.');
	if (!/^-?\d{0,13}(\.\d*)?$/.test(latin) || !/\d/.test(latin))
		return null;
	const [whole, part = ''] = latin.replace('-', '').split('.');
	if (part.length > digits && /[1-9]/.test(part.slice(digits)))
		return null;
	const n = Number(whole || '0') * 10 ** digits + Number(part.slice(0, digits).padEnd(digits, '0') || '0');
	return latin.startsWith('-') ? -n : n;
}

export const parseMoney = (text: string) => parseScaled(text, exponent());
export const parseQty = (text: string) => parseScaled(text, 3);
export const parseRate = (text: string) => parseScaled(text.replace('%', ''), 2);

const sizes = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];

// "3.4 MB"
export function bytes(n: number): string {
	const i = Math.min(Math.max(Math.floor(Math.log10(Math.max(n, 1)) / 3), 0), sizes.length - 1);
	return new Intl.NumberFormat(locale(), { style: 'unit', unit: sizes[i], maximumFractionDigits: 1 }).format(n / 1000 ** i);
}

// For an input field: no group separators.
export function plain(n: number, digits: number): string {
	return (n / 10 ** digits).toFixed(digits);
}

function zone(): string | undefined {
	return settings.get().timezone || undefined;
}

export function dateTime(iso: string): string {
	return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short', timeZone: zone() }).format(new Date(iso));
}

export function timeOnly(iso: string): string {
	return new Intl.DateTimeFormat(locale(), { hour: '2-digit', minute: '2-digit', timeZone: zone() }).format(new Date(iso));
}

export function dateOnly(iso: string): string {
	return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeZone: zone() }).format(new Date(iso));
}

// The day that reports count a moment to: the servers know an offset, no zone.
export function reportDay(at = Date.now()): string {
	return new Date(at + settings.get().utcOffsetMin * 60_000).toISOString().slice(0, 10);
}

// Minutes that a zone is ahead of UTC today.
export function offsetOf(timeZone: string): number {
	const parts = new Intl.DateTimeFormat('en', { timeZone: timeZone || 'UTC', timeZoneName: 'longOffset' }).formatToParts();
	const m = /([+-])(\d\d):(\d\d)/.exec(parts.find((p) => p.type === 'timeZoneName')?.value ?? '');
	return m ? (m[1] === '-' ? -1 : 1) * (Number(m[2]) * 60 + Number(m[3])) : 0;
}

// A day of a report: "23 Nov"
export function shortDay(day: string): string {
	return new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(new Date(`${day}T00:00Z`));
}

export function longDay(day: string): string {
	return new Intl.DateTimeFormat(locale(), { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${day}T00:00Z`));
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]];

// "3 minutes ago"
export function ago(iso: string, now = Date.now()): string {
	const s = Math.min(Math.round((Date.parse(iso) - now) / 1000), 0);
	const [unit, size] = steps.find(([, n]) => -s >= n) ?? steps[3];
	return new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' }).format(Math.round(s / size), unit);
}
