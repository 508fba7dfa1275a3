// What happened between devices: edits that met, and what no time stamp can judge.
import { SegmentedControl } from '@mantine/core';
import { useLocation } from 'wouter';
import { t, useLanguage } from '~/i18n';
import { Edits } from './Edits';
import { useReviews } from './queries';
import { Reviews } from './Reviews';

export default function Conflicts() {
	useLanguage();
	const [at, go] = useLocation();
	const reviews = at.startsWith('/reviews');
	const open = useReviews().rows.filter((r) => r.state === 'open').length;
	const choice = (
		<SegmentedControl size="md" value={reviews ? '/reviews' : '/'} onChange={go} aria-label={t('conflicts.show')}
			data={[{ value: '/', label: t('conflicts.edits') }, { value: '/reviews', label: t('review.title', { n: open }) }]} />
	);
	return reviews ? <Reviews choice={choice} /> : <Edits choice={choice} />;
}
