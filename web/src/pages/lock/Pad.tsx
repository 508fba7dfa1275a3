// Digits for fingers; keys go straight into the field.
import { UnstyledButton } from '@mantine/core';
import { t } from '~/i18n';
import { Icon } from '~/ui/Icon';
import css from './Lock.module.css';

export function Pad({ onDigit, onBack, onClear }: { onDigit: (d: string) => void; onBack: () => void; onClear: () => void }) {
	return (
		<div className={css.pad} role="group" aria-label={t('lock.pad')} dir="ltr">
			{[...'123456789'].map((d) => <UnstyledButton key={d} className={css.digit} onClick={() => onDigit(d)}>{d}</UnstyledButton>)}
			<UnstyledButton className={css.digit} aria-label={t('lock.clear')} onClick={onClear}><Icon name="close" /></UnstyledButton>
			<UnstyledButton className={css.digit} onClick={() => onDigit('0')}>0</UnstyledButton>
			<UnstyledButton className={css.digit} aria-label={t('lock.back')} onClick={onBack}><Icon name="erase" /></UnstyledButton>
		</div>
	);
}
