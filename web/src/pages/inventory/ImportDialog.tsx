// A CSV file: first what it would do, then all of it or nothing.
import { Alert, Button, Checkbox, Group, Modal, Select, Stack, Table, Text } from '@mantine/core';
import { useRef, useState } from 'react';
import { t } from '~/i18n';
import { ErrorNote } from '~/ui/ErrorNote';
import { Icon } from '~/ui/Icon';
import css from './Inventory.module.css';
import { type ImportKind, type ImportReport, useImport } from './queries';

const kinds: ImportKind[] = ['products', 'customers', 'suppliers', 'opening-stock'];

function Report({ r }: { r: ImportReport }) {
	return (
		<Stack gap="xs">
			<Alert color={r.refused > 0 ? 'orange' : 'pine'} role="status" icon={<Icon name={r.refused > 0 ? 'alert' : 'check'} />}>
				{t(r.stored ? 'import.stored' : 'import.would', { created: r.created, changed: r.changed, unchanged: r.unchanged, refused: r.refused })}
			</Alert>
			{r.errors.length > 0 && (
				<div className={css.errors} tabIndex={0}>
					<Table>
						<Table.Thead><Table.Tr><Table.Th>{t('import.line')}</Table.Th><Table.Th>{t('conflicts.field')}</Table.Th><Table.Th>{t('import.why')}</Table.Th></Table.Tr></Table.Thead>
						<Table.Tbody>
							{r.errors.map((e, n) => <Table.Tr key={n}><Table.Td>{e.line}</Table.Td><Table.Td>{e.field}</Table.Td><Table.Td>{e.reason}</Table.Td></Table.Tr>)}
						</Table.Tbody>
					</Table>
				</div>
			)}
		</Stack>
	);
}

export function ImportDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
	const [kind, setKind] = useState<ImportKind>('products');
	const [file, setFile] = useState<File | null>(null);
	const [skip, setSkip] = useState(false);
	const input = useRef<HTMLInputElement>(null);
	const run = useImport();
	const report = run.data;
	const go = (dryRun: boolean, f = file) => f && run.mutate({ kind, file: f, dryRun, skip });
	const choose = (f: File | null) => {
		setFile(f);
		run.reset();
		go(true, f);
	};
	return (
		<Modal opened={opened} onClose={onClose} size="46rem" title={t('import.title')} closeButtonProps={{ 'aria-label': t('do.close') }}>
			<Stack>
				<Select label={t('import.what')} value={kind} allowDeselect={false} data={kinds.map((k) => ({ value: k, label: t(`import.${k}`) }))}
					onChange={(v) => (setKind((v ?? 'products') as ImportKind), setFile(null), run.reset())} />
				<Text c="dimmed" size="sm">{t(`import.columns_${kind}`)}</Text>
				<Group>
					<input ref={input} type="file" accept=".csv,text/csv" hidden data-testid="csv" onChange={(e) => choose(e.currentTarget.files?.[0] ?? null)} />
					<Button variant="default" onClick={() => input.current?.click()}>{file ? file.name : t('import.choose')}</Button>
					<Checkbox label={t('import.skip')} checked={skip} onChange={(e) => setSkip(e.currentTarget.checked)} />
				</Group>
				{run.error && <ErrorNote error={run.error} />}
				{report && <Report r={report} />}
				{report && !report.stored && (
					<Button loading={run.isPending} disabled={report.refused > 0 && !skip} onClick={() => go(false)}>{t('import.go')}</Button>
				)}
				{report?.stored && <Button onClick={onClose}>{t('do.close')}</Button>}
			</Stack>
		</Modal>
	);
}
