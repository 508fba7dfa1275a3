import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Breaker, type Change } from '../src/api/breaker';

function world(options = {}) {
	const seen: Change[] = [];
	const b = new Breaker((c) => seen.push(c), { stayMs: 1000, stayMaxMs: 8000, flapMs: 60000, ...options });
	const said = () => seen.filter((c) => c.announced).map((c) => c.to);
	return { b, seen, said };
}

function atCloud(w: ReturnType<typeof world>) {
	w.b.paired(true);
	w.b.pending(0);
	assert.equal(w.b.mode, 'cloud');
}

test('alone until paired; then the cloud once nothing waits, without a word', () => {
	const w = world();
	assert.equal(w.b.mode, 'alone');
	w.b.failed(0);
	w.b.health(false, 0);
	assert.equal(w.b.mode, 'alone');
	w.b.paired(true);
	assert.equal(w.b.mode, 'catching_up');
	w.b.pending(3);
	assert.equal(w.b.mode, 'catching_up');
	w.b.pending(0);
	assert.equal(w.b.mode, 'cloud');
	assert.deepEqual(w.said(), []);
});

test('forty failures are one change', () => {
	const w = world();
	atCloud(w);
	for (let i = 0; i < 40; i++)
		w.b.failed(i);
	assert.deepEqual(w.said(), ['local']);
});

test('back only when health is good and the outbox is empty, with one word that has the count', () => {
	const w = world();
	atCloud(w);
	w.b.failed(0);
	w.b.pending(0);
	assert.equal(w.b.mode, 'local', 'an empty outbox alone is not enough');
	w.b.health(true, 500);
	assert.equal(w.b.mode, 'local', 'it stays for a while');
	w.b.pending(14);
	w.b.health(true, 1000);
	assert.equal(w.b.mode, 'catching_up');
	w.b.pending(5);
	w.b.pending(0);
	assert.equal(w.b.mode, 'cloud');
	assert.deepEqual(w.said(), ['local', 'cloud']);
	assert.equal(w.seen.at(-1)!.waited, 14);
});

test('a health that turns bad again while it catches up says nothing new', () => {
	const w = world();
	atCloud(w);
	w.b.failed(0);
	for (let i = 2; i < 20; i++) {
		w.b.health(i % 2 === 0, i * 1000);
		w.b.pending(1);
	}
	assert.deepEqual(w.said(), ['local']);
});

test('a line that flaps is stayed away from longer each time, up to a limit', () => {
	const w = world();
	atCloud(w);
	let now = 0;
	for (const stay of [1000, 2000, 4000, 8000, 8000]) {
		w.b.failed(now);
		w.b.health(true, now + stay - 1);
		assert.equal(w.b.mode, 'local');
		w.b.health(true, now + stay);
		w.b.pending(0);
		assert.equal(w.b.mode, 'cloud');
		now += stay + 10;
	}
	now += 61000;
	w.b.failed(now);
	w.b.health(true, now + 1000);
	assert.equal(w.b.mode, 'catching_up');
});

test('unpaired in the middle: alone, and silent when it is paired again', () => {
	const w = world();
	atCloud(w);
	w.b.failed(0);
	w.b.paired(false);
	assert.equal(w.b.mode, 'alone');
	w.b.paired(true);
	w.b.pending(0);
	assert.deepEqual(w.said(), ['local']);
});
