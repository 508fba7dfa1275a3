import { SegmentedControl } from '@mantine/core';
import type { PayMethod } from '~/api/types';
import { known, t } from '~/i18n';

export function methodName(method: string): string {
	const key = known(`pos.${method}`);
	return key ? t(key) : method;
}

export function MethodSelect({ value, onChange }: { value: PayMethod; onChange: (m: PayMethod) => void }) {
	return (
		<SegmentedControl value={value} onChange={(v) => onChange(v as PayMethod)} aria-label={t('pos.method')} fullWidth
			data={(['cash', 'card', 'bank', 'mobile'] as const).map((m) => ({ value: m, label: t(`pos.${m}`) }))} />
	);
}
