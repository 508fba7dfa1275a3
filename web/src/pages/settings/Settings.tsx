import { Tabs } from '@mantine/core';
import { useLocation } from 'wouter';
import { t, useLanguage } from '~/i18n';
import { useSite } from '~/state/site';
import { Page } from '~/ui/Page';
import { ShopForm } from './ShopForm';
import { SyncPanel } from './SyncPanel';

export default function Settings() {
	useLanguage();
	const till = useSite().role === 'desktop';
	const [at, go] = useLocation();
	const tab = till && at.startsWith('/sync') ? 'sync' : 'shop';
	return (
		<Page title={t('nav.settings')}>
			<Tabs value={tab} onChange={(v) => go(v === 'sync' ? '/sync' : '/')} keepMounted={false}>
				<Tabs.List mb="md">
					<Tabs.Tab value="shop">{t('settings.shop')}</Tabs.Tab>
					{till && <Tabs.Tab value="sync">{t('settings.sync')}</Tabs.Tab>}
				</Tabs.List>
				<Tabs.Panel value="shop"><ShopForm /></Tabs.Panel>
				{till && <Tabs.Panel value="sync"><SyncPanel /></Tabs.Panel>}
			</Tabs>
		</Page>
	);
}
