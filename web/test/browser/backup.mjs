// A till's backups on screen: made, judged, deleted, and put in place of the shop, for
// which its server ends and begins again (t/8070 starts it anew, as systemd would).
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finish, fexlctl, is, ok, open, operator, promise, shot, signIn, stage, until, url } from './fexl.mjs';
import { clean, everyLook } from './looks.mjs';

const world = await open();
const owner = await world.newPage();
const manager = await world.newPage();
const folder = join(stage, 'till/data/backups');
const files = () => readdirSync(folder).filter((f) => f.endsWith('.db'));
const rows = () => owner.getByTestId('backup');
const count = () => operator('till', 'GET', '/api/invoices?limit=100').items.length;
const tea = operator('till', 'GET', '/api/products?q=Tea').items[0].uuid;
const sell = (n) => {
	for (let i = 0; i < n; i++)
		operator('till', 'POST', '/api/invoices', { lines: [{ product: tea, qty: 1000 }], payments: [{ method: 'cash', amount: 250 }] });
};
const place = `${url('till')}/settings/backup`;

await signIn(owner, 'till', 'Amal', '1234');
await promise('Backup stands beside Cloud Sync, and says that there is none yet', async () => {
	await owner.goto(`${url('till')}/settings`);
	await owner.getByRole('tab', { name: 'Backup' }).click();
	await owner.getByText('There is no backup yet').waitFor();
});
await everyLook(owner, 'backup-none');

sell(3);
await promise('one is made, and stands in the list with its time and size', async () => {
	await owner.getByRole('button', { name: 'Back up now' }).click();
	await until(async () => (await rows().count()) === 1, 'a row');
	return /[kM]B/.test(await rows().innerText()) && files().length === 1;
});
await promise('it is checked and found whole', async () => {
	await rows().getByRole('button', { name: 'Check' }).click();
	await rows().getByText('Whole', { exact: true }).waitFor();
	await rows().getByText('its books balance').waitFor();
});
await everyLook(owner, 'backup-list', async () => {
	await rows().getByRole('button').first().click();
	await rows().locator('[class*=Badge]').first().waitFor();
});
await promise('a second one that was damaged since is found out, with the reason', async () => {
	const second = () => new Date().toISOString().slice(11, 19).replaceAll(':', '');
	await until(() => !files()[0].includes(second()), 'another second: it is the name');
	await owner.getByRole('button', { name: 'Back up now' }).click();
	await until(async () => (await rows().count()) === 2, 'two rows');
	const file = join(folder, files().sort().at(-1));
	const bytes = readFileSync(file);
	bytes[20000] ^= 0xff;
	writeFileSync(file, bytes);
	await rows().first().getByRole('button', { name: 'Check' }).click();
	await rows().first().getByText('Not whole').waitFor();
	return /damaged/.test(await rows().first().innerText()) && rows().first().getByRole('button', { name: 'Restore…' }).isDisabled();
});
await clean(owner, 'backup-broken');
await promise('it is deleted, asked first', async () => {
	await rows().first().getByRole('button', { name: 'More for the backup' }).click();
	await owner.getByRole('menuitem', { name: 'Delete the backup' }).click();
	await shot(owner, 'backup-delete');
	await owner.getByRole('dialog').getByRole('button', { name: 'Delete the backup' }).click();
	await until(async () => (await rows().count()) === 1, 'one row');
	return files().length === 1;
});

await signIn(manager, 'till', 'Mona', '4321');
await promise('a manager can make one, and is not offered to restore it', async () => {
	await manager.goto(place);
	await manager.getByTestId('backup').waitFor();
	await manager.getByText('Only an owner can restore').waitFor();
	return (await manager.getByRole('button', { name: 'Restore…' }).count()) === 0;
});
await manager.context().close();

// --- back to it ---

const dialog = () => owner.getByRole('dialog');
const go = () => dialog().locator('button[type=submit]');
const ask = async () => {
	await rows().first().getByRole('button', { name: /Restore…|استعد…/ }).click();
	await dialog().getByRole('textbox').waitFor();
};

fexlctl('till', ['sync', 'now', '--wait']);
sell(2);
fexlctl('till', ['sync', 'now', '--wait']);
await everyLook(owner, 'backup-restore', ask);
await promise('nothing is chosen for anybody: way and name must be said', async () => {
	await owner.goto(place);
	await ask();
	const begun = await go().isDisabled();
	await dialog().getByRole('textbox').fill('Rafidain');
	const named = await go().isDisabled();
	await dialog().getByRole('radio', { name: /Send the backup/ }).click();
	const wrong = await go().isDisabled();
	await dialog().getByRole('textbox').fill('Rafidain Grocery');
	return begun && named && wrong && (await go().isEnabled());
});

// The keyboard alone: what is asked, chosen, typed, confirmed.
async function restore(before) {
	await before?.();
	writeFileSync(join(stage, 'restoring'), '');
	await dialog().getByRole('textbox').press('Enter');
	await owner.getByText('The backup is restored').waitFor();
}

await promise('the till ends, comes back with it, and says where the old one is', async () => {
	await restore();
	return /backups\/before-restore-/.test(await owner.locator('main').innerText());
});
await clean(owner, 'backup-restored');
ok(readdirSync(folder).some((f) => f.startsWith('before-restore-')), 'the folder is there');
await promise('one signs in again; what was sold since comes back from the cloud', async () => {
	await signIn(owner, 'till', 'Amal', '1234');
	fexlctl('till', ['sync', 'now', '--wait']);
	await until(() => count() === 5, 'five sales');
});
is(operator('cloud', 'GET', '/api/invoices?limit=100').items.length, 5, 'nothing is doubled at the cloud');

await promise('forgetting what is here: chosen with the keyboard; the till is a copy of the cloud again', async () => {
	await owner.goto(place);
	await restore(async () => {
		await ask();
		await dialog().getByRole('radio').first().focus();
		await owner.keyboard.press('Tab');
		await owner.keyboard.press('Space');
		await dialog().getByRole('textbox').fill('Rafidain Grocery');
	});
	await signIn(owner, 'till', 'Amal', '1234');
	fexlctl('till', ['sync', 'now', '--wait']);
	await until(() => count() === 5, 'five sales');
});
await finish(world);
