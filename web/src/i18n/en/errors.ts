import type { Text } from '..';

const texts = {
	'error.title': 'That did not work',
	'error.unreachable': 'This till’s own server does not answer. What was saved is safe; it is tried again by itself.',
	'error.details': 'Details',
	'error.copy': 'Copy details',
	'error.code': 'Code {code}',
	'error.request': 'request {id}',
	'error.page': 'This page has stumbled',
	'error.page_hint': 'Nothing that was saved is lost. Load it again; if it comes back, copy the details.',
	'error.stale': 'Somebody else changed this meanwhile',
	'error.code.taken': 'Another one already has this.',
	'error.code.required': 'This is needed.',
	'error.code.pin_wrong': 'The name or the PIN is wrong.',
	'error.code.password_wrong': 'The name or the password is wrong.',
	'error.code.no_code': 'There is no valid set-up code: get a new one with “fexlctl setup”.',
	'error.code.code_wrong': 'The set-up code is wrong.',
	'error.code.set_up': 'This till has its people already: sign in.',
	'error.code.customer_required': 'Not all is paid: a sale on account needs a customer.',
	'error.code.overpaid': 'Without cash, at most the total can be paid.',
	'error.code.busy': 'The server has too much to do right now.',
	'error.code.not_permitted': 'Your role does not permit this.',
} satisfies Record<string, Text>;

export const errors: { [K in keyof typeof texts]: Text } = texts;
