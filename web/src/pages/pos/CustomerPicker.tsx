// Whom it is for: found by phone or name, or made on the spot with a phone only.
import { Button, Modal, Stack, TextInput, UnstyledButton } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { type FormEvent, useEffect, useState } from 'react';
import { t } from '~/i18n';
import type { Customer } from '~/api/types';
import { ErrorNote } from '~/ui/ErrorNote';
import { Icon } from '~/ui/Icon';
import { setCustomer } from './cart';
import css from './Dialogs.module.css';
import { useCreateCustomer, useCustomers } from './queries';

const PHONE = /^[+\d][\d\s()/-]{3,}$/;
const WALK_IN = 'd7a001e8-2915-59d6-80cc-c54bfcddfa96';

function New({ typed, onMade }: { typed: string; onMade: (c: Customer) => void }) {
	const isPhone = PHONE.test(typed);
	const [phone, setPhone] = useState(isPhone ? typed : '');
	const [name, setName] = useState(isPhone ? '' : typed);
	const make = useCreateCustomer();
	useEffect(() => {
		if (isPhone)
			setPhone(typed);
		else
			setName(typed);
	}, [typed, isPhone]);
	function submit(e: FormEvent) {
		e.preventDefault();
		make.mutate({ phone: phone.trim(), ...(name.trim() ? { name: name.trim() } : {}) }, { onSuccess: onMade });
	}
	return (
		<form onSubmit={submit} className={css.make}>
			<TextInput label={t('pos.phone')} type="tel" required value={phone} onChange={(e) => setPhone(e.currentTarget.value)} data-testid="new-phone" />
			<TextInput label={t('pos.name_optional')} value={name} onChange={(e) => setName(e.currentTarget.value)} />
			{make.error && <ErrorNote error={make.error} />}
			<Button type="submit" loading={make.isPending} leftSection={<Icon name="plus" size={18} />}>{t('pos.new_customer')}</Button>
		</form>
	);
}

export function CustomerPicker({ opened, onClose }: { opened: boolean; onClose: () => void }) {
	const [text, setText] = useState('');
	const [q] = useDebouncedValue(text.trim(), 150);
	const { data, error } = useCustomers(q, opened);
	const found = (data ?? []).filter((c) => !c.archived && c.uuid !== WALK_IN).slice(0, 8);
	useEffect(() => {
		if (opened)
			setText('');
	}, [opened]);
	const choose = (c: Customer) => {
		setCustomer(c);
		onClose();
	};
	return (
		<Modal opened={opened} onClose={onClose} title={t('pos.customer')} closeButtonProps={{ 'aria-label': t('do.close') }}>
			<Stack>
				<TextInput data-autofocus size="md" label={t('pos.find_customer')} value={text} leftSection={<Icon name="search" />} autoComplete="off"
					onChange={(e) => setText(e.currentTarget.value)}
					onKeyDown={(e) => {
						if (e.key === 'Enter' && found.length > 0 && q === text.trim() && q)
							choose(found[0]);
					}} />
				{error && <ErrorNote error={error} />}
				<ul className={css.found}>
					{found.map((c) => (
						<li key={c.uuid}>
							<UnstyledButton className={css.hit} onClick={() => choose(c)}>
								<strong>{c.name ?? c.phone}</strong>
								{c.name && c.phone && <bdi>{c.phone}</bdi>}
							</UnstyledButton>
						</li>
					))}
				</ul>
				{opened && <New typed={text.trim()} onMade={choose} />}
			</Stack>
		</Modal>
	);
}
