// What the reports are made of.
import { Loader } from '@mantine/core';
import type { ReactNode } from 'react';
import { t } from '~/i18n';
import { type Column, DataTable } from '~/ui/DataTable';
import { Empty } from '~/ui/Empty';
import { ErrorNote } from '~/ui/ErrorNote';
import type { IconName } from '~/ui/Icon';
import css from './Reports.module.css';

interface Asked {
	data?: unknown;
	error: unknown;
	refetch: () => unknown;
}

export function Wait({ q, children }: { q: Asked; children: ReactNode }) {
	if (q.data)
		return <>{children}</>;
	return q.error ? <ErrorNote error={q.error} onRetry={() => void q.refetch()} /> : <Loader />;
}

export interface TileOf {
	name: string;
	value: string;
	hint?: ReactNode;
	id?: string;
}

export function Tiles({ items }: { items: TileOf[] }) {
	return (
		<dl className={css.tiles}>
			{items.map((x) => (
				<div key={x.name} className={css.tile}>
					<dt>{x.name}</dt>
					<dd data-testid={x.id}><bdi>{x.value}</bdi></dd>
					{x.hint && <dd className={css.hint}>{x.hint}</dd>}
				</div>
			))}
		</dl>
	);
}

// How a figure stands to the one before, in words.
export function Change({ now, was }: { now: number; was: number | undefined }) {
	if (!was || was < 0)
		return null;
	const percent = Math.round(((now - was) / was) * 100);
	const way = percent > 0 ? 'up' : percent < 0 ? 'down' : 'same';
	return <span className={css.change} data-way={way}>{t(`report.${way}`, { percent: Math.abs(percent) })}</span>;
}

const ROW = 44;
const AROUND = 82; // head and foot
const ROWS_SHOWN = 12;

// A table in the middle of a page: as high as it needs, within bounds.
export function Sheet<T>({ label, columns, rows, rowKey, query, icon = 'reports', none, hint, onOpen }: {
	label: string; columns: Column<T>[]; rows: T[]; rowKey: (row: T) => string; query: Parameters<typeof DataTable<T>>[0]['query'];
	icon?: IconName; none: string; hint?: string; onOpen?: (row: T) => void;
}) {
	if (!query.isPending && !query.error && rows.length === 0)
		return <div className={css.none}><Empty icon={icon} title={none} hint={hint} /></div>;
	return (
		<div className={css.sheet} style={{ blockSize: Math.min(Math.max(rows.length, 1), ROWS_SHOWN) * ROW + AROUND }}>
			<DataTable label={label} columns={columns} rows={rows} rowKey={rowKey} query={query} rowHeight={ROW} onOpen={onOpen} empty={null} />
		</div>
	);
}
