// The drawer: opened with a count, moved, closed with a count; what differs is said.
import { Badge, Button, Group, Stack } from '@mantine/core';
import { useState } from 'react';
import type { Shift } from '~/api/types';
import { t, useLanguage } from '~/i18n';
import { dateTime } from '~/i18n/format';
import { useMay } from '~/state/session';
import { useOpenShift } from '~/state/shift';
import { type Column, DataTable } from '~/ui/DataTable';
import { Empty } from '~/ui/Empty';
import { Icon } from '~/ui/Icon';
import { Money } from '~/ui/Money';
import { UserName } from '~/ui/names';
import { Page } from '~/ui/Page';
import { Panel } from '~/ui/Panel';
import { Shelf } from '~/ui/Shelf';
import { CloseForm } from './CloseForm';
import { DayClosing } from './DayClosing';
import { Drawer } from './Drawer';
import { MoveForm } from './MoveForm';
import { OpenForm } from './OpenForm';
import css from './Shifts.module.css';
import { useShifts } from './queries';

type Doing = 'move' | 'close' | null;

function Buttons({ onDo }: { onDo: (d: Doing) => void }) {
	return (
		<>
			<Button variant="default" onClick={() => onDo('move')} leftSection={<Icon name="cash" size={18} />}>{t('shift.move')}</Button>
			<Button onClick={() => onDo('close')}>{t('shift.close')}</Button>
		</>
	);
}

function Forms({ s, doing, onEnd }: { s: Shift; doing: Doing; onEnd: () => void }) {
	return (
		<>
			<Shelf title={t('shift.move')} opened={doing === 'move'} onClose={onEnd}><MoveForm s={s} onDone={onEnd} /></Shelf>
			<Shelf title={t('shift.close')} opened={doing === 'close'} onClose={onEnd}><CloseForm s={s} onDone={onEnd} /></Shelf>
		</>
	);
}

function Mine({ s }: { s: Shift }) {
	const [doing, setDoing] = useState<Doing>(null);
	return (
		<Panel title={t('shift.yours', { number: s.number })} actions={<Buttons onDo={setDoing} />}>
			<Drawer id={s.uuid} />
			<Forms s={s} doing={doing} onEnd={() => setDoing(null)} />
		</Panel>
	);
}

// Somebody else's may have gone home without closing it.
function Other({ s, onDone }: { s: Shift; onDone: () => void }) {
	const [doing, setDoing] = useState<Doing>(null);
	return (
		<Stack>
			{s.status === 'open' && <Group><Buttons onDo={setDoing} /></Group>}
			<Drawer id={s.uuid} />
			<Forms s={s} doing={doing} onEnd={() => (setDoing(null), onDone())} />
		</Stack>
	);
}

const orDash = (n: number | null) => (n === null ? '–' : <Money value={n} />);
const toned = (n: number | null) => <span className={n ? css.differs : undefined}>{orDash(n)}</span>;

const columns = (): Column<Shift>[] => [
	{ key: 'number', title: t('invoice.number'), width: '9.5rem', cell: (s) => <strong><bdi>{s.number}</bdi></strong> },
	{ key: 'at', title: t('shift.since'), width: '11.5rem', cell: (s) => dateTime(s.at) },
	{ key: 'who', title: t('invoice.by'), width: 'minmax(6rem, 1fr)', cell: (s) => <UserName uuid={s.entered_by} /> },
	{ key: 'status', title: t('invoice.status'), width: '6.5rem', cell: (s) => <Badge variant="light" color={s.status === 'open' ? 'pine' : 'gray'}>{t(`shift.is_${s.status}`)}</Badge> },
	{ key: 'gap', title: t('shift.gap_short'), width: '5.5rem', end: true, cell: (s) => toned(s.gap) },
	{ key: 'opening', title: t('shift.opening'), width: '6.5rem', end: true, cell: (s) => <Money value={s.opening} /> },
	{ key: 'expected', title: t('shift.expected'), width: '5.5rem', end: true, cell: (s) => <Money value={s.expected} /> },
	{ key: 'counted', title: t('shift.counted'), width: '5.5rem', end: true, cell: (s) => orDash(s.counted) },
	{ key: 'difference', title: t('shift.difference'), width: '5.5rem', end: true, cell: (s) => toned(s.difference) },
];

export default function Shifts() {
	useLanguage();
	const { shift, isPending } = useOpenShift();
	const { rows, query } = useShifts();
	const [open, setOpen] = useState<Shift | null>(null);
	const [closing, setClosing] = useState(false);
	const mayReport = useMay('reports');
	return (
		<Page title={t('nav.shifts')} wide actions={mayReport && <Button variant="default" leftSection={<Icon name="print" size={18} />} onClick={() => setClosing(true)}>{t('slip.day')}</Button>}>
			{!isPending && (shift ? <Mine s={shift} /> : <OpenForm />)}
			<DataTable label={t('nav.shifts')} columns={columns()} rows={rows} rowKey={(s) => s.uuid} query={query} onOpen={setOpen}
				empty={<Empty icon="shifts" title={t('shift.none')} hint={t('shift.none_hint')} />} />
			<Shelf title={open?.number} opened={open !== null} onClose={() => setOpen(null)} size="44rem">{open && <Other s={open} onDone={() => setOpen(null)} />}</Shelf>
			<Shelf title={t('slip.day')} opened={closing} onClose={() => setClosing(false)}><DayClosing /></Shelf>
		</Page>
	);
}
