// What there is: search, and tiles that are drawn only where one looks.
import { ActionIcon, Skeleton, TextInput, UnstyledButton } from '@mantine/core';
import { useDebouncedValue, useElementSize } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type RefObject, memo, useEffect, useMemo, useRef, useState } from 'react';
import type { Product } from '~/api/types';
import { t, useLanguage } from '~/i18n';
import { parseQty, qty as qtyText } from '~/i18n/format';
import { Empty } from '~/ui/Empty';
import { ErrorNote } from '~/ui/ErrorNote';
import { Icon } from '~/ui/Icon';
import { Money } from '~/ui/Money';
import css from './Tiles.module.css';
import { useProducts } from './queries';

const TILE_WIDTH = 168;
const TILE_HEIGHT = 104;
const GAP = 10;
const SEARCH_MS = 120;

// "3*rice": three of what is found next.
function parse(text: string): { times: number; q: string } {
	const star = text.indexOf('*');
	const times = star > 0 ? parseQty(text.slice(0, star)) : null;
	return times && times > 0 ? { times, q: text.slice(star + 1).trim() } : { times: 1000, q: text.trim() };
}

// A colour of its own for each product, the same every day.
function hue(uuid: string): number {
	let h = 0;
	for (const c of uuid)
		h = (h * 31 + c.charCodeAt(0)) % 360;
	return h;
}

function Tile({ p, marked, onPick }: { p: Product; marked: boolean; onPick: () => void }) {
	return (
		<UnstyledButton className={css.tile} data-marked={marked || undefined} onClick={onPick}>
			<span className={css.swatch} style={{ background: `hsl(${hue(p.uuid)} 45% 55%)` }} aria-hidden="true" />
			<span className={css.name}>{p.name}</span>
			<span className={css.foot}>
				<strong><Money value={p.price} /></strong>
				<small>{p.sku ?? p.unit ?? ''}</small>
			</span>
		</UnstyledButton>
	);
}

interface Props {
	search: RefObject<HTMLInputElement | null>;
	onPick: (p: Product, qty?: number) => void;
}

// Drawn anew when it changes itself, not with each line of the cart.
export const Tiles = memo(function Tiles({ search, onPick }: Props) {
	useLanguage();
	const [text, setText] = useState('');
	const [marked, setMarked] = useState(0);
	const { times, q } = parse(text);
	const [asked] = useDebouncedValue(q, SEARCH_MS);
	const { data, error, refetch, isPending, isPlaceholderData, fetchNextPage, hasNextPage, isFetchingNextPage } = useProducts(asked);
	const products = useMemo(() => (data?.pages ?? []).flatMap((p) => p.items).filter((p) => !p.archived), [data]);
	const { ref, width } = useElementSize<HTMLDivElement>();
	const scroller = useRef<HTMLDivElement>(null);
	const columns = Math.max(Math.floor((width + GAP) / (TILE_WIDTH + GAP)), 1);
	const rows = Math.ceil(products.length / columns);
	const virtual = useVirtualizer({ count: rows, getScrollElement: () => scroller.current, estimateSize: () => TILE_HEIGHT + GAP, overscan: 4 });
	const lastRow = virtual.getVirtualItems().at(-1)?.index ?? 0;

	useEffect(() => setMarked(0), [asked]);
	useEffect(() => {
		if (hasNextPage && !isFetchingNextPage && lastRow >= rows - 3)
			void fetchNextPage();
	}, [lastRow, rows, hasNextPage, isFetchingNextPage, fetchNextPage]);

	function pick(p: Product) {
		onPick(p, times);
		setText('');
		search.current?.focus();
	}

	function onKey(e: KeyboardEvent) {
		const steps: Record<string, number> = { ArrowDown: columns, ArrowUp: -columns, PageDown: columns * 4, PageUp: -columns * 4 };
		if (e.key in steps) {
			const to = Math.min(Math.max(marked + steps[e.key], 0), products.length - 1);
			setMarked(to);
			virtual.scrollToIndex(Math.floor(to / columns));
		} else if (e.key === 'Enter' && q && asked === q && !isPlaceholderData && products[marked]) {
			pick(products.find((p) => p.barcode === q || p.sku === q) ?? products[marked]);
		} else if (e.key === 'Escape' && text) {
			setText('');
		} else {
			return;
		}
		e.preventDefault();
	}

	return (
		<section className={css.side} aria-label={t('pos.products')}>
			<TextInput ref={search} size="md" value={text} onChange={(e) => setText(e.currentTarget.value)} onKeyDown={onKey}
				aria-label={t('pos.search')} placeholder={t('pos.search')} leftSection={<Icon name="search" />} autoComplete="off"
				rightSection={text && <ActionIcon variant="subtle" color="gray" aria-label={t('pos.clear')} onClick={() => setText('')}><Icon name="close" size={18} /></ActionIcon>} />
			{times !== 1000 && <p className={css.times}>{t('pos.times', { qty: qtyText(times) })}</p>}
			<div ref={scroller} className={css.scroll} tabIndex={-1}>
				<div ref={ref} className={css.inner} style={{ height: virtual.getTotalSize() }}>
					{virtual.getVirtualItems().map((row) => (
						<div key={row.key} className={css.row} style={{ transform: `translateY(${row.start}px)`, gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
							{products.slice(row.index * columns, (row.index + 1) * columns).map((p, i) => (
								<Tile key={p.uuid} p={p} marked={q !== '' && row.index * columns + i === marked} onPick={() => pick(p)} />
							))}
						</div>
					))}
				</div>
				{error && <ErrorNote error={error} onRetry={() => void refetch()} />}
				{isPending && <Skeletons />}
				{!isPending && !error && products.length === 0 && (
					<Empty icon="tag" title={asked ? t('list.none_found', { q: asked }) : t('pos.no_products')} hint={asked ? undefined : t('pos.no_products_hint')} />
				)}
			</div>
		</section>
	);
});

function Skeletons() {
	return (
		<div className={css.skeletons} aria-hidden="true">
			{Array.from({ length: 12 }, (_, i) => <Skeleton key={i} height={TILE_HEIGHT} radius="md" />)}
		</div>
	);
}
