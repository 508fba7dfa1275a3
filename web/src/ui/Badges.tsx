// Words for states, with a colour beside and never alone.
import { Badge } from '@mantine/core';
import type { InvoiceStatus } from '~/api/types';
import { t } from '~/i18n';
import type { Mark } from '~/pages/invoices/queries';
import { Icon, type IconName } from './Icon';
import css from './Badges.module.css';

const colours: Record<InvoiceStatus, string> = {
	paid: 'pine', partial: 'orange', unpaid: 'red', returned: 'gray', partly_returned: 'grape', cancelled: 'gray',
};

export function InvoiceBadge({ status }: { status: InvoiceStatus }) {
	return <Badge variant="light" color={colours[status] ?? 'gray'}>{t(`invoice.${status}`)}</Badge>;
}

const marks: Record<'sent' | 'here' | 'refused', IconName> = { sent: 'check', here: 'till', refused: 'alert' };

export function SyncMark({ mark }: { mark: Mark }) {
	if (!mark)
		return null;
	return <span className={css.mark} data-mark={mark}><Icon name={marks[mark]} size={16} />{t(`mark.${mark}`)}</span>;
}
