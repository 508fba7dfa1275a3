// Black on white in dark colours too, four modules of quiet around it.
import encodeQR from 'qr';
import { useMemo } from 'react';

const QUIET = 4;

export function Qr({ text, label, size = 232 }: { text: string; label: string; size?: number }) {
	const { path, width } = useMemo(() => {
		const rows = encodeQR(text, 'raw', { ecc: 'medium', border: QUIET });
		const d = rows.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])));
		return { path: d.join(''), width: rows.length };
	}, [text]);
	return (
		<svg role="img" aria-label={label} width={size} height={size} viewBox={`0 0 ${width} ${width}`} shapeRendering="crispEdges">
			<rect width={width} height={width} fill="#fff" />
			<path d={path} fill="#000" />
		</svg>
	);
}
