import { readFileSync } from 'node:fs';
import { link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LocalStartError } from './local-start-error.ts';

const ATTEMPTS = 50;
const TAKEOVER_PAUSE_MS = 20;
/** A takeover takes microseconds; one this old was left by a process that died in it. */
const TAKEOVER_MAX_AGE_MS = 500;

interface Owner {
  pid: number;
  /** Tells two processes apart that got the same pid, as in restarted containers; empty where /proc is missing. */
  startedAt: string;
}

/**
 * Takes `<directory>.lock` for this process and answers how to give it back. A lock whose process is gone is taken
 * over; a live one is a `LocalStartError` DATA_DIRECTORY_LOCKED.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const path = `${resolve(directory)}.lock`;
  const mine: Owner = { pid: process.pid, startedAt: startedAt(process.pid) };
  const draft = `${path}.${process.pid}.${process.hrtime.bigint()}`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(draft, JSON.stringify(mine));
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (await claim(draft, path)) return () => rm(path, { force: true });
      const owner = await readOwner(path);
      if (typeof owner === 'object' && isAlive(owner)) throw locked(directory, owner);
      if (owner !== 'gone') await removeStale(path, draft);
    }
    throw locked(directory, undefined);
  } finally {
    await rm(draft, { force: true });
  }
}

/** A hard link appears with its content or not at all, so nobody reads a half-written lock. */
async function claim(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function readOwner(path: string): Promise<Owner | 'gone' | 'unreadable'> {
  try {
    const { pid, startedAt } = JSON.parse(await readFile(path, 'utf8')) as Owner;
    return Number.isInteger(pid) && pid > 0 ? { pid, startedAt } : 'unreadable';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'gone' : 'unreadable';
  }
}

/** Only who holds the takeover file removes a lock, and looks at it again first: a live one is never removed. */
async function removeStale(path: string, draft: string): Promise<void> {
  const takeover = `${path}.takeover`;
  if (!(await claim(draft, takeover))) {
    const age = await stat(takeover).then(
      ({ ctimeMs }) => Date.now() - ctimeMs,
      () => 0,
    );
    if (age > TAKEOVER_MAX_AGE_MS) await rm(takeover, { force: true });
    await delay(TAKEOVER_PAUSE_MS);
    return;
  }
  try {
    const owner = await readOwner(path);
    if (owner === 'unreadable' || (owner !== 'gone' && !isAlive(owner))) await rm(path, { force: true });
  } finally {
    await rm(takeover, { force: true });
  }
}

function isAlive({ pid, startedAt: recorded }: Owner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const actual = startedAt(pid);
  return recorded === '' || actual === '' || recorded === actual;
}

/** Boot id and start tick (field 22 of /proc/PID/stat, proc(5)). */
function startedAt(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // The name in field 2 may hold spaces and parentheses; the fields after the last one are plain.
    return `${boot}/${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''}`;
  } catch {
    return '';
  }
}

function locked(directory: string, owner: Owner | undefined): LocalStartError {
  const by = owner ? ` by process ${owner.pid}` : '';
  return new LocalStartError(
    'DATA_DIRECTORY_LOCKED',
    `the data directory ${directory} is in use${by}; stop that first`,
  );
}
