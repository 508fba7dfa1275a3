// Every page: where it is, who sees it, and how it is loaded.  A page is a folder
// here: queries.ts (what it asks), components beside it, its words in i18n/*/.
import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import type { Key } from '~/i18n';
import { type Perm, type Session, may } from '~/state/session';
import { isTill } from '~/state/site';
import type { IconName } from '~/ui/Icon';

export interface Page {
	path: string; // wouter's; what follows the first part is the page's own
	title: Key;
	icon: IconName;
	perm: Perm | 'admin';
	where?: 'till' | 'cloud';
	View: LazyExoticComponent<ComponentType>;
}

export const pages: Page[] = [
	{ path: '/sell', title: 'nav.sell', icon: 'sell', perm: 'sell', View: lazy(() => import('./pos/Pos')) },
	{ path: '/invoices', title: 'nav.invoices', icon: 'invoices', perm: 'read', View: lazy(() => import('./invoices/Invoices')) },
	{ path: '/inventory', title: 'nav.inventory', icon: 'inventory', perm: 'read', View: lazy(() => import('./inventory/Inventory')) },
	{ path: '/customers', title: 'nav.customers', icon: 'customers', perm: 'read', View: lazy(() => import('./customers/Customers')) },
	{ path: '/suppliers', title: 'nav.suppliers', icon: 'suppliers', perm: 'catalogue', View: lazy(() => import('./suppliers/Suppliers')) },
	{ path: '/shifts', title: 'nav.shifts', icon: 'shifts', perm: 'shift', View: lazy(() => import('./shifts/Shifts')) },
	{ path: '/reports', title: 'nav.reports', icon: 'reports', perm: 'reports', View: lazy(() => import('./reports/Reports')) },
	{ path: '/devices', title: 'nav.devices', icon: 'devices', perm: 'devices', where: 'cloud', View: lazy(() => import('./devices/Devices')) },
	{ path: '/conflicts', title: 'nav.conflicts', icon: 'conflicts', perm: 'conflicts', View: lazy(() => import('./conflicts/Conflicts')) },
	{ path: '/users', title: 'nav.users', icon: 'users', perm: 'users', View: lazy(() => import('./users/Users')) },
	{ path: '/settings', title: 'nav.settings', icon: 'settings', perm: 'read', View: lazy(() => import('./settings/Settings')) },
	{ path: '/tenants', title: 'nav.tenants', icon: 'tenants', perm: 'admin', where: 'cloud', View: lazy(() => import('./tenants/Tenants')) },
	{ path: '/health', title: 'nav.health', icon: 'health', perm: 'admin', where: 'cloud', View: lazy(() => import('./health/Health')) },
];

export function pagesFor(s: Session | null): Page[] {
	const place = isTill() ? 'till' : 'cloud';
	return pages.filter((p) => (!p.where || p.where === place) && (p.perm === 'admin' ? s?.kind === 'admin' : may(p.perm, s)));
}
