// Who works here, and what their roles permit.
import { Badge, Button, Tabs } from '@mantine/core';
import { useState } from 'react';
import type { Role, User } from '~/api/types';
import { formatNumber, t, useLanguage } from '~/i18n';
import { permissions } from '~/state/session';
import { type Column, DataTable } from '~/ui/DataTable';
import { Empty } from '~/ui/Empty';
import { Icon } from '~/ui/Icon';
import { useParam } from '~/ui/lists';
import { Page } from '~/ui/Page';
import { Shelf } from '~/ui/Shelf';
import { RoleForm } from './RoleForm';
import { UserForm } from './UserForm';
import css from './Users.module.css';
import { roleName } from './names';
import { useRoles, useUsers } from './queries';

function People({ onOpen }: { onOpen: (u: User) => void }) {
	const list = useUsers();
	const roles = useRoles().data ?? [];
	const columns: Column<User>[] = [
		{ key: 'name', title: t('field.name'), width: '2fr', cell: (u) => <span className={css.who}><span className={css.avatar} aria-hidden="true">{u.name.slice(0, 1)}</span><strong>{u.name}</strong></span> },
		{ key: 'role', title: t('field.role'), width: '1fr', cell: (u) => roleName(u.role, roles) },
		{ key: 'active', title: t('user.state'), width: '9rem', cell: (u) => <Badge variant="light" color={u.active ? 'pine' : 'gray'}>{t(u.active ? 'user.is_active' : 'user.is_off')}</Badge> },
	];
	return (
		<DataTable label={t('nav.users')} columns={columns} rows={list.data ?? []} rowKey={(u) => u.uuid} query={list} onOpen={onOpen}
			empty={<Empty icon="users" title={t('list.empty')} />} />
	);
}

function Roles({ onOpen }: { onOpen: (r: Role) => void }) {
	const list = useRoles();
	const users = useUsers().data ?? [];
	const people = (r: Role) => users.filter((u) => u.role === r.code).map((u) => u.name);
	const columns: Column<Role>[] = [
		{ key: 'name', title: t('field.role'), width: '1.5fr', cell: (r) => <strong>{roleName(r.code, [r])}</strong> },
		{ key: 'may', title: t('role.may'), width: '1fr', cell: (r) => (r.code === 'owner' ? t('role.everything') : t('role.of_all', { n: r.permissions.length, all: permissions.length })) },
		{ key: 'people', title: t('role.people'), width: '5rem', end: true, cell: (r) => <bdi>{formatNumber(people(r).length)}</bdi> },
		{ key: 'who', title: '', width: '2fr', cell: (r) => people(r).join(', ') },
	];
	return (
		<DataTable label={t('user.roles')} columns={columns} rows={list.data ?? []} rowKey={(r) => r.uuid} query={list} onOpen={onOpen}
			empty={<Empty icon="users" title={t('list.empty')} />} />
	);
}

type Open = { user: User | null } | { role: Role | null };

function titleOf(o: Open): string {
	if ('user' in o)
		return o.user?.name ?? t('user.new');
	return o.role ? roleName(o.role.code, [o.role]) : t('role.new');
}

export default function Users() {
	useLanguage();
	const [tab, setTab] = useParam('tab');
	const [open, setOpen] = useState<Open | null>(null);
	const at = tab === 'roles' ? 'roles' : 'people';
	const close = () => setOpen(null);
	const add = at === 'roles' ? { role: null } : { user: null };
	return (
		<Page title={t('nav.users')} wide actions={<Button onClick={() => setOpen(add)} leftSection={<Icon name="plus" size={18} />}>{titleOf(add)}</Button>}>
			<Tabs value={at} onChange={(v) => setTab(v === 'roles' ? v : '')} keepMounted={false} className={css.tabs}>
				<Tabs.List mb="md">
					<Tabs.Tab value="people">{t('user.people')}</Tabs.Tab>
					<Tabs.Tab value="roles">{t('user.roles')}</Tabs.Tab>
				</Tabs.List>
				<Tabs.Panel value="people" className={css.panel}><People onOpen={(user) => setOpen({ user })} /></Tabs.Panel>
				<Tabs.Panel value="roles" className={css.panel}><Roles onOpen={(role) => setOpen({ role })} /></Tabs.Panel>
			</Tabs>
			<Shelf title={open && titleOf(open)} opened={open !== null} onClose={close} size="38rem">
				{open && ('user' in open ? <UserForm row={open.user} onDone={close} /> : <RoleForm role={open.role} onDone={close} />)}
			</Shelf>
		</Page>
	);
}
