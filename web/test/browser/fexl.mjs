// What browser stories share: Debian's Chromium, TAP, and a page whose every error
// counts.  A story is started by t/80NN-*.t, which has set the stage and says where it
// is: FEXL_STAGE (the nodes' folders), FEXL_URL_<NODE>, FEXL_SHOTS.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const modules = process.env.FEXL_NODE_MODULES;
const require = createRequire(modules ? join(modules, 'x.js') : import.meta.url);
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const patienceMs = 1000 * Number(process.env.FEXL_PATIENCE_S ?? 60);
export const stage = process.env.FEXL_STAGE;
const shots = process.env.FEXL_SHOTS;
const chrome = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);

// --- TAP ---

let n = Number(process.env.FEXL_TEST_N ?? 0);
let failed = 0;

export function ok(yes, what, why = '') {
	n++;
	failed += yes ? 0 : 1;
	console.log(`${yes ? 'ok' : 'not ok'} ${n} - ${what}`);
	if (!yes && why !== '')
		console.log(String(why).split('\n').slice(0, 60).map((l) => `# ${l.slice(0, 400)}`).join('\n'));
	return yes;
}

export function is(got, wanted, what) {
	return ok(got === wanted, what, `got ${JSON.stringify(got)}, wanted ${JSON.stringify(wanted)}`);
}

export function note(text) {
	console.log(`# ${text}`);
}

// One promise that may throw.
export async function promise(what, f) {
	try {
		const answer = await f();
		return ok(answer !== false, what);
	} catch (e) {
		return ok(false, what, e.stack ?? e);
	}
}

// A condition, never a time: what is awaited may take as long as a busy machine needs.
export async function until(f, what) {
	const end = Date.now() + patienceMs;
	for (;;) {
		const v = await f();
		if (v)
			return v;
		if (Date.now() > end)
			throw new Error(`never came true: ${what ?? f}`);
		await new Promise((r) => setTimeout(r, 50));
	}
}

// --- the stage ---

export const url = (node) => process.env[`FEXL_URL_${node.toUpperCase()}`];

// As the operator of that machine.
export function operator(node, method, path, body) {
	const args = ['-sS', '--fail-with-body', '--max-time', String(patienceMs / 1000), '--unix-socket', join(stage, node, 'run/apid.sock'), '-X', method];
	if (body !== undefined)
		args.push('-H', 'Content-Type: application/json', '--data-binary', JSON.stringify(body));
	const out = execFileSync('curl', [...args, `http://localhost${path}`], { encoding: 'utf8', maxBuffer: 64 << 20 });
	return out ? JSON.parse(out) : null;
}

export function fexlctl(node, args, input = '') {
	return execFileSync(join(process.env.FEXL_BUILD, 'fexlctl'), ['--run-dir', join(stage, node, 'run'), ...args],
		{ encoding: 'utf8', input });
}

// What happens to requests on a line from now on (t/proxy.pl reads it).
export function linkMode(line, mode) {
	writeFileSync(join(stage, line, 'mode.new'), `${mode}\n`);
	renameSync(join(stage, line, 'mode.new'), join(stage, line, 'mode'));
}

// --- the browser ---

// Everything that a page must not do: errors, foreign hosts, what its policy forbids.
function watch(page, complaints, allowed) {
	page.on('pageerror', (e) => complaints.push(`page error: ${e.stack ?? e}`));
	page.on('console', (m) => {
		if (m.type() === 'error' && !/Failed to load resource|net::ERR_|CORS policy|WebSocket connection/.test(m.text()))
			complaints.push(`console: ${m.text()}`);
	});
	page.on('request', (r) => {
		if (/^https?:/.test(r.url()) && !allowed.some((a) => r.url().startsWith(a)))
			complaints.push(`a request to another host: ${r.url()}`);
	});
}

// Runs in the page: what popped up stays known when it has gone again.
function rememberToasts() {
	window.toasts = [];
	const sign = '.mantine-Notification-root';
	new MutationObserver((changes) => {
		for (const node of changes.flatMap((c) => [...c.addedNodes]))
			if (node.nodeType === 1 && (node.matches(sign) || node.querySelector(sign)))
				window.toasts.push(node.innerText);
	}).observe(document, { childList: true, subtree: true });
}

export const toasts = (page) => page.evaluate(() => window.toasts);

// What is done makes it say this; it may be gone again before somebody looks.
export async function popsUp(page, text, act) {
	const times = async () => (await toasts(page)).filter((said) => said.includes(text)).length;
	const before = await times();
	await act();
	await until(async () => (await times()) > before, `“${text}” pops up`);
}

export async function open(options = {}) {
	const browser = await chromium.launch({ executablePath: chrome, timeout: patienceMs, args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'] });
	const complaints = [];
	const allowed = Object.entries(process.env).filter(([k]) => k.startsWith('FEXL_URL_')).map(([, v]) => v);
	const newPage = async (more = {}) => {
		const context = await browser.newContext({ viewport: { width: 1366, height: 800 }, locale: 'en-GB', timezoneId: 'UTC', reducedMotion: 'reduce', ...options, ...more });
		context.setDefaultTimeout(patienceMs);
		const page = await context.newPage();
		await page.addInitScript(rememberToasts);
		watch(page, complaints, allowed);
		return page;
	};
	return { browser, newPage, complaints, close: () => browser.close() };
}

export async function signIn(page, node, user, secret) {
	await page.goto(`${url(node)}/`);
	await page.locator('input[name=user]').fill(user);
	await page.locator('input[name=secret]').fill(secret);
	await press(page, 'Enter');
	await page.getByTestId('status').waitFor();
	await page.locator('#content h1').waitFor({ state: 'attached' });
}

// What React has rendered is drawn, and its effects have run: only then does a key
// that is pressed find who listens.
export async function drawn(page) {
	await page.evaluate(() => new Promise((resolve) => {
		setTimeout(resolve, 1000); // a page that nobody looks at draws nothing
		requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)));
	}));
}

export async function press(page, key) {
	await drawn(page);
	await page.keyboard.press(key);
}

// A scanner's keys, 3 ms apart by their own time stamps as a kernel would give them:
// how busy this machine is does not make the scanner slower.
export async function scan(page, code) {
	await drawn(page);
	page.cdp ??= await page.context().newCDPSession(page);
	const begin = Date.now() / 1000;
	const keys = [...code, 'Enter'].map((key, i) => {
		const text = key === 'Enter' ? '\r' : key;
		const shared = { key, timestamp: begin + i * 0.003, ...(key === 'Enter' ? { code: 'Enter', windowsVirtualKeyCode: 13 } : {}) };
		return [page.cdp.send('Input.dispatchKeyEvent', { ...shared, type: 'keyDown', text }),
			page.cdp.send('Input.dispatchKeyEvent', { ...shared, type: 'keyUp' })];
	});
	await Promise.all(keys.flat());
}

// --- looks ---

export async function shot(page, name) {
	if (!shots)
		return;
	mkdirSync(shots, { recursive: true });
	await page.screenshot({ path: join(shots, `${name}.png`) });
}

export async function axeProblems(page) {
	await page.evaluate(axe);
	const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }));
	return violations.map((v) => `${v.id}: ${v.help}\n${v.nodes.slice(0, 4).map((x) => `   ${x.target.join(' ')}  ${x.failureSummary.split('\n').slice(1, 3).join(' ')}`).join('\n')}`);
}

export async function finish(world) {
	if (world) {
		ok(world.complaints.length === 0, 'no page complained, and none asked another host', world.complaints.join('\n'));
		await world.close();
	}
	console.log(`1..${n}`);
	process.exit(failed ? 1 : 0);
}
