// Behind the chip: the figures, and Sync now.
import { Button, Drawer, Progress, Stack, Table, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { here } from '~/api/client';
import type { SyncStatus } from '~/api/types';
import { known, t, useLanguage } from '~/i18n';
import { ago, dateTime } from '~/i18n/format';
import { useMay } from '~/state/session';
import { lookAgain, useStatus } from '~/state/status';
import { Icon } from './Icon';
import { percent } from './StatusChip';
import { toastError } from './toasts';

function Figures({ s }: { s: SyncStatus }) {
	const p = s.pairing;
	const rows: [string, string][] = [[t('drawer.waiting'), t('drawer.changes', { n: s.pending.total })]];
	if (s.pending.oldest)
		rows.push([t('drawer.oldest'), ago(s.pending.oldest)]);
	if (p?.last_cycle)
		rows.push([t('drawer.last'), ago(p.last_cycle)]);
	if (p?.verified_at)
		rows.push([t('drawer.verified'), dateTime(p.verified_at)]);
	if (p)
		rows.push([t('drawer.cloud'), p.url], [t('drawer.till'), p.name]);
	return (
		<Table variant="vertical" layout="fixed">
			<Table.Tbody>
				{rows.map(([k, v]) => <Table.Tr key={k}><Table.Th w="40%">{k}</Table.Th><Table.Td><bdi>{v}</bdi></Table.Td></Table.Tr>)}
			</Table.Tbody>
		</Table>
	);
}

function Waiting({ s }: { s: SyncStatus }) {
	if (s.pending.tables.length === 0)
		return null;
	return (
		<Table>
			<Table.Thead>
				<Table.Tr><Table.Th>{t('drawer.table')}</Table.Th><Table.Th>{t('drawer.rows')}</Table.Th><Table.Th>{t('drawer.trouble')}</Table.Th></Table.Tr>
			</Table.Thead>
			<Table.Tbody>
				{s.pending.tables.map((x) => {
					const name = known(`table.${x.table}`);
					return (
						<Table.Tr key={x.table}>
							<Table.Td>{name ? t(name) : x.table}</Table.Td>
							<Table.Td>{x.rows}</Table.Td>
							<Table.Td>{x.last_error ?? '–'}</Table.Td>
						</Table.Tr>
					);
				})}
			</Table.Tbody>
		</Table>
	);
}

export function SyncDrawer({ opened, onClose }: { opened: boolean; onClose: () => void }) {
	const lang = useLanguage();
	const s = useStatus().sync;
	const maySync = useMay('sync');
	const run = useMutation({ mutationFn: () => here.post('/api/sync/run', {}), onSettled: lookAgain, onError: toastError });
	return (
		<Drawer opened={opened} onClose={onClose} position={lang === 'ar' ? 'left' : 'right'} title={t('drawer.title')}
			closeButtonProps={{ 'aria-label': t('do.close') }}>
			{s ? (
				<Stack>
					<Text fw={600}>{known(`sync_text.${s.state}`) ? t(known(`sync_text.${s.state}`)!, { n: s.pending.total }) : s.text}</Text>
					{s.state === 'loading' && <Progress value={percent(s)} aria-label={t('status.loading', { percent: percent(s) })} />}
					<Figures s={s} />
					{maySync && s.pairing && (
						<Button loading={run.isPending} onClick={() => run.mutate()} leftSection={<Icon name="refresh" size={18} />}>{t('drawer.now')}</Button>
					)}
					<Waiting s={s} />
				</Stack>
			) : <Text>{t('drawer.none')}</Text>}
		</Drawer>
	);
}
