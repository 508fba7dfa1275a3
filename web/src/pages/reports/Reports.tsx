// What was sold, when and of what; what is on the shelf; what is owed; the books.
import { Tabs } from '@mantine/core';
import type { ComponentType } from 'react';
import { type Key, t, useLanguage } from '~/i18n';
import { type Perm, useSession, may } from '~/state/session';
import { useParam } from '~/ui/lists';
import { Page } from '~/ui/Page';
import { Books } from './Books';
import { Debts } from './Debts';
import { Products } from './Products';
import type { Range } from './queries';
import { useRange } from './range';
import { Sales } from './Sales';
import { Stock } from './Stock';
import css from './Reports.module.css';

interface Tab {
	id: string;
	title: Key;
	View: ComponentType<{ range: Range }>;
	ranged?: boolean; // its figures are of the days that are chosen above
	perm?: Perm;
}

const tabs: Tab[] = [
	{ id: 'sales', title: 'report.sales', View: Sales, ranged: true },
	{ id: 'products', title: 'report.top', View: Products, ranged: true },
	{ id: 'stock', title: 'report.stock', View: Stock },
	{ id: 'debts', title: 'report.debts', View: Debts },
	{ id: 'books', title: 'report.books', View: Books, ranged: true, perm: 'cost' },
];

export default function Reports() {
	useLanguage();
	const session = useSession();
	const [chosen, setChosen] = useParam('tab');
	const [range, fields] = useRange();
	const shown = tabs.filter((x) => !x.perm || may(x.perm, session));
	const at = shown.find((x) => x.id === chosen) ?? shown[0];
	return (
		<Page title={t('nav.reports')} actions={at.ranged && fields}>
			<Tabs value={at.id} onChange={(v) => setChosen(v === shown[0].id ? '' : (v ?? ''))} keepMounted={false}>
				<Tabs.List mb="md">{shown.map((x) => <Tabs.Tab key={x.id} value={x.id}>{t(x.title)}</Tabs.Tab>)}</Tabs.List>
				{shown.map((x) => <Tabs.Panel key={x.id} value={x.id}><div className={css.column}><x.View range={range} /></div></Tabs.Panel>)}
			</Tabs>
		</Page>
	);
}
