import { spawn } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RAG_FEATURE } from '../../src/rollout/decide.ts';

const TIMEOUT_MS = 30_000;

/**
 * Local KV outlives a database in memory: a rollback of a database that is gone must not switch off the next one. Clears the
 * switch at every start with `ephemeral`, and at the first one after it.
 */
export async function clearLocalSwitch(root: string, stateFolder: string, ephemeral: boolean): Promise<void> {
  const marker = join(stateFolder, 'ephemeral-switch');
  const stale = ephemeral || existsSync(marker);
  if (stale && existsSync(join(root, '.wrangler', 'state', 'v3', 'kv'))) await deleteKey(root);
  if (ephemeral) writeFileSync(marker, '');
  else rmSync(marker, { force: true });
}

async function deleteKey(root: string): Promise<void> {
  const args = ['kv', 'key', 'delete', '--binding', 'FLAGS', `feature:${RAG_FEATURE}`, '--local'];
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: 'true' };
  const wrangler = spawn('wrangler', args, { cwd: root, stdio: 'ignore', timeout: TIMEOUT_MS, env });
  const code = await new Promise<number | null>((resolve) => {
    wrangler.once('exit', resolve);
    wrangler.once('error', () => resolve(null));
  });
  if (code !== 0) console.error('the local edge switch could not be cleared: RAG may be off from an earlier session');
}
