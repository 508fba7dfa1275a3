// From an empty cloud to a till that works with it, and back, all on screen.
import { finish, is, note, open, operator, press, promise, shot, signIn, until, url } from './fexl.mjs';
import { clean, everyLook } from './looks.mjs';

// From the owner's click to the till's panel: 2 s are promised and stand in the log; the
// bar is what a machine with other work still makes.
const TURN_MS = 10_000;
const world = await open();
const admin = await world.newPage();
const owner = await world.newPage();
const till = await world.newPage();

// --- at the cloud: a shop ---

await admin.goto(`${url('cloud')}/`);
await admin.locator('input[name=user]').waitFor();
await clean(admin, 'cloud-sign-in');
await promise('the administrator signs in, and there is no shop yet', async () => {
	await admin.getByText('Platform administrator').click();
	await admin.locator('input[name=secret]').fill('correct horse battery');
	await press(admin, 'Enter');
	await admin.getByText('There is no shop yet').waitFor();
});
await everyLook(admin, 'tenants-empty');
let license, tenant;
await promise('a shop is made: licence key, tenant UUID and QR are shown', async () => {
	const asked = admin.getByRole('dialog');
	await admin.getByRole('button', { name: 'New shop' }).click();
	await asked.getByRole('textbox', { name: 'Shop', exact: true }).fill('Rafidain Grocery');
	await asked.getByRole('textbox', { name: 'Owner', exact: true }).fill('Amal');
	await asked.locator('input[autocomplete=new-password]').fill('1234');
	await shot(admin, 'tenants-new');
	await admin.getByRole('button', { name: 'Make the shop' }).click();
	license = await admin.getByTestId('license').innerText();
	tenant = await admin.getByTestId('tenant').innerText();
	await admin.getByRole('img', { name: 'QR code' }).waitFor();
	return /^FEXL(-[A-Z0-9]{4}){4}$/.test(license) && tenant.length === 36;
});
await clean(admin, 'tenants-made');
await admin.getByRole('button', { name: 'I have it' }).click();
await admin.getByRole('row', { name: /Rafidain/ }).waitFor();
await everyLook(admin, 'tenants');
await promise('the health page has figures and a curve', async () => {
	await admin.getByRole('link', { name: 'Health' }).click();
	await admin.locator('canvas').first().waitFor();
});
await everyLook(admin, 'health');

// --- at the till: it asks ---

const panel = (state) => till.locator(`[data-testid=sync-panel][data-state=${state}]`).waitFor();
await signIn(till, 'till', 'Amal', '1234');
await promise('sync is off, and says so', async () => {
	await till.getByRole('link', { name: 'Settings' }).click();
	await till.getByRole('tab', { name: 'Cloud Sync' }).click();
	await panel('off');
});
await everyLook(till, 'sync-off');
await promise('the pairing text fills in the fields', async () => {
	await till.getByRole('switch').click();
	await till.getByLabel('Pairing text').fill(`fexl://pair?url=${encodeURIComponent(url('cloud'))}&tenant=${tenant}&key=${license}`);
	await till.getByLabel('Name of this till').fill('Till 1');
	await until(async () => (await till.getByLabel('Address of the cloud').inputValue()) === url('cloud'), 'the address');
});
await everyLook(till, 'sync-details');
await promise('a wrong key is refused by the cloud, in words, and selling goes on', async () => {
	await till.getByLabel('Licence key').fill('FEXL-AAAA-BBBB-CCCC-DDDD');
	await till.getByRole('button', { name: 'Ask the cloud' }).click();
	await panel('refused');
});
await clean(till, 'sync-refused');
await promise('asked again with the right one it waits, with a code and a QR', async () => {
	await till.getByRole('button', { name: 'Pair again' }).click();
	await till.getByLabel('Pairing text').fill(`fexl://pair?url=${encodeURIComponent(url('cloud'))}&tenant=${tenant}&key=${license}`);
	await till.getByLabel('Name of this till').fill('Till 1');
	await till.getByRole('button', { name: 'Ask the cloud' }).click();
	await panel('pending');
	await till.getByRole('img', { name: 'QR code' }).waitFor();
	return /^[A-Z0-9]{4}-[A-Z0-9]{4}$/.test(await till.getByTestId('pair-code').innerText());
});
await everyLook(till, 'sync-waiting');

// --- at the cloud, in another browser: the owner ---

await signIn(owner, 'cloud', 'Amal', '1234');
await promise('the till stands on top of the devices, with the same code', async () => {
	await owner.goto(`${url('cloud')}/devices`);
	const card = owner.getByTestId('asking');
	await card.waitFor();
	await until(async () => (await card.innerText()).includes(await till.getByTestId('pair-code').innerText()), 'the same code');
});
await everyLook(owner, 'devices-asking');
async function turned(act, state) {
	const began = Date.now();
	await act();
	await panel(state);
	const ms = Date.now() - began;
	note(`${state} after ${ms} ms`);
	return ms < TURN_MS;
}
await promise('approved: the till turns by itself, and is live', async () => {
	const fast = await turned(() => owner.getByRole('button', { name: 'Approve' }).click(), 'approved');
	await till.getByText('Everything is in the cloud.').first().waitFor();
	return fast;
});
await owner.getByRole('row', { name: /Till 1/ }).waitFor();
await everyLook(owner, 'devices');
await everyLook(till, 'sync-on');
// Such a small shop is here before anybody looks: the panel is shown one that is on its way.
await promise('a first load says what is here, what comes now and what waits', async () => {
	await till.route('**/api/sync/status', async (route) => {
		const s = await (await route.fetch()).json();
		const load_tables = ['settings', 'users', 'products', 'customers', 'invoices'].map((table, i) => ({ table, state: i < 2 ? 'done' : i === 2 ? 'now' : 'waiting' }));
		await route.fulfill({ json: { ...s, state: 'loading', pairing: { ...s.pairing, loaded_at: null, load_tables, load: { complete: false, done: 20_000, total: 50_000, rows_per_s: 4000 } } } });
	});
	await till.getByRole('list', { name: 'What is here already' }).getByText('coming now').waitFor();
});
await everyLook(till, 'sync-loading');
await till.unroute('**/api/sync/status');
await panel('approved');
await till.getByText('Everything is in the cloud.').first().waitFor();
await promise('Sync now does a cycle', async () => {
	const last = () => operator('till', 'GET', '/api/sync/status').pairing.last_cycle;
	const before = last();
	await till.getByRole('button', { name: 'Sync now' }).click();
	await until(() => last() !== before, 'another cycle');
	await till.getByText('Complete', { exact: true }).first().waitFor();
});
await promise('the chip opens the figures', async () => {
	await till.getByTestId('status').click();
	await till.getByRole('dialog').getByText('Last complete cycle').waitFor();
	await clean(till, 'sync-drawer');
	await press(till, 'Escape');
});
await promise('turning off says what stays', async () => {
	await till.getByRole('button', { name: 'Turn sync off' }).click();
	await till.getByText('All data stays on this till').waitFor();
	await clean(till, 'sync-turn-off');
	await press(till, 'Escape');
});

// --- and sent away ---

await promise('revoked: the panel turns by itself; the till sells on', async () => {
	await owner.getByRole('button', { name: 'More for Till 1' }).click();
	await owner.getByRole('menuitem', { name: 'Revoke' }).click();
	await owner.getByRole('dialog').getByText('Within 2 seconds').waitFor();
	await shot(owner, 'devices-revoke');
	return turned(() => owner.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click(), 'revoked');
});
await everyLook(till, 'sync-revoked');
is(operator('cloud', 'GET', '/api/devices').items[0].status, 'revoked', 'the cloud says so too');
await promise('a revoked till still makes sales', async () => {
	const p = operator('till', 'POST', '/api/products', { name: 'Tea', price: 100 });
	operator('till', 'POST', '/api/invoices', { lines: [{ product: p.uuid, qty: 1000 }], payments: [{ method: 'cash', amount: 100 }] });
	await until(async () => /Revoked/.test(await till.getByTestId('status').innerText()), 'the chip says it');
});
await finish(world);
