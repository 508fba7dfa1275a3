import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gross, mulDiv, quickNotes, shareDiscount, taxInside, taxOn, totals } from '../src/pages/pos/amounts';

const line = (qty: number, unit_price: number, discount = 0, tax_rate = 0) => ({ product: '', qty, unit_price, discount, tax_rate });

test('rounds once, half away from zero, as the servers do', () => {
	assert.equal(mulDiv(5, 1, 2), 3);
	assert.equal(mulDiv(-5, 1, 2), -3);
	assert.equal(mulDiv(4, 1, 3), 1);
	assert.equal(gross(line(333, 1000)), 333);
	assert.equal(gross(line(1500, 333)), 500);
	assert.equal(mulDiv(1e15, 1e12, 1e12), 1e15);
});

test('tax inside and on top', () => {
	assert.equal(taxInside(11500, 1500), 1500);
	assert.equal(taxOn(10000, 1500), 1500);
	const lines = [line(2000, 575, 0, 1500), line(1000, 100)];
	assert.deepEqual(totals(lines, true), { subtotal: 1250, discount: 0, tax: 150, total: 1250 });
	assert.deepEqual(totals(lines, false), { subtotal: 1250, discount: 0, tax: 173, total: 1423 });
});

test('a discount on everything is shared out to the last unit, and never more than a line', () => {
	for (let d = 0; d <= 700; d++) {
		const lines = [line(1000, 333), line(3000, 111), line(1000, 1)];
		const parts = shareDiscount(lines, d);
		assert.equal(parts.reduce((a, b) => a + b, 0), Math.min(d, 667));
		parts.forEach((p, i) => assert.ok(p >= 0 && p <= gross(lines[i])));
	}
	assert.deepEqual(shareDiscount([line(1000, 0)], 5), [0]);
});

test('quick notes begin with the exact sum and go up', () => {
	assert.deepEqual(quickNotes(2532, 2).slice(0, 3), [2532, 2600, 3000]);
	assert.deepEqual(quickNotes(65000, 0).slice(0, 2), [65000, 70000]);
	assert.equal(quickNotes(500, 2)[0], 500);
});
