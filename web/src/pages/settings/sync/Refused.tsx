import { Button, Group, Loader, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { SyncStatus } from '~/api/types';
import { t } from '~/i18n';
import { useMay } from '~/state/session';
import { ErrorNote } from '~/ui/ErrorNote';
import { Icon } from '~/ui/Icon';
import { Panel } from '~/ui/Panel';
import css from '../Settings.module.css';
import { useUnpair } from '../queries';
import { Details } from './Off';

export function Cancel() {
	const may = useMay('pair');
	const end = useUnpair();
	return may && <Button variant="default" loading={end.isPending} onClick={() => end.mutate()}>{t('pair.cancel')}</Button>;
}

export function Registering({ s }: { s: SyncStatus }) {
	const trouble = s.worker?.detail?.trouble as string | undefined;
	return (
		<Panel title={t('settings.sync')} actions={<Cancel />}>
			<p className={css.said}><Loader size="sm" />{t('pair.registering', { url: s.pairing!.url })}</p>
			{(trouble || s.worker?.state === 'offline') && <Text c="var(--fx-warn)">{trouble ?? t('pair.no_answer')}</Text>}
		</Panel>
	);
}

export function Refused({ s }: { s: SyncStatus }) {
	const may = useMay('pair');
	const [again, setAgain] = useState(false);
	const end = useUnpair();
	return (
		<Panel title={t('settings.sync')}>
			<Stack>
				<p className={css.said} data-tone="bad"><Icon name="alert" />{t('pair.refused')}</p>
				<Text>{s.pairing!.trouble ?? t('pair.refused_hint')}</Text>
				<Text c="dimmed">{t('pair.goes_on')}</Text>
				{end.error && <ErrorNote error={end.error} />}
				{may && !again && (
					<Group>
						<Button onClick={() => setAgain(true)}>{t('pair.again')}</Button>
						<Button variant="default" loading={end.isPending} onClick={() => end.mutate()}>{t('pair.stay_off')}</Button>
					</Group>
				)}
				{again && <Details onCancel={() => setAgain(false)} />}
			</Stack>
		</Panel>
	);
}
