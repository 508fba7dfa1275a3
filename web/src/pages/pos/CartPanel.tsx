// What is being bought: tabs of holds, the customer, the lines, the total, and one
// primary button.
import { ActionIcon, Button, Kbd, Menu, Tooltip, UnstyledButton } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { t } from '~/i18n';
import { qty, timeOnly } from '~/i18n/format';
import { useSettings } from '~/state/settings';
import { Empty } from '~/ui/Empty';
import { Icon } from '~/ui/Icon';
import { Money } from '~/ui/Money';
import { totals } from './amounts';
import { type Cart, drop, goTo, setCustomer } from './cart';
import { CartRow } from './CartRow';
import css from './CartPanel.module.css';
import { CustomerPicker } from './CustomerPicker';
import { DiscountDialog } from './DiscountDialog';
import { useHolds, usePickUp } from './holds';

function Tabs({ all, cart }: { all: Cart[]; cart: Cart }) {
	const held = useHolds();
	const pickUp = usePickUp();
	if (all.length < 2 && held.length === 0)
		return null;
	return (
		<div className={css.tabs} role="group" aria-label={t('pos.carts')}>
			{all.length > 1 && all.map((c, i) => (
				<UnstyledButton key={c.uuid} className={css.tab} aria-pressed={c.uuid === cart.uuid} onClick={() => goTo(c.uuid)}>
					{c.customer?.name ?? c.customer?.phone ?? t('pos.cart_n', { n: i + 1 })}
					<small>{c.lines.length}</small>
				</UnstyledButton>
			))}
			{held.map((h) => (
				<UnstyledButton key={h.uuid} className={css.tab} data-testid="held" disabled={pickUp.isPending} onClick={() => pickUp.mutate(h)}>
					<Icon name="pause" size={16} />
					{h.name ?? t('pos.held_at', { time: timeOnly(h.updated_at) })}
					<small>{h.lines.length}</small>
				</UnstyledButton>
			))}
		</div>
	);
}

interface Props {
	cart: Cart;
	all: Cart[];
	fresh: string | null;
	onPay: () => void;
	onHold: () => void;
	onHelp: () => void;
}

function More({ cart, onDiscount, onHold, onHelp }: { cart: Cart; onDiscount: () => void; onHold: () => void; onHelp: () => void }) {
	const none = cart.lines.length === 0;
	return (
		<Menu position="bottom-end" withinPortal>
			<Menu.Target>
				<ActionIcon variant="subtle" color="gray" size={44} aria-label={t('pos.more')}><Icon name="down" /></ActionIcon>
			</Menu.Target>
			<Menu.Dropdown>
				<Menu.Item disabled={none} leftSection={<Icon name="tag" size={18} />} onClick={onDiscount}>{t('pos.discount_all')}</Menu.Item>
				<Menu.Item disabled={none} leftSection={<Icon name="pause" size={18} />} onClick={onHold}>{t('pos.hold')}</Menu.Item>
				<Menu.Item disabled={none} leftSection={<Icon name="trash" size={18} />} onClick={() => drop(cart.uuid)}>{t('pos.discard')}</Menu.Item>
				<Menu.Item leftSection={<Icon name="keyboard" size={18} />} onClick={onHelp}>{t('frame.shortcuts')}</Menu.Item>
			</Menu.Dropdown>
		</Menu>
	);
}

function Sums({ cart }: { cart: Cart }) {
	const sum = totals(cart.lines, useSettings().pricesIncludeTax);
	return (
		<div className={css.sums}>
			{sum.discount > 0 && <div><span>{t('pos.discount')}</span><span>−<Money value={sum.discount} /></span></div>}
			{sum.tax > 0 && <div><span>{t('pos.tax')}</span><Money value={sum.tax} /></div>}
			<div className={css.total} aria-live="polite">
				<span>{t('pos.total')}</span>
				<strong data-testid="total"><Money value={sum.total} currency /></strong>
			</div>
		</div>
	);
}

export function CartPanel({ cart, all, fresh, onPay, onHold, onHelp }: Props) {
	const [choosing, setChoosing] = useState(false);
	const [discounting, setDiscounting] = useState(false);
	const [open, setOpen] = useState<string | null>(null);
	const list = useRef<HTMLUListElement>(null);
	const pieces = cart.lines.reduce((n, l) => n + l.qty, 0);
	useEffect(() => {
		list.current?.querySelector('[data-fresh]')?.scrollIntoView({ block: 'nearest' });
	}, [fresh, cart.lines]);

	return (
		<section className={css.panel} aria-label={t('pos.cart')}>
			<Tabs all={all} cart={cart} />
			<div className={css.head}>
				<Button variant={cart.customer ? 'light' : 'default'} size="md" onClick={() => setChoosing(true)} className={css.customer}
					leftSection={<Icon name="person" size={18} />} data-testid="customer">
					{cart.customer ? (cart.customer.name ?? cart.customer.phone) : t('pos.walk_in')}
				</Button>
				{cart.customer && (
					<ActionIcon variant="subtle" color="gray" size={44} aria-label={t('pos.no_customer')} onClick={() => setCustomer(null)}>
						<Icon name="close" size={18} />
					</ActionIcon>
				)}
				<Tooltip label={t('pos.hold')}>
					<ActionIcon variant="subtle" color="gray" size={44} aria-label={t('pos.hold')} disabled={cart.lines.length === 0} onClick={onHold}>
						<Icon name="pause" />
					</ActionIcon>
				</Tooltip>
				<More cart={cart} onDiscount={() => setDiscounting(true)} onHold={onHold} onHelp={onHelp} />
			</div>
			{cart.lines.length === 0
				? <div className={css.none}><Empty icon="barcode" title={t('pos.empty')} hint={t('pos.empty_hint')} /></div>
				: (
					<ul ref={list} className={css.lines}>
						{cart.lines.map((l) => (
							<CartRow key={l.key} line={l} fresh={l.key === fresh} open={l.key === open} onToggle={() => setOpen(l.key === open ? null : l.key)} />
						))}
					</ul>
				)}
			<Sums cart={cart} />
			<Button size="xl" className={css.pay} disabled={cart.lines.length === 0} onClick={onPay} rightSection={<Kbd className={css.kbd}>F9</Kbd>}>
				{t('pos.complete')}
				<small className={css.count}>{cart.lines.length > 0 && t('pos.items', { n: cart.lines.length, qty: qty(pieces) })}</small>
			</Button>
			<CustomerPicker opened={choosing} onClose={() => setChoosing(false)} />
			<DiscountDialog cart={cart} opened={discounting} onClose={() => setDiscounting(false)} />
		</section>
	);
}
