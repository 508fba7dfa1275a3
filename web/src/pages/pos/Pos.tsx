// Selling.  Left what there is, right what is being bought; a scan works anywhere.
import { Group, Kbd, Modal, Table } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { notifications } from '@mantine/notifications';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Invoice, Product } from '~/api/types';
import { t, useLanguage } from '~/i18n';
import { locked } from '~/state/lock';
import { useOpenShift } from '~/state/shift';
import { useStore } from '~/state/store';
import { toastError } from '~/ui/toasts';
import { addProduct, carts, current, setQty } from './cart';
import { CartPanel } from './CartPanel';
import { Done } from './Done';
import { PaySheet } from './PaySheet';
import { usePutAside } from './holds';
import css from './Pos.module.css';
import { completeSale, findByCode, useDefaultRate } from './queries';
import { listenForScans } from './scanner';
import { hit, miss } from './sound';
import { Tiles } from './Tiles';
import { UnknownCode } from './UnknownCode';

const shortcuts: [string[], Parameters<typeof t>[0]][] = [
	[['F9'], 'keys.sale'], [['Ctrl', 'Enter'], 'keys.sale'], [['F2'], 'keys.search'], [['F4'], 'keys.hold'], [['+', '−'], 'keys.quantity'],
	[['Esc'], 'keys.close'], [['?'], 'keys.help'],
];

function Help({ opened, onClose }: { opened: boolean; onClose: () => void }) {
	return (
		<Modal opened={opened} onClose={onClose} title={t('frame.shortcuts')} closeButtonProps={{ 'aria-label': t('do.close') }}>
			<Table>
				<Table.Tbody>
					{shortcuts.map(([keys, what]) => (
						<Table.Tr key={keys.join()}>
							<Table.Td><Group gap={4}>{keys.map((k) => <Kbd key={k}>{k}</Kbd>)}</Group></Table.Td>
							<Table.Td>{t(what)}</Table.Td>
						</Table.Tr>
					))}
				</Table.Tbody>
			</Table>
		</Modal>
	);
}

function isTyping(e: KeyboardEvent): boolean {
	return e.target instanceof HTMLElement && e.target.matches('input, textarea, [contenteditable]');
}

export default function Pos() {
	useLanguage();
	const state = useStore(carts);
	const isLocked = useStore(locked);
	const cart = current(state);
	const queries = useQueryClient();
	const rate = useDefaultRate();
	const { shift } = useOpenShift();
	const { mutate: putAside } = usePutAside();
	const search = useRef<HTMLInputElement>(null);
	const [paying, setPaying] = useState(false);
	const [done, setDone] = useState<Invoice | null>(null);
	const [eager, setEager] = useState(0); // Enter was pressed before the sheet had the focus
	const [help, setHelp] = useState(false);
	const [unknown, setUnknown] = useState<string | null>(null);
	const [fresh, setFresh] = useState<string | null>(null);
	const [said, say] = useState('');

	const add = useCallback((p: Product, qty = 1000) => {
		setDone(null);
		setFresh(addProduct(p, qty, rate));
		say(t('pos.added', { name: p.name }));
	}, [rate]);

	const sold = useCallback((invoice: Invoice) => {
		setPaying(false);
		setDone(invoice);
		for (const key of ['invoices', 'inventory', 'shifts', 'reports', 'customers'])
			void queries.invalidateQueries({ queryKey: [key] });
	}, [queries]);

	const pay = useCallback(() => {
		if (current().lines.length === 0)
			return;
		setEager(0);
		setPaying(true);
	}, []);

	// A sale that was under way when the page was loaded anew goes on, as it was fixed.
	useEffect(() => {
		const open = current();
		if (open.sale)
			void completeSale(open.uuid, open.sale.payments, null).then(sold, toastError);
	}, [sold]);

	// Fast fingers on a PIN are no scan.
	useEffect(() => isLocked ? undefined : listenForScans((code) => {
		findByCode(code).then((p) => {
			if (p) {
				hit();
				add(p);
				return;
			}
			miss();
			setUnknown(code);
			say(t('pos.unknown', { code }));
		}, toastError);
	}), [add, isLocked]);

	useEffect(() => {
		const onKey = (e: KeyboardEvent) => {
			if (paying && !isLocked && e.key === 'Enter' && !(e.target as HTMLElement).closest?.('[role=dialog]')) {
				e.preventDefault();
				setEager((n) => n + 1);
			}
			if (paying || help || unknown || isLocked)
				return;
			if (e.key === 'F9' || (e.key === 'Enter' && e.ctrlKey))
				pay();
			else if (e.key === 'F2')
				search.current?.focus();
			else if (e.key === 'F4')
				putAside(current());
			else if (e.key === '?' && !isTyping(e))
				setHelp(true);
			else if ((e.key === '+' || e.key === '-') && (!isTyping(e) || search.current?.value === ''))
				step(e.key === '+' ? 1000 : -1000);
			else if (e.key === 'Enter' && done && !isTyping(e))
				setDone(null);
			else
				return;
			e.preventDefault();
		};
		window.addEventListener('keydown', onKey);
		return () => window.removeEventListener('keydown', onKey);
	}, [paying, help, unknown, isLocked, done, pay, putAside]);

	function step(by: number) {
		const lines = current().lines;
		const line = lines.find((l) => l.key === fresh) ?? lines.at(-1);
		if (line && line.qty + by > 0)
			setQty(line.key, line.qty + by);
	}

	useEffect(() => {
		document.title = `${t('nav.sell')} · Fexl`;
		search.current?.focus();
	}, []);

	return (
		<div className={css.pos}>
			<h1 className={css.aloud}>{t('nav.sell')}</h1>
			<Tiles search={search} onPick={add} />
			{done && cart.lines.length === 0
				? <Done invoice={done} onNext={() => (setDone(null), search.current?.focus())} />
				: <CartPanel cart={cart} all={state.all} fresh={fresh} onPay={pay} onHold={() => putAside(current())} onHelp={() => setHelp(true)} />}
			<PaySheet shift={shift?.uuid ?? null} cart={cart} opened={paying} eager={eager} onClose={() => (setPaying(false), search.current?.focus())} onSold={sold} />
			<Help opened={help} onClose={() => setHelp(false)} />
			<UnknownCode code={unknown} onClose={() => setUnknown(null)} onMade={(p) => (setUnknown(null), notifications.clean(), add(p))} />
			<span className={css.aloud} role="status">{said}</span>
		</div>
	);
}

