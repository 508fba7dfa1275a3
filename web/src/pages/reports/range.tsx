// From when to when, in days of the shop; it stands in the address, so a link carries it.
import { SegmentedControl, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useSearchParams } from 'wouter';
import { t } from '~/i18n';
import { reportDay } from '~/i18n/format';
import { useParam } from '~/ui/lists';
import type { Range } from './queries';
import css from './Reports.module.css';

const DAY_MS = 86400_000;
const spans = { today: 1, week: 7, month: 30, quarter: 90 } as const;
type Span = keyof typeof spans;
const names = Object.keys(spans) as Span[];
const USUAL: Span = 'month';

export function addDays(day: string, n: number): string {
	return new Date(Date.parse(`${day}T00:00Z`) + n * DAY_MS).toISOString().slice(0, 10);
}

export function daysOf({ from, to }: Range): string[] {
	const n = Math.max(Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1, 0);
	return Array.from({ length: n }, (_, i) => addDays(from, i));
}

// As many days, right before.
export function before(r: Range): Range {
	return { from: addDays(r.from, -daysOf(r).length), to: addDays(r.from, -1) };
}

export function DayField({ label, value, onChange, max, min }: { label: string; value: string; onChange: (v: string) => void; max?: string; min?: string }) {
	return <TextInput type="date" aria-label={label} title={label} value={value} max={max} min={min} className={css.date} onChange={(e) => onChange(e.currentTarget.value)} />;
}

export function useRange(): [Range, ReactNode] {
	const today = reportDay();
	const [params, setParams] = useSearchParams();
	const to = params.get('to') || today;
	const from = params.get('from') || addDays(to, 1 - spans[USUAL]);
	const span = to === today ? names.find((k) => from === addDays(to, 1 - spans[k])) : undefined;

	function set(next: Partial<Range>) {
		setParams((now) => {
			const all = new URLSearchParams(now);
			for (const [k, v] of Object.entries({ from, to, ...next }))
				all.set(k, v);
			return all;
		}, { replace: true });
	}
	const fields = (
		<>
			<SegmentedControl value={span ?? ''} onChange={(k) => set({ from: addDays(today, 1 - spans[k as Span]), to: today })} aria-label={t('report.range')}
				data={names.map((k) => ({ value: k, label: t(`report.${k}`) }))} />
			<DayField label={t('report.from')} value={from} max={to} onChange={(v) => v && set({ from: v })} />
			<DayField label={t('report.to')} value={to} min={from} onChange={(v) => v && set({ to: v })} />
		</>
	);
	return [{ from, to }, fields];
}

// One day, today where none is named.
export function useDay(): [string, ReactNode] {
	const [at, setAt] = useParam('at');
	const today = reportDay();
	return [at || today, <DayField key="at" label={t('report.at')} value={at || today} max={today} onChange={(v) => setAt(v === today ? '' : v)} />];
}
