import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { seenBody } from '../src/api/seen';

const ID = '019b0000-0000-7000-8000-000000000001';

// Path, table and what the path says of the document, as apid's table of routes has them.
function routes(): [string, string, string | undefined][] {
	const text = readFileSync(join(process.env.FEXL_SRC ?? '.', 'daemons/apid/routes.c'), 'utf8');
	const short = [...text.matchAll(/\b(?:DOCUMENTS|FOLLOWS)\("([^"]+)", "(\w+)"(?:, "(\w+)")?/g)];
	const long = [...text.matchAll(/POST\("([^"]+)"\),\s*WRITE, h_(?:document_create|purchase_create|order_receive),[^{}]*?TABLE\("(\w+)"\)(?:[^{}]*?ABOUT\("(\w+)"\))?/g)];
	return [...short, ...long].map(([, path, table, about]) => [path.replace(':uuid', ID), table, about]);
}

test('whatever document the cloud takes is handed to the till', () => {
	const all = routes();
	assert.ok(all.length >= 13, `${all.length} routes make documents`);
	for (const [path, table, about] of all) {
		const body = seenBody('POST', path, { uuid: ID, note: 'x' }, { uuid: ID, lines: [] });
		assert.equal(body?.table, table, path);
		assert.equal((body!.row as Record<string, unknown>)[about ?? 'uuid'], ID, path);
	}
});

test('what an order filled in is handed over with it; what a person said stands', () => {
	const made = { uuid: ID, supplier: 's', total: 9, lines: [{ product: 'p', qty: 1000, unit_cost: 9, cost: 9 }] };
	const path = `/api/purchase-orders/${ID}/receive`;
	assert.deepEqual(seenBody('POST', path, { uuid: ID }, made), { table: 'purchases',
		row: { uuid: ID, supplier: 's', lines: [{ product: 'p', qty: 1000, unit_cost: 9 }], purchase_order: ID } });
	const lines = [{ product: 'p', qty: 2000, unit_cost: 8 }];
	assert.deepEqual((seenBody('POST', path, { uuid: ID, lines }, made)!.row as { lines: unknown }).lines, lines);
});

test('a record goes with the time at which the cloud made it', () => {
	assert.deepEqual(seenBody('POST', '/api/tax-rates', { name: 'VAT' }, { uuid: ID, updated_at: 'then' }),
		{ table: 'tax_rates', row: { name: 'VAT', uuid: ID }, updated_at: 'then' });
});

test('what makes nothing is not handed over', () => {
	assert.equal(seenBody('PATCH', '/api/invoices', {}, {}), null);
	assert.equal(seenBody('POST', '/api/numbers', {}, {}), null);
	assert.equal(seenBody('POST', '/api/invoices', undefined, {}), null);
});
