import { Alert, Button, Group, Text } from '@mantine/core';
import { t, useLanguage } from '~/i18n';
import { Icon } from './Icon';
import { details, explain } from './toasts';

export function ErrorNote({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
	useLanguage();
	const more = details(error);
	return (
		<Alert color="red" icon={<Icon name="alert" />} title={t('error.title')} role="alert">
			<Text size="sm">{explain(error)}</Text>
			{more && <Text size="xs" c="dimmed" mt={4}>{more}</Text>}
			{onRetry && (
				<Group mt="sm">
					<Button size="xs" variant="default" onClick={onRetry} leftSection={<Icon name="refresh" size={16} />}>{t('do.retry')}</Button>
				</Group>
			)}
		</Alert>
	);
}
