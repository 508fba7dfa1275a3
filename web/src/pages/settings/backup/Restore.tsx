// A backup takes the place of all that is here.  A paired till must say what the cloud
// is to make of that; nothing is chosen for anybody.
import { Alert, Button, Group, Modal, Radio, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Problem } from '~/api/http';
import { t } from '~/i18n';
import { ago, dateTime } from '~/i18n/format';
import { useSettings } from '~/state/settings';
import { useStatus } from '~/state/status';
import { ErrorNote } from '~/ui/ErrorNote';
import { Icon } from '~/ui/Icon';
import css from './Restore.module.css';
import { type Backup, type How, useRestore } from './queries';

const ways: How[] = ['as_new', 'discard_local'];

function Ways({ how, onHow, unsent }: { how: How | null; onHow: (h: How) => void; unsent: number }) {
	return (
		<Radio.Group label={t('restore.how')} value={how} onChange={(v) => onHow(v as How)} required>
			<div className={css.ways}>
				{ways.map((w) => (
					<Radio.Card key={w} value={w} className={css.way}>
						<Radio.Indicator aria-hidden="true" />
						<span>
							<strong>{t(`restore.${w}`)}</strong>
							<span>{t(`restore.${w}_hint`)}</span>
							{w === 'discard_local' && unsent > 0 && <em>{t('restore.unsent', { n: unsent })}</em>}
						</span>
					</Radio.Card>
				))}
			</div>
		</Radio.Group>
	);
}

// What happens, in the order in which it happens.
function Steps({ b, paired }: { b: Backup; paired: boolean }) {
	return (
		<ul className={css.steps}>
			<li>{t('restore.step_back', { at: dateTime(b.at), ago: ago(b.at) })}</li>
			<li>{t(paired ? 'restore.step_after_paired' : 'restore.step_after')}</li>
			<li>{t('restore.step_kept')}</li>
			<li>{t('restore.step_restart')}</li>
			<li>{t('restore.step_numbers')}</li>
		</ul>
	);
}

function Form({ b, onClose }: { b: Backup; onClose: () => void }) {
	const { sync } = useStatus();
	const shop = useSettings().shopName || t('app.name');
	const [how, setHow] = useState<How | null>(null);
	const [typed, setTyped] = useState('');
	const restore = useRestore();
	const asked = restore.error instanceof Problem && restore.error.code === 'choice_needed';
	const paired = asked || (!!sync?.pairing && sync.pairing.status !== 'off');
	const ready = typed.trim() === shop && (!paired || how !== null);
	function submit(e: FormEvent) {
		e.preventDefault();
		if (ready)
			restore.mutate({ name: b.name, ...(paired && how ? { how } : {}) });
	}
	return (
		<form onSubmit={submit}>
			<Stack>
				<Alert color="red" icon={<Icon name="alert" />} title={t('restore.warning')}><Steps b={b} paired={paired} /></Alert>
				{paired && <Ways how={how} onHow={setHow} unsent={sync?.pending.total ?? 0} />}
				{how === 'discard_local' && sync?.state === 'offline' && <Alert color="orange">{t('restore.offline')}</Alert>}
				<TextInput label={t('restore.type', { shop })} value={typed} onChange={(e) => setTyped(e.currentTarget.value)} autoComplete="off" spellCheck={false} />
				{restore.error && !asked && <ErrorNote error={restore.error} />}
				<Group justify="flex-end">
					<Button variant="default" onClick={onClose}>{t('do.cancel')}</Button>
					<Button type="submit" color="red" loading={restore.isPending} disabled={!ready}>{t('restore.go')}</Button>
				</Group>
			</Stack>
		</form>
	);
}

export function Restore({ b, onClose }: { b: Backup | null; onClose: () => void }) {
	return (
		<Modal opened={b !== null} onClose={onClose} size="42rem" title={b && t('restore.title', { at: dateTime(b.at) })} closeButtonProps={{ 'aria-label': t('do.close') }}>
			{b && <Form b={b} onClose={onClose} />}
		</Modal>
	);
}
