import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A throw-away drizzle migrations folder with one migration of the given statements. */
export async function writeMigrations(statements: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'draftgate-migrations-'));
  await mkdir(join(folder, 'meta'));
  await writeFile(join(folder, '0000_first.sql'), statements.join('\n--> statement-breakpoint\n'));
  await writeFile(
    join(folder, 'meta', '_journal.json'),
    JSON.stringify({
      version: '7',
      dialect: 'postgresql',
      entries: [{ idx: 0, version: '7', when: 1_760_000_000_000, tag: '0000_first', breakpoints: true }],
    }),
  );
  return folder;
}
