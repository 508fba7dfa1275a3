// Choosing one of many by typing: the server searches.
import { Combobox, InputBase, useCombobox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, query } from '~/api/client';
import type { List } from '~/api/types';
import { t } from '~/i18n';

interface Item {
	uuid: string;
	name: string | null;
	phone?: string | null;
	archived?: boolean;
}

interface Props<T extends Item> {
	label: string;
	table: string; // the first word of the query's key
	path: string;
	value: T | null;
	onChange: (v: T | null) => void;
	required?: boolean;
	placeholder?: string;
	clearAfter?: boolean; // a field that adds to a list
}

const nameOf = (x: Item) => x.name ?? x.phone ?? x.uuid;

export function Picker<T extends Item>({ label, table, path, value, onChange, required, placeholder, clearAfter = false }: Props<T>) {
	const box = useCombobox();
	const [text, setText] = useState<string | null>(null);
	const [q] = useDebouncedValue((text ?? '').trim(), 150);
	const { data } = useQuery({
		queryKey: [table, 'find', path, q],
		queryFn: async ({ signal }) => (await api.get<List<T>>(query(path, { q, limit: 20 }), { signal })).items,
		enabled: box.dropdownOpened,
		placeholderData: (old) => old,
	});
	const found = (data ?? []).filter((x) => !x.archived);
	return (
		<Combobox store={box} withinPortal onOptionSubmit={(id) => {
			const chosen = found.find((x) => x.uuid === id);
			if (chosen)
				onChange(chosen);
			setText(clearAfter ? '' : null);
			box.closeDropdown();
		}}>
			<Combobox.Target>
				<InputBase label={label} required={required} placeholder={placeholder ?? t('do.search')} autoComplete="off" value={text ?? (value ? nameOf(value) : '')}
					onChange={(e) => {
						setText(e.currentTarget.value);
						if (e.currentTarget.value === '' && value)
							onChange(null);
						box.openDropdown();
						box.updateSelectedOptionIndex();
					}}
					onFocus={() => box.openDropdown()} onClick={() => box.openDropdown()}
					onBlur={() => (box.closeDropdown(), setText(null))} />
			</Combobox.Target>
			<Combobox.Dropdown>
				<Combobox.Options mah={260} style={{ overflowY: 'auto' }}>
					{found.map((x) => (
						<Combobox.Option key={x.uuid} value={x.uuid}>{nameOf(x)}{x.name && x.phone ? ` · ${x.phone}` : ''}</Combobox.Option>
					))}
					{found.length === 0 && <Combobox.Empty>{t('list.empty')}</Combobox.Empty>}
				</Combobox.Options>
			</Combobox.Dropdown>
		</Combobox>
	);
}
