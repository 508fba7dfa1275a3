import { Button, Group, Modal, SegmentedControl, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import { t } from '~/i18n';
import { parseMoney, parseRate } from '~/i18n/format';
import { Money } from '~/ui/Money';
import { gross, mulDiv } from './amounts';
import { type Cart, discountAll } from './cart';

export function DiscountDialog({ cart, opened, onClose }: { cart: Cart; opened: boolean; onClose: () => void }) {
	const [kind, setKind] = useState<'percent' | 'amount'>('percent');
	const [text, setText] = useState('');
	const all = cart.lines.reduce((n, l) => n + gross(l), 0);
	const typed = kind === 'percent' ? parseRate(text) : parseMoney(text);
	const off = typed === null || typed < 0 ? null : kind === 'percent' ? mulDiv(all, Math.min(typed, 10000), 10000) : Math.min(typed, all);
	useEffect(() => setText(''), [opened, kind]);
	function submit(e: FormEvent) {
		e.preventDefault();
		if (off === null)
			return;
		discountAll(off);
		onClose();
	}
	return (
		<Modal opened={opened} onClose={onClose} title={t('pos.discount_all')} closeButtonProps={{ 'aria-label': t('do.close') }}>
			<form onSubmit={submit}>
				<Stack>
					<SegmentedControl value={kind} onChange={(v) => setKind(v as typeof kind)}
						data={[{ value: 'percent', label: t('pos.percent') }, { value: 'amount', label: t('pos.amount') }]} />
					<TextInput data-autofocus size="md" inputMode="decimal" label={kind === 'percent' ? t('pos.percent') : t('pos.amount')} value={text}
						onChange={(e) => setText(e.currentTarget.value)} error={text !== '' && off === null ? t('pos.no_number') : undefined} />
					<Group justify="space-between">
						<span>−<Money value={off ?? 0} currency /></span>
						<Button type="submit" disabled={off === null}>{t('do.save')}</Button>
					</Group>
				</Stack>
			</form>
		</Modal>
	);
}
