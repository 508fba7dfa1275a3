// The usual page: a title, what can be done, and what there is.
import { Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import css from './Page.module.css';

export function Page({ title, actions, children, wide = false }: { title: string; actions?: ReactNode; children: ReactNode; wide?: boolean }) {
	useEffect(() => {
		document.title = `${title} · Fexl`;
	}, [title]);
	return (
		<div className={css.page} data-wide={wide || undefined}>
			<div className={css.head}>
				<Title order={1} className={css.title}>{title}</Title>
				<div className={css.actions}>{actions}</div>
			</div>
			{children}
		</div>
	);
}
