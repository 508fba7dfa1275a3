import { Badge, Button, PasswordInput, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { here } from '~/api/client';
import type { User } from '~/api/types';
import { known, t, useLanguage } from '~/i18n';
import { useSession } from '~/state/session';
import { useSite } from '~/state/site';
import { type Column, DataTable } from '~/ui/DataTable';
import { Empty } from '~/ui/Empty';
import { ErrorNote } from '~/ui/ErrorNote';
import { Icon } from '~/ui/Icon';
import { Page } from '~/ui/Page';
import { Shelf } from '~/ui/Shelf';
import { toastDone } from '~/ui/toasts';
import { fieldError, isElsewhere, useSave } from '~/ui/useRecord';
import { useRoles, useUsers } from './queries';

function roleName(code: string, name?: string | null): string {
	const key = known(`role.${code}`);
	return key ? t(key) : (name ?? code);
}

function Form({ row, onDone }: { row: User | null; onDone: () => void }) {
	const till = useSite().role === 'desktop';
	const me = useSession()?.user.uuid === row?.uuid;
	const [name, setName] = useState(row?.name ?? '');
	const [role, setRole] = useState(row?.role ?? 'cashier');
	const [active, setActive] = useState(row?.active ?? true);
	const [pin, setPin] = useState('');
	const [password, setPassword] = useState('');
	const roles = useRoles().data ?? [];
	const save = useSave<User>('users', '/api/users', here);
	function submit(e: FormEvent) {
		e.preventDefault();
		const changes = {
			...(name.trim() !== row?.name ? { name: name.trim() } : {}),
			...(role !== row?.role ? { role } : {}),
			...(row && active !== row.active ? { active } : {}),
			...(pin ? { pin } : {}),
			...(password ? { password } : {}),
		};
		save.mutate({ row, changes }, { onSuccess: () => (toastDone(t('form.saved')), onDone()) });
	}
	const hidden = { 'aria-hidden': true } as const;
	return (
		<form onSubmit={submit}>
			<Stack>
				<TextInput data-autofocus label={t('field.name')} required value={name} onChange={(e) => setName(e.currentTarget.value)} error={fieldError(save.error, 'name')} />
				<Select label={t('field.role')} allowDeselect={false} value={role} onChange={(v) => setRole(v ?? 'cashier')} error={fieldError(save.error, 'role')} disabled={me}
					data={roles.map((r) => ({ value: r.code, label: roleName(r.code, r.name) }))} />
				<Text size="sm" c="dimmed">{known(`role_hint.${role}`) ? t(known(`role_hint.${role}`)!) : ''}</Text>
				<PasswordInput label={t('auth.pin')} description={row ? t('user.pin_hint') : t('setup.pin_hint')} required={!row} value={pin} inputMode="numeric" autoComplete="new-password"
					onChange={(e) => setPin(e.currentTarget.value)} error={fieldError(save.error, 'pin')} visibilityToggleButtonProps={hidden} />
				{!till && (
					<PasswordInput label={t('user.password')} description={t('user.password_hint')} value={password} autoComplete="new-password"
						onChange={(e) => setPassword(e.currentTarget.value)} error={fieldError(save.error, 'password')} visibilityToggleButtonProps={hidden} />
				)}
				{row && <Switch label={t('user.active')} checked={active} disabled={me} onChange={(e) => setActive(e.currentTarget.checked)} />}
				{isElsewhere(save.error, ['name', 'role', 'pin', 'password']) && <ErrorNote error={save.error} />}
				<Button type="submit" loading={save.isPending}>{t('do.save')}</Button>
			</Stack>
		</form>
	);
}

export default function Users() {
	useLanguage();
	const list = useUsers();
	const roles = useRoles().data ?? [];
	const [open, setOpen] = useState<User | 'new' | null>(null);
	const close = () => setOpen(null);
	const columns: Column<User>[] = [
		{ key: 'name', title: t('field.name'), width: '2fr', cell: (u) => <strong>{u.name}</strong> },
		{ key: 'role', title: t('field.role'), width: '1fr', cell: (u) => roleName(u.role, roles.find((r) => r.code === u.role)?.name) },
		{ key: 'active', title: t('user.state'), width: '9rem', cell: (u) => <Badge variant="light" color={u.active ? 'pine' : 'gray'}>{t(u.active ? 'user.is_active' : 'user.is_off')}</Badge> },
	];
	return (
		<Page title={t('nav.users')} wide actions={<Button onClick={() => setOpen('new')} leftSection={<Icon name="plus" size={18} />}>{t('user.new')}</Button>}>
			<DataTable label={t('nav.users')} columns={columns} rows={list.data ?? []} rowKey={(u) => u.uuid} query={list} onOpen={setOpen}
				empty={<Empty icon="users" title={t('list.empty')} />} />
			<Shelf title={open === 'new' ? t('user.new') : open?.name} opened={open !== null} onClose={close}>
				{open && <Form row={open === 'new' ? null : open} onDone={close} />}
			</Shelf>
		</Page>
	);
}
