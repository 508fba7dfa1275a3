// A till alone and its cloud change the same product; then they meet again.
import { fexlctl, finish, linkMode, ok, open, operator, patienceMs, promise, signIn, until, url } from './fexl.mjs';
import { clean, everyLook } from './looks.mjs';

const world = await open();
const till = await world.newPage();
const cloud = await world.newPage();

const price = (node) => operator(node, 'GET', '/api/products?q=Rice').items[0]?.price;
const rice = operator('cloud', 'POST', '/api/products', { name: 'Rice 5 kg', price: 5000 });
await until(() => price('till') === 5000, 'the till has rice');
await signIn(till, 'till', 'Amal', '1234');
await till.goto(`${url('till')}/invoices`);
await till.getByText('No invoices here').waitFor();

await promise('sold while the cable is cut: the invoice is marked as kept here', async () => {
	linkMode('line', 'cut');
	operator('till', 'POST', '/api/invoices', { lines: [{ product: rice.uuid, qty: 1000 }], payments: [{ method: 'cash', amount: 5000 }] });
	await till.getByRole('row').getByText('Kept here').waitFor();
	await until(async () => /Offline: 1 change/.test(await till.getByTestId('status').innerText()), 'the chip says it');
});
await everyLook(till, 'invoices-offline');
await promise('the unsent ones can be listed', async () => {
	await till.getByText('Unsent', { exact: true }).click();
	await until(async () => (await till.getByRole('row').count()) === 2, 'one row');
});
await promise('Cloud Sync says what waits, and that nothing is lost', async () => {
	await till.goto(`${url('till')}/settings/sync`);
	await till.getByText('is safe here and goes up later').first().waitFor();
});
await everyLook(till, 'sync-offline');

operator('till', 'PATCH', `/api/products/${rice.uuid}`, { price: 5250 });
operator('cloud', 'PATCH', `/api/products/${rice.uuid}`, { price: 5500 });
linkMode('line', 'pass');
await promise('met again: the later change counts at both places', async () => {
	fexlctl('till', ['--timeout', String(patienceMs / 1000), 'sync', 'now', '--wait']);
	await until(() => price('till') === 5500 && price('cloud') === 5500, 'both say 5500');
});
await promise('and the invoice is marked as being in the cloud, without a reload', async () => {
	await till.getByRole('navigation').getByRole('link', { name: 'Invoices' }).click();
	await till.getByRole('row').getByText('In the cloud').waitFor();
});

await signIn(cloud, 'cloud', 'Amal', '1234');
await cloud.goto(`${url('cloud')}/conflicts`);
await cloud.getByRole('row', { name: /Rice/ }).waitFor();
await everyLook(cloud, 'conflicts');
await promise('both versions stand side by side, with where they were made', async () => {
	await cloud.getByRole('row', { name: /Rice/ }).click();
	const dialog = cloud.getByRole('dialog');
	await dialog.getByText('55.00').waitFor();
	await dialog.getByText('52.50').waitFor();
	await until(async () => (await dialog.innerText()).includes('till'), 'where it was made');
});
await clean(cloud, 'conflict');
await promise('the one that lost can be put back, and goes to the till', async () => {
	await cloud.getByRole('dialog').getByRole('button', { name: 'Put the other one back' }).click();
	await until(() => price('cloud') === 5250 && price('till') === 5250, 'both say 5250');
	await cloud.getByRole('row', { name: /Put back/ }).waitFor();
});
const kept = operator('cloud', 'GET', '/api/conflicts').items;
ok(kept.some((c) => c.restored_at), 'the conflict stays to be read, and says that it was put back', JSON.stringify(kept, null, 1));
await finish(world);
