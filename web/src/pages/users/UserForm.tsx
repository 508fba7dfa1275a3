import { PasswordInput, Button, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { here } from '~/api/client';
import type { Role, User } from '~/api/types';
import { known, t } from '~/i18n';
import { useSession } from '~/state/session';
import { useSite } from '~/state/site';
import { ErrorNote } from '~/ui/ErrorNote';
import { toastDone } from '~/ui/toasts';
import { fieldError, isElsewhere, useSave } from '~/ui/useRecord';
import { permissionName, roleName } from './names';
import { useRoles } from './queries';

const NAMED = 4; // permissions of a role that are said in full

function roleHint(code: string, roles: Role[]): string {
	const key = known(`role_hint.${code}`);
	const may = roles.find((r) => r.code === code)?.permissions ?? [];
	return key ? t(key) : may.slice(0, NAMED).map(permissionName).join(' · ') + (may.length > NAMED ? ' …' : '');
}

export function UserForm({ row, onDone }: { row: User | null; onDone: () => void }) {
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
					data={roles.map((r) => ({ value: r.code, label: roleName(r.code, roles) }))} />
				<Text size="sm" c="dimmed">{roleHint(role, roles)}</Text>
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
