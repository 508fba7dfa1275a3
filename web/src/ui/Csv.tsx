// Rows as a file that a spreadsheet opens: RFC 4180, and no cell is a formula.
import { Button } from '@mantine/core';
import { t } from '~/i18n';
import { Icon } from './Icon';

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

export function CsvButton({ name, head, rows }: { name: string; head: string[]; rows: () => unknown[][] }) {
	return <Button variant="default" leftSection={<Icon name="down" size={18} />} onClick={() => saveAs(`${name}.csv`, csv(head, rows()))}>{t('do.export')}</Button>;
}
