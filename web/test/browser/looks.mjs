// How a page looks, or a dialog on it: axe and a picture, in both languages and colours.
import { axeProblems, drawn, ok, shot, until } from './fexl.mjs';

export const looks = [['en', 'light'], ['en', 'dark'], ['ar', 'dark'], ['ar', 'light']];

// Both languages and both colours; each with each in the long test.
const worn = process.env.FEXL_LONG ? looks : looks.filter((_, i) => i % 2 === 0);

// Nothing is on its way any more, neither data nor a drawer that slides in.
export async function settled(page) {
	await page.waitForFunction(() => !document.querySelector('.mantine-Skeleton-root') &&
		document.getAnimations().every((a) => a.playState !== 'running' || a.effect?.getComputedTiming().endTime === Infinity));
	await drawn(page);
}

// axe, and a picture.  What popped up does not lie over what is looked at.
export async function clean(page, name) {
	await page.evaluate(() => document.querySelectorAll('.mantine-Notification-closeButton').forEach((b) => b.click()));
	await settled(page);
	const problems = await axeProblems(page);
	ok(problems.length === 0, `axe has nothing to say about ${name}`, problems.join('\n'));
	await shot(page, name);
}

// Sent, not clicked: what is open stays so, and may lie over the button.
export async function look(page, lang, scheme) {
	const at = () => page.evaluate(() => [document.documentElement.lang, document.documentElement.dataset.mantineColorScheme]);
	const [langNow, schemeNow] = await at();
	if (langNow !== lang)
		await page.locator('button[lang]').dispatchEvent('click');
	if (schemeNow !== scheme)
		await page.getByLabel(/colours|ألوان/).dispatchEvent('click');
	await until(async () => (await at()).join() === `${lang},${scheme}`, `the page is ${lang}, ${scheme}`);
}

// From the first moment: the page is loaded anew.
async function wear(page, lang, scheme) {
	await page.evaluate(([l, c]) => {
		localStorage.setItem('fexl.language', l);
		localStorage.setItem('mantine-color-scheme-value', c);
	}, [lang, scheme]);
	await page.reload();
	await page.locator('h1').first().waitFor({ state: 'attached' });
}

// In both languages and both colours; then as it was.  What is open stays open; with
// `prepare` the page is loaded anew for each look, and that brings it where it is to be
// looked at, in whatever language.
export async function everyLook(page, name, prepare) {
	const change = prepare ? wear : look;
	await page.mouse.move(700, 790);
	for (const [lang, scheme] of worn) {
		await change(page, lang, scheme);
		await prepare?.();
		await clean(page, `${name}-${lang}-${scheme}`);
	}
	await change(page, ...looks[0]);
}
