// What pops up.  The two about the cloud come once for each change of state, never
// for each request; their words are in i18n/*/sync.ts.
import { type NotificationData, notifications } from '@mantine/notifications';
import { onModeChange } from '~/api/client';
import { Problem, Unreachable } from '~/api/http';
import { known, t } from '~/i18n';

function show(n: NotificationData): void {
	notifications.show({ withBorder: true, closeButtonProps: { 'aria-label': t('do.close') }, ...n });
}

export function watchCloud(): void {
	onModeChange((c) => {
		if (!c.announced)
			return;
		if (c.to === 'local') {
			show({ id: 'cloud-lost', title: t('toast.lost_title'), message: t('toast.lost'), color: 'orange',
				autoClose: false });
			return;
		}
		notifications.hide('cloud-lost');
		show({ id: 'cloud-back', title: t('toast.back_title'), message: t('toast.back', { n: c.waited }),
			color: 'pine', autoClose: 8000 });
	});
}

// In the person's language where the code is known, else as the server says it.
export function explain(e: unknown): string {
	if (e instanceof Unreachable)
		return t('error.unreachable');
	if (e instanceof Problem) {
		const key = known(`error.code.${e.code}`);
		return key ? t(key) : e.detail;
	}
	return e instanceof Error ? e.message : String(e);
}

export function details(e: unknown): string {
	if (!(e instanceof Problem))
		return '';
	const parts = [t('error.code', { code: `${e.status} ${e.code}` })];
	if (e.requestId)
		parts.push(t('error.request', { id: e.requestId }));
	return parts.join(' · ');
}

export function toastError(e: unknown): void {
	const more = details(e);
	show({ title: t('error.title'), message: more ? `${explain(e)}\n${more}` : explain(e), color: 'red',
		autoClose: 12000, style: { whiteSpace: 'pre-line' } });
}

export function toastDone(message: string): void {
	show({ message, color: 'pine', autoClose: 4000 });
}

export function toastNote(message: string): void {
	show({ message, color: 'orange', autoClose: 6000 });
}
