// What the owner does behind the counter: looks at figures, gives people their roles,
// sees to drawers and suppliers; each figure on the screen is the API's.
import { readFileSync } from 'node:fs';
import { finish, is, open, operator, popsUp, press, promise, shot, signIn, until } from './fexl.mjs';
import { clean, everyLook } from './looks.mjs';

const world = await open({ acceptDownloads: true });
const page = await world.newPage();
const get = (path) => operator('till', 'GET', path);
const post = (path, body) => operator('till', 'POST', path, body);
const money = (n) => (n / 100).toLocaleString('en', { minimumFractionDigits: 2 });
const dialog = () => page.getByRole('dialog');
const only = process.env.FEXL_ONLY ? process.env.FEXL_ONLY.split(',') : null; // chapters, while one is being written

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
	await everyLook(page, 'reports-sales');
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
		await until(async () => (await page.getByRole('listitem').first().innerText()).includes(first.name), first.name);
	});
	await everyLook(page, 'reports-products');
	await tab('Stock');
	await promise('what runs out, and what all is worth', async () => {
		await page.getByRole('row', { name: /Olive oil/ }).first().waitFor();
		await shows('valuation', money(get('/api/reports/valuation').total));
	});
	await everyLook(page, 'reports-stock');
	await tab('Receivables');
	await promise('what is owed is the API’s, and a click leads to the customer', async () => {
		await shows('owed', money(get('/api/reports/receivables').total.owed));
	});
	await everyLook(page, 'reports-debts');
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
	await everyLook(page, 'reports-books');
	await promise('days without sales say so', async () => {
		await page.goto(`${page.url().split('?')[0]}?from=2020-01-01&to=2020-01-05`);
		await said('Nothing was sold in this time');
		await clean(page, 'reports-none');
	});
});

await chapter('users', async () => {
	await go('Users');
	await title('Users');
	await promise('a new cashier', async () => {
		await page.getByRole('button', { name: 'New user' }).click();
		await dialog().getByLabel('Name').fill('Leila');
		await dialog().locator('input[autocomplete=new-password]').first().fill('3333');
		await clean(page, 'users-form');
		await press(page, 'Enter');
		await page.getByRole('row', { name: /Leila/ }).waitFor();
	});
	await everyLook(page, 'users');
	await tab('Roles');
	await page.getByRole('row', { name: /Manager/ }).waitFor();
	await everyLook(page, 'roles');
	await promise('the owner’s role is everything, and cannot be made less', async () => {
		await page.getByRole('row', { name: /^Owner/ }).click();
		await dialog().getByRole('checkbox').first().waitFor();
		const boxes = await dialog().getByRole('checkbox').all();
		await until(async () => (await Promise.all(boxes.map(async (b) => (await b.isChecked()) && (await b.isDisabled())))).every(Boolean), 'all of them, fixed');
		await press(page, 'Escape');
		return boxes.length === get('/api/session').permissions.length;
	});
	await promise('a role of the shop’s own: an accountant who looks and does not sell', async () => {
		await page.getByRole('button', { name: 'New role' }).click();
		await dialog().getByLabel('What it is called').fill('Accountant');
		await dialog().getByLabel('Sell', { exact: true }).uncheck();
		await dialog().getByLabel('See reports').check();
		await dialog().getByLabel('See what goods cost').check();
		await everyLook(page, 'role-form');
		await dialog().getByRole('button', { name: 'Save' }).click();
		await page.getByRole('row', { name: /Accountant/ }).waitFor();
		const role = get('/api/roles?limit=50').items.find((r) => r.code === 'accountant');
		return role.permissions.sort().join() === 'analytics:view,costs:read,products:read';
	});
	await promise('Leila gets it', async () => {
		await tab('People');
		await page.getByRole('row', { name: /Leila/ }).click();
		await dialog().getByLabel('Role').click();
		await page.getByRole('option', { name: 'Accountant' }).click();
		await dialog().getByRole('button', { name: 'Save' }).click();
		await page.getByRole('row', { name: /Leila.*Accountant/ }).waitFor();
	});
	await promise('a role that somebody has is not removed, and it says why', async () => {
		await tab('Roles');
		await page.getByRole('row', { name: /Accountant/ }).click();
		await dialog().getByText('1 person has this role').waitFor();
		await press(page, 'Escape');
	});
	await promise('the only owner cannot stop being one', async () => {
		await tab('People');
		await page.getByRole('row', { name: /Amal/ }).click();
		await until(() => dialog().getByLabel('Role').isDisabled(), 'it is locked');
		await press(page, 'Escape');
	});
	const other = await world.newPage();
	await promise('she sees the pages of her role, and no more', async () => {
		await signIn(other, 'till', 'Leila', '3333');
		await until(async () => (await other.getByRole('navigation').getByRole('link').allInnerTexts()).join() === 'Invoices,Inventory,Customers,Reports,Settings', 'her pages');
	});
	await promise('what her role gains shows on her screen without a new sign-in', async () => {
		const role = get('/api/roles?limit=50').items.find((r) => r.code === 'accountant');
		operator('till', 'PATCH', `/api/roles/${role.uuid}`, { permissions: [...role.permissions, 'shifts:operate'] });
		await other.getByRole('navigation').getByRole('link', { name: 'Shifts' }).waitFor();
	});
	await other.context().close();
	await promise('switched off, she cannot sign in', async () => {
		await page.getByRole('row', { name: /Leila/ }).click();
		await dialog().getByRole('switch', { name: 'May sign in' }).click();
		await dialog().getByRole('button', { name: 'Save' }).click();
		await page.getByRole('row', { name: /Leila.*Switched off/i }).waitFor();
		return get('/api/users?limit=50').items.find((u) => u.name === 'Leila').active === false;
	});
});

await chapter('shifts', async () => {
	const shifts = () => get('/api/shifts?limit=20').items;
	const one = (s) => get(`/api/shifts/${s.uuid}`);
	await go('Shifts');
	await title('Shifts');
	await promise('nobody had this drawer before; it is opened with what is counted', async () => {
		await said('Nobody has had this drawer before');
		await page.getByLabel('Opening cash').fill('150');
		await everyLook(page, 'shifts-open');
		await press(page, 'Enter');
		await shows('expected', '150.00');
	});
	await promise('an expense, with the account it goes to; the drawer then holds less', async () => {
		await page.getByRole('button', { name: 'Cash in or out' }).click();
		await dialog().getByLabel('Amount').fill('12.50');
		await dialog().getByLabel('Reason').fill('Cleaning');
		await dialog().getByText('The drawer then holds 137.50').waitFor();
		await dialog().getByLabel('Booked on').click();
		await page.getByRole('option', { name: /6010/ }).click();
		await everyLook(page, 'shifts-move');
		await dialog().getByRole('button', { name: 'Save' }).click();
		await shows('expected', '137.50');
	});
	await promise('cash in, by keyboard alone', async () => {
		await page.getByRole('button', { name: 'Cash in or out' }).press('Enter');
		await dialog().getByText('Cash in', { exact: true }).click();
		await dialog().getByLabel('Amount').fill('20');
		await dialog().getByLabel('Reason').fill('Change from the bank');
		await press(page, 'Enter');
		await shows('expected', '157.50');
		return one(shifts()[0]).movements.length === 2;
	});
	await promise('a sale in the drawer counts at once', async () => {
		const [s] = shifts();
		post('/api/invoices', { shift: s.uuid, lines: [{ product: products[0].uuid, qty: 2000 }], payments: [{ method: 'cash', amount: 500 }] });
		await shows('expected', '162.50');
	});
	await everyLook(page, 'shifts');
	await promise('closed: expected, counted, and what is missing', async () => {
		await page.getByRole('button', { name: 'Close the shift' }).click();
		await dialog().getByLabel('Counted').fill('160');
		await dialog().getByText('2.50 is missing').waitFor();
		await everyLook(page, 'shifts-close');
		await dialog().getByLabel('Note').fill('Counted twice');
		await dialog().getByRole('button', { name: 'Close the shift' }).click();
		await page.getByLabel('Opening cash').waitFor();
		const [s] = shifts();
		return s.status === 'closed' && s.counted === 16000 && s.difference === -250;
	});
	await promise('the next one sees what was left, and by how much the count differs', async () => {
		await said('left 160.00 in it');
		await page.getByRole('button', { name: 'As it was left' }).click();
		await page.getByText('As much as was left').waitFor();
		await page.getByLabel('Opening cash').fill('157');
		await page.getByText('3.00 less than was left').waitFor();
		await everyLook(page, 'shifts-gap');
		await page.getByRole('button', { name: 'Open the shift' }).click();
		await shows('expected', '157.00');
		return shifts()[0].gap === -300;
	});
	await promise('a shift of the past opens with all that happened', async () => {
		await page.getByRole('row', { name: /Closed/i }).click();
		await dialog().getByText('Counted twice').waitFor();
	});
	await everyLook(page, 'shift-past');
	await press(page, 'Escape');
});

await chapter('suppliers', async () => {
	const account = () => get(`/api/suppliers/${tigris.uuid}/account`);
	const orders = () => get('/api/purchase-orders?limit=20').items;
	const onHand = (p) => get(`/api/inventory?q=${encodeURIComponent(p.sku)}`).items[0].on_hand;
	await go('Suppliers');
	await title('Suppliers');
	await page.getByRole('row', { name: /Tigris/ }).waitFor();
	await everyLook(page, 'suppliers');
	await promise('an order: from whom, what, for how much', async () => {
		await tab('Orders');
		await said('No orders here');
		await clean(page, 'orders-none');
		await page.getByRole('button', { name: 'New order' }).click();
		await dialog().getByLabel('Supplier').fill('Tigr');
		await page.getByRole('option', { name: /Tigris/ }).click();
		await dialog().getByLabel('Expected on').fill('2030-01-15');
		for (const [p, qty, cost] of [[products[0], '24', '1.45'], [products[4], '10', '4.20']]) {
			await dialog().getByLabel('Add a product').fill(p.name);
			await page.getByRole('option', { name: p.name }).click();
			await dialog().getByLabel(`Quantity: ${p.name}`).fill(qty);
			await dialog().getByLabel(`Unit cost: ${p.name}`).fill(cost);
		}
		await dialog().getByText('76.80').waitFor();
		await everyLook(page, 'order-form');
		await dialog().getByRole('button', { name: 'Save as a draft' }).click();
		await page.getByRole('row', { name: /Tigris.*Draft/i }).waitFor();
		return orders().length === 1 && orders()[0].lines.length === 2;
	});
	await promise('ordered: nothing is booked yet', async () => {
		await page.getByRole('row', { name: /Tigris/ }).click();
		await shows('bought', '76.80');
		await dialog().getByRole('button', { name: 'Order it' }).click();
		await page.getByRole('row', { name: /Tigris.*Ordered/i }).waitFor();
		return account().owed === 0;
	});
	await everyLook(page, 'orders');
	await promise('received, less than was ordered: stock and debt are what came', async () => {
		const before = onHand(products[0]);
		await page.getByRole('row', { name: /Tigris/ }).click();
		await dialog().getByRole('button', { name: 'Receive the goods' }).click();
		await dialog().getByLabel(`Quantity: ${products[0].name}`).fill('20');
		await everyLook(page, 'order-receive');
		await popsUp(page, 'the order is done', () => dialog().getByRole('button', { name: 'Receive the goods' }).click());
		await said('No orders here');
		return onHand(products[0]) === before + 20000 && account().owed === 20 * 145 + 10 * 420 && orders()[0].status === 'received';
	});
	await tab('Suppliers');
	await promise('the account says what we owe, and for what', async () => {
		await page.getByRole('row', { name: /Tigris/ }).click();
		await dialog().getByText(money(account().owed)).first().waitFor();
	});
	await everyLook(page, 'supplier-account');
	await promise('more than is owed is not paid', async () => {
		await dialog().getByRole('button', { name: 'Pay the supplier' }).click();
		const pay = page.getByRole('dialog', { name: 'Pay the supplier' });
		await pay.getByLabel('Amount').fill('1000');
		await pay.getByText('At most 71.00').waitFor();
		await until(() => pay.getByRole('button', { name: 'Pay the supplier' }).isDisabled(), 'it cannot be pressed');
	});
	await promise('paid in part, from the bank', async () => {
		const pay = page.getByRole('dialog', { name: 'Pay the supplier' });
		await pay.getByRole('button', { name: 'All of it' }).click();
		await until(async () => (await pay.getByLabel('Amount').inputValue()) === '71.00', 'all of it');
		await pay.getByLabel('Amount').fill('30');
		await clean(page, 'supplier-pay');
		await pay.getByRole('button', { name: 'Pay the supplier' }).click();
		await until(() => account().owed === 4100, '41.00 is left');
		await dialog().getByText('41.00').first().waitFor();
	});
	await promise('a purchase can be looked at, and voided while all of it is here', async () => {
		const { uuid, number } = get('/api/purchases?limit=1').items[0];
		await dialog().getByRole('link', { name: number }).click();
		await until(() => page.url().includes(uuid), 'its address');
		await shows('bought', '71.00');
		await clean(page, 'purchase');
		await page.getByRole('button', { name: 'Void the purchase' }).click();
		await page.getByLabel('Reason').fill('Delivered to the wrong shop');
		await page.getByRole('button', { name: 'Void the purchase' }).click();
		await until(() => get('/api/purchase-voids?limit=5').items.length === 1, 'it is void');
	});
});

await finish(world);
