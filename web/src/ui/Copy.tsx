import { Button, CopyButton } from '@mantine/core';
import { t } from '~/i18n';

export function Copy({ value, label }: { value: string; label?: string }) {
	return (
		<CopyButton value={value}>
			{({ copied, copy }) => <Button size="xs" variant="default" onClick={copy}>{copied ? t('do.copied') : (label ?? t('do.copy'))}</Button>}
		</CopyButton>
	);
}
