// The end of a day: what was sold, where the money is, and who counted what; as it will
// stand on the paper.
import { Alert, Button, Loader, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { t } from '~/i18n';
import { reportDay } from '~/i18n/format';
import { useCash, useDays } from '~/pages/reports/queries';
import { ErrorNote } from '~/ui/ErrorNote';
import { Icon } from '~/ui/Icon';
import { printPaper } from '~/ui/paper';
import css from './Shifts.module.css';
import { useShiftsOf } from './queries';
import { type Closing, DaySlip } from './slips';

function useClosing(day: string) {
	const sums = useDays({ from: day, to: day });
	const cash = useCash({ from: day, to: day });
	const shifts = useShiftsOf(day);
	const all = [sums, cash, shifts];
	const there = sums.data && cash.data && shifts.data && !sums.isPlaceholderData && !cash.isPlaceholderData;
	const closing: Closing | null = there ? { day, sums: sums.data.total, cash: cash.data.items, shifts: shifts.data } : null;
	return { closing, error: all.find((q) => q.error)?.error, retry: () => all.forEach((q) => void q.refetch()) };
}

export function DayClosing() {
	const today = reportDay();
	const [day, setDay] = useState(today);
	const { closing, error, retry } = useClosing(day);
	const open = closing?.shifts.filter((s) => s.status === 'open').length ?? 0;
	return (
		<Stack>
			<TextInput type="date" label={t('slip.date')} value={day} max={today} onChange={(e) => e.currentTarget.value && setDay(e.currentTarget.value)} />
			{open > 0 && <Alert color="orange" icon={<Icon name="alert" />}>{t('slip.still_open', { n: open })}</Alert>}
			{error ? <ErrorNote error={error} onRetry={retry} /> : !closing && <Loader />}
			{closing && (
				<>
					<Button leftSection={<Icon name="print" size={18} />} onClick={() => printPaper(<DaySlip c={closing} />)}>{t('do.print')}</Button>
					<div className={css.paper} data-testid="day-slip"><DaySlip c={closing} /></div>
				</>
			)}
		</Stack>
	);
}
