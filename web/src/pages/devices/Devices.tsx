// The roster of tills: who asks stands on top, then who works, then who was sent away.
import { ActionIcon, Alert, Badge, Button, Group, Menu, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Device } from '~/api/types';
import { formatNumber, t, useLanguage } from '~/i18n';
import { ago, dateTime } from '~/i18n/format';
import { Copy } from '~/ui/Copy';
import { type Column, DataTable } from '~/ui/DataTable';
import { Empty } from '~/ui/Empty';
import { ErrorNote } from '~/ui/ErrorNote';
import { Icon } from '~/ui/Icon';
import { useParam } from '~/ui/lists';
import { Page } from '~/ui/Page';
import { toastDone, toastError } from '~/ui/toasts';
import css from './Devices.module.css';
import { useAct, useDevices, useRename } from './queries';

const SILENT_MS = 7 * 86400_000;

function Asking({ d, wanted, onReject, onLater }: { d: Device; wanted: boolean; onReject: () => void; onLater: () => void }) {
	const act = useAct();
	return (
		<li className={css.asking} data-wanted={wanted || undefined} data-testid="asking">
			<div className={css.what}>
				<strong>{d.name}</strong>
				<span>{t('devices.asks', { os: d.os ?? '?', version: d.version ?? '?' })}</span>
				{d.alarm && <Text c="var(--fx-bad)">{d.alarm}</Text>}
				<small>{t('devices.gets_all')}</small>
			</div>
			<div className={css.codebox}>
				<small>{t('devices.compare')}</small>
				<bdi className={css.code}>{d.code}</bdi>
			</div>
			<Group gap="xs">
				<Button loading={act.isPending} onClick={() => act.mutate({ uuid: d.uuid, act: 'approve' }, { onError: toastError })}>{t('devices.approve')}</Button>
				<Button variant="default" onClick={onReject}>{t('devices.reject')}</Button>
				<Button variant="subtle" onClick={onLater}>{t('devices.later')}</Button>
			</Group>
		</li>
	);
}

function Revoke({ d, onClose }: { d: Device | null; onClose: () => void }) {
	const act = useAct();
	const asks = d?.status === 'pending';
	return (
		<Modal opened={d !== null} onClose={onClose} title={d ? t(asks ? 'devices.reject_title' : 'devices.revoke_title', { name: d.name }) : ''}
			closeButtonProps={{ 'aria-label': t('do.close') }}>
			{d && (
				<Stack>
					<Text>{t(asks ? 'devices.reject_hint' : 'devices.revoke_hint')}</Text>
					{!asks && d.last_seen && <Text>{t('devices.last_here', { ago: ago(d.last_seen) })}</Text>}
					{!asks && (d.pending ?? 0) > 0 && <Alert color="orange">{t('devices.unsent', { n: d.pending ?? 0 })}</Alert>}
					{act.error && <ErrorNote error={act.error} />}
					<Group justify="flex-end">
						<Button variant="default" onClick={onClose}>{t('do.cancel')}</Button>
						<Button color="red" loading={act.isPending} onClick={() => act.mutate({ uuid: d.uuid, act: 'revoke' }, { onSuccess: onClose })}>
							{t(asks ? 'devices.reject' : 'devices.revoke')}
						</Button>
					</Group>
				</Stack>
			)}
		</Modal>
	);
}

function Resync({ d, onClose }: { d: Device | null; onClose: () => void }) {
	const act = useAct();
	const go = (uuid: string) => act.mutate({ uuid, act: 'resync' }, { onSuccess: () => (toastDone(t('devices.resync_done')), onClose()) });
	return (
		<Modal opened={d !== null} onClose={onClose} title={d ? t('devices.resync_title', { name: d.name }) : ''} closeButtonProps={{ 'aria-label': t('do.close') }}>
			{d && (
				<Stack>
					<Text>{t('devices.resync_hint')}</Text>
					{(d.pending ?? 0) > 0 && <Text>{t('devices.resync_unsent', { n: d.pending ?? 0 })}</Text>}
					{act.error && <ErrorNote error={act.error} />}
					<Group justify="flex-end">
						<Button variant="default" onClick={onClose}>{t('do.cancel')}</Button>
						<Button data-autofocus loading={act.isPending} onClick={() => go(d.uuid)}>{t('devices.resync')}</Button>
					</Group>
				</Stack>
			)}
		</Modal>
	);
}

function Rename({ d, onClose }: { d: Device | null; onClose: () => void }) {
	const [name, setName] = useState('');
	const rename = useRename();
	function submit(e: FormEvent) {
		e.preventDefault();
		if (d && name.trim())
			rename.mutate({ uuid: d.uuid, name: name.trim() }, { onSuccess: () => (setName(''), onClose()) });
	}
	return (
		<Modal opened={d !== null} onClose={onClose} title={t('devices.rename')} closeButtonProps={{ 'aria-label': t('do.close') }}>
			<form onSubmit={submit}>
				<Stack>
					<TextInput data-autofocus label={t('devices.name')} placeholder={d?.name} required value={name} onChange={(e) => setName(e.currentTarget.value)} />
					{rename.error && <ErrorNote error={rename.error} />}
					<Button type="submit" loading={rename.isPending}>{t('do.save')}</Button>
				</Stack>
			</form>
		</Modal>
	);
}

function State({ d }: { d: Device }) {
	const silent = d.status === 'approved' && (!d.last_seen || Date.now() - Date.parse(d.last_seen) > SILENT_MS);
	const color = d.status === 'revoked' ? 'gray' : d.status === 'pending' ? 'orange' : silent ? 'orange' : 'pine';
	if (d.status === 'approved' && d.loads_again)
		return <Badge variant="light" color="grape">{t('devices.loads_again')}</Badge>;
	return <Badge variant="light" color={color}>{t(silent ? 'devices.silent' : `devices.${d.status}`)}</Badge>;
}

function RowMenu({ d, onRename, onResync, onRevoke }: { d: Device; onRename: () => void; onResync: () => void; onRevoke: () => void }) {
	return (
		<Menu position="bottom-end" withinPortal>
			<Menu.Target>
				<ActionIcon variant="subtle" color="gray" size={40} aria-label={t('devices.menu', { name: d.name })}><Icon name="down" size={18} /></ActionIcon>
			</Menu.Target>
			<Menu.Dropdown>
				<Menu.Item leftSection={<Icon name="edit" size={18} />} onClick={onRename}>{t('devices.rename')}</Menu.Item>
				{d.status === 'approved' && <Menu.Item leftSection={<Icon name="refresh" size={18} />} disabled={d.loads_again} onClick={onResync}>{t('devices.resync')}</Menu.Item>}
				{d.status === 'approved' && <Menu.Item c="var(--fx-bad)" leftSection={<Icon name="close" size={18} />} onClick={onRevoke}>{t('devices.revoke')}</Menu.Item>}
			</Menu.Dropdown>
		</Menu>
	);
}

export default function Devices() {
	useLanguage();
	const list = useDevices();
	const [wanted] = useParam('device');
	const [later, setLater] = useState<string[]>([]);
	const [revoking, setRevoking] = useState<Device | null>(null);
	const [renaming, setRenaming] = useState<Device | null>(null);
	const [resyncing, setResyncing] = useState<Device | null>(null);
	const all = list.data ?? [];
	const asking = all.filter((d) => d.status === 'pending' && !later.includes(d.uuid));
	const rest = all.filter((d) => d.status !== 'pending' || later.includes(d.uuid));
	const columns: Column<Device>[] = [
		{ key: 'name', title: t('devices.name'), width: '2fr', cell: (d) => <strong>{d.name}{d.prefix ? ` (${d.prefix})` : ''}</strong> },
		{ key: 'os', title: t('devices.system'), width: '1.2fr', cell: (d) => d.os ?? '–' },
		{ key: 'version', title: t('devices.version'), width: '5rem', cell: (d) => <bdi>{d.version ?? '–'}</bdi> },
		{ key: 'seen', title: t('devices.seen'), width: '1.3fr', cell: (d) => (d.last_seen ? <span title={dateTime(d.last_seen)}>{ago(d.last_seen)}</span> : '–') },
		{ key: 'status', title: t('devices.status'), width: '7.5rem', cell: (d) => <State d={d} /> },
		{ key: 'pushed', title: t('devices.pushed'), width: '5.5rem', end: true, cell: (d) => formatNumber(d.pushed_24h) },
		{ key: 'pulled', title: t('devices.pulled'), width: '5.5rem', end: true, cell: (d) => formatNumber(d.pulled_24h) },
		{ key: 'conflicts', title: t('devices.conflicts'), width: '5.5rem', end: true, cell: (d) => formatNumber(d.conflicts_24h) },
		{ key: 'pending', title: t('devices.pending_rows'), width: '5.5rem', end: true, cell: (d) => (d.pending === null ? '?' : formatNumber(d.pending)) },
		{ key: 'menu', title: '', width: '2.75rem', cell: (d) => <RowMenu d={d} onRename={() => setRenaming(d)} onResync={() => setResyncing(d)} onRevoke={() => setRevoking(d)} /> },
	];
	const tenant = all[0]?.tenant;
	return (
		<Page title={t('nav.devices')} wide actions={tenant && <Copy value={tenant} label={t('devices.copy_tenant')} />}>
			{asking.length > 0 && (
				<section aria-label={t('devices.asking')}>
					<ul className={css.list}>
						{asking.map((d) => (
							<Asking key={d.uuid} d={d} wanted={d.uuid === wanted} onReject={() => setRevoking(d)} onLater={() => setLater([...later, d.uuid])} />
						))}
					</ul>
				</section>
			)}
			<DataTable label={t('nav.devices')} columns={columns} rows={rest} rowKey={(d) => d.uuid} query={list}
				empty={<Empty icon="devices" title={t('devices.none')} hint={t('devices.none_hint')} />} />
			<Revoke d={revoking} onClose={() => setRevoking(null)} />
			<Resync d={resyncing} onClose={() => setResyncing(null)} />
			<Rename d={renaming} onClose={() => setRenaming(null)} />
		</Page>
	);
}
