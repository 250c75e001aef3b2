import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDirectory } from '../../../scripts/local/directory-lock.ts';

describe('lockDirectory', { timeout: 60_000 }, () => {
  let folder: string;
  let dataDir: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'draftgate-lock-'));
    dataDir = join(folder, 'data');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('keeps a second one out until it is given back', async () => {
    const release = await lockDirectory(dataDir);
    await expect(lockDirectory(dataDir)).rejects.toMatchObject({ code: 'DATA_DIRECTORY_LOCKED' });
    await release();
    const again = await lockDirectory(dataDir);
    await again();
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    ['of a process that is gone', () => JSON.stringify({ pid: deadPid(), startedAt: '' })],
    ['that is cut off', () => '{"pid":'],
    ['that is empty', () => ''],
  ])('takes over a lock %s', async (_, content) => {
    await writeFile(`${dataDir}.lock`, content());
    await lockDirectory(dataDir);
    expect(JSON.parse(await readFile(`${dataDir}.lock`, 'utf8'))).toMatchObject({ pid: process.pid });
  });

  it.runIf(existsSync('/proc/self/stat'))('takes over a lock whose pid belongs to another process by now', async () => {
    await writeFile(`${dataDir}.lock`, JSON.stringify({ pid: process.pid, startedAt: 'an earlier boot/1' }));
    await lockDirectory(dataDir);
  });

  it('takes over although another process died while taking over', async () => {
    await writeFile(`${dataDir}.lock`, JSON.stringify({ pid: deadPid(), startedAt: '' }));
    await writeFile(`${dataDir}.lock.takeover`, '');
    await lockDirectory(dataDir);
  });

  it('lets exactly one of many have a stale lock, whoever is quickest', async () => {
    const gone = deadPid();
    for (let round = 0; round < 30; round += 1) {
      const directory = join(folder, `round-${round}`);
      await writeFile(`${directory}.lock`, JSON.stringify({ pid: gone, startedAt: '' }));
      // Staggered, so that some read the stale lock while another one is replacing it.
      const outcomes = await Promise.allSettled(
        Array.from({ length: 12 }, async (_, at) => {
          for (let turn = 0; turn < (at * (round + 1)) % 23; turn += 1) await readFile(import.meta.filename);
          return lockDirectory(directory);
        }),
      );
      expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    }
  });
});

/** The pid of a process that has ended. */
function deadPid(): number {
  return spawnSync('true').pid;
}
