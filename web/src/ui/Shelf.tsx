// What comes in from the side to show or change one thing, the list staying where it is.
import { Drawer } from '@mantine/core';
import type { ReactNode } from 'react';
import { t, useLanguage } from '~/i18n';

export function Shelf({ title, opened, onClose, children, size = '34rem' }: { title: ReactNode; opened: boolean; onClose: () => void; children: ReactNode; size?: string }) {
	const lang = useLanguage();
	return (
		<Drawer opened={opened} onClose={onClose} position={lang === 'ar' ? 'left' : 'right'} size={size} title={title} closeButtonProps={{ 'aria-label': t('do.close') }}>
			{opened && children}
		</Drawer>
	);
}
