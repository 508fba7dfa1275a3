// One shift: what came into the drawer and went out, as a sum from top to bottom.
import { Alert, Button, Group, Loader, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { known, t } from '~/i18n';
import { dateTime, money, moneyWithCurrency, timeOnly } from '~/i18n/format';
import { ErrorNote } from '~/ui/ErrorNote';
import { Icon } from '~/ui/Icon';
import { Money } from '~/ui/Money';
import { methodName } from '~/ui/MethodSelect';
import { UserName } from '~/ui/names';
import { Facts } from '~/ui/Panel';
import { printPaper } from '~/ui/paper';
import css from './Shifts.module.css';
import { differenceText } from './CloseForm';
import { type FullShift, methodsOf, useShift } from './queries';
import { ShiftSlip } from './slips';

function Sums({ s }: { s: FullShift }) {
	const rows = Object.entries(s.totals).filter(([, v]) => v !== 0);
	return (
		<dl className={css.sums} aria-label={t('shift.drawer')}>
			<div><dt>{t('shift.opening')}</dt><dd><Money value={s.opening} /></dd></div>
			{rows.map(([kind, v]) => {
				const key = known(`drawer.sum_${kind}`);
				return <div key={kind} data-way={v < 0 ? 'out' : 'in'}><dt>{key ? t(key) : kind}</dt><dd><bdi dir="ltr">{v > 0 ? '+' : ''}{money(v)}</bdi></dd></div>;
			})}
			<div className={css.sum}><dt>{t('shift.expected')}</dt><dd data-testid="expected"><Money value={s.expected} currency /></dd></div>
			{s.counted !== null && (
				<>
					<div><dt>{t('shift.counted')}</dt><dd><Money value={s.counted} /></dd></div>
					<div className={css.verdict} data-even={s.difference === 0 || undefined}><dt>{differenceText(s.difference ?? 0)}</dt><dd><Money value={s.difference ?? 0} /></dd></div>
				</>
			)}
		</dl>
	);
}

function Movements({ s }: { s: FullShift }) {
	return (
		<section aria-label={t('shift.by_hand')}>
			<h3 className={css.title}>{t('shift.by_hand')}</h3>
			{s.movements.length === 0 && <Text c="dimmed">{t('shift.no_moves')}</Text>}
			<ul className={css.moves}>
				{s.movements.map((m) => {
					const key = known(`shift.${m.kind}`);
					return (
						<li key={m.uuid}>
							<span><strong>{m.reason}</strong><small>{key ? t(key) : m.kind} · <span title={dateTime(m.at)}>{timeOnly(m.at)}</span></small></span>
							<bdi dir="ltr">{m.kind === 'cash_in' ? '+' : '-'}{money(m.amount)}</bdi>
						</li>
					);
				})}
			</ul>
		</section>
	);
}

// Cash is in the drawer; the rest of what was paid is told here.
function Methods({ s }: { s: FullShift }) {
	if (s.methods.length === 0 && s.sold.on_account === 0)
		return null;
	return (
		<section aria-label={t('slip.paid_with')}>
			<h3 className={css.title}>{t('slip.paid_with')}</h3>
			<ul className={css.moves}>
				{methodsOf(s).map((m) => <li key={m.method} data-testid={`method-${m.method}`}><strong>{methodName(m.method)}</strong><bdi dir="ltr">{money(m.total)}</bdi></li>)}
				{s.sold.on_account !== 0 && <li><strong>{t('slip.on_account')}</strong><bdi dir="ltr">{money(s.sold.on_account)}</bdi></li>}
			</ul>
		</section>
	);
}

function Notes({ s }: { s: FullShift }) {
	const close = s.closes[0];
	return (
		<>
			{s.gap !== null && s.gap !== 0 && (
				<Alert color="orange" data-testid="gap">{t(s.gap > 0 ? 'shift.gap_was_more' : 'shift.gap_was_less', { amount: moneyWithCurrency(Math.abs(s.gap)) })}</Alert>
			)}
			{s.closes.length > 1 && <Alert color="orange">{t('shift.twice')}</Alert>}
			{close && close.expected !== s.expected && <Alert color="orange">{t('shift.late')}</Alert>}
		</>
	);
}

function facts(s: FullShift): [string, ReactNode][] {
	const close = s.closes[0];
	const all: [string, ReactNode][] = [[t('invoice.by'), <UserName uuid={s.entered_by} />], [t('shift.since'), dateTime(s.at)]];
	if (s.note)
		all.push([t('field.note'), s.note]);
	if (close)
		all.push([t('shift.closed_at'), <>{dateTime(close.at)} · <UserName uuid={close.entered_by} /></>]);
	if (close?.note)
		all.push([t('shift.close_note'), close.note]);
	return all;
}

export function Drawer({ id }: { id: string }) {
	const { data: s, error, refetch } = useShift(id);
	if (!s)
		return error ? <ErrorNote error={error} onRetry={() => void refetch()} /> : <Loader />;
	return (
		<>
			<Notes s={s} />
			<div className={css.drawer}>
				<Sums s={s} />
				<div className={css.beside}>
					<Facts items={facts(s)} />
					<Methods s={s} />
					<Movements s={s} />
					<Group><Button variant="default" leftSection={<Icon name="print" size={18} />} onClick={() => printPaper(<ShiftSlip s={s} />)}>{t('slip.print')}</Button></Group>
				</div>
			</div>
		</>
	);
}
