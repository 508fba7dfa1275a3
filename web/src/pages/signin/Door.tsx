// The card that sign-in and set-up stand on.
import { Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { t, useLanguage } from '~/i18n';
import { LookButtons } from '~/ui/Frame';
import css from './Door.module.css';

export function Door({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
	useLanguage();
	useEffect(() => {
		document.title = `${title} · Fexl`;
	}, [title]);
	return (
		<div className={css.door}>
			<div className={css.look}><LookButtons /></div>
			<main className={css.card}>
				<div className={css.brand}>
					<img src="/icon.svg" alt="" width={44} height={44} />
					<div>
						<strong>{t('app.name')}</strong>
						<span>{t('auth.tagline')}</span>
					</div>
				</div>
				<Title order={1} size="h3">{title}</Title>
				{lead && <p className={css.lead}>{lead}</p>}
				{children}
			</main>
		</div>
	);
}
