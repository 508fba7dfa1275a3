// One stroke, one size: paths on a 24 grid.
const paths = {
	sell: 'M4 5h2l2 10h9l2.5-7H7M9.5 19.5h.01M16.5 19.5h.01',
	invoices: 'M6 3h12v18l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6',
	inventory: 'M4 8l8-4 8 4v8l-8 4-8-4zM4 8l8 4 8-4M12 12v8',
	customers: 'M8.5 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c0-3.5 2.5-6 6-6s6 2.5 6 6M16 5a3 3 0 0 1 0 6M17.5 14.5c2.4.6 4 2.7 4 5.5',
	suppliers: 'M2 6h11v10H2zM13 9h4l4 4v3h-8M6.5 19a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6zM17 19a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6z',
	shifts: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.5 2',
	reports: 'M4 20V4M4 20h16M8 16v-4M12.5 16V8M17 16v-6',
	users: 'M12 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 21c0-4 3-7 7.5-7s7.5 3 7.5 7',
	settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM9 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z',
	tenants: 'M4 10v10h16V10M3 10l2-6h14l2 6M3 10c0 1.5 1.3 2.5 3 2.5S9 11.500 9 10c0 1.500 1.300 2.500 3 2.500s3-1 3-2.500c0 1.500 1.300 2.500 3 2.500s3-1 3-2.500M10 20v-5h4v5',
	devices: 'M4 5h16v10H4zM8 20h8M12 15v5',
	conflicts: 'M6 3v7c0 4 6 3 6 7v4M18 3v7c0 4-6 3-6 7M3.500 5.500L6 3l2.500 2.500M15.500 5.500L18 3l2.500 2.500',
	health: 'M3 12h4l2.500-6 4 12 2.500-6H21',
	cloud: 'M7 18a4.500 4.500 0 0 1-.6-8.960A6 6 0 0 1 18 10.500a3.800 3.800 0 0 1-.5 7.500z',
	offline: 'M3 3l18 18M7 18a4.500 4.500 0 0 1-.6-8.960M9.500 5.800A6 6 0 0 1 18 10.500a3.800 3.800 0 0 1 2 6M7 18h9',
	till: 'M5 10h14v10H5zM8 10V4h8v6M9 14h.01M12 14h.01M15 14h.01M9 17h6',
	check: 'M5 12.500l4.500 4.500L19 7.500',
	sending: 'M12 19V6M6.500 11L12 5.500 17.500 11',
	alert: 'M12 4l9 16H3zM12 10v4M12 17h.01',
	wait: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 8v4.500M12 16h.01',
	search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM20 20l-4-4',
	plus: 'M12 5v14M5 12h14',
	minus: 'M5 12h14',
	trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
	close: 'M6 6l12 12M18 6L6 18',
	pause: 'M8 5v14M16 5v14',
	print: 'M7 9V3h10v6M7 17H4V9h16v8h-3M7 14h10v7H7z',
	moon: 'M20 14.500A8.500 8.500 0 1 1 9.500 4a7 7 0 0 0 10.500 10.500z',
	sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2v2.500M12 19.500V22M2 12h2.500M19.500 12H22M5 5l1.700 1.700M17.300 17.300L19 19M19 5l-1.700 1.700M6.700 17.300L5 19',
	chevron: 'M9 5l7 7-7 7',
	down: 'M6 9l6 6 6-6',
	download: 'M12 4v11M7 10.500l5 5 5-5M5 20h14',
	barcode: 'M4 6v12M7 6v12M10 6v12M13 6v8M16 6v12M20 6v12',
	tag: 'M4 4h8l8 8-8 8-8-8zM8.500 8.500h.01',
	person: 'M12 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.500 21c0-4 3-7 7.500-7s7.500 3 7.500 7',
	out: 'M14 4H5v16h9M10 12h11M17 8l4 4-4 4',
	globe: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18',
	keyboard: 'M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M8 14h8',
	refresh: 'M20 11a8 8 0 0 0-14-4L4 9M4 4v5h5M4 13a8 8 0 0 0 14 4l2-2M20 20v-5h-5',
	cash: 'M3 7h18v10H3zM12 14.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5zM6 10v4M18 10v4',
	card: 'M3 6h18v12H3zM3 10h18M7 15h3',
	bank: 'M4 10h16L12 4zM6 10v8M10 10v8M14 10v8M18 10v8M4 20h16',
	mobile: 'M8 3h8v18H8zM11.500 18h1',
	lock: 'M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3M12 15v2',
	erase: 'M9 6h11v12H9l-5-6zM12.500 9.500l4 5M16.500 9.500l-4 5',
	edit: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
	link: 'M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 20, flip = false }: { name: IconName; size?: number; flip?: boolean }) {
	return (
		<svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth={1.8}
			strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false"
			transform={flip ? 'scale(-1 1)' : undefined}>
			<path d={paths[name]} />
		</svg>
	);
}
