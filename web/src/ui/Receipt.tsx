// On paper: 80 mm, black on white, whatever the screen's colours are.
import { createPortal } from 'react-dom';
import type { Invoice } from '~/api/types';
import { type Key, t } from '~/i18n';
import { dateTime, money, qty } from '~/i18n/format';
import { useSettings } from '~/state/settings';
import { Row, Slip, printPlace } from './paper';
import css from './Receipt.module.css';

const methods: Record<string, Key> = { cash: 'pos.cash', card: 'pos.card', bank: 'pos.bank', mobile: 'pos.mobile', store_credit: 'pos.store_credit' };

export function printReceipt(): void {
	window.print();
}

export function Receipt({ invoice }: { invoice: Invoice }) {
	const s = useSettings();
	const owed = invoice.total - invoice.paid;
	return createPortal(
		<Slip last={s.receiptNote || t('pos.thanks')}>
			<Row label={invoice.number} value={dateTime(invoice.at)} />
			<hr />
			{invoice.lines.map((l, i) => (
				<div key={i} className={css.line}>
					<span>{l.name}</span>
					<Row label={`${qty(l.qty)} × ${money(l.unit_price)}`} value={money(l.amount)} />
					{l.discount > 0 && <Row label={t('pos.discount')} value={`−${money(l.discount)}`} />}
				</div>
			))}
			<hr />
			<Row label={t('pos.total')} value={`${money(invoice.total)} ${s.currency}`.trim()} strong />
			{invoice.tax > 0 && <Row label={t('pos.tax')} value={money(invoice.tax)} />}
			{invoice.payments.map((p, i) => <Row key={i} label={t(methods[p.method] ?? 'pos.cash')} value={money(p.amount)} />)}
			{invoice.change_given > 0 && <Row label={t('pos.change')} value={money(invoice.change_given)} />}
			{owed > 0 && <Row label={t('pos.on_account')} value={money(owed)} />}
		</Slip>, printPlace());
}
