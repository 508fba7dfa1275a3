// What stands around every page: the rail, the bar with the status chip, the account.
import { ActionIcon, Menu, Tooltip, UnstyledButton, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { here } from '~/api/client';
import { known, language, setLanguage, t, useLanguage } from '~/i18n';
import { pagesFor } from '~/pages';
import { lock } from '~/state/lock';
import { signedOut, useSession } from '~/state/session';
import { useSettings } from '~/state/settings';
import { isTill } from '~/state/site';
import { pageIsOld, useStatus } from '~/state/status';
import { Icon } from './Icon';
import { StatusChip } from './StatusChip';
import css from './Frame.module.css';

async function signOut(): Promise<void> {
	try {
		await here.remove('/api/session');
	} finally {
		signedOut();
	}
}

function Rail() {
	const [at] = useLocation();
	const session = useSession();
	return (
		<nav className={css.rail} aria-label={t('nav.label')}>
			{pagesFor(session).map((p) => {
				const current = at === p.path || at.startsWith(`${p.path}/`);
				return (
					<Link key={p.path} href={p.path} className={css.place} aria-current={current ? 'page' : undefined}
						onClick={(e) => pageIsOld.get() && (e.preventDefault(), window.location.assign(p.path))}>
						<Icon name={p.icon} size={22} />
						<span>{t(p.title)}</span>
					</Link>
				);
			})}
		</nav>
	);
}

export function LookButtons() {
	const { setColorScheme } = useMantineColorScheme({ keepTransitions: true });
	const scheme = useComputedColorScheme('light');
	const lang = useLanguage();
	const next = scheme === 'dark' ? 'light' : 'dark';
	const theme = t(next === 'dark' ? 'frame.theme_dark' : 'frame.theme_light');
	return (
		<>
			<UnstyledButton className={css.language} onClick={() => void setLanguage(lang === 'en' ? 'ar' : 'en')} lang={lang === 'en' ? 'ar' : 'en'}
				aria-label={`${t('frame.language')}, ${t('frame.language_label')}`}>{t('frame.language')}</UnstyledButton>
			<Tooltip label={theme}>
				<ActionIcon variant="subtle" color="gray" size={44} aria-label={theme} onClick={() => setColorScheme(next)}>
					<Icon name={next === 'dark' ? 'moon' : 'sun'} />
				</ActionIcon>
			</Tooltip>
		</>
	);
}

function Account() {
	const s = useSession();
	if (!s)
		return null;
	const role = known(`role.${s.user.role}`);
	return (
		<Menu position="bottom-end" withinPortal>
			<Menu.Target>
				<UnstyledButton className={css.account} data-testid="account">
					<span className={css.avatar} aria-hidden="true">{s.user.name.slice(0, 1).toLocaleUpperCase(language.get())}</span>
					<span className={css.who}>
						<strong>{s.user.name}</strong>
						<small>{role ? t(role) : s.user.role}</small>
					</span>
				</UnstyledButton>
			</Menu.Target>
			<Menu.Dropdown>
				{isTill() && <Menu.Item leftSection={<Icon name="lock" size={18} />} onClick={lock}>{t('lock.now')}</Menu.Item>}
				<Menu.Item leftSection={<Icon name="out" size={18} />} onClick={() => void signOut()}>{t('frame.sign_out')}</Menu.Item>
			</Menu.Dropdown>
		</Menu>
	);
}

function ShopName() {
	const shop = useSettings().shopName;
	const till = useStatus().sync?.pairing?.name;
	return (
		<div className={css.brand}>
			<img src="/icon.svg" alt="" width={32} height={32} />
			<span className={css.names}>
				<strong>{shop || t('app.name')}</strong>
				{till && <small>{till}</small>}
			</span>
		</div>
	);
}

export function Frame({ children, onStatus }: { children: ReactNode; onStatus: () => void }) {
	useLanguage();
	return (
		<div className={css.frame}>
			<a className="fx-skip" href="#content">{t('frame.skip')}</a>
			<header className={css.bar}>
				<ShopName />
				<div className={css.right}>
					<StatusChip onClick={onStatus} />
					<LookButtons />
					<Account />
				</div>
			</header>
			<Rail />
			<main id="content" className={css.content} tabIndex={-1}>{children}</main>
		</div>
	);
}
