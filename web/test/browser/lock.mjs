// The lock: by hand and after an idle time; unlocked with a PIN, by the same person or
// another; what was on the screen is there again.
import { finish, is, open, operator, press, promise, scan, shot, signIn, until, url } from './fexl.mjs';
import { everyLook } from './looks.mjs';

const world = await open();
const page = await world.newPage();
const idle = (min) => operator('till', 'PUT', '/api/settings/lock_after_min', { value: min });
const tea = operator('till', 'POST', '/api/products', { name: 'Ceylon tea', price: 250, barcode: '4006381333931' });
const lock = page.getByTestId('lock');
const search = page.getByPlaceholder('Search by name');
const total = () => page.getByTestId('total').innerText();
const token = () => page.evaluate(() => JSON.parse(localStorage.getItem('fexl.session')).token);
const lockNow = async () => {
	await page.getByTestId('account').click();
	await page.getByRole('menuitem', { name: 'Lock the screen' }).click();
	await lock.waitFor();
};
// Whoever is chosen, the field asks for their PIN.
const typePin = async (pin) => {
	await until(() => page.evaluate(() => document.activeElement?.name === 'pin'), 'the field has the focus');
	await page.keyboard.type(pin);
	await press(page, 'Enter');
};
const gone = () => lock.waitFor({ state: 'detached' });

idle(0);
await signIn(page, 'till', 'Yusuf', '2222');
await promise('with a cart begun the screen is locked', async () => {
	await scan(page, '4006381333931');
	await until(async () => (await total()).startsWith('2.50'), 'tea is in the cart');
	await page.keyboard.press('+');
	await until(async () => (await total()).startsWith('5.00'), 'two of it');
	await lockNow();
});
await promise('nothing behind it can be reached: not by Tab, nor by a shortcut, nor by the scanner', async () => {
	for (let i = 0; i < 12; i++) {
		await page.keyboard.press('Tab');
		const inside = await page.evaluate(() => !document.activeElement || document.activeElement === document.body || !!document.activeElement.closest('[data-testid=lock]'));
		if (!inside)
			return false;
	}
	await page.keyboard.press('F9');
	await scan(page, '4006381333931');
	return (await page.getByRole('dialog').count()) === 0 && page.evaluate(() => document.getElementById('root').inert);
});
await promise('a reload does not open it; a wrong PIN is told, and the field is empty again', async () => {
	await page.reload();
	await lock.waitFor();
	await typePin('9999');
	await lock.getByRole('alert').getByText('PIN is wrong').waitFor();
	return (await page.locator('input[name=pin]').inputValue()) === '';
});
is(await lock.getByTestId('lock-status').innerText(), 'Local only', 'the lock says how the shop’s data is');
await shot(page, 'lock-wrong');
await promise('the right one, on the pad, opens it: the cart is there', async () => {
	for (const digit of '2222')
		await lock.getByRole('group', { name: 'Digits' }).getByText(digit, { exact: true }).click();
	await lock.getByRole('button', { name: 'Unlock' }).click();
	await gone();
	return (await total()).startsWith('5.00');
});
await promise('locked and unlocked, half a word in the search is still there', async () => {
	await search.fill('Cey');
	await lockNow();
	await typePin('2222');
	await gone();
	return (await search.inputValue()) === 'Cey';
});

await promise('after an idle time it locks by itself, with a dialog open', async () => {
	await search.fill('');
	await page.getByTestId('customer').click();
	await page.getByRole('dialog').waitFor();
	idle(0.03);
	await lock.waitFor();
	idle(0);
	return page.evaluate(() => [...document.body.children].every((e) => e.inert || e.querySelector('[data-testid=lock]')));
});
await everyLook(page, 'lock', () => lock.getByRole('button', { pressed: true }).waitFor());

let old;
await promise('somebody else takes over: their PIN, their name, the same cart', async () => {
	old = await token();
	await lock.getByRole('button', { name: /Amal/ }).click();
	await lock.getByRole('button', { name: 'Go on as Amal' }).waitFor();
	await typePin('1234');
	await gone();
	return (await page.getByTestId('account').innerText()).includes('Amal') && (await total()).startsWith('5.00');
});
await promise('the session of the one before has ended', async () => {
	const answer = () => page.evaluate(async (t) => (await fetch('/api/session', { headers: { Authorization: `Bearer ${t}` } })).status, old);
	await until(async () => (await answer()) === 401, 'it is refused');
});
await promise('the sale that one began the other completes', async () => {
	await press(page, 'F9');
	await page.getByTestId('due').waitFor();
	await press(page, 'Enter');
	await until(() => operator('till', 'GET', '/api/invoices').items.length === 1, 'it is stored');
	const amal = operator('till', 'GET', '/api/users').items.find((u) => u.name === 'Amal').uuid;
	return operator('till', 'GET', '/api/invoices').items[0].entered_by === amal;
});
await promise('who takes over a page that is not for them begins at their own', async () => {
	await page.goto(`${url('till')}/users`);
	await page.getByRole('row', { name: /Yusuf/ }).waitFor();
	await lockNow();
	await lock.getByRole('button', { name: /Yusuf/ }).click();
	await typePin('2222');
	await gone();
	await page.getByTestId('total').waitFor();
	return page.url().endsWith('/sell');
});
await promise('who guesses has to wait, and sees for how long', async () => {
	await lockNow();
	for (let i = 0; i < 6; i++) {
		const left = lock.getByRole('alert').getByText(/Try again in \d+ minute/);
		if (await left.count())
			return true;
		await page.locator('input[name=pin]').fill(`000${i}`);
		await page.keyboard.press('Enter');
		await until(async () => (await left.count()) || (await page.locator('input[name=pin]').inputValue()) === '', 'an answer');
	}
	return (await lock.getByText(/Try again in \d+ minute/).count()) === 1;
});
await shot(page, 'lock-wait');
await promise('the owner sets after how long', async () => {
	await lock.getByRole('button', { name: /Amal/ }).click();
	await typePin('1234');
	await gone();
	await page.goto(`${url('till')}/settings`);
	await page.getByRole('combobox', { name: 'Lock the screen of tills after' }).click();
	await page.getByRole('option', { name: '5 minutes', exact: true }).click();
	await page.getByRole('button', { name: 'Save' }).click();
	await until(() => operator('till', 'GET', '/api/settings?limit=100').items.find((s) => s.key === 'lock_after_min')?.value === 5, 'it is stored');
});
is(operator('till', 'GET', `/api/products/${tea.uuid}`).price, 250, 'and nothing else has changed');
await finish(world);
