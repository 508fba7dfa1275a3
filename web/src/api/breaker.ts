// Which server is asked: one state machine, so that a pulled cable is one change
// and not one for each request that fails.
//
//	alone		there is only the server that this page came from
//	cloud		the cloud first, this till second
//	local		the cloud failed; this till only
//	catching_up	the cloud is well again, the till still has rows that it lacks
//
// Back to the cloud only when the till's outbox is empty: else a cashier's own
// sale would vanish from the list.  Time and news come in from outside, so that
// tests need neither.
export type Mode = 'alone' | 'cloud' | 'local' | 'catching_up';

export interface BreakerOptions {
	stayMs: number; // at least this long at the till after a failure
	stayMaxMs: number; // … doubled with each failure that follows soon
	flapMs: number; // what soon means
}

export const defaults: BreakerOptions = { stayMs: 3000, stayMaxMs: 60000, flapMs: 60000 };

export interface Change {
	from: Mode;
	to: Mode;
	announced: boolean; // people were told that the cloud was lost, or are told now
	waited: number; // the most rows that waited at the till meanwhile
}

export class Breaker {
	mode: Mode = 'alone';
	private readonly o: BreakerOptions;
	private readonly onChange: (c: Change) => void;
	private lostAt = -Infinity;
	private stay: number;
	private told = false;
	private waited = 0;

	constructor(onChange: (c: Change) => void, options: Partial<BreakerOptions> = {}) {
		this.o = { ...defaults, ...options };
		this.stay = this.o.stayMs;
		this.onChange = onChange;
	}

	private go(to: Mode, announced: boolean): void {
		if (to === this.mode)
			return;
		const change = { from: this.mode, to, announced, waited: this.waited };
		this.mode = to;
		this.onChange(change);
	}

	// The till is paired and approved, or not (any more).
	paired(yes: boolean): void {
		if (!yes) {
			this.told = false;
			this.go('alone', false);
		} else if (this.mode === 'alone') {
			this.waited = 0;
			this.go('catching_up', false);
		}
	}

	// A request to the cloud did not get through.
	failed(now: number): void {
		if (this.mode !== 'cloud')
			return;
		const soon = now - this.lostAt < this.o.flapMs;
		this.stay = soon ? Math.min(this.stay * 2, this.o.stayMaxMs) : this.o.stayMs;
		this.lostAt = now;
		this.waited = 0;
		this.told = true;
		this.go('local', true);
	}

	health(ok: boolean, now: number): void {
		if (this.mode === 'catching_up' && !ok)
			this.go('local', false);
		else if (this.mode === 'local' && ok && now - this.lostAt >= this.stay)
			this.go('catching_up', false);
	}

	// Rows that wait in the till's outbox.
	pending(n: number): void {
		if (this.mode === 'local' || this.mode === 'catching_up')
			this.waited = Math.max(this.waited, n);
		if (this.mode !== 'catching_up' || n > 0)
			return;
		const told = this.told;
		this.told = false;
		this.go('cloud', told);
	}
}
