// What somebody owes, has to their credit, and from what.
import { Button, Loader, Table, Text } from '@mantine/core';
import { Link } from 'wouter';
import { known, t } from '~/i18n';
import { dateOnly } from '~/i18n/format';
import { useAccount } from '~/pages/customers/queries';
import css from './AccountPanel.module.css';
import { ErrorNote } from './ErrorNote';
import { Money } from './Money';

// Where a document can be looked at.
const places: Record<string, string> = { invoice: '~/invoices/', purchase: '~/suppliers?purchase=' };

export function AccountPanel({ kind, id }: { kind: 'customers' | 'suppliers'; id: string }) {
	const q = useAccount(kind, id);
	if (q.error)
		return <ErrorNote error={q.error} onRetry={() => void q.refetch()} />;
	if (!q.data)
		return <Loader />;
	const head = q.data.pages[0];
	const items = q.data.pages.flatMap((p) => p.items);
	return (
		<>
			<div className={css.sums}>
				<div data-tone={head.owed > 0 ? 'owed' : undefined}><span>{t(kind === 'customers' ? 'account.owes' : 'account.we_owe')}</span><strong><Money value={head.owed} currency /></strong></div>
				{kind === 'customers' && <div><span>{t('account.credit')}</span><strong><Money value={head.credit} currency /></strong></div>}
				{kind === 'customers' && <div><span>{t('account.net')}</span><strong><Money value={head.owed - head.credit} currency /></strong></div>}
			</div>
			<div className={css.scroll} tabIndex={0}>
				<Table>
					<Table.Thead>
						<Table.Tr><Table.Th>{t('invoice.at')}</Table.Th><Table.Th>{t('account.what')}</Table.Th><Table.Th ta="end">{t('pos.amount')}</Table.Th><Table.Th ta="end">{t('account.open')}</Table.Th></Table.Tr>
					</Table.Thead>
					<Table.Tbody>
						{items.map((x) => {
							const name = known(`doc.${x.kind}`);
							return (
								<Table.Tr key={x.uuid}>
									<Table.Td>{dateOnly(x.at)}</Table.Td>
									<Table.Td>{x.kind in places ? <Link href={places[x.kind] + x.uuid}>{x.number}</Link> : <bdi>{x.number}</bdi>} <Text span size="sm" c="dimmed">{name ? t(name) : x.kind}</Text></Table.Td>
									<Table.Td ta="end"><Money value={x.amount} /></Table.Td>
									<Table.Td ta="end">{x.open ? <Money value={x.open} /> : ''}</Table.Td>
								</Table.Tr>
							);
						})}
						{items.length === 0 && <Table.Tr><Table.Td colSpan={4}>{t('account.none')}</Table.Td></Table.Tr>}
					</Table.Tbody>
				</Table>
			</div>
			{q.hasNextPage && <Button variant="default" loading={q.isFetchingNextPage} onClick={() => void q.fetchNextPage()}>{t('do.more')}</Button>}
		</>
	);
}
