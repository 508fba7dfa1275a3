// Paper that goes into the drawer: figures equal to the API's, 80 mm wide, black on
// white in whatever colours the screen is.
import { finish, is, ok, open, operator, promise, shot, signIn, until, url } from './fexl.mjs';
import { everyLook } from './looks.mjs';

const world = await open();
const page = await world.newPage();
await page.context().addInitScript(() => {
	window.print = () => (window.printed = (window.printed ?? 0) + 1); // no dialog stands here to be closed
});
const printed = () => page.evaluate(() => window.printed ?? 0);
const slip = page.locator('#print article');
const money = (n) => (n / 100).toFixed(2).replace(/\B(?=(\d{3})+\.)/g, ',');
const today = () => new Date().toISOString().slice(0, 10);

// As whoever is signed in on the page.
const ask = (method, path, body) => page.evaluate(async ([m, p, b]) => {
	const token = JSON.parse(localStorage.getItem('fexl.session')).token;
	const r = await fetch(p, { method: m, headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }, body: b && JSON.stringify(b) });
	if (!r.ok)
		throw new Error(`${p}: ${r.status} ${await r.text()}`);
	return r.json();
}, [method, path, body]);

// As the printer sees it.
async function onPaper(name) {
	await page.emulateMedia({ media: 'print' });
	const seen = await page.evaluate(() => {
		const a = document.querySelector('#print article');
		const look = getComputedStyle(a);
		return { root: getComputedStyle(document.getElementById('root')).display, mm: a.getBoundingClientRect().width / 96 * 25.4, ink: look.color, ground: look.backgroundColor, text: a.innerText };
	});
	await shot(page, name);
	await page.emulateMedia({ media: 'screen' });
	ok(seen.root === 'none' && Math.abs(seen.mm - 72) < 1 && seen.ink === 'rgb(0, 0, 0)' && seen.ground === 'rgb(255, 255, 255)',
		`${name}: alone on the paper, 72 mm wide, black on white`, JSON.stringify(seen));
	return seen.text;
}

const has = (text, ...wanted) => wanted.every((w) => text.includes(w)) || Promise.reject(new Error(`${wanted.filter((w) => !text.includes(w))} not in:\n${text}`));

operator('till', 'PUT', '/api/settings/shop_name', { value: 'Rafidain Grocery' });
operator('till', 'PUT', '/api/settings/shop_address', { value: 'Al-Rasheed St. 12' });
const tea = operator('till', 'POST', '/api/products', { name: 'Ceylon tea', price: 250 }).uuid;
await signIn(page, 'till', 'Yusuf', '2222');
await page.goto(`${url('till')}/shifts`);
await promise('a drawer is opened, and things happen', async () => {
	await page.getByLabel('Opening cash').fill('100');
	await page.getByRole('button', { name: 'Open the shift' }).click();
	await page.getByTestId('expected').waitFor();
	const shift = (await ask('GET', '/api/shifts')).items[0].uuid;
	const sell = (qty, method) => ask('POST', '/api/invoices', { shift, lines: [{ product: tea, qty: qty * 1000 }], payments: [{ method, amount: qty * 250 }] });
	await sell(4, 'cash');
	await sell(2, 'cash');
	await sell(3, 'card');
	await ask('POST', `/api/shifts/${shift}/movements`, { kind: 'expense', amount: 400, reason: 'Ice' });
	await until(async () => (await page.getByTestId('expected').innerText()).startsWith('111.00'), 'the drawer has it');
	await until(async () => (await page.getByTestId('method-card').innerText()).includes('7.50'), 'and what was paid by card stands beside it');
});
await promise('the shift so far is printed', async () => {
	await page.getByRole('button', { name: 'Print the slip' }).click();
	await until(async () => (await printed()) === 1, 'the printer is asked');
	await has(await onPaper('slip-interim'), 'Rafidain Grocery', 'Al-Rasheed St. 12', 'so far', 'still open', 'Yusuf', '+15.00', 'Ice', '-4.00', '111.00', 'Sold in this shift', '22.50', 'Card', '+7.50');
});
is(await page.getByRole('button', { name: 'Daily closing' }).count(), 0, 'who may not see reports is not offered the day');
await promise('closed and printed with one button: counted, the difference, who, a line to sign on', async () => {
	await page.getByRole('button', { name: 'Close the shift' }).click();
	await page.getByRole('dialog').getByLabel('Counted').fill('110');
	await shot(page, 'shift-close-print');
	await page.getByRole('dialog').getByRole('button', { name: 'Close and print' }).click();
	await slip.getByText('Signature').waitFor({ state: 'attached' });
	await until(async () => (await printed()) === 2, 'the printer is asked');
	const text = await onPaper('slip-shift');
	await has(text, '110.00', '-1.00', 'Signature', 'Yusuf', 'Card', '+7.50');
	return !text.includes('so far');
});
await promise('what was printed leaves nothing behind', async () => {
	await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
	await slip.waitFor({ state: 'detached' });
});

await page.evaluate(() => localStorage.removeItem('fexl.session'));
await signIn(page, 'till', 'Amal', '1234');
await promise('a day: its figures are the API’s', async () => {
	await page.goto(`${url('till')}/shifts`);
	await page.getByRole('button', { name: 'Daily closing' }).click();
	const text = await page.getByTestId('day-slip').innerText();
	const range = `from=${today()}&to=${today()}`;
	const { total } = operator('till', 'GET', `/api/reports/daily-sales?${range}`);
	const cash = operator('till', 'GET', `/api/reports/cash-flow?${range}`).items.find((c) => c.code === '1010');
	await has(text, money(total.total), String(total.invoices), money(cash.closing), 'Yusuf', '110.00', '-1.00');
	return total.invoices === 3 && total.total === 2250;
});
await everyLook(page, 'day-closing', async () => {
	await page.getByRole('button', { name: /Daily closing|إغلاق اليوم/ }).click();
	await page.getByTestId('day-slip').waitFor();
});
await promise('it is printed; in dark colours it is black on white, too', async () => {
	await page.evaluate(() => localStorage.setItem('mantine-color-scheme-value', 'dark'));
	await page.reload();
	await page.getByRole('button', { name: 'Daily closing' }).click();
	await page.getByRole('button', { name: 'Print', exact: true }).click();
	await slip.waitFor({ state: 'attached' });
	await has(await onPaper('slip-day'), 'Daily closing of', 'Signature', '22.50');
});
await promise('a day on which nothing happened says so', async () => {
	await page.getByLabel('Day', { exact: true }).fill('2020-02-29');
	await page.getByTestId('day-slip').getByText('Nothing was sold on this day').waitFor();
	await page.getByTestId('day-slip').getByText('No shift was opened').waitFor();
});
await finish(world);
