// Builds the console: node build.mjs [--out=DIR]
//
//	dist/index.html			names the files below
//	dist/assets/NAME-HASH.js|css	another content has another name
//	….gz				beside each file that gzip makes smaller
//
// The page may have no <style> and no inline script (apid's Content-Security-Policy),
// so Mantine's variables are computed here and become a file like any other.
import { build } from 'esbuild';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv.find((a) => a.startsWith('--out='))?.slice(6) ?? join(here, 'dist');
const FIRST_LOAD_MAX = 250 * 1024; // bytes of gzip; more is an error
const GZIP_MIN = 512;

const common = {
	absWorkingDir: here,
	bundle: true,
	alias: { '~': join(here, 'src') },
	define: { 'process.env.NODE_ENV': '"production"' },
	jsx: 'automatic',
	charset: 'utf8',
	logLevel: 'warning',
};

async function themeCss() {
	const file = join(out, 'theme-css.mjs');
	await build({ ...common, entryPoints: ['src/theme-css.ts'], outfile: file, platform: 'node', format: 'esm',
		loader: { '.css': 'empty' },
		banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' } });
	const { css } = await import(pathToFileURL(file).href);
	await rm(file);
	return css();
}

const virtualTheme = (css) => ({
	name: 'theme',
	setup(b) {
		b.onResolve({ filter: /^virtual:theme\.css$/ }, (a) => ({ path: a.path, namespace: 'theme' }));
		b.onLoad({ filter: /.*/, namespace: 'theme' }, () => ({ contents: css, loader: 'css' }));
	},
});

async function bundle() {
	const css = await themeCss();
	const result = await build({
		...common,
		entryPoints: { main: 'src/main.tsx' },
		outdir: join(out, 'assets'),
		entryNames: '[name]-[hash]',
		chunkNames: '[name]-[hash]',
		assetNames: '[name]-[hash]',
		format: 'esm',
		splitting: true,
		minify: true,
		target: ['chrome111', 'firefox115', 'safari16.4'],
		metafile: true,
		legalComments: 'linked',
		plugins: [virtualTheme(css)],
	});
	return result.metafile;
}

function entries(meta) {
	const [js] = Object.entries(meta.outputs).find(([, o]) => o.entryPoint === 'src/main.tsx');
	return { js, css: meta.outputs[js].cssBundle, outputs: meta.outputs };
}

// What the browser must have before the first page: the entry and what it imports at once.
function firstLoad(meta, entry) {
	const seen = new Set();
	const visit = (file) => {
		if (seen.has(file))
			return;
		seen.add(file);
		for (const i of meta.outputs[file].imports)
			if (i.kind === 'import-statement' && meta.outputs[i.path])
				visit(i.path);
	};
	visit(entry.js);
	return [...seen, entry.css];
}

async function writeIndex(entry) {
	const name = (f) => '/' + relative(out, join(here, f)).split('\\').join('/');
	const html = (await readFile(join(here, 'src/index.html'), 'utf8'))
		.replace('%JS%', name(entry.js)).replace('%CSS%', name(entry.css));
	await writeFile(join(out, 'index.html'), html);
	await writeFile(join(out, 'icon.svg'), await readFile(join(here, 'src/icon.svg')));
}

async function* files(dir) {
	for (const e of await readdir(dir, { withFileTypes: true })) {
		if (e.isDirectory())
			yield* files(join(dir, e.name));
		else
			yield join(dir, e.name);
	}
}

async function compress() {
	const sizes = new Map();
	for await (const file of files(out)) {
		const bytes = await readFile(file);
		const gz = gzipSync(bytes, { level: 9 });
		sizes.set(file, Math.min(gz.length, bytes.length));
		if (bytes.length >= GZIP_MIN && gz.length < bytes.length)
			await writeFile(file + '.gz', gz);
	}
	return sizes;
}

await rm(out, { recursive: true, force: true });
await mkdir(join(out, 'assets'), { recursive: true });
const meta = await bundle();
const entry = entries(meta);
await writeIndex(entry);
const sizes = await compress();
const first = firstLoad(meta, entry).reduce((sum, f) => sum + sizes.get(join(here, f)), 0);
console.log(`console: ${Math.ceil(first / 1024)} KB gzip at first load, ${sizes.size} files`);
if (first > FIRST_LOAD_MAX) {
	console.error(`console: ${FIRST_LOAD_MAX / 1024} KB are allowed`);
	process.exit(1);
}
