// A list of any length: only what is looked at is drawn, more comes by scrolling.
import { Skeleton } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useRef } from 'react';
import { t } from '~/i18n';
import css from './DataTable.module.css';
import { ErrorNote } from './ErrorNote';

export interface Column<T> {
	key: string;
	title: string;
	width: string; // of a grid: "8rem", "2fr"
	end?: boolean; // amounts stand at the end
	hide?: boolean; // on a small screen
	cell: (row: T) => ReactNode;
}

interface Props<T> {
	label: string;
	columns: Column<T>[];
	rows: T[];
	rowKey: (row: T) => string;
	onOpen?: (row: T) => void;
	empty: ReactNode;
	query: {
		isPending: boolean;
		error: unknown;
		refetch: () => unknown;
		hasNextPage?: boolean;
		isFetchingNextPage?: boolean;
		fetchNextPage?: () => unknown;
		before?: number; // rows that stand before the first of these, and were let go
		hasPreviousPage?: boolean;
		isFetchingPreviousPage?: boolean;
		fetchPreviousPage?: () => unknown;
	};
	rowHeight?: number;
}

const NEAR = 10; // so few rows before an end of what is here more is asked for

// More of the list, at the end that somebody comes near to.
function useMore(query: Props<unknown>['query'], first: number, last: number, loaded: number): void {
	const { before = 0, hasNextPage, isFetchingNextPage, fetchNextPage, hasPreviousPage, isFetchingPreviousPage, fetchPreviousPage } = query;
	const under = last >= before + loaded - NEAR;
	const over = first < before + NEAR;

	useEffect(() => {
		if (isFetchingNextPage || isFetchingPreviousPage)
			return;
		if (over && hasPreviousPage)
			void fetchPreviousPage?.();
		else if (under && hasNextPage)
			void fetchNextPage?.();
	}, [over, under, before, loaded, hasNextPage, isFetchingNextPage, fetchNextPage, hasPreviousPage, isFetchingPreviousPage, fetchPreviousPage]);
}

function Rows({ height }: { height: number }) {
	return <div className={css.skeletons}>{Array.from({ length: 8 }, (_, i) => <Skeleton key={i} height={height - 14} />)}</div>;
}

export function DataTable<T>({ label, columns, rows, rowKey, onOpen, empty, query, rowHeight = 52 }: Props<T>) {
	const scroller = useRef<HTMLDivElement>(null);
	const { before = 0, hasNextPage } = query;
	const keyOf = useCallback((i: number) => (rows[i - before] ? rowKey(rows[i - before]) : i), [rows, before, rowKey]);
	const virtual = useVirtualizer({ count: before + rows.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 8,
		getItemKey: keyOf });
	const items = virtual.getVirtualItems();
	const grid = { gridTemplateColumns: columns.map((c) => (c.width.endsWith('fr') ? `minmax(0, ${c.width})` : c.width)).join(' ') };
	useMore(query, items[0]?.index ?? 0, items.at(-1)?.index ?? 0, rows.length);

	function onKey(e: KeyboardEvent<HTMLDivElement>, row: T) {
		if (e.key === 'Enter' || e.key === ' ')
			onOpen?.(row);
		else if (e.key === 'ArrowDown')
			(e.currentTarget.nextElementSibling as HTMLElement | null)?.focus();
		else if (e.key === 'ArrowUp')
			(e.currentTarget.previousElementSibling as HTMLElement | null)?.focus();
		else
			return;
		e.preventDefault();
	}

	if (query.error && rows.length === 0)
		return <ErrorNote error={query.error} onRetry={() => void query.refetch()} />;
	return (
		<div className={css.frame}>
			<div ref={scroller} className={css.scroll} tabIndex={rows.length > 0 && onOpen ? undefined : 0}>
				<div role="table" aria-label={label} aria-rowcount={hasNextPage ? -1 : before + rows.length + 1} className={css.table}>
					<div role="rowgroup" className={css.head}>
						<div role="row" className={css.row} style={grid}>
							{columns.map((c) => <div key={c.key} role="columnheader" data-end={c.end || undefined}>{c.title}</div>)}
						</div>
					</div>
					<div role="rowgroup" className={css.body} style={{ height: virtual.getTotalSize() }}>
						{items.map((item) => {
							const row = rows[item.index - before];
							return row && (
								<div key={item.key} role="row" aria-rowindex={item.index + 2} className={css.row} data-open={onOpen ? true : undefined}
									tabIndex={onOpen ? 0 : undefined} onClick={onOpen && (() => onOpen(row))} onKeyDown={onOpen && ((e) => onKey(e, row))}
									style={{ ...grid, height: rowHeight, transform: `translateY(${item.start}px)` }}>
									{columns.map((c) => <div key={c.key} role="cell" data-end={c.end || undefined}>{c.cell(row)}</div>)}
								</div>
							);
						})}
					</div>
				</div>
				{rows.length === 0 && (query.isPending || hasNextPage ? <Rows height={rowHeight} /> : empty)}
			</div>
			<div className={css.foot} role="status">{rows.length > 0 && `${t('list.rows', { n: before + rows.length })}${hasNextPage ? '…' : ''}`}</div>
		</div>
	);
}
