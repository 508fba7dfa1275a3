import { ActionIcon, Button, TextInput, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { t } from '~/i18n';
import { exponent, parseMoney, parseQty, plain, qty } from '~/i18n/format';
import { Icon } from '~/ui/Icon';
import { Money } from '~/ui/Money';
import { gross } from './amounts';
import { type CartLine, removeLine, setDiscount, setPrice, setQty } from './cart';
import css from './CartPanel.module.css';

// A number that takes effect when it is one, and comes back as it was when it is not.
function Field({ label, text, parse, onSet }: { label: string; text: string; parse: (s: string) => number | null; onSet: (n: number) => void }) {
	const [typed, setTyped] = useState<string | null>(null);
	const bad = typed !== null && (parse(typed) ?? -1) < 0;
	const leave = () => {
		const n = typed === null ? null : parse(typed);
		if (n !== null && n >= 0)
			onSet(n);
		setTyped(null);
	};
	return (
		<TextInput label={label} size="md" inputMode="decimal" value={typed ?? text} error={bad} onChange={(e) => setTyped(e.currentTarget.value)}
			onFocus={(e) => e.currentTarget.select()} onBlur={leave} onKeyDown={(e) => e.key === 'Enter' && e.currentTarget.blur()} />
	);
}

function Editor({ line }: { line: CartLine }) {
	return (
		<div className={css.editor}>
			<Field label={t('pos.qty')} text={plain(line.qty, 3).replace(/\.?0+$/, '')} parse={(s) => (parseQty(s) || null)} onSet={(n) => setQty(line.key, n)} />
			<Field label={t('pos.price')} text={plain(line.unit_price, exponent())} parse={parseMoney} onSet={(n) => setPrice(line.key, n)} />
			<Field label={t('pos.discount')} text={plain(line.discount, exponent())} parse={parseMoney} onSet={(n) => setDiscount(line.key, n)} />
			<Button variant="light" color="red" size="md" leftSection={<Icon name="trash" size={18} />} onClick={() => removeLine(line.key)}>{t('do.remove')}</Button>
		</div>
	);
}

export function CartRow({ line, fresh, open, onToggle }: { line: CartLine; fresh: boolean; open: boolean; onToggle: () => void }) {
	const less = () => (line.qty > 1000 ? setQty(line.key, line.qty - 1000) : removeLine(line.key));
	return (
		<li className={css.line} data-fresh={fresh || undefined}>
			<div className={css.row}>
				<div className={css.stepper}>
					<ActionIcon variant="default" size={44} aria-label={t('pos.less', { name: line.name })} onClick={less}><Icon name="minus" size={16} /></ActionIcon>
					<bdi className={css.qty}>{qty(line.qty)}</bdi>
					<ActionIcon variant="default" size={44} aria-label={t('pos.one_more', { name: line.name })} onClick={() => setQty(line.key, line.qty + 1000)}>
						<Icon name="plus" size={16} />
					</ActionIcon>
				</div>
				<UnstyledButton className={css.what} onClick={onToggle} aria-expanded={open}>
					<span className={css.name}>{line.name}</span>
					<small>
						<Money value={line.unit_price} />
						{line.discount > 0 && <> · {t('pos.discount')} −<Money value={line.discount} /></>}
					</small>
				</UnstyledButton>
				<strong className={css.amount}><Money value={gross(line) - line.discount} /></strong>
			</div>
			{open && <Editor line={line} />}
		</li>
	);
}
