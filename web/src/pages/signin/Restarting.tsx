// While this till's server begins again with a backup.
import { Loader, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { t } from '~/i18n';
import { type Restart } from '~/state/restart';
import { Door } from './Door';
import css from './Door.module.css';

const LONG_MS = 30_000;

export function Restarting({ r }: { r: Restart }) {
	const [long, setLong] = useState(false);
	useEffect(() => {
		setLong(false);
		const timer = window.setTimeout(() => setLong(true), LONG_MS);
		return () => window.clearTimeout(timer);
	}, [r.state]);
	return (
		<Door title={t('restart.title')} lead={t(r.state === 'ending' ? 'restart.ending' : 'restart.people')}>
			<div className={css.form} role="status">
				<Loader />
				{long && <Text c="var(--fx-warn)">{t(r.state === 'ending' ? 'restart.long' : 'restart.long_people')}</Text>}
				<Text size="sm" c="dimmed">{t('restart.safety')} <bdi>backups/{r.safety}</bdi></Text>
			</div>
		</Door>
	);
}
