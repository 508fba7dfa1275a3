// Settings → Backup: what is kept on this machine, is it whole, and back to it.
import { ActionIcon, Alert, Badge, Button, Group, Loader, Menu, Modal, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { t } from '~/i18n';
import { ago, bytes, dateTime } from '~/i18n/format';
import { useSession } from '~/state/session';
import { Empty } from '~/ui/Empty';
import { ErrorNote } from '~/ui/ErrorNote';
import { Icon } from '~/ui/Icon';
import { Panel } from '~/ui/Panel';
import { explain, toastDone, toastError } from '~/ui/toasts';
import css from './Settings.module.css';
import { type Backup, type Judged, useBackups, useCreate, useDelete, useVerify } from './backup/queries';
import { Restore } from './backup/Restore';

type Verdict = { state: 'busy' } | { state: 'whole'; of: Judged } | { state: 'broken'; why: string };

const rows = (b: Judged) => b.tables.reduce((n, x) => n + x.rows, 0);

function Said({ v }: { v?: Verdict }) {
	if (!v)
		return <Text span size="sm" c="dimmed">{t('backup.unknown')}</Text>;
	if (v.state === 'busy')
		return <Group gap="xs" wrap="nowrap"><Loader size="xs" /><Text span size="sm">{t('backup.verifying')}</Text></Group>;
	if (v.state === 'broken')
		return <><Badge variant="light" color="red" leftSection={<Icon name="alert" size={14} />}>{t('backup.broken')}</Badge><Text size="sm" mt={4}>{v.why}</Text></>;
	return <><Badge variant="light" color="pine" leftSection={<Icon name="check" size={14} />}>{t('backup.whole')}</Badge> <Text span size="sm" c="dimmed">{t('backup.rows', { n: rows(v.of) })}</Text></>;
}

interface RowProps {
	b: Backup;
	v?: Verdict;
	mayRestore: boolean;
	onVerify: () => void;
	onRestore: () => void;
	onDelete: () => void;
}

function Row({ b, v, mayRestore, onVerify, onRestore, onDelete }: RowProps) {
	return (
		<Table.Tr data-testid="backup">
			<Table.Td className={css.short}><strong title={b.name}>{dateTime(b.at)}</strong><Text size="sm" c="dimmed">{ago(b.at)}</Text></Table.Td>
			<Table.Td className={css.short}><bdi>{bytes(b.bytes)}</bdi></Table.Td>
			<Table.Td aria-live="polite"><Said v={v} /></Table.Td>
			<Table.Td>
				<Group gap="xs" justify="flex-end" wrap="nowrap">
					<Button variant="default" disabled={v?.state === 'busy'} onClick={onVerify}>{t('backup.verify')}</Button>
					{mayRestore && <Button variant="light" disabled={v?.state === 'broken'} onClick={onRestore}>{t('backup.restore')}</Button>}
					<Menu position="bottom-end" withinPortal>
						<Menu.Target><ActionIcon variant="subtle" color="gray" size={44} aria-label={t('backup.menu', { at: dateTime(b.at) })}><Icon name="down" size={18} /></ActionIcon></Menu.Target>
						<Menu.Dropdown><Menu.Item c="var(--fx-bad)" leftSection={<Icon name="trash" size={18} />} onClick={onDelete}>{t('backup.delete')}</Menu.Item></Menu.Dropdown>
					</Menu>
				</Group>
			</Table.Td>
		</Table.Tr>
	);
}

function Delete({ b, onClose }: { b: Backup | null; onClose: () => void }) {
	const del = useDelete();
	return (
		<Modal opened={b !== null} onClose={onClose} title={t('backup.delete')} closeButtonProps={{ 'aria-label': t('do.close') }}>
			{b && (
				<Stack>
					<Text>{t('backup.delete_hint', { at: dateTime(b.at) })}</Text>
					{del.error && <ErrorNote error={del.error} />}
					<Group justify="flex-end">
						<Button variant="default" onClick={onClose}>{t('do.cancel')}</Button>
						<Button color="red" loading={del.isPending} onClick={() => del.mutate(b.name, { onSuccess: onClose })}>{t('backup.delete')}</Button>
					</Group>
				</Stack>
			)}
		</Modal>
	);
}

export function BackupPanel() {
	const owner = useSession()?.user.role === 'owner';
	const list = useBackups();
	const create = useCreate();
	const verify = useVerify();
	const [verdicts, setVerdicts] = useState<Record<string, Verdict>>({});
	const [restoring, setRestoring] = useState<Backup | null>(null);
	const [deleting, setDeleting] = useState<Backup | null>(null);
	const say = (name: string, v: Verdict) => setVerdicts((all) => ({ ...all, [name]: v }));
	const judge = (name: string) => {
		say(name, { state: 'busy' });
		verify.mutateAsync(name).then((of) => say(name, { state: 'whole', of }), (e) => say(name, { state: 'broken', why: explain(e) }));
	};
	const make = () => create.mutate(undefined, { onSuccess: (b) => toastDone(t('backup.made', { n: rows(b), size: bytes(b.bytes) })), onError: toastError });
	const items = list.data ?? [];
	return (
		<Panel title={t('settings.backup')} actions={<Button loading={create.isPending} onClick={make} leftSection={<Icon name="plus" size={18} />}>{t('backup.create')}</Button>}>
			<Text>{t('backup.hint')}</Text>
			{list.error && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
			{list.isPending && <Loader />}
			{list.data && items.length === 0 && <Empty icon="inventory" title={t('backup.none')} hint={t('backup.none_hint')} />}
			{items.length > 0 && (
				<div className={css.scroll} tabIndex={0} role="region" aria-label={t('backup.list')}>
					<Table verticalSpacing="sm" miw="40rem">
						<Table.Thead>
							<Table.Tr><Table.Th>{t('backup.at')}</Table.Th><Table.Th>{t('backup.size')}</Table.Th><Table.Th>{t('backup.state')}</Table.Th><Table.Th /></Table.Tr>
						</Table.Thead>
						<Table.Tbody>
							{items.map((b) => (
								<Row key={b.name} b={b} v={verdicts[b.name]} mayRestore={owner} onVerify={() => judge(b.name)} onRestore={() => setRestoring(b)} onDelete={() => setDeleting(b)} />
							))}
						</Table.Tbody>
					</Table>
				</div>
			)}
			{items.length > 0 && <Alert color="orange" icon={<Icon name="alert" />}>{t('backup.copy', { n: items.length })}</Alert>}
			{!owner && <Text size="sm" c="dimmed">{t('backup.owner_only')}</Text>}
			<Restore b={restoring} onClose={() => setRestoring(null)} />
			<Delete b={deleting} onClose={() => setDeleting(null)} />
		</Panel>
	);
}
