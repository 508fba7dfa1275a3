// One invoice: what it says, what followed it, and where it is.  It has no Edit:
// undoing is a new document.
import { Anchor, Button, Group, Loader, Table, Text, Timeline } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import type { InvoiceDetail } from '~/api/types';
import { type Key, known, t } from '~/i18n';
import { dateTime, money, qty, rate } from '~/i18n/format';
import { useMay } from '~/state/session';
import { InvoiceBadge, SyncMark } from '~/ui/Badges';
import { ErrorNote } from '~/ui/ErrorNote';
import { Icon } from '~/ui/Icon';
import { Money } from '~/ui/Money';
import { CustomerName, UserName } from '~/ui/names';
import { Page } from '~/ui/Page';
import { Facts, Panel } from '~/ui/Panel';
import { printReceipt, Receipt } from '~/ui/Receipt';
import { Shelf } from '~/ui/Shelf';
import { CancelForm } from './CancelForm';
import css from './Invoices.module.css';
import { PayForm } from './PayForm';
import { useAccounts, useInvoice, useMarks } from './queries';
import { ReturnForm } from './ReturnForm';

function method(m: string): string {
	const key = known(`pos.${m}`);
	return key ? t(key) : m;
}

function Lines({ i }: { i: InvoiceDetail }) {
	return (
		<div className={css.scroll}>
			<Table>
				<Table.Thead>
					<Table.Tr>{(['invoice.what', 'pos.qty', 'pos.price', 'pos.discount', 'pos.tax', 'pos.total'] as Key[]).map((k, n) => <Table.Th key={k} ta={n > 0 ? 'end' : undefined}>{t(k)}</Table.Th>)}</Table.Tr>
				</Table.Thead>
				<Table.Tbody>
					{i.lines.map((l, n) => (
						<Table.Tr key={n}>
							<Table.Td>{l.name}</Table.Td>
							<Table.Td ta="end"><bdi>{qty(l.qty)}</bdi></Table.Td>
							<Table.Td ta="end"><Money value={l.unit_price} /></Table.Td>
							<Table.Td ta="end">{l.discount > 0 && <Money value={l.discount} />}</Table.Td>
							<Table.Td ta="end"><bdi>{l.tax_rate > 0 && rate(l.tax_rate)}</bdi></Table.Td>
							<Table.Td ta="end"><strong><Money value={l.amount} /></strong></Table.Td>
						</Table.Tr>
					))}
				</Table.Tbody>
			</Table>
		</div>
	);
}

interface Happened {
	at: string;
	what: string;
	who: string | null;
	icon: 'sell' | 'cash' | 'refresh' | 'close';
}

function story(i: InvoiceDetail): Happened[] {
	const all: Happened[] = [{ at: i.at, what: t('invoice.sold_for', { amount: money(i.total) }), who: i.entered_by, icon: 'sell' }];
	for (const p of i.payments_later)
		all.push({ at: p.at, what: t('invoice.paid_later', { amount: money(p.amount), number: p.number }), who: p.entered_by, icon: 'cash' });
	for (const r of i.returns)
		all.push({ at: r.at, what: t('invoice.gave_back', { amount: money(r.total), number: r.number }), who: r.entered_by, icon: 'refresh' });
	if (i.cancellation)
		all.push({ at: i.cancellation.at, what: t('invoice.was_cancelled', { reason: i.cancellation.reason, number: i.cancellation.number }), who: i.cancellation.entered_by, icon: 'close' });
	return all.sort((a, b) => a.at.localeCompare(b.at));
}

function Story({ i }: { i: InvoiceDetail }) {
	const mark = useMarks()(i.uuid);
	const all = story(i);
	return (
		<Timeline active={all.length} bulletSize={30} lineWidth={2}>
			{all.map((h, n) => (
				<Timeline.Item key={n} bullet={<Icon name={h.icon} size={16} />} title={h.what}>
					<Text size="sm" c="dimmed">{dateTime(h.at)} · <UserName uuid={h.who} /></Text>
				</Timeline.Item>
			))}
			{mark && (
				<Timeline.Item bullet={<Icon name={mark === 'sent' ? 'cloud' : 'till'} size={16} />} title={<SyncMark mark={mark} />} />
			)}
		</Timeline>
	);
}

function Entry({ i }: { i: InvoiceDetail }) {
	const lines = (i as unknown as { entry_lines?: { account: string; debit: number; credit: number }[] }).entry_lines ?? [];
	const accounts = useAccounts(lines.length > 0);
	if (lines.length === 0)
		return null;
	return (
		<Panel title={t('invoice.entry')}>
			<Table>
				<Table.Thead><Table.Tr><Table.Th>{t('invoice.account')}</Table.Th><Table.Th ta="end">{t('invoice.debit')}</Table.Th><Table.Th ta="end">{t('invoice.credit')}</Table.Th></Table.Tr></Table.Thead>
				<Table.Tbody>
					{lines.map((l, n) => (
						<Table.Tr key={n}>
							<Table.Td><bdi>{accounts.get(l.account) ?? l.account}</bdi></Table.Td>
							<Table.Td ta="end">{l.debit > 0 && <Money value={l.debit} />}</Table.Td>
							<Table.Td ta="end">{l.credit > 0 && <Money value={l.credit} />}</Table.Td>
						</Table.Tr>
					))}
				</Table.Tbody>
			</Table>
		</Panel>
	);
}

type Doing = 'cancel' | 'return' | 'pay' | null;

function Actions({ i, onDo }: { i: InvoiceDetail; onDo: (d: Doing) => void }) {
	const mayVoid = useMay('void');
	const mayReturn = useMay('return');
	const mayCollect = useMay('collect');
	const open = i.status !== 'cancelled' && i.status !== 'returned';
	return (
		<>
			<Button variant="default" leftSection={<Icon name="print" size={18} />} onClick={printReceipt}>{t('pos.print')}</Button>
			{mayCollect && i.owed > 0 && i.customer && <Button onClick={() => onDo('pay')}>{t('invoice.pay')}</Button>}
			{mayReturn && open && <Button variant="default" onClick={() => onDo('return')}>{t('invoice.return')}</Button>}
			{mayVoid && open && i.returns.length === 0 && <Button variant="light" color="red" onClick={() => onDo('cancel')}>{t('invoice.cancel')}</Button>}
		</>
	);
}

export function Detail({ id }: { id: string }) {
	const { data: i, error, refetch } = useInvoice(id);
	const [doing, setDoing] = useState<Doing>(null);
	if (!i)
		return <Page title={t('nav.invoices')}>{error ? <ErrorNote error={error} onRetry={() => void refetch()} /> : <Loader />}</Page>;
	const end = () => setDoing(null);
	const paid = i.payments.map((p) => `${method(p.method)} ${money(p.amount)}`).join(' · ');
	return (
		<Page title={i.number} actions={<Actions i={i} onDo={setDoing} />}>
			<Group><Anchor component={Link} href="/">{t('nav.invoices')}</Anchor><InvoiceBadge status={i.status} /></Group>
			<div className={css.columns}>
				<div className={css.column}>
					<Panel title={t('invoice.lines')}><Lines i={i} /></Panel>
					<Entry i={i} />
				</div>
				<div className={css.column}>
					<Panel>
						<Facts items={[
							[t('pos.total'), <strong className={css.big}><Money value={i.total} currency /></strong>],
							[t('pos.tax'), <Money value={i.tax} />],
							[t('invoice.paid_with'), <bdi>{paid || '–'}</bdi>],
							[t('pos.change'), <Money value={i.change_given} />],
							[t('invoice.owed'), <Money value={i.owed} />],
							[t('pos.customer'), <CustomerName uuid={i.customer} none={t('pos.walk_in')} />],
							[t('invoice.by'), <UserName uuid={i.entered_by} />],
							[t('field.note'), i.note ?? '–'],
						]} />
					</Panel>
					<Panel title={t('invoice.story')}><Story i={i} /></Panel>
				</div>
			</div>
			<Shelf title={t('invoice.cancel')} opened={doing === 'cancel'} onClose={end}><CancelForm i={i} onDone={end} /></Shelf>
			<Shelf title={t('invoice.return')} opened={doing === 'return'} onClose={end} size="42rem"><ReturnForm i={i} onDone={end} /></Shelf>
			<Shelf title={t('invoice.pay')} opened={doing === 'pay'} onClose={end}><PayForm i={i} onDone={end} /></Shelf>
			<Receipt invoice={i} />
		</Page>
	);
}
