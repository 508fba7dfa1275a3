// The servers' arithmetic (common/base/money.c), so that what is shown is what is
// booked: whole numbers, per line, half away from zero.
import type { SaleLine } from '~/api/types';

export function mulDiv(a: number, b: number, c: number): number {
	const product = BigInt(a) * BigInt(b);
	const by = BigInt(c);
	const rest = product % by;
	const up = (rest < 0n ? -rest : rest) * 2n >= by;
	return Number(product / by + (up ? (product < 0n ? -1n : 1n) : 0n));
}

export function gross(l: Pick<SaleLine, 'qty' | 'unit_price'>): number {
	return mulDiv(l.unit_price, l.qty, 1000);
}

export function taxInside(amount: number, rate: number): number {
	return mulDiv(amount, rate, 10000 + rate);
}

export function taxOn(amount: number, rate: number): number {
	return mulDiv(amount, rate, 10000);
}

export interface Totals {
	subtotal: number; // before discounts
	discount: number;
	tax: number;
	total: number;
}

export function totals(lines: SaleLine[], included: boolean): Totals {
	const sum: Totals = { subtotal: 0, discount: 0, tax: 0, total: 0 };
	for (const l of lines) {
		const full = gross(l);
		const amount = full - l.discount;
		const tax = included ? taxInside(amount, l.tax_rate) : taxOn(amount, l.tax_rate);
		sum.subtotal += full;
		sum.discount += l.discount;
		sum.tax += tax;
		sum.total += included ? amount : amount + tax;
	}
	return sum;
}

// One discount for the whole cart, shared out by value; what rounding leaves goes to
// the largest line, so that the sum is exact.
export function shareDiscount(lines: SaleLine[], discount: number): number[] {
	const full = lines.map(gross);
	const all = full.reduce((a, b) => a + b, 0);
	if (all <= 0)
		return full.map(() => 0);
	const whole = Math.min(discount, all);
	const parts = full.map((g) => Math.min(Math.floor(Number((BigInt(g) * BigInt(whole)) / BigInt(all))), g));
	let rest = whole - parts.reduce((a, b) => a + b, 0);
	for (const i of full.map((_, k) => k).sort((a, b) => full[b] - full[a])) {
		const more = Math.min(rest, full[i] - parts[i]);
		parts[i] += more;
		rest -= more;
	}
	return parts;
}

// What a customer is likely to hand over: the exact sum, then the next round ones.
export function quickNotes(due: number, exponent: number): number[] {
	const unit = 10 ** exponent;
	const steps = [1, 5, 10, 20, 50, 100, 500, 1000, 5000, 10000, 25000, 50000].map((n) => n * unit);
	const notes = new Set<number>([due]);
	for (const s of steps) {
		const up = Math.ceil(due / s) * s;
		if (up > due && up <= Math.max(due * 2, due + 20 * unit))
			notes.add(up);
		if (notes.size === 5)
			break;
	}
	return [...notes];
}
