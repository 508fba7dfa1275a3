// A high note: it is in the cart.  A low one: it is not.
let context: AudioContext | null = null;

function tone(hz: number, seconds: number): void {
	try {
		context ??= new AudioContext();
		const o = context.createOscillator();
		const g = context.createGain();
		o.frequency.value = hz;
		g.gain.setValueAtTime(0.08, context.currentTime);
		g.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + seconds);
		o.connect(g).connect(context.destination);
		o.start();
		o.stop(context.currentTime + seconds);
	} catch {
		// A machine without sound sells as well.
	}
}

export const hit = () => tone(1320, 0.09);
export const miss = () => tone(220, 0.28);
