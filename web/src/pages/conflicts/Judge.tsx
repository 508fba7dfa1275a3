import { Alert, Button, Group, Loader, Radio, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { known, t } from '~/i18n';
import { dateTime, moneyWithCurrency, qty } from '~/i18n/format';
import { useMay } from '~/state/session';
import { ErrorNote } from '~/ui/ErrorNote';
import { Icon } from '~/ui/Icon';
import { useProduct } from '~/ui/names';
import { toastDone } from '~/ui/toasts';
import css from './Conflicts.module.css';
import { fieldName } from './fields';
import { type FullReview, type Side, type Subject, useMerge, useReview, useSettle, useUnmerge } from './queries';
import { Sides } from './Sides';

const sides: Side[] = ['a', 'b'];
const other = (s: Side): Side => (s === 'a' ? 'b' : 'a');

function nameOf(s: Subject | null): string {
	return String(s?.name ?? s?.phone ?? s?.number ?? s?.barcode ?? '–');
}

// What happened, and what one usually does about it.
function Story({ r }: { r: FullReview }) {
	const d = r.detail ?? {};
	const first = d.gone?.[0];
	const product = useProduct(d.product ?? first?.product).data?.name ?? '…';
	const words = { product, qty: qty(d.qty ?? first?.qty ?? 0), amount: moneyWithCurrency(Math.abs(d.beyond ?? d.credit ?? 0)), field: fieldName(d.field ?? ''), value: d.value ?? '' };
	const said = known(`review.${r.kind}_what`);
	const todo = known(`review.${r.kind}_do`);
	return (
		<Alert color={r.state === 'open' ? 'orange' : 'gray'} icon={<Icon name={r.state === 'open' ? 'alert' : 'check'} />}>
			{said && <Text>{t(said, words)}</Text>}
			{todo && r.state === 'open' && <Text mt={4}>{t(todo, words)}</Text>}
		</Alert>
	);
}

function Merge({ r }: { r: FullReview }) {
	const [keep, setKeep] = useState<Side>('a');
	const merge = useMerge(r);
	return (
		<Stack gap="sm">
			<Radio.Group label={t('twin.keep')} description={t('twin.keep_hint')} value={keep} onChange={(v) => setKeep(v as Side)}>
				<div className={css.twins}>
					{sides.map((s) => (
						<Radio.Card key={s} value={s} className={css.twin}>
							<Radio.Indicator aria-hidden="true" />
							<span><strong>{nameOf(r[`${s}_head`])}</strong><small>{t(s === 'a' ? 'twin.first' : 'twin.second')}</small></span>
						</Radio.Card>
					))}
				</div>
			</Radio.Group>
			{merge.error && <ErrorNote error={merge.error} />}
			<Group>
				<Button loading={merge.isPending} onClick={() => merge.mutate(keep, { onSuccess: () => toastDone(t('twin.done', { name: nameOf(r[`${keep}_head`]) })) })}>{t('twin.merge')}</Button>
				<Text size="sm" c="dimmed">{t('twin.undo_hint')}</Text>
			</Group>
		</Stack>
	);
}

function Apart({ r, gone }: { r: FullReview; gone: Side }) {
	const apart = useUnmerge(r);
	return (
		<Stack gap="sm">
			<Text>{t('twin.are_one', { gone: nameOf(r[`${gone}_head`]), kept: nameOf(r[`${other(gone)}_head`]) })}</Text>
			{apart.error && <ErrorNote error={apart.error} />}
			<Group><Button variant="default" loading={apart.isPending} onClick={() => apart.mutate(gone, { onSuccess: () => toastDone(t('twin.apart')) })}>{t('twin.undo')}</Button></Group>
		</Stack>
	);
}

function Settle({ r, onClose }: { r: FullReview; onClose: () => void }) {
	const [note, setNote] = useState(r.note ?? '');
	const settle = useSettle();
	const go = (state: 'open' | 'done') => settle.mutate({ row: r, changes: { state, note: note.trim() || null } },
		{ onSuccess: () => state === 'done' && (toastDone(t('review.settled')), onClose()) });
	return (
		<Stack gap="sm">
			{r.state === 'open' && <Textarea label={t('review.note')} rows={2} value={note} onChange={(e) => setNote(e.currentTarget.value)} />}
			{r.state === 'done' && <Text c="dimmed">{t('review.done_at', { at: dateTime(r.updated_at) })}{r.note ? `: ${r.note}` : ''}</Text>}
			{settle.error && <ErrorNote error={settle.error} />}
			<Group>
				{r.state === 'open'
					? <Button variant={r.kind === 'twin' ? 'default' : 'filled'} loading={settle.isPending} onClick={() => go('done')}>{t(r.kind === 'twin' ? 'twin.leave' : 'review.settle')}</Button>
					: <Button variant="default" loading={settle.isPending} onClick={() => go('open')}>{t('review.reopen')}</Button>}
			</Group>
		</Stack>
	);
}

// Of twins: the one that became the other.
function goneSide(r: FullReview): Side | null {
	return sides.find((s) => r[`${s}_head`]?.merged_into === r[other(s)] && r[other(s)]) ?? null;
}

function Actions({ r, onClose }: { r: FullReview; onClose: () => void }) {
	const perm = useMay(r.a_table === 'customers' ? 'customers' : 'catalogue');
	const gone = r.kind === 'twin' ? goneSide(r) : null;
	if (gone)
		return perm ? <Apart r={r} gone={gone} /> : null;
	const mergeable = r.kind === 'twin' && r.state === 'open' && perm && r.a_head && r.b_head && ['products', 'customers', 'suppliers'].includes(r.a_table ?? '');
	return (
		<>
			{mergeable && <Merge r={r} />}
			<Settle r={r} onClose={onClose} />
		</>
	);
}

export function Judge({ id, onClose }: { id: string; onClose: () => void }) {
	const { data: r, error, refetch } = useReview(id);
	if (!r)
		return error ? <ErrorNote error={error} onRetry={() => void refetch()} /> : <Loader />;
	return (
		<Stack>
			<Story r={r} />
			<Sides r={r} />
			<Actions key={r.updated_at} r={r} onClose={onClose} />
		</Stack>
	);
}
