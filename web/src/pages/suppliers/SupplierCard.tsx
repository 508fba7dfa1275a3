import { Button, Group, Stack, Tabs } from '@mantine/core';
import { useState } from 'react';
import type { Supplier } from '~/api/types';
import { t } from '~/i18n';
import { useMay } from '~/state/session';
import { AccountPanel } from '~/ui/AccountPanel';
import { Icon } from '~/ui/Icon';
import { PayForm } from './PayForm';
import { SupplierForm } from './SupplierForm';

export function SupplierCard({ s, onOrder, onDone }: { s: Supplier; onOrder: () => void; onDone: () => void }) {
	const mayCost = useMay('cost');
	const mayPay = useMay('pay');
	const mayOrder = useMay('stock');
	const [paying, setPaying] = useState(false);
	if (!mayCost)
		return <SupplierForm row={s} onDone={onDone} />;
	return (
		<Tabs defaultValue="account" keepMounted={false}>
			<Tabs.List mb="md">
				<Tabs.Tab value="account">{t('account.title')}</Tabs.Tab>
				<Tabs.Tab value="form">{t('customer.details')}</Tabs.Tab>
			</Tabs.List>
			<Tabs.Panel value="account">
				<Stack>
					<Group>
						{mayPay && <Button onClick={() => setPaying(true)} leftSection={<Icon name="cash" size={18} />}>{t('supplier.pay')}</Button>}
						{mayOrder && <Button variant="default" onClick={onOrder} leftSection={<Icon name="plus" size={18} />}>{t('order.new')}</Button>}
					</Group>
					<AccountPanel kind="suppliers" id={s.uuid} />
					<PayForm s={s} opened={paying} onClose={() => setPaying(false)} />
				</Stack>
			</Tabs.Panel>
			<Tabs.Panel value="form"><SupplierForm row={s} onDone={onDone} /></Tabs.Panel>
		</Tabs>
	);
}
