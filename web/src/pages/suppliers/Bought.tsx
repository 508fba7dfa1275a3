// What an order or a purchase has.
import { Table } from '@mantine/core';
import { t } from '~/i18n';
import { money, qty } from '~/i18n/format';
import { mulDiv } from '~/pages/pos/amounts';
import { ProductName } from '~/ui/names';
import css from './Suppliers.module.css';
import { type BoughtLine, worth } from './queries';

export function Bought({ lines }: { lines: BoughtLine[] }) {
	return (
		<div className={css.lines} tabIndex={0} role="region" aria-label={t('order.products')}>
			<Table>
				<Table.Thead>
					<Table.Tr>
						<Table.Th>{t('field.name')}</Table.Th><Table.Th ta="end">{t('pos.qty')}</Table.Th><Table.Th ta="end">{t('stock.unit_cost')}</Table.Th>
						<Table.Th ta="end">{t('order.total')}</Table.Th>
					</Table.Tr>
				</Table.Thead>
				<Table.Tbody>
					{lines.map((l, i) => (
						<Table.Tr key={i}>
							<Table.Td><ProductName uuid={l.product} /></Table.Td><Table.Td ta="end"><bdi>{qty(l.qty)}</bdi></Table.Td>
							<Table.Td ta="end"><bdi>{money(l.unit_cost)}</bdi></Table.Td><Table.Td ta="end"><bdi>{money(mulDiv(l.unit_cost, l.qty, 1000))}</bdi></Table.Td>
						</Table.Tr>
					))}
				</Table.Tbody>
				<Table.Tfoot><Table.Tr><Table.Th colSpan={3}>{t('order.total')}</Table.Th><Table.Th ta="end"><bdi data-testid="bought">{money(worth(lines))}</bdi></Table.Th></Table.Tr></Table.Tfoot>
			</Table>
		</div>
	);
}
