// Settings → Cloud Sync: one panel, and what it shows follows from the till's state.
import { Loader } from '@mantine/core';
import type { SyncStatus } from '~/api/types';
import { t } from '~/i18n';
import { useStatus } from '~/state/status';
import { Empty } from '~/ui/Empty';
import { Loading } from './sync/Loading';
import { Moving } from './sync/Moving';
import { Off } from './sync/Off';
import { On } from './sync/On';
import { Refused, Registering } from './sync/Refused';
import { Revoked } from './sync/Revoked';
import { Waiting } from './sync/Waiting';

// The pairing's status says more than the state: an offline till is still one that waits.
function view(s: SyncStatus) {
	const p = s.pairing;
	if (!p || p.status === 'off')
		return <Off />;
	if (p.status === 'moving')
		return <Moving s={s} />;
	if (p.status === 'registering')
		return <Registering s={s} />;
	if (p.status === 'pending')
		return <Waiting s={s} />;
	if (p.status === 'revoked')
		return <Revoked s={s} />;
	if (p.status === 'refused')
		return <Refused s={s} />;
	return p.loaded_at ? <On s={s} /> : <Loading s={s} />;
}

export function SyncPanel() {
	const { sync, answers } = useStatus();
	if (!answers)
		return <Empty icon="alert" title={t('status.server_gone')} hint={t('error.unreachable')} />;
	return sync ? <div data-testid="sync-panel" data-state={sync.pairing?.status ?? 'off'}>{view(sync)}</div> : <Loader />;
}
