// After too many wrong tries one has to wait, and sees for how long.
import { useEffect, useState } from 'react';
import { Problem } from '~/api/http';
import { t } from '~/i18n';

export function waitText(seconds: number): string {
	return seconds > 90 ? t('auth.wait_minutes', { n: Math.ceil(seconds / 60) }) : t('auth.wait_seconds', { n: seconds });
}

// Counts down what is left of a lockout.
export function useLockout(error: unknown): number {
	const [left, setLeft] = useState(0);
	useEffect(() => {
		if (!(error instanceof Problem) || error.status !== 429 || !error.retryAfterS)
			return setLeft(0);
		const until = Date.now() + error.retryAfterS * 1000;
		const tick = () => setLeft(Math.max(Math.ceil((until - Date.now()) / 1000), 0));
		tick();
		const id = window.setInterval(tick, 1000);
		return () => window.clearInterval(id);
	}, [error]);
	return left;
}
