// A cashier's morning, and what the owner looks at afterwards; each figure on the
// screen is the API's.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finish, is, open, operator, popsUp, press, promise, scan, shot, signIn, stage, until } from './fexl.mjs';
import { clean, everyLook } from './looks.mjs';

const world = await open({ acceptDownloads: true });
const page = await world.newPage();
const get = (path) => operator('till', 'GET', path);
const total = () => page.getByTestId('total').innerText();
const MANY = 150; // more than a page of a list
const money = (n) => (n / 100).toLocaleString('en', { minimumFractionDigits: 2 });

const go = (name) => page.getByRole('navigation').getByRole('link', { name }).click();
// One of a group of choices; a word of the list below it may be the same.
const choose = (group, name) => page.getByRole('radiogroup', { name: group }).getByText(name, { exact: true }).click();
const rows = (n) => until(async () => (await page.getByRole('row').count()) === n + 1, `${n} rows below the head`);
const title = (name) => page.getByRole('heading', { level: 1, name }).waitFor();

// --- the shop ---

const names = ['Basmati rice 5 kg', 'Red lentils 1 kg', 'Black tea 450 g', 'Olive oil 1 l', 'Cardamom 100 g', 'Halloumi 250 g', 'Flat bread', 'Tomato paste', 'Dates 1 kg', 'Yoghurt 500 g', 'Chickpeas 1 kg', 'Sumac 50 g'];
const products = names.map((name, i) => operator('till', 'POST', '/api/products', { name, price: 250 + 125 * i, barcode: String(6291000000000 + i), sku: `GR-${100 + i}`, unit: i % 3 ? null : 'piece' }));
operator('till', 'POST', '/api/suppliers', { name: 'Tigris Wholesale', phone: '0780 555 0101', contact: 'Hassan' });
operator('till', 'POST', '/api/purchases', { lines: products.slice(0, 10).map((p, i) => ({ product: p.uuid, qty: (i === 3 ? 4 : 40) * 1000, unit_cost: Math.round(p.price * 0.6) })) });
for (const [name, phone] of [['Noor Hadi', '0770 111 2233'], ['Sami Karim', '0771 222 3344'], [null, '0772 333 4455']])
	operator('till', 'POST', '/api/customers', { phone, ...(name ? { name } : {}) });

// --- the cashier's morning ---

await signIn(page, 'till', 'Yusuf', '2222');
await promise('a cashier sees what is his, and no more', async () => {
	const links = () => page.getByRole('navigation').getByRole('link').allInnerTexts();
	await until(async () => (await links()).join() === 'Sell,Invoices,Inventory,Customers,Shifts,Settings', 'his pages');
});
await promise('he opens his drawer with 100.00', async () => {
	await go('Shifts');
	await page.getByLabel('Opening cash').fill('100');
	await press(page, 'Enter');
	await until(async () => (await page.getByTestId('expected').innerText()) === '100.00', 'what it must hold');
});
await promise('ten sales by scanner and keyboard', async () => {
	await go('Sell');
	for (let i = 0; i < 10; i++) {
		await page.getByPlaceholder('Search by name').waitFor();
		await scan(page, products[i].barcode);
		await scan(page, products[(i + 1) % 10].barcode);
		await until(async () => (await total()) === money(products[i].price + products[(i + 1) % 10].price), `cart ${i}`);
		await press(page, 'F9');
		await page.getByTestId('due').waitFor();
		await press(page, 'Enter');
		await page.getByTestId('done').waitFor();
	}
	return get('/api/invoices?limit=50').items.length === 10;
});
await promise('one on account, for a customer found by phone', async () => {
	await scan(page, products[8].barcode);
	await until(async () => (await total()) === money(products[8].price));
	await page.getByTestId('customer').click();
	await page.getByLabel('Phone or name').fill('0770 111');
	await page.getByRole('button', { name: /Noor Hadi/ }).click();
	await press(page, 'F9');
	await page.getByLabel('Received').fill('0');
	await press(page, 'Enter');
	await page.getByTestId('done').waitFor();
	const [sale] = get('/api/invoices?limit=1').items;
	return sale.owed === products[8].price && sale.status === 'unpaid';
});
await promise('all of them belong to his shift', async () => new Set(get('/api/invoices?limit=50').items.map((i) => i.shift)).size === 1);
await promise('one return, from the invoice', async () => {
	await go('Invoices');
	await page.getByRole('row', { name: get('/api/invoices?limit=2').items[1].number }).click();
	await page.getByRole('button', { name: 'Return goods' }).click();
	await page.getByRole('dialog').getByLabel('Quantity').first().fill('1');
	await shot(page, 'invoice-return');
	await popsUp(page, 'is booked', () => page.getByRole('dialog').getByRole('button', { name: /Return goods/ }).click());
	return get('/api/returns?limit=5').items.length === 1;
});
await everyLook(page, 'invoice');
await promise('the debt is paid in part', async () => {
	await go('Customers');
	await page.getByRole('row', { name: /Noor Hadi/ }).click();
	await page.getByRole('button', { name: 'Take a payment' }).click();
	const pay = page.getByRole('dialog', { name: 'Take a payment', exact: true });
	await pay.getByLabel('Amount').fill('5');
	await pay.getByRole('button', { name: 'Take a payment' }).click();
	await until(() => get('/api/customer-payments?limit=5').items.length === 1, 'the payment is booked');
	return get('/api/customer-payments?limit=5').items[0].amount === 500;
});
await promise('cash out for an expense', async () => {
	await press(page, 'Escape');
	await go('Shifts');
	await page.getByRole('button', { name: 'Cash in or out' }).click();
	await page.getByRole('dialog').getByLabel('Amount').fill('3.50');
	await page.getByRole('dialog').getByLabel('Reason').fill('Tea for all');
	await press(page, 'Enter');
	await page.getByRole('listitem').filter({ hasText: 'Tea for all' }).waitFor();
});
const shift = () => get('/api/shifts?limit=5').items[0];
await promise('what the drawer must hold stands on the screen as in the API', async () =>
	until(async () => (await page.getByTestId('expected').first().innerText()) === money(shift().expected), 'expected'));
await everyLook(page, 'shifts');
await promise('he closes it; the difference is said and stored', async () => {
	const counted = shift().expected - 50;
	await page.getByRole('button', { name: 'Close the shift' }).click();
	await page.getByRole('dialog').getByLabel('Counted').fill(money(counted));
	await page.getByText('-0.50').waitFor();
	await shot(page, 'shift-close');
	await page.getByRole('dialog').getByRole('button', { name: 'Close the shift' }).click();
	await page.getByLabel('Opening cash').waitFor();
	return shift().status === 'closed' && shift().difference === -50;
});
await promise('another cannot look at what goods cost', async () => {
	await go('Inventory');
	await page.getByRole('row', { name: /Basmati/ }).waitFor();
	return (await page.getByRole('columnheader', { name: 'Worth' }).count()) === 0;
});
await page.getByTestId('account').click();
await page.getByRole('menuitem', { name: 'Sign out' }).click();

// --- the owner ---

await signIn(page, 'till', 'Amal', '1234');
await go('Invoices');
await page.getByRole('row').nth(3).waitFor();
await everyLook(page, 'invoices');
await promise('unpaid invoices are found', async () => {
	await choose('Which invoices', 'Unpaid');
	await rows(1);
});
await promise('an invoice is cancelled, with a reason; its goods come back', async () => {
	await choose('Which invoices', 'All');
	await rows(11);
	const onHand = () => get('/api/inventory?limit=50').items.reduce((n, x) => n + x.on_hand, 0);
	const before = onHand();
	await page.getByRole('row', { name: get('/api/invoices?limit=50').items.at(-1).number }).click();
	await page.getByRole('button', { name: 'Cancel the invoice' }).click();
	await page.getByRole('dialog').getByLabel('Reason').fill('Wrong customer');
	await shot(page, 'invoice-cancel');
	await page.getByRole('dialog').getByRole('button', { name: 'Cancel the invoice' }).click();
	await until(() => get('/api/cancellations?limit=5').items.length === 1, 'it is cancelled');
	await until(async () => /Cancelled/.test(await page.locator('#content').innerText()), 'and says so');
	return onHand() === before + 2000;
});
await clean(page, 'invoice-cancelled');
await go('Inventory');
await page.getByRole('row', { name: /Basmati/ }).waitFor();
await everyLook(page, 'inventory');
await promise('low stock is found', async () => {
	await choose('Level', 'Low');
	await page.getByRole('row', { name: /Olive oil/ }).waitFor();
	await rows(get('/api/inventory?level=low').items.length);
	await rows(1);
});
await everyLook(page, 'inventory-low');
const exported = async () => {
	const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export CSV' }).click()]);
	return readFileSync(await file.path(), 'utf8').trim().split('\r\n');
};
await promise('the file is the list as it is filtered', async () => {
	const [head, ...lines] = await exported();
	is(head.replace('\ufeff', ''), 'name,sku,barcode,price,on_hand,level', 'its head');
	return lines.length === 1 && lines[0].startsWith('Olive oil 1 l,GR-103,') && lines[0].endsWith(',6.25,2,low');
});
await promise('opened from there it is the whole product, with what is left of each purchase', async () => {
	await page.getByRole('row', { name: /Olive oil/ }).click();
	await page.getByRole('dialog').getByRole('tab', { name: 'Layers' }).click();
	const [layer] = get(`/api/inventory/${products[3].uuid}/layers`).items;
	await page.getByRole('dialog').getByRole('cell', { name: money(layer.value_left), exact: true }).waitFor();
});
await everyLook(page, 'product-layers');
await press(page, 'Escape');
await page.getByRole('dialog').waitFor({ state: 'detached' });
await choose('Level', 'All');
await promise('a product has its movements', async () => {
	await page.getByRole('row', { name: /Olive oil/ }).click();
	await page.getByRole('dialog').getByText('Purchase').waitFor();
});
await clean(page, 'product-stock');
await promise('restocked, and it counts', async () => {
	await page.getByRole('dialog').getByRole('button', { name: 'Restock' }).click();
	await page.getByRole('dialog').getByLabel(/^Quantity: Olive/).fill('12');
	await page.getByRole('dialog').getByLabel(/^Unit cost: Olive/).fill('3.10');
	await clean(page, 'restock');
	await popsUp(page, 'is booked', () => page.getByRole('dialog').getByRole('button', { name: 'Restock' }).click());
	return get('/api/inventory?q=Olive').items[0].on_hand >= 12000;
});
await promise('counted: the difference is booked', async () => {
	await page.getByRole('button', { name: 'Stock', exact: true }).click();
	await page.getByRole('menuitem', { name: 'Count' }).click();
	await scan(page, products[0].barcode);
	await page.getByRole('dialog').getByLabel(/^Counted: Basmati/).fill('30');
	await clean(page, 'count');
	await page.getByRole('dialog').getByRole('button', { name: 'Count' }).click();
	await until(() => get('/api/inventory?q=Basmati').items[0].on_hand === 30000, 'thirty are there');
});
await promise('a new price, typed, is the API’s', async () => {
	await page.getByRole('row', { name: /Flat bread/ }).click();
	await page.getByRole('tab', { name: 'Details' }).click();
	await page.getByRole('dialog').getByLabel('Price').fill('9.99');
	await clean(page, 'product-form');
	await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
	await until(() => get('/api/products?q=Flat').items[0].price === 999, 'the price');
});
await promise('changed elsewhere meanwhile: both are shown, nothing is overwritten', async () => {
	await page.getByRole('row', { name: /Tomato paste/ }).click();
	await page.getByRole('tab', { name: 'Details' }).click();
	await page.getByRole('dialog').getByLabel('Price').fill('7.77');
	operator('till', 'PATCH', `/api/products/${products[7].uuid}`, { price: 888 });
	await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
	await page.getByText('Somebody else changed this').waitFor();
	await clean(page, 'product-stale');
	await page.getByRole('button', { name: 'Take theirs' }).click();
	return get('/api/products?q=Tomato').items[0].price === 888;
});
await press(page, 'Escape');
await promise('a CSV file says first what it would do, then does it', async () => {
	const file = join(stage, 'products.csv');
	const many = Array.from({ length: MANY }, (_, i) => `Spice ${i},SP-${i},100\n`).join('');
	writeFileSync(file, `name,sku,price\nSaffron 1 g,GR-900,450\nMint,GR-901,abc\n${many}`);
	await page.getByRole('button', { name: 'Stock', exact: true }).click();
	await page.getByRole('menuitem', { name: 'Import CSV' }).click();
	await page.getByTestId('csv').setInputFiles(file);
	await page.getByText('refuse 1').waitFor();
	await clean(page, 'import');
	if (get('/api/products?q=Saffron').items.length !== 0)
		return false;
	await page.getByText('Leave out lines with errors').click({ force: true });
	await page.getByRole('button', { name: 'Import it' }).click();
	await until(() => get('/api/products?q=Saffron').items.length === 1, 'it is there');
});
await press(page, 'Escape');
await page.getByRole('dialog').waitFor({ state: 'detached' });
await promise('the file has all products, also those that nobody has scrolled to', async () => {
	await page.getByRole('row', { name: /Saffron/ }).waitFor();
	const lines = await exported();
	return lines.length === 1 + products.length + 1 + MANY && lines.some((l) => l.startsWith(`Spice ${MANY - 1},`));
});
await go('Customers');
await page.getByRole('row', { name: /Noor/ }).waitFor();
await everyLook(page, 'customers');
await promise('an account: owes what the API says', async () => {
	await page.getByRole('row', { name: /Noor/ }).click();
	const uuid = get('/api/customers?q=Noor').items[0].uuid;
	await page.getByRole('dialog').getByText(money(get(`/api/customers/${uuid}/account`).owed)).first().waitFor();
});
await clean(page, 'customer-account');
await press(page, 'Escape');
await go('Suppliers');
await page.getByRole('row', { name: /Tigris/ }).waitFor();
await everyLook(page, 'suppliers');
await go('Users');
await promise('a new cashier, who can sign in', async () => {
	await page.getByRole('button', { name: 'New user' }).click();
	await page.getByRole('dialog').getByLabel('Name').fill('Leila');
	await page.getByRole('dialog').locator('input[autocomplete=new-password]').first().fill('3333');
	await clean(page, 'user-form');
	await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
	await page.getByRole('row', { name: /Leila/ }).waitFor();
});
await everyLook(page, 'users');
await go('Reports');
await title('Reports');
await page.getByText('Sales by day').first().waitFor();
await everyLook(page, 'reports-sales');
await promise('the trial balance on the screen is the API’s', async () => {
	await page.getByRole('tab', { name: 'Books' }).click();
	const sum = get('/api/reports/trial-balance');
	await page.getByText(money(sum.debit)).first().waitFor();
	return sum.debit === sum.credit;
});
await everyLook(page, 'reports-books');
await page.getByRole('tab', { name: 'Receivables' }).click();
await page.getByText('Noor Hadi').waitFor();
await everyLook(page, 'reports-debts');
await go('Settings');
await promise('the currency stands behind amounts', async () => {
	await page.getByLabel('Currency').fill('iqd');
	await popsUp(page, 'Saved', () => page.getByRole('button', { name: 'Save' }).click());
	await go('Sell');
	await until(async () => (await total()) === '0.00 IQD', 'IQD');
});
await go('Settings');
await title('Settings');
await everyLook(page, 'settings-shop');
await go('Conflicts');
await title('Conflicts');
await everyLook(page, 'conflicts-none');

// --- news from elsewhere ---

await promise('a sale made at another place shows in the list without a reload, and nothing jumps', async () => {
	await go('Invoices');
	await page.getByRole('row').nth(3).waitFor();
	const search = page.getByPlaceholder('Search');
	await search.focus();
	const sale = operator('till', 'POST', '/api/invoices', { lines: [{ product: products[0].uuid, qty: 1000 }], payments: [{ method: 'cash', amount: 1000 }] });
	await page.getByRole('row', { name: new RegExp(sale.number) }).waitFor();
	return search.evaluate((el) => el === document.activeElement);
});
await finish(world);
