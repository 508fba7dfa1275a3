// Unit tests: each *.test.ts is bundled for node and run by its own test runner, as TAP.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const out = await mkdtemp(join(here, '.units-'));
const tests = (await readdir(here)).filter((f) => f.endsWith('.test.ts'));
await build({
	absWorkingDir: join(here, '..'),
	entryPoints: tests.map((f) => join(here, f)),
	outdir: out,
	outExtension: { '.js': '.mjs' },
	bundle: true,
	platform: 'node',
	format: 'esm',
	jsx: 'automatic',
	alias: { '~': join(here, '../src') },
	loader: { '.css': 'empty' },
	external: ['node:*'],
	inject: [join(here, 'browser-stub.ts')],
	banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
	logLevel: 'warning',
});
const files = tests.map((f) => join(out, f.replace(/\.ts$/, '.mjs')));
const { status } = spawnSync(process.execPath, ['--test', '--test-reporter=tap', ...files], { stdio: 'inherit', env: { ...process.env, FEXL_WEB: join(here, '..') } });
await rm(out, { recursive: true, force: true });
process.exit(status ?? 1);
