// Somebody else was faster: both values side by side, and a choice.
import { Alert, Button, Group, Table } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { Product } from '~/api/types';
import { known, t } from '~/i18n';
import { money } from '~/i18n/format';

const shown = ['name', 'price', 'sku', 'barcode', 'unit', 'note'] as const;

interface Props {
	mine: Pick<Product, (typeof shown)[number]>;
	theirs: Product;
	onTake: (p: Product) => void;
	onKeep: (p: Product) => void;
}

export function Stale({ mine, theirs, onTake, onKeep }: Props) {
	const box = useRef<HTMLDivElement>(null);
	useEffect(() => void box.current?.scrollIntoView({ block: 'end' }), []);
	const say = (k: (typeof shown)[number], v: unknown) => (k === 'price' ? money(Number(v)) : String(v ?? '–'));
	const differing = shown.filter((k) => (mine[k] ?? '') !== (theirs[k] ?? ''));
	return (
		<Alert ref={box} color="orange" title={t('error.stale')} role="alert">
			<Table>
				<Table.Thead><Table.Tr><Table.Th>{t('conflicts.field')}</Table.Th><Table.Th>{t('stale.yours')}</Table.Th><Table.Th>{t('stale.theirs')}</Table.Th></Table.Tr></Table.Thead>
				<Table.Tbody>
					{differing.map((k) => (
						<Table.Tr key={k}><Table.Th scope="row">{t(known(`field.${k}`)!)}</Table.Th><Table.Td>{say(k, mine[k])}</Table.Td><Table.Td>{say(k, theirs[k])}</Table.Td></Table.Tr>
					))}
				</Table.Tbody>
			</Table>
			<Group mt="sm">
				<Button size="xs" onClick={() => onKeep(theirs)}>{t('stale.keep')}</Button>
				<Button size="xs" variant="default" onClick={() => onTake(theirs)}>{t('stale.take')}</Button>
			</Group>
		</Alert>
	);
}
