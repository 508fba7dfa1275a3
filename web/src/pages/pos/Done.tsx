// The sale is stored: the change, large; print; the next one.  A scan goes on without
// asking.
import { Button, Kbd } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { Invoice } from '~/api/types';
import { t } from '~/i18n';
import { Icon } from '~/ui/Icon';
import { Money } from '~/ui/Money';
import { printReceipt, Receipt } from '~/ui/Receipt';
import css from './Done.module.css';

export function Done({ invoice, onNext }: { invoice: Invoice; onNext: () => void }) {
	const next = useRef<HTMLButtonElement>(null);
	const owed = invoice.total - invoice.paid;
	useEffect(() => next.current?.focus(), [invoice.uuid]);
	return (
		<section className={css.done} aria-label={t('pos.sold')} data-testid="done" data-uuid={invoice.uuid} data-number={invoice.number}>
			<span className={css.sign}><Icon name="check" size={40} /></span>
			<div role="status" className={css.said}>
				<strong className={css.title}>{t('pos.sold')}</strong>
				<bdi className={css.number}>{invoice.number}</bdi>
			</div>
			<dl className={css.sums}>
				<div><dt>{t('pos.total')}</dt><dd><Money value={invoice.total} currency /></dd></div>
				{owed > 0 && <div data-tone="owed"><dt>{t('pos.on_account')}</dt><dd><Money value={owed} currency /></dd></div>}
				<div className={css.change}><dt>{t('pos.change')}</dt><dd><Money value={invoice.change_given} currency /></dd></div>
			</dl>
			<div className={css.actions}>
				<Button variant="default" size="lg" leftSection={<Icon name="print" />} onClick={printReceipt}>{t('pos.print')}</Button>
				<Button ref={next} size="lg" onClick={onNext} rightSection={<Kbd className={css.kbd}>Enter</Kbd>}>{t('pos.next')}</Button>
			</div>
			<Receipt invoice={invoice} />
		</section>
	);
}
