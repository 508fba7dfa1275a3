// A code that nobody knows: whoever may, makes the product on the spot.
import { Button, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import { api } from '~/api/client';
import type { Product } from '~/api/types';
import { uuid } from '~/api/uuid';
import { t } from '~/i18n';
import { parseMoney } from '~/i18n/format';
import { useMay } from '~/state/session';
import { ErrorNote } from '~/ui/ErrorNote';

function Make({ code, onMade }: { code: string; onMade: (p: Product) => void }) {
	const queries = useQueryClient();
	const [name, setName] = useState('');
	const [price, setPrice] = useState('');
	const amount = parseMoney(price);
	const make = useMutation({
		mutationFn: () => api.post<Product>('/api/products', { uuid: uuid(), name: name.trim(), price: amount, barcode: code }),
		onSuccess: (p) => (void queries.invalidateQueries({ queryKey: ['products'] }), onMade(p)),
	});
	function submit(e: FormEvent) {
		e.preventDefault();
		if (amount !== null && amount >= 0)
			make.mutate();
	}
	return (
		<form onSubmit={submit}>
			<Stack>
				<TextInput data-autofocus label={t('pos.product_name')} required value={name} onChange={(e) => setName(e.currentTarget.value)} />
				<TextInput label={t('pos.price')} required inputMode="decimal" value={price} onChange={(e) => setPrice(e.currentTarget.value)}
					error={price !== '' && amount === null ? t('pos.no_number') : undefined} />
				{make.error && <ErrorNote error={make.error} />}
				<Button type="submit" loading={make.isPending}>{t('pos.make_product')}</Button>
			</Stack>
		</form>
	);
}

export function UnknownCode({ code, onClose, onMade }: { code: string | null; onClose: () => void; onMade: (p: Product) => void }) {
	const mayMake = useMay('catalogue');
	const [shown, setShown] = useState('');
	useEffect(() => {
		if (code)
			setShown(code);
	}, [code]);
	return (
		<Modal opened={code !== null} onClose={onClose} title={t('pos.unknown', { code: shown })} closeButtonProps={{ 'aria-label': t('do.close') }}>
			<Stack>
				<Text>{mayMake ? t('pos.unknown_hint') : t('pos.unknown_ask')}</Text>
				{mayMake && code && <Make code={code} onMade={onMade} />}
			</Stack>
		</Modal>
	);
}
