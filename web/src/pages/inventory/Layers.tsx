// What is left of what came in, and what that had cost: the first is sold next.
import { Loader, Table, Text } from '@mantine/core';
import { known, t } from '~/i18n';
import { dateTime, qty } from '~/i18n/format';
import { ErrorNote } from '~/ui/ErrorNote';
import { Money } from '~/ui/Money';
import css from './Inventory.module.css';
import { useLayersOf } from './queries';

const UNIT = 1000; // quantities are thousandths

export function Layers({ id }: { id: string }) {
	const { data: layers, error, refetch } = useLayersOf(id);
	if (!layers)
		return error ? <ErrorNote error={error} onRetry={() => void refetch()} /> : <Loader />;
	if (layers.length === 0)
		return <Text c="dimmed">{t('stock.no_layers')}</Text>;
	return (
		<div className={css.moves} tabIndex={0}>
			<Text c="dimmed" size="sm" mb="xs">{t('stock.layers_hint')}</Text>
			<Table>
				<Table.Thead><Table.Tr><Table.Th>{t('stock.since')}</Table.Th><Table.Th>{t('account.what')}</Table.Th><Table.Th ta="end">{t('stock.left')}</Table.Th><Table.Th ta="end">{t('stock.unit_cost')}</Table.Th><Table.Th ta="end">{t('stock.worth')}</Table.Th></Table.Tr></Table.Thead>
				<Table.Tbody>
					{layers.map((l) => {
						const name = known(`doc.${l.source}`);
						return (
							<Table.Tr key={l.uuid}>
								<Table.Td>{l.at ? dateTime(l.at) : '–'}</Table.Td>
								<Table.Td>{name ? t(name) : (l.source ?? '–')}</Table.Td>
								<Table.Td ta="end"><bdi>{qty(l.qty_left)}</bdi></Table.Td>
								<Table.Td ta="end"><Money value={Math.round((l.value_left * UNIT) / l.qty_left)} /></Table.Td>
								<Table.Td ta="end"><Money value={l.value_left} /></Table.Td>
							</Table.Tr>
						);
					})}
				</Table.Tbody>
			</Table>
		</div>
	);
}
