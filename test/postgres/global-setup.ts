import { spawnSync } from 'node:child_process';

/** A superuser's URL in DRAFTGATE_TEST_DATABASE_URL, or the Postgres of scripts/postgres/install.sh, started if need be. */
export default function setup(): void {
  if (process.env.DRAFTGATE_TEST_DATABASE_URL !== undefined) return;
  const control = new URL('../../scripts/postgres/ctl.sh', import.meta.url).pathname;
  const started = spawnSync(control, ['start'], { encoding: 'utf8' });
  if (started.status !== 0) {
    throw new Error(`${started.stderr.trim() || 'no Postgres'}; or set DRAFTGATE_TEST_DATABASE_URL`);
  }
  process.env.DRAFTGATE_TEST_DATABASE_URL = started.stdout.trim();
}
