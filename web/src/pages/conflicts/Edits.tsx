// Two versions of one row, made apart: which one counts, and the other, which can be
// put back.
import { Badge, Button, Drawer, Group, Stack, Table, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Problem } from '~/api/http';
import { known, t, useLanguage } from '~/i18n';
import { ago, dateTime } from '~/i18n/format';
import { type Column, DataTable } from '~/ui/DataTable';
import { Empty } from '~/ui/Empty';
import { ErrorNote } from '~/ui/ErrorNote';
import { Page } from '~/ui/Page';
import { toastDone } from '~/ui/toasts';
import css from './Conflicts.module.css';
import { fieldName, plumbing, say, tableName } from './fields';
import { type Conflict, useConflicts, useRestore } from './queries';

function title(c: Conflict): string {
	const v = c.winner ?? c.loser ?? {};
	return String(v.name ?? v.number ?? v.phone ?? v.key ?? c.row);
}

function fields(c: Conflict): string[] {
	const all = new Set([...Object.keys(c.winner ?? {}), ...Object.keys(c.loser ?? {})]);
	return [...all].filter((f) => !plumbing.has(f) && say(f, c.winner?.[f]) !== say(f, c.loser?.[f]));
}

function Diff({ c }: { c: Conflict }) {
	const differing = fields(c);
	return (
		<Table className={css.diff} layout="fixed">
			<Table.Thead>
				<Table.Tr>
					<Table.Th>{t('conflicts.field')}</Table.Th>
					<Table.Th>{t('conflicts.counts')}<small>{c.winner_device ?? '–'}</small></Table.Th>
					<Table.Th>{t('conflicts.lost')}<small>{c.loser_device ?? '–'}</small></Table.Th>
				</Table.Tr>
			</Table.Thead>
			<Table.Tbody>
				{differing.map((f) => (
					<Table.Tr key={f}><Table.Th scope="row">{fieldName(f)}</Table.Th><Table.Td><bdi>{say(f, c.winner?.[f])}</bdi></Table.Td><Table.Td><bdi>{say(f, c.loser?.[f])}</bdi></Table.Td></Table.Tr>
				))}
				{differing.length === 0 && <Table.Tr><Table.Td colSpan={3}>{t('conflicts.same')}</Table.Td></Table.Tr>}
			</Table.Tbody>
		</Table>
	);
}

function Detail({ c, onClose }: { c: Conflict; onClose: () => void }) {
	const restore = useRestore();
	const changed = restore.error instanceof Problem && restore.error.status === 409;
	const mayRestore = !c.restored_at && c.rule !== 'document_differs';
	const go = (force: boolean) => restore.mutate({ uuid: c.uuid, force }, { onSuccess: () => (toastDone(t('conflicts.done')), onClose()) });
	return (
		<Stack>
			<Text c="dimmed">{tableName(c.table)} · {dateTime(c.at)}</Text>
			<Text>{t(known(`rule.${c.rule}`) ?? 'rule.newest_wins')}</Text>
			<Diff c={c} />
			{c.restored_at && <Text>{t('conflicts.restored', { at: dateTime(c.restored_at) })}</Text>}
			{restore.error && <ErrorNote error={restore.error} />}
			{mayRestore && (
				<Group>
					<Button loading={restore.isPending} onClick={() => go(changed)}>{t(changed ? 'conflicts.force' : 'conflicts.restore')}</Button>
					<Text size="sm" c="dimmed">{t('conflicts.restore_hint')}</Text>
				</Group>
			)}
		</Stack>
	);
}

export function Edits({ choice }: { choice: ReactNode }) {
	const lang = useLanguage();
	const { rows, query } = useConflicts();
	const [open, setOpen] = useState<Conflict | null>(null);
	const columns: Column<Conflict>[] = [
		{ key: 'at', title: t('conflicts.when'), width: '9rem', cell: (c) => <span title={dateTime(c.at)}>{ago(c.at)}</span> },
		{ key: 'table', title: t('conflicts.table'), width: '8rem', cell: (c) => tableName(c.table) },
		{ key: 'row', title: t('conflicts.row'), width: '2fr', cell: (c) => <strong>{title(c)}</strong> },
		{ key: 'fields', title: t('conflicts.fields'), width: '2fr', cell: (c) => fields(c).map(fieldName).join(', ') },
		{ key: 'won', title: t('conflicts.counts'), width: '1fr', cell: (c) => c.winner_device ?? '–' },
		{ key: 'lost', title: t('conflicts.lost'), width: '1fr', cell: (c) => c.loser_device ?? '–' },
		{ key: 'state', title: t('conflicts.state'), width: '7rem', cell: (c) => (c.restored_at ? <Badge variant="light" color="gray">{t('conflicts.put_back')}</Badge> : <Badge variant="light">{t('conflicts.open')}</Badge>) },
	];
	return (
		<Page title={t('nav.conflicts')} wide actions={choice}>
			<DataTable label={t('nav.conflicts')} columns={columns} rows={rows} rowKey={(c) => c.uuid} query={query} onOpen={setOpen}
				empty={<Empty icon="check" title={t('conflicts.none')} hint={t('conflicts.none_hint')} />} />
			<Drawer opened={open !== null} onClose={() => setOpen(null)} position={lang === 'ar' ? 'left' : 'right'} size="40rem" title={open && title(open)}
				closeButtonProps={{ 'aria-label': t('do.close') }}>
				{open && <Detail c={open} onClose={() => setOpen(null)} />}
			</Drawer>
		</Page>
	);
}
