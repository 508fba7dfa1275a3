// Products with quantities: what restocking, adjusting and counting have in common.
// A scan adds one, also while a field has the focus.
import { ActionIcon, Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { Product } from '~/api/types';
import { t } from '~/i18n';
import { findByCode } from '~/pages/pos/queries';
import { listenForScans } from '~/pages/pos/scanner';
import { hit, miss } from '~/pages/pos/sound';
import { Icon } from '~/ui/Icon';
import { MoneyInput } from '~/ui/MoneyInput';
import { Picker } from '~/ui/Picker';
import css from './Inventory.module.css';

export interface Line {
	product: Product;
	qty: number | null;
	cost: number | null;
}

interface Props {
	lines: Line[];
	onChange: (f: (lines: Line[]) => Line[]) => void;
	qtyLabel: string;
	withCost: boolean;
	negative?: boolean;
}

export function Lines({ lines, onChange, qtyLabel, withCost, negative = false }: Props) {
	const add = (p: Product) => onChange((all) => (all.some((l) => l.product.uuid === p.uuid)
		? all.map((l) => (l.product.uuid === p.uuid ? { ...l, qty: (l.qty ?? 0) + 1000 } : l))
		: [...all, { product: p, qty: 1000, cost: withCost ? null : 0 }]));
	const adding = useRef(add);
	adding.current = add;
	useEffect(() => listenForScans((code) => {
		findByCode(code).then((p) => (p ? (hit(), adding.current(p)) : miss()), miss);
	}), []);
	const set = (id: string, change: Partial<Line>) => onChange((all) => all.map((l) => (l.product.uuid === id ? { ...l, ...change } : l)));
	return (
		<div>
			<Picker<Product> label={t('stock.add')} table="products" path="/api/products" value={null} onChange={(p) => p && add(p)} placeholder={t('stock.add_hint')} clearAfter />
			{lines.map((l) => (
				<div key={l.product.uuid} className={css.line} data-cost={withCost || undefined}>
					<div className={css.name}><strong>{l.product.name}</strong><Text size="sm" c="dimmed">{l.product.sku ?? l.product.barcode ?? ''}</Text></div>
					<MoneyInput aria-label={`${qtyLabel}: ${l.product.name}`} label={qtyLabel} digits={3} negative={negative} value={l.qty} onChange={(qty) => set(l.product.uuid, { qty })} />
					{withCost && <MoneyInput aria-label={`${t('stock.unit_cost')}: ${l.product.name}`} label={t('stock.unit_cost')} value={l.cost} onChange={(cost) => set(l.product.uuid, { cost })} />}
					<ActionIcon variant="subtle" color="gray" size={40} aria-label={t('stock.remove', { name: l.product.name })} onClick={() => onChange((all) => all.filter((x) => x !== l))}>
						<Icon name="close" size={18} />
					</ActionIcon>
				</div>
			))}
		</div>
	);
}
