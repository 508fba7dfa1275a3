// A card with a heading: what settings and details are made of.
import { Title } from '@mantine/core';
import type { ReactNode } from 'react';
import css from './Panel.module.css';

export function Panel({ title, actions, children }: { title?: string; actions?: ReactNode; children: ReactNode }) {
	return (
		<section className={css.panel} aria-label={title}>
			{(title || actions) && (
				<div className={css.head}>
					{title && <Title order={2} className={css.title}>{title}</Title>}
					<div className={css.actions}>{actions}</div>
				</div>
			)}
			{children}
		</section>
	);
}

// Names and what they are, one a row.
export function Facts({ items }: { items: [string, ReactNode][] }) {
	return (
		<dl className={css.facts}>
			{items.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
		</dl>
	);
}
