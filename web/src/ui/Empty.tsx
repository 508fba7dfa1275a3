import type { ReactNode } from 'react';
import { Icon, type IconName } from './Icon';
import css from './Empty.module.css';

// Nothing to show: says why, and what to do.
export function Empty({ icon, title, hint, children }: { icon: IconName; title: string; hint?: string; children?: ReactNode }) {
	return (
		<div className={css.empty}>
			<span className={css.sign}><Icon name={icon} size={30} /></span>
			<strong>{title}</strong>
			{hint && <p>{hint}</p>}
			{children}
		</div>
	);
}
