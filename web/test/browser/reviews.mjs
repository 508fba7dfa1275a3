// What people must judge, on the cloud's screen and on a till's.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fexlctl, finish, is, ok, open, operator, promise, shot, signIn, stage, until, url } from './fexl.mjs';
import { clean, everyLook } from './looks.mjs';

const world = await open();
const page = await world.newPage();
const uuidOf = (file) => readFileSync(join(stage, file), 'utf8').trim();
const [rice, otherRice] = [uuidOf('rice.till1'), uuidOf('rice.till2')];
const reviews = (node = 'cloud') => operator(node, 'GET', '/api/reviews').items;
const openOnes = (kind) => reviews().filter((r) => r.state === 'open' && (!kind || r.kind === kind));
const onHand = (product) => operator('cloud', 'GET', '/api/inventory').items.find((i) => i.product === product)?.on_hand;
const row = (name) => page.getByRole('row', { name }).first();
const dialog = () => page.getByRole('dialog');
const place = `${url('cloud')}/conflicts/reviews`;

is(openOnes().map((r) => r.kind).sort().join(), 'oversold,overpaid,twin,twin'.split(',').sort().join(), 'four matters are open at the cloud');
await signIn(page, 'cloud', 'Amal', '1234');
await promise('the page of conflicts says how many wait', async () => {
	await page.goto(`${url('cloud')}/conflicts`);
	await page.getByText('To be judged (4)').click();
	await row(/Sold twice/).waitFor();
	return page.url().endsWith('/conflicts/reviews');
});
await everyLook(page, 'reviews', () => page.getByRole('row').nth(4).waitFor());

// --- two documents ---

await promise('sold twice: both invoices stand side by side, with who and when, and what to do', async () => {
	await row(/Sold twice.*Tea/).click();
	await dialog().getByText('1 of Tea was sold that was not there').waitFor();
	await dialog().getByText('Look at the shelf').waitFor();
	const numbers = (await dialog().getByRole('row', { name: /^Number/ }).getByRole('cell').allInnerTexts());
	await until(async () => (await dialog().getByRole('row', { name: /^Lines/ }).getByText('1 × Tea').count()) === 2, 'the lines of both');
	return numbers.length === 2 && numbers[0] !== numbers[1] && (await dialog().getByRole('link', { name: 'Look at it' }).count()) === 2;
});
await clean(page, 'review-oversold');
await promise('it is settled with a word about it', async () => {
	await dialog().getByLabel('What was done').fill('One piece was behind the counter');
	await dialog().getByRole('button', { name: 'It is settled' }).click();
	await row(/Sold twice.*behind the counter.*Settled/).waitFor();
	return openOnes('oversold').length === 0;
});
await promise('and can be opened again', async () => {
	await row(/Sold twice/).click();
	await dialog().getByText('One piece was behind the counter').first().waitFor();
	await dialog().getByRole('button', { name: 'Open it again' }).click();
	await until(() => openOnes('oversold').length === 1, 'it is open');
	await page.keyboard.press('Escape');
});
await promise('paid twice: two payments and what is too much', async () => {
	await row(/Paid twice/).click();
	await dialog().getByText('2.50 more was paid').waitFor();
	return (await dialog().getByRole('row', { name: /^Amount/ }).getByText('2.50').count()) === 2;
});
await everyLook(page, 'review-overpaid', async () => {
	await page.getByRole('row').filter({ hasText: /Paid twice|دُفع مرتين/ }).first().click();
	await dialog().getByRole('row').nth(3).waitFor();
});

// --- one thing made twice ---

await promise('made twice: which one stays is chosen, and both become one', async () => {
	await page.goto(place);
	await row(/Made twice.*4006381333931/).click();
	await dialog().getByText('Two have the same Barcode').waitFor();
	await dialog().getByRole('radio', { name: /Basmati of till2/ }).click();
	await shot(page, 'twin-choose');
	await dialog().getByRole('button', { name: 'Make one of both' }).click();
	await dialog().getByText('“Basmati of till1” has become “Basmati of till2”').waitFor();
	return onHand(otherRice) === 6000 && !onHand(rice);
});
await clean(page, 'twin-merged');
ok(openOnes('twin').length === 1, 'the matter is settled by it');
await promise('a till learns of it', async () => {
	fexlctl('till1', ['sync', 'now', '--wait']);
	return operator('till1', 'GET', `/api/products/${rice}`).merged_into === otherRice;
});
await promise('it is undone with the keyboard: two again, each with its own, and open again', async () => {
	await dialog().getByRole('button', { name: 'Make two of them again' }).focus();
	await page.keyboard.press('Enter');
	await dialog().getByRole('button', { name: 'Make one of both' }).waitFor();
	await until(() => openOnes('twin').length === 2, 'both are open');
	return onHand(rice) === 3000 && onHand(otherRice) === 3000;
});
await everyLook(page, 'twin', async () => {
	await page.getByRole('row').filter({ hasText: '07701234567' }).first().click();
	await dialog().getByRole('radio').first().waitFor();
});
await promise('on a till as well: the debts of both customers are one, and the news comes without a reload', async () => {
	await page.goto(place);
	const till = await world.newPage();
	await signIn(till, 'till1', 'Amal', '1234');
	await till.goto(`${url('till1')}/conflicts/reviews`);
	await till.getByRole('row', { name: /Made twice.*07701234567/ }).click();
	await till.getByRole('dialog').getByRole('button', { name: 'Make one of both' }).click();
	await till.getByRole('dialog').getByText('has become').waitFor();
	fexlctl('till1', ['sync', 'now', '--wait']);
	await row(/07701234567.*Settled/).waitFor();
	const owed = [uuidOf('layla.till1'), uuidOf('layla.till2')].map((c) => operator('cloud', 'GET', `/api/customers/${c}/account`).owed);
	return owed.includes(500);
});
await promise('those that are two are left so, and are settled', async () => {
	await row(/Made twice.*4006381333931/).click();
	await dialog().getByRole('button', { name: 'They are two: leave it so' }).click();
	await until(() => openOnes('twin').length === 0, 'no twin is open');
});
await finish(world);
