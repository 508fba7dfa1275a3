// What the shop has set, as far as the screen depends on it.
import type { Setting } from '~/api/types';
import { createStore, useStore } from './store';

export interface ShopSettings {
	shopName: string;
	address: string;
	receiptNote: string;
	currency: string;
	exponent: number;
	timezone: string;
	utcOffsetMin: number; // of the days and hours in reports
	pricesIncludeTax: boolean;
	lockAfterMin: number; // 0: never
}

export const defaults: ShopSettings = {
	shopName: '', address: '', receiptNote: '', currency: '', exponent: 2, timezone: '', utcOffsetMin: 0, pricesIncludeTax: true,
	lockAfterMin: 0, // until it is known
};

const LOCK_AFTER_MIN = 15;

export const settings = createStore<ShopSettings>(defaults);

function text(v: unknown): string {
	return typeof v === 'string' ? v : '';
}

export function settingsFrom(rows: Setting[]): ShopSettings {
	const of = new Map(rows.filter((r) => r.scope === 'tenant').map((r) => [r.key, r.value]));
	const e = of.get('currency_exponent');
	const tax = of.get('prices_include_tax');
	const offset = of.get('utc_offset_min');
	const lock = of.get('lock_after_min');
	return {
		shopName: text(of.get('shop_name')),
		address: text(of.get('shop_address')),
		receiptNote: text(of.get('receipt_note')),
		currency: text(of.get('currency')),
		exponent: typeof e === 'number' ? e : defaults.exponent,
		timezone: text(of.get('timezone')),
		utcOffsetMin: typeof offset === 'number' ? offset : 0,
		pricesIncludeTax: tax !== false && tax !== 0,
		lockAfterMin: typeof lock === 'number' ? lock : LOCK_AFTER_MIN,
	};
}

export function useSettings(): ShopSettings {
	return useStore(settings);
}
