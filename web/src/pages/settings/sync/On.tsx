import { Alert, Button, Group, Modal, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';
import type { SyncStatus } from '~/api/types';
import { formatNumber, known, t } from '~/i18n';
import { ago, dateTime } from '~/i18n/format';
import { useMay } from '~/state/session';
import { Copy } from '~/ui/Copy';
import { ErrorNote } from '~/ui/ErrorNote';
import { Icon } from '~/ui/Icon';
import { Facts, Panel } from '~/ui/Panel';
import css from '../Settings.module.css';
import { usePending, useSyncNow, useUnpair } from '../queries';

interface Step {
	step: string;
	times: number;
	status: number;
	ms: number;
	rows: number;
}

interface Cycle {
	cycle: number;
	began: string;
	ms: number;
	complete: boolean;
	pushed: number;
	pulled: number;
	steps: Step[];
}

interface Detail {
	doing?: string;
	trouble?: string | null;
	next_in_ms?: number;
	last_cycle?: Cycle | null;
	history?: Cycle[];
}

const shown = ['health', 'push', 'pull', 'done'];

function tone(s: SyncStatus): 'ok' | 'warn' | 'bad' | undefined {
	if (s.state === 'attention')
		return 'bad';
	return s.state === 'synced' ? 'ok' : s.state === 'offline' || s.state === 'paused' ? 'warn' : undefined;
}

function Steps({ d }: { d: Detail }) {
	return (
		<ol className={css.steps} aria-label={t('sync.steps')}>
			{shown.map((name) => {
				const s = d.last_cycle?.steps.find((x) => x.step === name);
				return (
					<li key={name} className={css.step} data-now={d.doing === name || undefined}>
						<strong>{t(known(`step.${name}`)!)}</strong>
						<small>{s ? t('sync.step', { ms: s.ms, rows: s.rows }) : '–'}</small>
					</li>
				);
			})}
		</ol>
	);
}

function Waiting({ s }: { s: SyncStatus }) {
	const { data } = usePending(s.pending.total > 0);
	const refused = (data?.items ?? []).filter((r) => r.state === 'refused');
	if (s.pending.tables.length === 0)
		return <Text c="dimmed">{t('sync.none_waiting')}</Text>;
	return (
		<Stack>
			<Table>
				<Table.Thead><Table.Tr><Table.Th>{t('drawer.table')}</Table.Th><Table.Th>{t('drawer.rows')}</Table.Th><Table.Th>{t('drawer.oldest')}</Table.Th></Table.Tr></Table.Thead>
				<Table.Tbody>
					{s.pending.tables.map((x) => {
						const name = known(`table.${x.table}`);
						return <Table.Tr key={x.table}><Table.Td>{name ? t(name) : x.table}</Table.Td><Table.Td>{formatNumber(x.rows)}</Table.Td><Table.Td>{ago(x.oldest)}</Table.Td></Table.Tr>;
					})}
				</Table.Tbody>
			</Table>
			{refused.map((r) => (
				<Alert key={r.uuid} color="red" title={`${known(`table.${r.table}`) ? t(known(`table.${r.table}`)!) : r.table} · ${r.code ?? ''}`}>
					{r.reason} <bdi>{r.uuid}</bdi>
				</Alert>
			))}
		</Stack>
	);
}

function History({ cycles }: { cycles: Cycle[] }) {
	return (
		<div className={css.scroll}>
			<Table>
				<Table.Thead>
					<Table.Tr>{(['sync.when', 'sync.result', 'sync.sent', 'sync.received', 'sync.took'] as const).map((k) => <Table.Th key={k}>{t(k)}</Table.Th>)}</Table.Tr>
				</Table.Thead>
				<Table.Tbody>
					{cycles.map((c) => (
						<Table.Tr key={c.cycle}>
							<Table.Td title={dateTime(c.began)}>{ago(c.began)}</Table.Td>
							<Table.Td>{c.complete ? t('sync.complete') : t('sync.broken')}</Table.Td>
							<Table.Td>{formatNumber(c.pushed)}</Table.Td>
							<Table.Td>{formatNumber(c.pulled)}</Table.Td>
							<Table.Td><bdi>{formatNumber(c.ms)} ms</bdi></Table.Td>
						</Table.Tr>
					))}
				</Table.Tbody>
			</Table>
		</div>
	);
}

function TurnOff({ s }: { s: SyncStatus }) {
	const [open, setOpen] = useState(false);
	const end = useUnpair();
	const now = useSyncNow();
	const n = s.pending.total;
	return (
		<>
			<Button variant="default" onClick={() => setOpen(true)}>{t('sync.turn_off')}</Button>
			<Modal opened={open} onClose={() => setOpen(false)} title={t('sync.turn_off')} closeButtonProps={{ 'aria-label': t('do.close') }}>
				<Stack>
					<Text>{t('sync.turn_off_hint')}</Text>
					{n > 0 && <Alert color="orange" icon={<Icon name="alert" />}>{t('sync.unsent', { n })}</Alert>}
					{end.error && <ErrorNote error={end.error} />}
					<Group justify="flex-end">
						{n > 0 && <Button variant="default" loading={now.isPending} onClick={() => now.mutate()}>{t('sync.send_now')}</Button>}
						<Button color="red" loading={end.isPending} onClick={() => end.mutate()}>{n > 0 ? t('sync.keep_here') : t('sync.turn_off')}</Button>
					</Group>
				</Stack>
			</Modal>
		</>
	);
}

export function On({ s }: { s: SyncStatus }) {
	const p = s.pairing!;
	const d = (s.worker?.detail ?? {}) as Detail;
	const now = useSyncNow();
	const maySync = useMay('sync');
	const mayPair = useMay('pair');
	const text = known(`sync_text.${s.state}`);
	const next = d.next_in_ms !== undefined && d.doing === 'wait' ? t('sync.in_seconds', { n: Math.ceil(d.next_in_ms / 1000) }) : t('sync.running');
	return (
		<div className={css.grid}>
			<div data-whole>
				<Panel title={t('settings.sync')} actions={(
					<>
						{maySync && <Button loading={now.isPending} onClick={() => now.mutate()} leftSection={<Icon name="refresh" size={18} />}>{t('drawer.now')}</Button>}
						{mayPair && <TurnOff s={s} />}
					</>
				)}>
					<p className={css.said} data-tone={tone(s)} role="status"><Icon name={s.state === 'synced' ? 'check' : s.state === 'offline' ? 'offline' : 'sending'} />{text ? t(text, { n: s.pending.total }) : s.text}</p>
					{now.error && <ErrorNote error={now.error} />}
					{d.trouble && s.state !== 'synced' && <Text c="dimmed">{d.trouble}</Text>}
					<Steps d={d} />
				</Panel>
			</div>
			<Panel title={t('sync.facts')}>
				<Facts items={[
					[t('drawer.last'), p.last_cycle ? <span title={dateTime(p.last_cycle)}>{ago(p.last_cycle)}</span> : '–'],
					[t('sync.next'), next],
					[t('drawer.verified'), p.verified_at ? t('sync.verified', { at: dateTime(p.verified_at), seq: p.verified_seq ?? 0 }) : t('sync.never_verified')],
					[t('drawer.cloud'), <bdi>{p.url}</bdi>],
					[t('drawer.till'), `${p.name}${p.prefix ? ` (${p.prefix})` : ''}`],
					[t('sync.device'), <Group gap="xs"><bdi>{p.device}</bdi><Copy value={p.device} /></Group>],
				]} />
			</Panel>
			<Panel title={t('drawer.waiting')}><Waiting s={s} /></Panel>
			<div data-whole><Panel title={t('sync.history')}><History cycles={d.history ?? []} /></Panel></div>
		</div>
	);
}
