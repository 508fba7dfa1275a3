// Is my shop safe?  Words, an icon and a colour, on every page.
import { UnstyledButton } from '@mantine/core';
import { useEffect, useState } from 'react';
import { mode as modeStore } from '~/api/client';
import type { Mode } from '~/api/breaker';
import type { SyncStatus } from '~/api/types';
import { t, useLanguage } from '~/i18n';
import { ago } from '~/i18n/format';
import { useSite } from '~/state/site';
import { useStatus, type Status } from '~/state/status';
import { useStore } from '~/state/store';
import { Icon, type IconName } from './Icon';
import css from './StatusChip.module.css';

export interface Chip {
	text: string;
	icon: IconName;
	tone: 'ok' | 'busy' | 'warn' | 'bad' | 'calm';
}

function refusedRows(s: SyncStatus): number {
	return s.pending.tables.reduce((n, x) => n + x.refused, 0);
}

function synced(s: SyncStatus): string {
	const at = s.pairing?.last_cycle;
	if (!at || Date.now() - Date.parse(at) < 5000)
		return t('status.synced_now');
	return t('status.synced', { ago: ago(at) });
}

const chips: Record<SyncStatus['state'], (s: SyncStatus, n: number) => Chip> = {
	off: () => ({ text: t('status.off'), icon: 'till', tone: 'calm' }),
	moving: (s) => ({ text: t('status.moving', { percent: movedPercent(s) }), icon: 'wait', tone: s.pairing?.move?.trouble ? 'warn' : 'busy' }),
	registering: () => ({ text: t('status.registering'), icon: 'wait', tone: 'busy' }),
	pending: () => ({ text: t('status.pending'), icon: 'wait', tone: 'busy' }),
	revoked: () => ({ text: t('status.revoked'), icon: 'alert', tone: 'bad' }),
	refused: () => ({ text: t('status.refused'), icon: 'alert', tone: 'bad' }),
	paused: (_, n) => ({ text: t('status.paused', { n }), icon: 'pause', tone: 'warn' }),
	offline: (_, n) => ({ text: t('status.offline', { n }), icon: 'offline', tone: 'warn' }),
	loading: (s) => ({ text: t('status.loading', { percent: percent(s) }), icon: 'sending', tone: 'busy' }),
	attention: (s) => ({ text: t('status.attention', { n: refusedRows(s) }), icon: 'alert', tone: 'bad' }),
	sending: (_, n) => ({ text: t('status.sending', { n }), icon: 'sending', tone: 'busy' }),
	synced: (s) => ({ text: synced(s), icon: 'check', tone: 'ok' }),
};

function percentOf(part?: { done: number; total: number }): number {
	return part && part.total > 0 ? Math.min(Math.floor((part.done * 100) / part.total), 100) : 0;
}

export function percent(s: SyncStatus): number {
	return percentOf(s.pairing?.load);
}

export function movedPercent(s: SyncStatus): number {
	return percentOf(s.pairing?.move);
}

export function chipOf(status: Status, mode: Mode, role: string): Chip {
	const s = status.sync;
	if (role === 'cloud')
		return { text: t('status.cloud'), icon: 'cloud', tone: 'ok' };
	if (!status.answers)
		return { text: t('status.server_gone'), icon: 'alert', tone: 'bad' };
	if (!s)
		return { text: t('status.unknown'), icon: 'wait', tone: 'calm' };
	if (mode === 'local')
		return chips.offline(s, s.pending.total);
	if (mode === 'catching_up' && s.pending.total > 0 && s.state !== 'attention' && s.state !== 'loading')
		return { text: t('status.catching_up', { n: s.pending.total }), icon: 'sending', tone: 'busy' };
	return chips[s.state](s, s.pending.total);
}

const TICK_MS = 5000;

// With onClick it is a button; else, on the lock, it only tells.
export function StatusChip({ onClick, id = 'status' }: { onClick?: () => void; id?: string }) {
	useLanguage();
	const status = useStatus();
	const mode = useStore(modeStore);
	const role = useSite().role;
	const [, tick] = useState(0);
	useEffect(() => {
		const id = window.setInterval(() => tick((n) => n + 1), TICK_MS);
		return () => window.clearInterval(id);
	}, []);
	const chip = chipOf(status, mode, role);
	const look = { className: css.chip, 'data-tone': chip.tone, 'data-mode': mode, 'data-testid': id };
	const says = <><Icon name={chip.icon} size={18} /><span>{chip.text}</span></>;
	return (
		<>
			{onClick ? <UnstyledButton {...look} onClick={onClick} aria-label={t('status.label', { text: chip.text })}>{says}</UnstyledButton> : <div {...look}>{says}</div>}
			<Announce chip={chip} />
		</>
	);
}

// Read aloud when the kind of state changes, not with each second.
function Announce({ chip }: { chip: Chip }) {
	const [said, say] = useState('');
	useEffect(() => say(chip.text), [chip.icon, chip.tone]);
	return <span className={css.aloud} role="status">{said}</span>;
}
