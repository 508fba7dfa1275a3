// What no time stamp can judge: sold twice, paid twice, made twice.  Both are kept; a
// person says what is to be done, and that it is done.
import { Badge } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useSearchParams } from 'wouter';
import { known, t, useLanguage } from '~/i18n';
import { ago, dateTime, moneyWithCurrency } from '~/i18n/format';
import { type Column, DataTable } from '~/ui/DataTable';
import { Empty } from '~/ui/Empty';
import { ProductName } from '~/ui/names';
import { Page } from '~/ui/Page';
import { Shelf } from '~/ui/Shelf';
import { tableName } from './fields';
import { type Review, useReviews } from './queries';
import { Judge } from './Judge';

export function kindName(r: Review): string {
	const key = known(`review.${r.kind}`);
	return key ? t(key) : r.kind;
}

function About({ r }: { r: Review }) {
	const d = r.detail;
	const product = d?.product ?? d?.gone?.[0]?.product;
	if (d?.value)
		return <><strong><bdi>{d.value}</bdi></strong> · {tableName(r.a_table ?? '')}</>;
	if (product)
		return <strong><ProductName uuid={product} /></strong>;
	if (d?.beyond)
		return <strong><bdi>{moneyWithCurrency(d.beyond)}</bdi></strong>;
	return <>{tableName(r.b_table ?? r.a_table ?? '')}</>;
}

const columns = (): Column<Review>[] => [
	{ key: 'at', title: t('conflicts.when'), width: '9rem', cell: (r) => <span title={dateTime(r.updated_at)}>{ago(r.updated_at)}</span> },
	{ key: 'kind', title: t('review.kind'), width: '1fr', cell: (r) => kindName(r) },
	{ key: 'about', title: t('review.about'), width: '2fr', cell: (r) => <About r={r} /> },
	{ key: 'note', title: t('field.note'), width: '1fr', cell: (r) => r.note ?? '' },
	{ key: 'state', title: t('conflicts.state'), width: '7.5rem', cell: (r) => <Badge variant="light" color={r.state === 'open' ? 'orange' : 'gray'}>{t(`review.is_${r.state}`)}</Badge> },
];

export function Reviews({ choice }: { choice: ReactNode }) {
	useLanguage();
	const { rows, query } = useReviews();
	const [params] = useSearchParams();
	const [open, setOpen] = useState<string | null>(params.get('review'));
	const of = rows.find((r) => r.uuid === open);
	const sorted = [...rows].sort((x, y) => Number(x.state === 'done') - Number(y.state === 'done') || y.updated_at.localeCompare(x.updated_at));
	return (
		<Page title={t('nav.conflicts')} wide actions={choice}>
			<DataTable label={t('review.list')} columns={columns()} rows={sorted} rowKey={(r) => r.uuid} query={query} onOpen={(r) => setOpen(r.uuid)}
				empty={<Empty icon="check" title={t('review.none')} hint={t('review.none_hint')} />} />
			<Shelf title={of && kindName(of)} opened={open !== null} onClose={() => setOpen(null)} size="46rem">{open && <Judge id={open} onClose={() => setOpen(null)} />}</Shelf>
		</Page>
	);
}
