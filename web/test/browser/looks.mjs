// A page, or a dialog on it, in both languages and both colours.
import { axeProblems, ok, shot } from './fexl.mjs';

const looks = [['en', 'light'], ['en', 'dark'], ['ar', 'dark'], ['ar', 'light']];

export async function clean(page, name) {
	const problems = await axeProblems(page);
	ok(problems.length === 0, `axe has nothing to say about ${name}`, problems.join('\n'));
	await shot(page, name);
}

export async function wear(page, language, colours) {
	await page.evaluate(([l, c]) => {
		localStorage.setItem('fexl.language', l);
		localStorage.setItem('mantine-color-scheme-value', c);
	}, [language, colours]);
	await page.reload();
	await page.locator('h1').first().waitFor({ state: 'attached' });
}

// prepare: brings the page to where it is to be looked at, in whatever language.
export async function everyLook(page, name, prepare = async () => {}) {
	for (const [language, colours] of looks) {
		await wear(page, language, colours);
		await prepare();
		await page.waitForTimeout(150);
		await clean(page, `${name}-${language}-${colours}`);
	}
	await wear(page, 'en', 'light');
}
