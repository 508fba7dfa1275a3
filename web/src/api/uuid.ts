// UUID v7: what is made later sorts later, as the servers' own.
let last = 0;
let count = 0;

export function uuid(): string {
	const b = crypto.getRandomValues(new Uint8Array(16));
	const now = Date.now();
	count = now <= last ? count + 1 : b[6] & 0x07;
	last = Math.max(now, last) + (count > 0xfff ? 1 : 0);
	count &= 0xfff;
	for (let i = 0, t = last; i < 6; i++, t = Math.floor(t / 256))
		b[5 - i] = t % 256;
	b[6] = 0x70 | (count >> 8);
	b[7] = count & 0xff;
	b[8] = 0x80 | (b[8] & 0x3f);
	const hex = [...b].map((x) => x.toString(16).padStart(2, '0')).join('');
	return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
