// What goes to the printer: one paper at a time, in a place of its own that only print
// shows.  80 mm, black on white, whatever the screen's colours are.
import { type ReactNode, useEffect } from 'react';
import { createPortal } from 'react-dom';
import { t } from '~/i18n';
import { useSettings } from '~/state/settings';
import { createStore, useStore } from '~/state/store';
import css from './Receipt.module.css';

const paper = createStore<ReactNode>(null);

export function printPlace(): HTMLElement {
	let el = document.getElementById('print');
	if (!el) {
		el = document.createElement('div');
		el.id = 'print';
		document.body.append(el);
	}
	return el;
}

export function printPaper(node: ReactNode): void {
	paper.set(node);
}

// Stands in the frame.
export function Printer() {
	const node = useStore(paper);
	useEffect(() => {
		if (!node)
			return;
		const over = () => paper.set(null);
		window.addEventListener('afterprint', over, { once: true });
		window.print();
		return () => window.removeEventListener('afterprint', over);
	}, [node]);
	return node ? createPortal(node, printPlace()) : null;
}

export function Row({ label, value, strong = false }: { label: ReactNode; value: ReactNode; strong?: boolean }) {
	return <div className={css.row} data-strong={strong || undefined}><span>{label}</span><bdi>{value}</bdi></div>;
}

// A slip begins with the shop and ends with its last words.
export function Slip({ title, children, last }: { title?: string; children: ReactNode; last?: ReactNode }) {
	const s = useSettings();
	return (
		<article className={css.receipt}>
			<header>
				<h2>{s.shopName || t('app.name')}</h2>
				{s.address && <p>{s.address}</p>}
				{title && <p className={css.title}>{title}</p>}
			</header>
			{children}
			{last && <footer>{last}</footer>}
		</article>
	);
}
