// Who owes what since when.
import { useLocation } from 'wouter';
import { t } from '~/i18n';
import { money, moneyWithCurrency } from '~/i18n/format';
import { CsvReport } from '~/ui/Csv';
import type { Column } from '~/ui/DataTable';
import { Panel } from '~/ui/Panel';
import { Sheet, Tiles, Wait } from './parts';
import { type Debt, type Debts as All, useDebts } from './queries';
import { useDay } from './range';
import css from './Reports.module.css';

const tones = ['--mantine-color-pine-5', '--mantine-color-yellow-5', '--mantine-color-orange-5', '--mantine-color-orange-8', '--mantine-color-red-7'];

// All debts on one strip, the old ones at the end.
function Ages({ d }: { d: All }) {
	const buckets = Object.keys(d.days);
	const whole = Math.max(buckets.reduce((n, b) => n + Math.max(d.total[b], 0), 0), 1);
	return (
		<>
			<div className={css.strip} aria-hidden="true">
				{buckets.map((b, i) => <i key={b} style={{ inlineSize: `${(Math.max(d.total[b], 0) / whole) * 100}%`, background: `var(${tones[i]})` }} />)}
			</div>
			<dl className={css.ages}>
				{buckets.map((b, i) => (
					<div key={b}>
						<dt><i style={{ background: `var(${tones[i]})` }} aria-hidden="true" />{t('report.days', { days: d.days[b] })}</dt>
						<dd><bdi>{money(d.total[b])}</bdi></dd>
					</div>
				))}
			</dl>
		</>
	);
}

function columns(d: All | undefined): Column<Debt>[] {
	const amount = (key: string, title: string, strong = false): Column<Debt> => ({
		key, title, width: '1fr', end: true, cell: (x) => <bdi>{x[key] === 0 ? '–' : strong ? <strong>{money(Number(x[key]))}</strong> : money(Number(x[key]))}</bdi>,
	});
	return [
		{ key: 'name', title: t('pos.customer'), width: '2fr', cell: (x) => <strong>{x.name ?? t('report.no_name')}</strong> },
		...Object.entries(d?.days ?? {}).map(([b, days]) => amount(b, t('report.days', { days }))),
		amount('owed', t('account.owes'), true),
		amount('credit', t('account.credit')),
	];
}

export function Debts() {
	const [at, field] = useDay();
	const [, go] = useLocation();
	const q = useDebts(at);
	const d = q.data;
	return (
		<Panel title={t('report.debts')} actions={<>{field}<CsvReport name="receivables" params={{ at }} /></>}>
			<Wait q={q}>
				{d && d.items.length > 0 && (
					<>
						<Tiles items={[
							{ name: t('report.owed_in_all'), value: moneyWithCurrency(d.total.owed), id: 'owed' },
							{ name: t('report.credit_in_all'), value: moneyWithCurrency(d.total.credit) },
						]} />
						<Ages d={d} />
					</>
				)}
				<Sheet label={t('report.debts')} columns={columns(d)} rows={d?.items ?? []} rowKey={(x) => x.customer ?? ''} query={q} icon="check" none={t('report.no_debts')}
					onOpen={(x) => x.name && go(`~/customers?q=${encodeURIComponent(x.name)}`)} />
			</Wait>
		</Panel>
	);
}
