import { money } from '~/i18n/format';
import { useSettings } from '~/state/settings';

// An amount, kept apart from right-to-left text around it.
export function Money({ value, currency = false }: { value: number; currency?: boolean }) {
	const s = useSettings();
	return <bdi>{money(value)}{currency && s.currency ? ` ${s.currency}` : ''}</bdi>;
}
