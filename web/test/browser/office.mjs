// What the owner does behind the counter: looks at figures, gives people their roles,
// sees to drawers and suppliers; each figure on the screen is the API's.
import { readFileSync } from 'node:fs';
import { axeProblems, finish, is, ok, open, operator, promise, shot, signIn, until } from './fexl.mjs';

const world = await open({ acceptDownloads: true });
const page = await world.newPage();
const get = (path) => operator('till', 'GET', path);
const post = (path, body) => operator('till', 'POST', path, body);
const money = (n) => (n / 100).toLocaleString('en', { minimumFractionDigits: 2 });
const dialog = () => page.getByRole('dialog');
const only = process.env.FEXL_ONLY?.split(',');	// chapters, while one is being written

async function clean(name) {
	const problems = await axeProblems(page);
	ok(problems.length === 0, `axe has nothing to say about ${name}`, problems.join('\n'));
	await shot(page, name);
}

// In both languages and both colours; then as it was.
async function everyLook(name) {
	const toggle = () => page.locator('button[lang]').click();
	const colours = () => page.getByRole('button', { name: /colours|ألوان/ }).click();
	for (const look of ['en-light', 'en-dark', 'ar-dark', 'ar-light']) {
		await page.mouse.move(700, 790);
		await page.waitForTimeout(150);
		await clean(`${name}-${look}`);
		await (look === 'en-light' || look === 'ar-dark' ? colours() : toggle());
	}
}

const go = (name) => page.getByRole('navigation').getByRole('link', { name }).click();
const title = (name) => page.getByRole('heading', { level: 1, name }).waitFor();
const tab = (name) => page.getByRole('tab', { name, exact: true }).click();
const said = (text) => page.getByText(text).first().waitFor();
const shows = (id, text) => until(async () => (await page.getByTestId(id).first().innerText()) === text, `${id} is ${text}`);

async function chapter(name, f) {
	if (!only || only.includes(name))
		await promise(`${name}: to its end`, f);
}

// --- the shop has been selling for some weeks ---

const DAY_MS = 86400_000;
const names = ['Basmati rice 5 kg', 'Red lentils 1 kg', 'Black tea 450 g', 'Olive oil 1 l', 'Cardamom 100 g', 'Halloumi 250 g', 'Flat bread', 'Tomato paste', 'Dates 1 kg', 'Yoghurt 500 g', 'Chickpeas 1 kg', 'Sumac 50 g'];
const products = names.map((name, i) => post('/api/products', { name, price: 250 + 125 * i, barcode: String(6291000000000 + i), sku: `GR-${100 + i}` }));
const tigris = post('/api/suppliers', { name: 'Tigris Wholesale', phone: '0780 555 0101', contact: 'Hassan' });
const noor = post('/api/customers', { name: 'Noor Hadi', phone: '0770 111 2233' });
const ago = (days, hour) => new Date(Date.parse(new Date().toISOString().slice(0, 10)) - days * DAY_MS + hour * 3600_000).toISOString();

post('/api/purchases', { at: ago(50, 6), lines: products.map((p, i) => ({ product: p.uuid, qty: (i === 3 ? 30 : 400) * 1000, unit_cost: Math.round(p.price * 0.6) })) });
for (let day = 34; day >= 1; day--)
	for (let k = 0; k < (day % 7 === 5 ? 0 : 1 + ((day * 5) % 3)); k++) {
		const p = products[(day * 3 + k * 5) % products.length];
		const debt = day === 34 || day === 3;
		const qty = 1000 * (1 + ((day + k) % 3));
		post('/api/invoices', { at: ago(day, 8 + ((day * 2 + k * 3) % 12)), ...(debt ? { customer: noor.uuid } : {}), lines: [{ product: p.uuid, qty }],
			payments: debt ? [] : [{ method: k % 2 ? 'card' : 'cash', amount: p.price * qty / 1000 }] });
	}
for (let i = 0; i < 27; i++)
	post('/api/invoices', { at: ago(2, 11), lines: [{ product: products[3].uuid, qty: 1000 }], payments: [{ method: 'cash', amount: products[3].price }] });

await signIn(page, 'till', 'Amal', '1234');

await chapter('reports', async () => {
	await go('Reports');
	await title('Reports');
	await page.locator('canvas').first().waitFor();
	const today = new Date().toISOString().slice(0, 10);
	const range = `from=${new Date(Date.now() - 29 * DAY_MS).toISOString().slice(0, 10)}&to=${today}`;
	await promise('sales of 30 days are the API’s', async () => {
		const { total } = get(`/api/reports/daily-sales?${range}`);
		await shows('sum-total', money(total.total));
		await shows('sum-profit', money(total.profit));
		await shows('sum-invoices', String(total.invoices));
	});
	await everyLook('reports-sales');
	await promise('further down: hours of the week, and each day', async () => {
		await page.getByRole('table', { name: 'Day by day' }).scrollIntoViewIfNeeded();
		await shot(page, 'reports-sales-days');
	});
	await promise('the range stands in the address, and a reload keeps it', async () => {
		await page.getByText('7 days', { exact: true }).click();
		await until(() => page.url().includes('from='), 'from is in the address');
		await page.reload();
		const from = new Date(Date.now() - 6 * DAY_MS).toISOString().slice(0, 10);
		await shows('sum-total', money(get(`/api/reports/daily-sales?from=${from}&to=${today}`).total.total));
		await page.getByText('30 days', { exact: true }).click();
	});
	await promise('the curve is a table for who asks', async () => {
		await page.getByRole('button', { name: 'As a table' }).first().click();
		await page.getByRole('rowheader').first().waitFor();
		await page.getByRole('button', { name: 'As a table' }).first().click();
	});
	await promise('the file is the server’s, with all rows', async () => {
		const [file] = await Promise.all([page.waitForEvent('download'), page.getByTestId('csv-daily-sales').click()]);
		const lines = readFileSync(await file.path(), 'utf8').trim().split('\r\n');
		is(file.suggestedFilename(), `daily-sales_${range.match(/from=([^&]*)/)[1]}_${today}.csv`, 'its name says what it is');
		return lines[0].endsWith('date,invoices,total,tax,discounts,refunds,cost,profit') && lines.length === 1 + get(`/api/reports/daily-sales?${range}`).items.length;
	});
	await tab('Products');
	await promise('what sells best stands first', async () => {
		const [first] = get(`/api/reports/sales-by-product?${range}`).items;
		await page.getByRole('listitem').first().waitFor();
		return (await page.getByRole('listitem').first().innerText()).includes(first.name);
	});
	await everyLook('reports-products');
	await tab('Stock');
	await promise('what runs out, and what all is worth', async () => {
		await page.getByRole('row', { name: /Olive oil/ }).first().waitFor();
		await shows('valuation', money(get('/api/reports/valuation').total));
	});
	await everyLook('reports-stock');
	await tab('Receivables');
	await promise('what is owed is the API’s, and a click leads to the customer', async () => {
		await shows('owed', money(get('/api/reports/receivables').total.owed));
	});
	await everyLook('reports-debts');
	await promise('a debt leads to its customer', async () => {
		await page.getByRole('row', { name: /Noor Hadi/ }).click();
		await title('Customers');
		await page.goBack();
	});
	await tab('Books');
	await promise('cash and the trial balance are the API’s, and it balances', async () => {
		const cash = get(`/api/reports/cash-flow?${range}`).items.find((x) => x.code === '1010');
		const sum = get('/api/reports/trial-balance');
		await shows('closing-1010', money(cash.closing));
		await shows('debit', money(sum.debit));
		await shows('credit', money(sum.debit));
	});
	await everyLook('reports-books');
	await promise('days without sales say so', async () => {
		await page.goto(`${page.url().split('?')[0]}?from=2020-01-01&to=2020-01-05`);
		await said('Nothing was sold in this time');
		await clean('reports-none');
	});
});

await finish(world);
