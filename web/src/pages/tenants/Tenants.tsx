// The platform's shops.  The licence key is shown once, when a shop is made.
import { Alert, Button, Group, Modal, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Problem } from '~/api/http';
import type { Tenant } from '~/api/types';
import { formatNumber, t, useLanguage } from '~/i18n';
import { dateTime } from '~/i18n/format';
import { Copy } from '~/ui/Copy';
import { type Column, DataTable } from '~/ui/DataTable';
import { Empty } from '~/ui/Empty';
import { ErrorNote } from '~/ui/ErrorNote';
import { Icon } from '~/ui/Icon';
import { Page } from '~/ui/Page';
import { Facts } from '~/ui/Panel';
import { Qr } from '~/ui/Qr';
import { explain } from '~/ui/toasts';
import css from './Tenants.module.css';
import { type Made, useCreateTenant, useTenants } from './queries';

function Create({ onMade }: { onMade: (m: Made) => void }) {
	const [form, setForm] = useState({ name: '', owner: '', pin: '' });
	const create = useCreateTenant();
	const field = create.error instanceof Problem ? create.error.field : null;
	const set = (k: keyof typeof form) => (e: { currentTarget: { value: string } }) => {
		const value = e.currentTarget.value;
		setForm((f) => ({ ...f, [k]: value }));
	};
	function submit(e: FormEvent) {
		e.preventDefault();
		create.mutate({ name: form.name.trim(), owner: form.owner.trim(), pin: form.pin }, { onSuccess: onMade });
	}
	return (
		<form onSubmit={submit}>
			<Stack>
				<TextInput data-autofocus label={t('tenants.name')} required value={form.name} onChange={set('name')} error={field === '/name' && explain(create.error)} />
				<TextInput label={t('tenants.owner')} description={t('tenants.owner_hint')} required value={form.owner} onChange={set('owner')} error={field === '/owner' && explain(create.error)} />
				<PasswordInput label={t('tenants.pin')} description={t('setup.pin_hint')} required value={form.pin} onChange={set('pin')} inputMode="numeric" autoComplete="new-password"
					error={field === '/pin' && explain(create.error)} visibilityToggleButtonProps={{ 'aria-hidden': true }} />
				{create.error && !field && <ErrorNote error={create.error} />}
				<Button type="submit" loading={create.isPending}>{t('tenants.create')}</Button>
			</Stack>
		</form>
	);
}

function Keys({ made, onClose }: { made: Made; onClose: () => void }) {
	return (
		<Stack>
			<Alert color="orange" icon={<Icon name="alert" />}>{t('tenants.only_now')}</Alert>
			<div className={css.keys}>
				<div className={css.qr}><Qr text={made.link} label={t('tenants.qr')} /></div>
				<Stack gap="xs" className={css.texts}>
					<Text fw={600}>{t('pair.key')}</Text>
					<bdi className={css.key} data-testid="license">{made.license_key}</bdi>
					<Text fw={600}>{t('pair.tenant')}</Text>
					<bdi data-testid="tenant">{made.tenant_uuid}</bdi>
					<Group gap="xs">
						<Copy value={made.license_key} label={t('tenants.copy_key')} />
						<Copy value={made.link} label={t('tenants.copy_text')} />
					</Group>
				</Stack>
			</div>
			<Text c="dimmed">{t('tenants.next')}</Text>
			<Button onClick={onClose}>{t('tenants.written_down')}</Button>
		</Stack>
	);
}

export default function Tenants() {
	useLanguage();
	const list = useTenants();
	const [open, setOpen] = useState(false);
	const [made, setMade] = useState<Made | null>(null);
	const [shown, setShown] = useState<Tenant | null>(null);
	const close = () => {
		setOpen(false);
		setMade(null);
	};
	const columns: Column<Tenant>[] = [
		{ key: 'name', title: t('tenants.name'), width: '2fr', cell: (x) => <strong>{x.name}</strong> },
		{ key: 'uuid', title: t('pair.tenant'), width: '3fr', cell: (x) => <bdi>{x.uuid}</bdi> },
		{ key: 'seq', title: t('tenants.changes'), width: '8rem', end: true, cell: (x) => formatNumber(x.seq) },
		{ key: 'since', title: t('tenants.since'), width: '12rem', cell: (x) => dateTime(x.created_at) },
	];
	return (
		<Page title={t('nav.tenants')} wide actions={<Button onClick={() => setOpen(true)} leftSection={<Icon name="plus" size={18} />}>{t('tenants.new')}</Button>}>
			<DataTable label={t('nav.tenants')} columns={columns} rows={list.data ?? []} rowKey={(x) => x.uuid} query={list} onOpen={setShown}
				empty={<Empty icon="tenants" title={t('tenants.none')} hint={t('tenants.none_hint')} />} />
			<Modal opened={open} onClose={close} size={made ? '42rem' : 'md'} title={made ? t('tenants.made') : t('tenants.new')} closeOnClickOutside={!made}
				closeButtonProps={{ 'aria-label': t('do.close') }}>
				{made ? <Keys made={made} onClose={close} /> : <Create onMade={setMade} />}
			</Modal>
			<Modal opened={shown !== null} onClose={() => setShown(null)} title={shown?.name} size="lg" closeButtonProps={{ 'aria-label': t('do.close') }}>
				{shown && (
					<Facts items={[
						[t('pair.tenant'), <Group gap="xs"><bdi>{shown.uuid}</bdi><Copy value={shown.uuid} /></Group>],
						[t('tenants.state'), shown.status],
						[t('tenants.changes'), formatNumber(shown.seq)],
						[t('tenants.since'), dateTime(shown.created_at)],
					]} />
				)}
			</Modal>
		</Page>
	);
}
