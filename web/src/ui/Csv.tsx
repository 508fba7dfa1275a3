// Rows as a file that a spreadsheet opens: RFC 4180, and no cell is a formula.
import { Button, Tooltip } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api, query } from '~/api/client';
import { t } from '~/i18n';
import { Icon } from './Icon';
import { toastError } from './toasts';

function cell(v: unknown): string {
	let text = v === null || v === undefined ? '' : String(v);
	if (typeof v === 'string' && /^[=+\-@]/.test(text))
		text = `'${text}`;
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function csv(head: string[], rows: unknown[][]): string {
	return [head, ...rows].map((r) => r.map(cell).join(',')).join('\r\n') + '\r\n';
}

export function saveAs(name: string, text: string): void {
	const url = URL.createObjectURL(new Blob(['\ufeff', text], { type: 'text/csv;charset=utf-8' }));
	const a = document.createElement('a');
	a.href = url;
	a.download = name;
	a.click();
	URL.revokeObjectURL(url);
}

// All that is listed, not only what has been scrolled to.
export function CsvButton({ name, head, rows }: { name: string; head: string[]; rows: () => Promise<unknown[][]> }) {
	const get = useMutation({ mutationFn: rows });
	return (
		<Button variant="default" loading={get.isPending} leftSection={<Icon name="download" size={18} />}
			onClick={() => get.mutate(undefined, { onSuccess: (all) => saveAs(`${name}.csv`, csv(head, all)), onError: toastError })}>{t('do.export')}</Button>
	);
}

// The whole report as the server writes it, not only what the page has shown.
export function CsvReport({ name, params = {} }: { name: string; params?: Record<string, string> }) {
	const get = useMutation({ mutationFn: () => api.get<string>(query(`/api/reports/${name}`, { ...params, format: 'csv' })) });
	const file = [name, ...Object.values(params)].join('_');
	return (
		<Tooltip label={t('report.csv_hint')} multiline w={260}>
			<Button variant="default" loading={get.isPending} leftSection={<Icon name="download" size={18} />} data-testid={`csv-${name}`}
				onClick={() => get.mutate(undefined, { onSuccess: (text) => saveAs(`${file}.csv`, text), onError: toastError })}>{t('do.export')}</Button>
		</Tooltip>
	);
}
