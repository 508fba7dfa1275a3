import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BurstReader } from '../src/pages/pos/scanner';

function type(r: BurstReader, text: string, gapMs: number, from = 0): string | null {
	let at = from;
	let code: string | null = null;
	for (const key of [...text, 'Enter']) {
		code = r.key({ key, timeStamp: at, target: null, ctrlKey: false, altKey: false, metaKey: false });
		at += gapMs;
	}
	return code;
}

test('fast is a scanner', () => assert.equal(type(new BurstReader(), '6281000000017', 3), '6281000000017'));
test('one key that comes late does not spoil a scan', () => {
	const r = new BurstReader();
	r.key({ key: '6', timeStamp: 0, target: null, ctrlKey: false, altKey: false, metaKey: false });
	assert.equal(type(r, '281000000017', 3, 120), '6281000000017');
});
test('slow is a person', () => assert.equal(type(new BurstReader(), '6281000000017', 90), null));
test('three characters are not a code', () => assert.equal(type(new BurstReader(), '123', 3), null));
test('what a person typed before is not part of it', () => {
	const r = new BurstReader();
	r.key({ key: 'x', timeStamp: 0, target: null, ctrlKey: false, altKey: false, metaKey: false });
	assert.equal(type(r, '12345', 3, 500), '12345');
});
test('one scan after the other', () => {
	const r = new BurstReader();
	assert.equal(type(r, '11111', 3), '11111');
	assert.equal(type(r, '22222', 3, 20), '22222');
});
