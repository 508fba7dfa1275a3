import type { Text } from '..';

const texts = {
	'auth.title': 'Sign in',
	'auth.user': 'Name',
	'auth.pin': 'PIN',
	'auth.password': 'Password or PIN',
	'auth.tenant': 'Shop (tenant UUID)',
	'auth.tenant_hint': 'Only needed where this cloud has more than one shop',
	'auth.submit': 'Sign in',
	'auth.as_admin': 'Platform administrator',
	'auth.as_user': 'Shop’s people',
	'auth.admin_password': 'Administrator’s password',
	'auth.wrong': 'The name or the PIN is wrong.',
	'auth.locked': 'Too many wrong tries. Try again in {wait}.',
	'auth.wait_minutes': { one: '{n} minute', other: '{n} minutes' },
	'auth.wait_seconds': { one: '{n} second', other: '{n} seconds' },
	'auth.tagline': 'The till that never stops selling',
	'setup.title': 'Set up this till',
	'setup.lead': 'Nobody can sign in here yet. You become the owner; more people follow under Users.',
	'setup.code': 'Set-up code',
	'setup.code_hint': 'Run “fexlctl setup” on this machine, or “Fexl: set up” in its menu; valid for 10 minutes',
	'setup.shop': 'Name of the shop',
	'setup.owner': 'Your name',
	'setup.pin': 'Choose a PIN',
	'setup.pin_hint': 'At least 4 digits',
	'setup.submit': 'Set up',
} satisfies Record<string, Text>;

export const auth: { [K in keyof typeof texts]: Text } = texts;
