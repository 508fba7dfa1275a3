// What stands in a row, as people read it.
import { known, t } from '~/i18n';
import { money, qty, rate } from '~/i18n/format';

export const plumbing = new Set(['uuid', 'updated_at', 'entered_by', 'device', 'filled', 'clock_offset']);
const moneys = new Set(['price', 'total', 'paid', 'tax', 'change_given', 'unit_cost', 'amount']);

export function tableName(table: string): string {
	const key = known(`table.${table}`);
	return key ? t(key) : table;
}

export function say(field: string, v: unknown): string {
	if (v === null || v === undefined || v === '')
		return '–';
	if (typeof v === 'boolean')
		return t(v ? 'say.yes' : 'say.no');
	if (typeof v === 'number')
		return moneys.has(field) ? money(v) : field === 'tax_rate' || field === 'rate' ? rate(v) : field === 'low_stock' ? qty(v) : String(v);
	return typeof v === 'object' ? JSON.stringify(v) : String(v);
}

export function fieldName(f: string): string {
	const key = known(`field.${f}`);
	return key ? t(key) : f;
}
