import { Alert, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { here } from '~/api/client';
import type { Role } from '~/api/types';
import { t } from '~/i18n';
import { permissions, useSession } from '~/state/session';
import { ErrorNote } from '~/ui/ErrorNote';
import { toastDone } from '~/ui/toasts';
import { fieldError, isElsewhere, useRemove, useSave } from '~/ui/useRecord';
import { Permissions } from './Permissions';
import { roleName } from './names';
import { useCreateRole, useUsers } from './queries';

const CODE_MAX = 40;

// "Head cashier" -> "head_cashier"
function codeOf(name: string): string {
	return name.toLowerCase().normalize('NFKD').replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '').slice(0, CODE_MAX);
}

function Remove({ role, onDone }: { role: Role; onDone: () => void }) {
	const [asking, setAsking] = useState(false);
	const remove = useRemove('roles', '/api/roles', here);
	const users = useUsers().data ?? [];
	const n = users.filter((u) => u.role === role.code).length;
	if (n > 0)
		return <Text size="sm" c="dimmed">{t('role.in_use', { n })}</Text>;
	return (
		<>
			<Group><Button variant="subtle" color="red" onClick={() => setAsking(true)}>{t('role.remove')}</Button></Group>
			<Modal opened={asking} onClose={() => setAsking(false)} title={t('role.remove_title', { name: roleName(role.code, [role]) })} closeButtonProps={{ 'aria-label': t('do.close') }}>
				<Stack>
					<Text>{t('role.remove_hint')}</Text>
					{remove.error && <ErrorNote error={remove.error} />}
					<Group justify="flex-end">
						<Button variant="default" onClick={() => setAsking(false)}>{t('do.cancel')}</Button>
						<Button color="red" loading={remove.isPending} onClick={() => remove.mutate(role.uuid, { onSuccess: () => (toastDone(t('role.removed')), onDone()) })}>{t('do.remove')}</Button>
					</Group>
				</Stack>
			</Modal>
		</>
	);
}

export function RoleForm({ role, onDone }: { role: Role | null; onDone: () => void }) {
	const all = useSession()?.user.permissions;
	const [name, setName] = useState(role?.name ?? '');
	const [code, setCode] = useState<string | null>(null);
	const [may, setMay] = useState<string[]>(role?.permissions ?? ['invoices:create', 'products:read']);
	const create = useCreateRole();
	const save = useSave<Role>('roles', '/api/roles', here);
	const owner = role?.code === 'owner';
	const error = create.error ?? save.error;
	const done = { onSuccess: () => (toastDone(t('form.saved')), onDone()) };

	function submit(e: FormEvent) {
		e.preventDefault();
		if (!role)
			return create.mutate({ code: code ?? codeOf(name), name: name.trim(), permissions: may }, done);
		const same = [...may].sort().join() === [...role.permissions].sort().join();
		save.mutate({ row: role, changes: { ...(name.trim() !== role.name ? { name: name.trim() } : {}), ...(same ? {} : { permissions: may }) } }, done);
	}
	return (
		<form onSubmit={submit}>
			<Stack>
				{owner && <Alert color="pine">{t('role.owner_fixed')}</Alert>}
				<TextInput data-autofocus label={t('role.name')} required value={name} onChange={(e) => setName(e.currentTarget.value)} error={fieldError(error, 'name')} />
				{!role && (
					<TextInput label={t('role.code')} description={t('role.code_hint')} required maxLength={CODE_MAX} value={code ?? codeOf(name)} dir="ltr"
						onChange={(e) => setCode(e.currentTarget.value)} error={fieldError(error, 'code')} />
				)}
				{all && all.length < permissions.length && <Text size="sm" c="dimmed">{t('role.beyond')}</Text>}
				<Permissions value={may} onChange={setMay} fixed={owner} />
				{may.length === 0 && !owner && <Text size="sm" c="var(--fx-bad)" role="alert">{t('role.none')}</Text>}
				{isElsewhere(error, ['name', 'code']) && <ErrorNote error={error} />}
				<Button type="submit" loading={create.isPending || save.isPending} disabled={may.length === 0 && !owner}>{t('do.save')}</Button>
				{role && !owner && <Remove role={role} onDone={onDone} />}
			</Stack>
		</form>
	);
}
