// How it is paid: exact by default, so that Enter completes; quick notes, several
// methods, the rest on account.
import { ActionIcon, Button, Kbd, Modal, TextInput, UnstyledButton } from '@mantine/core';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { Invoice, PayMethod, Payment } from '~/api/types';
import { type Key, t } from '~/i18n';
import { exponent, parseMoney, plain } from '~/i18n/format';
import { useSettings } from '~/state/settings';
import { ErrorNote } from '~/ui/ErrorNote';
import { Icon, type IconName } from '~/ui/Icon';
import { Money } from '~/ui/Money';
import { quickNotes, totals } from './amounts';
import type { Cart } from './cart';
import { CustomerPicker } from './CustomerPicker';
import css from './Dialogs.module.css';
import { completeSale } from './queries';

const methods: [PayMethod, Key, IconName][] = [
	['cash', 'pos.cash', 'cash'], ['card', 'pos.card', 'card'], ['bank', 'pos.bank', 'bank'], ['mobile', 'pos.mobile', 'mobile'],
];

function Methods({ at, onPick }: { at: PayMethod; onPick: (m: PayMethod) => void }) {
	return (
		<div className={css.methods} role="group" aria-label={t('pos.method')}>
			{methods.map(([m, label, icon]) => (
				<UnstyledButton key={m} className={css.method} aria-pressed={m === at} onClick={() => onPick(m)}>
					<Icon name={icon} size={24} />
					{t(label)}
				</UnstyledButton>
			))}
		</div>
	);
}

function Taken({ taken, onRemove }: { taken: Payment[]; onRemove: (i: number) => void }) {
	return (
		<ul className={css.taken}>
			{taken.map((p, i) => (
				<li key={i}>
					<span>{t(methods.find(([m]) => m === p.method)![1])}</span>
					<strong><Money value={p.amount} /></strong>
					<ActionIcon variant="subtle" color="gray" size={44} aria-label={t('do.remove')} onClick={() => onRemove(i)}><Icon name="close" size={18} /></ActionIcon>
				</li>
			))}
		</ul>
	);
}

function Due({ rest, total }: { rest: number; total: number }) {
	const tone = rest < 0 ? 'change' : rest > 0 ? 'owed' : 'even';
	return (
		<>
			<div className={css.due}>
				<span>{t('pos.to_pay')}</span>
				<strong data-testid="due"><Money value={total} currency /></strong>
			</div>
			<div className={css.due} data-tone={tone} aria-live="polite">
				<span>{rest > 0 ? t('pos.on_account') : t('pos.change')}</span>
				<strong data-testid="change"><Money value={Math.abs(rest)} currency /></strong>
			</div>
		</>
	);
}

interface Props {
	cart: Cart;
	opened: boolean;
	eager: number; // complete at once: Enter was faster than the sheet
	shift?: string | null;
	onClose: () => void;
	onSold: (i: Invoice) => void;
}

function Sheet({ cart, eager, shift = null, onSold }: Props) {
	const { total } = totals(cart.lines, useSettings().pricesIncludeTax);
	const [taken, setTaken] = useState<Payment[]>([]);
	const [method, setMethod] = useState<PayMethod>('cash');
	const [text, setText] = useState<string | null>(null);
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<unknown>(null);
	const [choosing, setChoosing] = useState(false);
	const field = useRef<HTMLInputElement>(null);

	const before = taken.reduce((n, p) => n + p.amount, 0);
	const open = Math.max(total - before, 0);
	const amount = text === null ? open : (parseMoney(text) ?? NaN);
	const most = method === 'cash' ? Infinity : open;
	const bad = Number.isNaN(amount) || amount < 0 || amount > most;
	const rest = total - before - (bad ? 0 : amount);
	const needsCustomer = rest > 0 && !cart.customer;

	const focus = () => window.setTimeout(() => (field.current?.focus(), field.current?.select()));
	const form = useRef<HTMLFormElement>(null);
	useEffect(() => void focus(), []);
	useEffect(() => {
		if (eager > 0)
			form.current?.requestSubmit();
	}, [eager]);

	function pick(m: PayMethod) {
		setMethod(m);
		setText(null);
		focus();
	}

	function take() {
		if (bad || amount === 0)
			return;
		setTaken([...taken, { method, amount }]);
		setText(null);
		focus();
	}

	function submit(e: FormEvent) {
		e.preventDefault();
		if (bad || busy)
			return;
		if (needsCustomer)
			return setChoosing(true);
		setBusy(true);
		setError(null);
		const payments = amount > 0 ? [...taken, { method, amount }] : taken;
		completeSale(cart.uuid, payments, shift).then(onSold, (err: unknown) => {
			setError(err);
			setBusy(false);
		});
	}

	return (
		<form ref={form} className={css.pay} onSubmit={submit}>
			<div className={css.column}>
				<Due rest={rest} total={total} />
				<Taken taken={taken} onRemove={(i) => setTaken(taken.filter((_, k) => k !== i))} />
				{error !== null && <ErrorNote error={error} />}
			</div>
			<div className={css.column}>
				<Methods at={method} onPick={pick} />
				<TextInput ref={field} data-autofocus size="lg" inputMode="decimal" label={t('pos.received')} value={text ?? plain(open, exponent())}
					onChange={(e) => setText(e.currentTarget.value)} onFocus={(e) => e.currentTarget.select()}
					error={bad ? (amount > most ? t('pos.too_much') : t('pos.no_number')) : undefined} />
				{method === 'cash' && (
					<div className={css.notes}>
						{quickNotes(open, exponent()).map((n) => (
							<Button key={n} variant="default" size="md" onClick={() => (setText(plain(n, exponent())), focus())}>
								{n === open ? t('pos.exact') : <Money value={n} />}
							</Button>
						))}
					</div>
				)}
				<Button variant="default" size="md" leftSection={<Icon name="plus" size={18} />} disabled={bad || amount === 0 || rest <= 0} onClick={take}>{t('pos.split')}</Button>
				<Button type="submit" size="xl" loading={busy} disabled={bad} rightSection={<Kbd className={css.kbd}>Enter</Kbd>}>
					{needsCustomer ? t('pos.choose_customer') : t('pos.complete')}
				</Button>
			</div>
			<CustomerPicker opened={choosing} onClose={() => (setChoosing(false), focus())} />
		</form>
	);
}

export function PaySheet(props: Props) {
	return (
		<Modal opened={props.opened} onClose={props.onClose} size="52rem" title={t('pos.pay')} closeButtonProps={{ 'aria-label': t('do.close') }}>
			{props.opened && <Sheet {...props} />}
		</Modal>
	);
}
