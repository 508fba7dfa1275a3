import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setLanguage, t } from '../src/i18n';
import { ar } from '../src/i18n/ar';
import { en } from '../src/i18n/en';
import { money, parseMoney, parseQty, qty } from '../src/i18n/format';

const forms = (text: unknown): string[] => (typeof text === 'string' ? [text] : Object.values(text as object));
const names = (text: unknown) => new Set(forms(text).flatMap((f) => [...f.matchAll(/\{(\w+)\}/g)].map((m) => m[1])));

test('both languages have the same keys, and no word is empty', () => {
	assert.deepEqual(Object.keys(ar).sort(), Object.keys(en).sort());
	for (const all of [en, ar])
		for (const [key, text] of Object.entries(all))
			for (const f of forms(text))
				assert.ok(f.trim() !== '', key);
});

test('a word asks for nothing that the other language does not know', () => {
	for (const [key, text] of Object.entries(ar))
		for (const name of names(text))
			assert.ok(names((en as Record<string, unknown>)[key]).has(name), `${key}: {${name}}`);
});

test('plurals', async () => {
	await setLanguage('en');
	assert.equal(t('status.offline', { n: 0 }), 'Offline: all is sent');
	assert.equal(t('status.offline', { n: 1 }), 'Offline: 1 change kept here');
	assert.equal(t('status.offline', { n: 14 }), 'Offline: 14 changes kept here');
	await setLanguage('ar');
	assert.match(t('status.offline', { n: 3 }), /3 تغييرات/);
	assert.match(t('status.offline', { n: 11 }), /11 تغييراً/);
	await setLanguage('en');
});

test('amounts go there and back; Arabic digits are digits', () => {
	assert.equal(money(123450), '1,234.50');
	assert.equal(parseMoney('1,234.5'), 123450);
	assert.equal(parseMoney('٢٥٫٣٢'), 2532);
	assert.equal(parseMoney('12.345'), null);
	assert.equal(parseMoney('12.300'), 1230);
	assert.equal(parseMoney('abc'), null);
	assert.equal(parseMoney(''), null);
	assert.equal(parseQty('1.25'), 1250);
	assert.equal(qty(1250), '1.25');
	assert.equal(qty(3000), '3');
});
