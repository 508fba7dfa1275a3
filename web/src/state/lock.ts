// Nobody is at the till: what is on it is covered until somebody says who they are.
// All windows of this browser lock and unlock together.
import { session } from './session';
import { settings } from './settings';
import { isTill } from './site';
import { createStore } from './store';

const KEY = 'fexl.locked';
const ACTIVE = 'fexl.active'; // when somebody was last there, in any window
const LOOK_MS = 1000;

const isStored = () => session.get() !== null && localStorage.getItem(KEY) !== null;

export const locked = createStore(isStored());
let last = Number(localStorage.getItem(ACTIVE)) || Date.now();

function noteActivity(): void {
	const now = Date.now();
	if (now - last < LOOK_MS)
		return;
	last = now;
	localStorage.setItem(ACTIVE, String(now));
}

export function lock(): void {
	localStorage.setItem(KEY, '1');
	locked.set(true);
}

export function unlock(): void {
	last = 0;
	noteActivity();
	localStorage.removeItem(KEY);
	locked.set(false);
}

function look(): void {
	const min = settings.get().lockAfterMin;
	if (locked.get() || min <= 0 || session.get()?.kind !== 'user' || !isTill())
		return;
	if (Date.now() - Math.max(last, Number(localStorage.getItem(ACTIVE))) >= min * 60_000)
		lock();
}

window.addEventListener('storage', (e) => {
	if (e.key === KEY)
		locked.set(isStored());
});
// Who signs in is there; who signs out leaves nothing to cover.
let token = session.get()?.token;
session.watch(() => {
	if (session.get()?.token === token)
		return;
	token = session.get()?.token;
	unlock();
});

export function watchIdleness(): void {
	for (const event of ['pointerdown', 'pointermove', 'keydown', 'wheel'])
		window.addEventListener(event, noteActivity, { capture: true, passive: true });
	window.setInterval(look, LOOK_MS);
}
