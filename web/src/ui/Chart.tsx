// A curve or bars.  What a canvas shows no screen reader can say: the same figures
// stand in a table behind a button.
import { Button, Table } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatNumber, t } from '~/i18n';
import css from './Chart.module.css';

const HEIGHT = 200;
const WINDOW_S = 60; // at least, on a curve over time

interface Props {
	label: string;
	x: number[]; // seconds since 1970 when `time`, else places of `names`
	y: number[];
	names?: string[];
	time?: boolean;
	bars?: boolean;
	format?: (v: number) => string;
}

function options(p: Props, width: number, dark: boolean, onPoint: (i: number | null) => void): uPlot.Options {
	const ink = dark ? '#a7b1ae' : '#56605d';
	const line = dark ? '#303937' : '#dfe4e1';
	const stroke = dark ? '#5bbaa0' : '#126654';
	const fill = dark ? 'rgb(91 186 160 / 25%)' : 'rgb(18 102 84 / 18%)';
	const format = p.format ?? ((v: number) => formatNumber(v, v % 1 === 0 ? 0 : 1));
	const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
	return {
		width,
		height: HEIGHT,
		legend: { show: false },
		cursor: { y: false },
		hooks: { setCursor: [(u) => onPoint(u.cursor.idx ?? null)] },
		scales: { x: { time: !!p.time, range: p.names ? [-0.6, p.names.length - 0.4] : p.time ? (_u, min, max) => [Math.min(min, max - WINDOW_S), max] : undefined }, y: { range: (_u, _min, max) => [0, Math.max(max * 1.1, 1)] } },
		axes: [
			{ ...axis, grid: { show: false }, ...(p.names ? { values: (_u: uPlot, at: number[]) => at.map((v) => p.names?.[v] ?? ''), incrs: [1, 2, 5, 7, 10, 14, 30] } : {}) },
			{ ...axis, size: 70, values: (_u, at) => at.map((v) => format(v)) },
		],
		series: [{}, {
			label: p.label, stroke, fill, width: 2, points: { show: !p.bars && p.x.length < 2 },
			...(p.bars ? { paths: uPlot.paths.bars!({ size: [0.7, 60], radius: 0.15 }) } : {}),
		}],
	};
}

function words(p: Props) {
	const format = p.format ?? ((v: number) => formatNumber(v, v % 1 === 0 ? 0 : 1));
	const name = (v: number) => (p.names ? p.names[v] : p.time ? new Date(v * 1000).toLocaleTimeString() : String(v));
	return { format, name };
}

function Figures({ p }: { p: Props }) {
	const { format, name } = words(p);
	const from = Math.max(p.x.length - 60, 0);
	return (
		<div className={css.figures} tabIndex={0}>
			<Table>
				<Table.Tbody>
					{p.x.slice(from).map((x, i) => <Table.Tr key={x}><Table.Th scope="row">{name(x)}</Table.Th><Table.Td><bdi>{format(p.y[from + i])}</bdi></Table.Td></Table.Tr>)}
				</Table.Tbody>
			</Table>
		</div>
	);
}

// What the pointer is at.
function Point({ p, at }: { p: Props; at: number | null }) {
	const { format, name } = words(p);
	if (at === null || p.x[at] === undefined)
		return null;
	return <div className={css.point} aria-hidden="true">{name(p.x[at])} <strong><bdi>{format(p.y[at])}</bdi></strong></div>;
}

export function Chart(p: Props) {
	const { ref: box, width } = useElementSize<HTMLDivElement>();
	const place = useRef<HTMLDivElement>(null);
	const plot = useRef<uPlot | null>(null);
	const dark = useComputedColorScheme('light') === 'dark';
	const [table, setTable] = useState(false);
	const [at, setAt] = useState<number | null>(null);
	const shape = `${p.names?.join() ?? ''}/${p.bars}/${p.label}`;

	useEffect(() => {
		if (!place.current || width === 0 || table)
			return;
		const u = new uPlot(options(p, width, dark, setAt), [p.x, p.y], place.current);
		plot.current = u;
		return () => {
			plot.current = null;
			u.destroy();
		};
	}, [width > 0, dark, table, shape]);
	useEffect(() => {
		if (width > 0)
			plot.current?.setSize({ width, height: HEIGHT });
	}, [width]);
	useEffect(() => plot.current?.setData([p.x, p.y]), [p.x, p.y]);

	return (
		<div ref={box} className={css.chart}>
			{!table && <Point p={p} at={at} />}
			{table ? <Figures p={p} /> : <div ref={place} dir="ltr" role="img" aria-label={p.label} style={{ height: HEIGHT }} />}
			<Button size="xs" variant="subtle" className={css.toggle} onClick={() => setTable(!table)} aria-pressed={table}>{t('chart.table')}</Button>
		</div>
	);
}

