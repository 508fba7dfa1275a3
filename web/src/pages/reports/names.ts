import { known, t } from '~/i18n';
import { en } from '~/i18n/en';

// The chart of accounts is stored in English; one that the shop has renamed keeps its name.
export function accountName(code: string, name: string): string {
	const key = known(`ledger.${code}`);
	return key && en[key] === name ? t(key) : name;
}

export function sourceName(source: string): string {
	const key = known(`doc.${source}`);
	return key ? t(key) : source;
}
