// How the cloud is: figures now, and their curves since this page was opened.
import { Loader } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { type Key, formatNumber, t, useLanguage } from '~/i18n';
import { Chart } from '~/ui/Chart';
import { ErrorNote } from '~/ui/ErrorNote';
import { Icon } from '~/ui/Icon';
import { Page } from '~/ui/Page';
import { Facts, Panel } from '~/ui/Panel';
import css from './Health.module.css';
import { type Health as H, useHealth } from './queries';

const POINTS = 300;

interface Series {
	at: number[];
	commits: number[]; // a second
	sockets: number[];
	waiting: number[];
}

const none: Series = { at: [], commits: [], sockets: [], waiting: [] };

function useSeries(h: H | undefined): Series {
	const [s, setS] = useState(none);
	const before = useRef<{ at: number; commits: number } | null>(null);
	useEffect(() => {
		if (!h)
			return;
		const at = Date.parse(h.server_time) / 1000;
		const b = before.current;
		before.current = { at, commits: h.commits };
		const rate = b && at > b.at ? Math.max((h.commits - b.commits) / (at - b.at), 0) : 0;
		const add = (list: number[], v: number) => [...list.slice(1 - POINTS), v];
		setS((x) => ({ at: add(x.at, at), commits: add(x.commits, rate), sockets: add(x.sockets, h.open_sockets), waiting: add(x.waiting, h.queued) }));
	}, [h]);
	return s;
}

function Tile({ name, value, ok }: { name: Key; value: string; ok?: boolean }) {
	return (
		<div className={css.tile}>
			<span>{t(name)}</span>
			<strong><bdi>{value}</bdi></strong>
			{ok !== undefined && <small data-ok={ok}><Icon name={ok ? 'check' : 'alert'} size={16} />{t(ok ? 'health.well' : 'health.look')}</small>}
		</div>
	);
}

export default function Health() {
	useLanguage();
	const { data: h, error, refetch } = useHealth();
	const s = useSeries(h);
	return (
		<Page title={t('nav.health')}>
			{error && <ErrorNote error={error} onRetry={() => void refetch()} />}
			{!h && !error && <Loader />}
			{h && (
				<>
					<div className={css.tiles}>
						<Tile name="health.server" value={h.status === 'ok' ? t('health.runs') : h.status} ok={h.status === 'ok'} />
						<Tile name="health.live" value={t(h.realtimed_up ? 'health.up' : 'health.down')} ok={h.realtimed_up} />
						<Tile name="health.sockets" value={formatNumber(h.open_sockets)} />
						<Tile name="health.commits" value={formatNumber(h.commits)} />
						<Tile name="health.waiting" value={formatNumber(h.queued)} ok={h.queued < 100} />
					</div>
					<Panel title={t('health.commits_s')}><Chart label={t('health.commits_s')} x={s.at} y={s.commits} time /></Panel>
					<Panel title={t('health.sockets')}><Chart label={t('health.sockets')} x={s.at} y={s.sockets} time /></Panel>
					<Panel title={t('health.about')}>
						<Facts items={[
							[t('health.version'), <bdi>{h.version}</bdi>], [t('health.engine'), h.engine], [t('health.schema'), formatNumber(h.schema)],
							[t('health.listen'), <bdi>{h.listen}</bdi>],
						]} />
					</Panel>
				</>
			)}
		</Page>
	);
}
