// A page that throws takes only itself along, and can be loaded again.
import { Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { t } from '~/i18n';
import { Empty } from './Empty';

export class Crash extends Component<{ children: ReactNode }, { error: Error | null }> {
	override state: { error: Error | null } = { error: null };

	static getDerivedStateFromError(error: Error) {
		return { error };
	}

	override render() {
		const { error } = this.state;
		if (!error)
			return this.props.children;
		return (
			<Empty icon="alert" title={t('error.page')} hint={t('error.page_hint')}>
				<Button onClick={() => window.location.reload()}>{t('do.retry')}</Button>
				<Button variant="default" onClick={() => void navigator.clipboard.writeText(`${error.stack ?? error}`)}>{t('error.copy')}</Button>
			</Empty>
		);
	}
}
