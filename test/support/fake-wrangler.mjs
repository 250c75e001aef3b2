#!/usr/bin/env node
/**
 * Stands in for wrangler and an account: keeps namespaces, queues, secrets and Workers in a file, records every call, and fails
 * where the test says so. Answers in wrangler's own words and shapes.
 */
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';

/** One command on the state of an account, which it changes. */
export function answer(state, args, input) {
  const line = args.join(' ');
  state.calls.push({ line, input });
  const end = (code, output = '', errors = '') => ({ code, output, errors });
  const error = (text) =>
    end(1, '', `\n✘ [ERROR] ${text}\n\n🪵  Logs were written to "/home/me/.wrangler/logs/x.log"\n`);

  const failing = state.failures.findIndex((start) => line.startsWith(start));
  if (failing >= 0) {
    state.failures.splice(failing, 1);
    return error('A request to the Cloudflare API failed. Internal error [code: 10013]');
  }
  const staging = line.includes('--env staging');
  const worker = staging ? 'draftgate-staging' : 'draftgate';
  if (line === 'whoami --json') return end(state.loggedIn ? 0 : 1, JSON.stringify({ loggedIn: state.loggedIn }));
  if (line.startsWith('deploy --dry-run'))
    return end(0, `Total Upload: 7000.00 KiB / gzip: ${state.bundleKib} KiB\n--dry-run: exiting now.\n`);
  if (!state.loggedIn) return error('You must be logged in to use this command');
  if (line.startsWith('kv namespace list')) return end(0, JSON.stringify(state.namespaces));
  if (line.startsWith('kv namespace create')) {
    state.namespaces.push({ id: `${state.namespaces.length + 1}`.padStart(32, 'a'), title: args[3] });
    return end(0, '🌀 Creating namespace\n✨ Success!\n');
  }
  if (line.startsWith('queues info')) {
    if (state.queues.includes(args[2])) return end(0, `Queue Name: ${args[2]}\n`);
    return error(`Queue "${args[2]}" does not exist. To create it, run: wrangler queues create ${args[2]}`);
  }
  if (line.startsWith('queues create')) {
    if (state.queues.includes(args[2])) return error(`Queue name '${args[2]}' is already taken [code: 11009]`);
    state.queues.push(args[2]);
    return end(0, '🌀 Creating queue\n✅ Created queue\n');
  }
  if (line.startsWith('secret list')) {
    if (state.secrets[worker] === undefined) return error(`Worker "${worker}" not found. [code: 10007]`);
    return end(0, JSON.stringify(Object.keys(state.secrets[worker]).map((name) => ({ name, type: 'secret_text' }))));
  }
  if (line.startsWith('secret bulk')) {
    state.secrets[worker] = { ...state.secrets[worker], ...JSON.parse(input) };
    return end(0, '✨ Finished processing secrets\n');
  }
  if (line.startsWith('deploy')) {
    state.deployed.push(worker);
    return end(0, `Uploaded ${worker}\nDeployed ${worker} triggers\n  https://${worker}.me.workers.dev\n`);
  }
  return error(`Unknown arguments: ${line}`);
}

if (realpathSync(process.argv[1] ?? '') === realpathSync(new URL(import.meta.url).pathname)) {
  const file = process.env.FAKE_WRANGLER_STATE;
  const state = JSON.parse(readFileSync(file, 'utf8'));
  const { code, output, errors } = answer(state, process.argv.slice(2), readFileSync(0, 'utf8'));
  writeFileSync(file, JSON.stringify(state));
  process.stdout.write(output);
  process.stderr.write(errors);
  process.exitCode = code;
}
