/**
 * Runs a command of this folder: `node scripts/run.mjs <name> [options]`. Plain JavaScript, so that whatever Node there is can
 * say in one line that packages are missing, where importing the command would print a stack.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The first Node that reads TypeScript by itself. */
const NEEDED_NODE = 24;

const [name = '', ...options] = process.argv.slice(2);
const script = new URL(`./${name}.ts`, import.meta.url);

function fail(line, code) {
  console.error(line);
  process.exit(code);
}

if (!/^[a-z-]+$/.test(name) || !existsSync(script)) fail(`there is no command "${name}"`, 2);
if (!existsSync(new URL('../node_modules', import.meta.url))) fail('packages are missing: run "npm ci" first', 1);
if (Number.parseInt(process.versions.node, 10) < NEEDED_NODE) {
  fail(
    `Node ${process.versions.node} is too old for this: use "npm run ${name}", which brings its own after "npm ci"`,
    1,
  );
}

process.argv = [process.argv[0] ?? 'node', fileURLToPath(script), ...options];
try {
  await import(script.href);
} catch (error) {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  const missing = /'([^']+)'/.exec(error.message)?.[1] ?? 'a package';
  fail(`${missing} is missing: run "npm ci" first`, 1);
}
