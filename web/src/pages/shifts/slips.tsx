// What goes into the drawer with the money: a shift on 80 mm of paper, and a day.
import { known, t } from '~/i18n';
import { dateTime, longDay, money, timeOnly } from '~/i18n/format';
import type { Shift } from '~/api/types';
import { accountName, sourceName } from '~/pages/reports/names';
import type { Cash, Sums } from '~/pages/reports/queries';
import { methodName } from '~/ui/MethodSelect';
import { UserName } from '~/ui/names';
import { Row, Slip } from '~/ui/paper';
import css from '~/ui/Receipt.module.css';
import { type FullShift, methodsOf } from './queries';

// Its sign stands before it in Arabic too.
const signed = (n: number) => <bdi dir="ltr">{n > 0 ? '+' : ''}{money(n)}</bdi>;

function Printed() {
	return <>{t('slip.printed', { at: dateTime(new Date().toISOString()) })}</>;
}

const parts = ['sales', 'customer_payments', 'refunds', 'supplier_payments'] as const;

// All that was sold, and whatever it was paid with: the drawer knows cash only.
function Sales({ s }: { s: FullShift }) {
	return (
		<>
			<hr />
			<div className={css.head}>{t('slip.sold')}</div>
			<Row label={t('report.invoices')} value={s.sold.invoices} />
			<Row label={t('report.sales')} value={money(s.sold.total)} />
			<Row label={t('report.tax')} value={money(s.sold.tax)} />
			{s.sold.on_account !== 0 && <Row label={t('slip.on_account')} value={money(s.sold.on_account)} />}
			<hr />
			<div className={css.head}>{t('slip.paid_with')}</div>
			{methodsOf(s).map((m) => {
				const moved = parts.filter((k) => m[k] !== 0);
				return (
					<div key={m.method} className={css.line}>
						<Row label={<strong>{methodName(m.method)}</strong>} value={<strong>{signed(m.total)}</strong>} />
						{(moved.length > 1 || moved[0] !== 'sales') && moved.map((k) => <Row key={k} label={t(k === 'sales' ? 'slip.sales' : `drawer.sum_${k}`)} value={signed(m[k])} />)}
					</div>
				);
			})}
		</>
	);
}

function Movements({ s }: { s: FullShift }) {
	if (s.movements.length === 0)
		return null;
	return (
		<>
			<hr />
			<div className={css.head}>{t('slip.by_hand')}</div>
			{s.movements.map((m) => {
				const key = known(`shift.${m.kind}`);
				return <div key={m.uuid} className={css.line}>{m.reason}<Row label={`${timeOnly(m.at)} ${key ? t(key) : m.kind}`} value={signed(m.kind === 'cash_in' ? m.amount : -m.amount)} /></div>;
			})}
		</>
	);
}

export function ShiftSlip({ s }: { s: FullShift }) {
	const close = s.closes[0];
	return (
		<Slip title={t(close ? 'slip.shift' : 'slip.interim', { number: s.number })} last={<Printed />}>
			<Row label={t('slip.opened')} value={<>{dateTime(s.at)}<br /><UserName uuid={s.entered_by} /></>} />
			<Row label={t('slip.closed')} value={close ? <>{dateTime(close.at)}<br /><UserName uuid={close.entered_by} /></> : t('slip.open')} />
			<hr />
			<Row label={t('shift.opening')} value={money(s.opening)} />
			{Object.entries(s.totals).filter(([, v]) => v !== 0).map(([kind, v]) => {
				const key = known(`drawer.sum_${kind}`);
				return <Row key={kind} label={key ? t(key) : kind} value={signed(v)} />;
			})}
			<Row label={t('shift.expected')} value={money(s.expected)} strong />
			{s.counted !== null && <Row label={t('shift.counted')} value={money(s.counted)} strong />}
			{s.difference !== null && <Row label={t('shift.difference')} value={signed(s.difference)} strong />}
			<Movements s={s} />
			{(s.sold.invoices > 0 || s.methods.length > 0) && <Sales s={s} />}
			{close?.note && <><hr /><p>{close.note}</p></>}
			{close && <div className={css.sign}>{t('slip.signature')}</div>}
		</Slip>
	);
}

// --- a day ---

export interface Closing {
	day: string;
	sums: Sums;
	cash: Cash[];
	shifts: Shift[];
}

function Sold({ sums }: { sums: Sums }) {
	if (sums.invoices === 0 && sums.refunds === 0)
		return <p>{t('slip.no_sales')}</p>;
	return (
		<>
			<Row label={t('report.invoices')} value={sums.invoices} />
			<Row label={t('report.sales')} value={money(sums.total)} strong />
			<Row label={t('report.tax')} value={money(sums.tax)} />
			<Row label={t('slip.without_tax')} value={money(sums.total - sums.tax)} />
			<Row label={t('report.discounts')} value={money(sums.discounts)} />
			<Row label={t('report.refunds')} value={money(sums.refunds)} />
			{sums.invoices > 0 && <Row label={t('slip.mean')} value={money(Math.round(sums.total / sums.invoices))} />}
		</>
	);
}

function Account({ c }: { c: Cash }) {
	return (
		<div className={css.line}>
			<div className={css.head}>{accountName(c.code, c.name)}</div>
			<Row label={t('report.opening')} value={money(c.opening)} />
			{c.sources.map((s) => <Row key={s.source} label={sourceName(s.source)} value={signed(s.in - s.out)} />)}
			<Row label={t('report.closing')} value={money(c.closing)} strong />
		</div>
	);
}

function ShiftLine({ s }: { s: Shift }) {
	return (
		<div className={css.line}>
			<Row label={<>{s.number} · <UserName uuid={s.entered_by} /></>} value={timeOnly(s.at)} />
			<Row label={t('shift.expected')} value={money(s.expected)} />
			{s.counted === null ? <Row label={t('slip.open')} value="" /> : <Row label={t('shift.counted')} value={money(s.counted)} />}
			{s.difference !== null && s.difference !== 0 && <Row label={t('shift.difference')} value={signed(s.difference)} />}
		</div>
	);
}

export function DaySlip({ c }: { c: Closing }) {
	const moved = c.cash.filter((a) => a.in || a.out || a.closing);
	return (
		<Slip title={t('slip.day_of', { day: longDay(c.day) })} last={<Printed />}>
			<hr />
			<Sold sums={c.sums} />
			{moved.length > 0 && <><hr /><div className={css.head}>{t('slip.accounts')}</div>{moved.map((a) => <Account key={a.code} c={a} />)}</>}
			<hr />
			<div className={css.head}>{t('slip.shifts')}</div>
			{c.shifts.length === 0 ? <p>{t('slip.no_shifts')}</p> : c.shifts.map((s) => <ShiftLine key={s.uuid} s={s} />)}
			<div className={css.sign}>{t('slip.signature')}</div>
		</Slip>
	);
}
