import { Tabs } from '@mantine/core';
import { useLocation } from 'wouter';
import { t, useLanguage } from '~/i18n';
import { useMay } from '~/state/session';
import { useSite } from '~/state/site';
import { Page } from '~/ui/Page';
import { BackupPanel } from './BackupPanel';
import { ShopForm } from './ShopForm';
import { SyncPanel } from './SyncPanel';

const places: Record<string, string> = { shop: '/', sync: '/sync', backup: '/backup' };

export default function Settings() {
	useLanguage();
	const till = useSite().role === 'desktop';
	const mayBackUp = useMay('backup') && till;
	const [at, go] = useLocation();
	const tab = till && at.startsWith('/sync') ? 'sync' : mayBackUp && at.startsWith('/backup') ? 'backup' : 'shop';
	return (
		<Page title={t('nav.settings')}>
			<Tabs value={tab} onChange={(v) => go(places[v ?? 'shop'])} keepMounted={false}>
				<Tabs.List mb="md">
					<Tabs.Tab value="shop">{t('settings.shop')}</Tabs.Tab>
					{till && <Tabs.Tab value="sync">{t('settings.sync')}</Tabs.Tab>}
					{mayBackUp && <Tabs.Tab value="backup">{t('settings.backup')}</Tabs.Tab>}
				</Tabs.List>
				<Tabs.Panel value="shop"><ShopForm /></Tabs.Panel>
				{till && <Tabs.Panel value="sync"><SyncPanel /></Tabs.Panel>}
				{mayBackUp && <Tabs.Panel value="backup"><BackupPanel /></Tabs.Panel>}
			</Tabs>
		</Page>
	);
}
