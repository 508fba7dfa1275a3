import { TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { t } from '~/i18n';
import { Icon } from './Icon';

const WAIT_MS = 200;

// Tells what was typed once the typing has paused.
export function SearchField({ value, onChange, label }: { value: string; onChange: (v: string) => void; label: string }) {
	const [typed, setTyped] = useState(value);
	useEffect(() => setTyped(value), [value]);
	useEffect(() => {
		if (typed === value)
			return;
		const id = window.setTimeout(() => onChange(typed), WAIT_MS);
		return () => window.clearTimeout(id);
	}, [typed]);
	return (
		<TextInput type="search" size="md" w="20rem" maw="100%" aria-label={label} placeholder={`${t('do.search')}…`} leftSection={<Icon name="search" size={18} />}
			value={typed} onChange={(e) => setTyped(e.currentTarget.value)} />
	);
}
