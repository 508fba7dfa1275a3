// The roster at the cloud: a till loads everything again, gets another name; a stranger is refused.
import { fexlctl, finish, is, open, operator, promise, signIn, until, url } from './fexl.mjs';
import { clean, everyLook } from './looks.mjs';

const world = await open();
const page = await world.newPage();
const known = (name) => operator('cloud', 'GET', '/api/devices').items.find((d) => d.name === name);
const row = () => page.getByRole('row', { name: /^till\b/ });
const loadedAt = () => operator('till', 'GET', '/api/sync/status').pairing.loaded_at;
const marked = () => known('till').loads_again;
const tea = operator('till', 'GET', '/api/products?q=Tea').items[0].uuid;
const menu = async () => {
	await row().getByRole('button').click();
	await page.getByRole('menuitem', { name: 'Load everything again' }).waitFor();
};

await signIn(page, 'cloud', 'Amal', '1234');
await page.goto(`${url('cloud')}/devices`);
const before = loadedAt();
await promise('it is asked first: Escape changes nothing', async () => {
	await menu();
	await clean(page, 'devices-menu');
	await page.getByRole('menuitem', { name: 'Load everything again' }).click();
	await page.getByRole('dialog').getByText('goes on selling meanwhile').waitFor();
	await everyLook(page, 'devices-resync');
	await page.keyboard.press('Escape');
	await page.getByRole('dialog').waitFor({ state: 'detached' });
	return !marked() && loadedAt() === before;
});
await promise('said with the keyboard: the roster shows it until the till has begun', async () => {
	fexlctl('till', ['sync', 'pause']);
	operator('till', 'POST', '/api/invoices', { lines: [{ product: tea, qty: 1000 }], payments: [{ method: 'cash', amount: 250 }] });
	await menu();
	await page.getByRole('menuitem', { name: 'Load everything again' }).focus();
	await page.keyboard.press('Enter');
	await page.getByRole('dialog').getByRole('button', { name: 'Load everything again' }).waitFor();
	await page.keyboard.press('Enter');
	await row().getByText('Loads again').waitFor();
	return marked();
});
await everyLook(page, 'devices-loads-again');
await promise('the till loads anew, and what it had not sent goes up', async () => {
	fexlctl('till', ['sync', 'resume']);
	await until(() => loadedAt() && loadedAt() !== before && !marked(), 'a new first load');
	fexlctl('till', ['sync', 'now', '--wait']);
	await row().getByText('Approved').waitFor();
});
for (const node of ['cloud', 'till'])
	is(operator(node, 'GET', '/api/invoices').items.length, 2, `${node} has both sales, each once`);
await promise('a till gets another name', async () => {
	await row().getByRole('button').click();
	await page.getByRole('menuitem', { name: 'Rename' }).click();
	await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Front desk');
	await page.keyboard.press('Enter');
	await page.getByRole('row', { name: /^Front desk/ }).waitFor();
	return known('Front desk').status === 'approved';
});
await promise('a stranger who asks is sent away, and goes on alone', async () => {
	const asks = page.getByTestId('asking').filter({ hasText: 'stranger' });
	await asks.getByRole('button', { name: 'Reject' }).click();
	await page.getByRole('dialog', { name: 'Reject stranger?' }).waitFor();
	await clean(page, 'devices-reject');
	await page.getByRole('dialog').getByRole('button', { name: 'Reject' }).click();
	await asks.waitFor({ state: 'detached' });
	await until(() => ['revoked', 'refused'].includes(operator('stranger', 'GET', '/api/sync/status').pairing.status), 'the stranger hears of it');
	operator('stranger', 'POST', '/api/products', { name: 'Salt', price: 100 });
	return known('stranger').status === 'revoked';
});
await finish(world);
