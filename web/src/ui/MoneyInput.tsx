// A field for an amount (or, with `digits`, a quantity or a rate): text while it is
// typed, a whole number or null for whoever asks.
import { TextInput, type TextInputProps } from '@mantine/core';
import { useEffect, useState } from 'react';
import { t } from '~/i18n';
import { exponent, parseScaled, plain } from '~/i18n/format';

interface Props extends Omit<TextInputProps, 'value' | 'onChange'> {
	value: number | null;
	onChange: (v: number | null) => void;
	digits?: number;
	negative?: boolean;
}

function textOf(value: number | null, digits: number): string {
	if (value === null)
		return '';
	const text = plain(value, digits);
	return digits === 3 ? text.replace(/\.?0+$/, '') : text;
}

export function MoneyInput({ value, onChange, digits, negative = false, error, ...rest }: Props) {
	const d = digits ?? exponent();
	const [text, setText] = useState(textOf(value, d));
	const parsed = parseScaled(text, d);
	const bad = text.trim() !== '' && (parsed === null || (!negative && parsed < 0));
	useEffect(() => {
		if (parsed !== value && !(bad && value === null))
			setText(textOf(value, d));
	}, [value, d]);
	return (
		<TextInput {...rest} inputMode="decimal" autoComplete="off" value={text} error={bad ? t('form.no_number') : error}
			onFocus={(e) => e.currentTarget.select()}
			onChange={(e) => {
				const typed = e.currentTarget.value;
				const n = parseScaled(typed, d);
				setText(typed);
				onChange(n !== null && (negative || n >= 0) ? n : null);
			}} />
	);
}
