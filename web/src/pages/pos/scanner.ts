// A scanner is a keyboard that types faster than people: more than three characters,
// on average less than 50 ms apart, then Enter.  (On average: a busy machine may hand
// on one key late.)  It works whatever has the focus; what it typed into a field on
// the way is taken out again.
const GAP_MS = 50;
const GAP_MAX_MS = 160;
const LENGTH_MIN = 4;

interface Burst {
	text: string;
	first: number;
	last: number;
	field: HTMLInputElement | HTMLTextAreaElement | null;
	before: string;
}

const none = (): Burst => ({ text: '', first: 0, last: -Infinity, field: null, before: '' });

function fieldOf(target: EventTarget | null): Burst['field'] {
	return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement ? target : null;
}

// As if the person had put it back: React watches the setter of the prototype.
function putBack(b: Burst): void {
	if (!b.field || b.field.value === b.before)
		return;
	const proto = b.field instanceof HTMLTextAreaElement ? HTMLTextAreaElement.prototype : HTMLInputElement.prototype;
	Object.getOwnPropertyDescriptor(proto, 'value')?.set?.call(b.field, b.before);
	b.field.dispatchEvent(new Event('input', { bubbles: true }));
}

export class BurstReader {
	private burst: Burst = none();

	// The code, when this key ends one.
	key(e: Pick<KeyboardEvent, 'key' | 'timeStamp' | 'target' | 'ctrlKey' | 'altKey' | 'metaKey'>): string | null {
		const b = this.burst;
		const fast = e.timeStamp - b.last < GAP_MAX_MS;
		if (e.key === 'Enter') {
			const code = b.text;
			const whole = fast && code.length >= LENGTH_MIN && e.timeStamp - b.first < GAP_MS * code.length;
			this.burst = none();
			if (!whole)
				return null;
			putBack(b);
			return code;
		}
		if (e.key.length !== 1 || e.ctrlKey || e.altKey || e.metaKey)
			return null;
		if (fast)
			this.burst = { ...b, text: b.text + e.key, last: e.timeStamp };
		else
			this.burst = { text: e.key, first: e.timeStamp, last: e.timeStamp, field: fieldOf(e.target), before: fieldOf(e.target)?.value ?? '' };
		return null;
	}
}

export function listenForScans(onCode: (code: string) => void): () => void {
	const reader = new BurstReader();
	const onKey = (e: KeyboardEvent) => {
		const code = reader.key(e);
		if (code === null)
			return;
		e.preventDefault();
		e.stopImmediatePropagation();
		onCode(code);
	};
	window.addEventListener('keydown', onKey, { capture: true });
	return () => window.removeEventListener('keydown', onKey, { capture: true });
}
