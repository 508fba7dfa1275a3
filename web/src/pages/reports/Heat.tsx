// The week by hours: the darker, the more sales.  How many stands in each field.
import { formatNumber, language, locale, t } from '~/i18n';
import { moneyWithCurrency } from '~/i18n/format';
import type { Hour } from './queries';
import css from './Reports.module.css';

const MONDAY_MS = Date.UTC(2024, 0, 1);
const DAY_MS = 86400_000;
const HOURS_MIN = 12;

function weekdayName(weekday: number): string {
	return new Intl.DateTimeFormat(locale(), { weekday: 'short', timeZone: 'UTC' }).format(MONDAY_MS + (weekday - 1) * DAY_MS);
}

// Only the hours that the shop sells in, and some around.
function hoursShown(items: Hour[]): number[] {
	let from = Math.min(...items.map((x) => x.hour), 23);
	let to = Math.max(...items.map((x) => x.hour), 0);
	while (to - from + 1 < HOURS_MIN) {
		from = Math.max(from - 1, 0);
		to = Math.min(to + 1, 23);
	}
	return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

export function Heat({ items }: { items: Hour[] }) {
	const hours = hoursShown(items);
	const days = language.get() === 'ar' ? [6, 7, 1, 2, 3, 4, 5] : [1, 2, 3, 4, 5, 6, 7];
	const most = Math.max(...items.map((x) => x.invoices), 1);
	const at = (weekday: number, hour: number) => items.find((x) => x.weekday === weekday && x.hour === hour);
	return (
		<div className={css.heatbox} tabIndex={0} role="region" aria-label={t('report.week_hours')}>
			<table className={css.heat}>
				<thead><tr><th scope="col"><span className={css.aloud}>{t('report.day')}</span></th>{hours.map((h) => <th key={h} scope="col">{formatNumber(h)}</th>)}</tr></thead>
				<tbody>
					{days.map((d) => (
						<tr key={d}>
							<th scope="row">{weekdayName(d)}</th>
							{hours.map((h) => {
								const x = at(d, h);
								return (
									<td key={h} style={{ '--share': `${Math.round(((x?.invoices ?? 0) / most) * 60)}%` } as React.CSSProperties}
										title={x && moneyWithCurrency(x.total)}>{x ? formatNumber(x.invoices) : ''}</td>
								);
							})}
						</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}
