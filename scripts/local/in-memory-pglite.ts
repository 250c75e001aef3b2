import { openAsBlob } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath, URL } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';

const MODULES = new URL('../../node_modules/', import.meta.url);

/**
 * An empty embedded database in memory. Creating a cluster takes seconds, so the first one is kept as a file under
 * `node_modules/.cache` (`npm ci` clears it), named after the PGlite version; later ones start from it in well under one.
 */
export async function openInMemory(): Promise<PGlite> {
  const template = await templatePath();
  try {
    return await PGlite.create({ loadDataDir: await openAsBlob(template), extensions: { vector } });
  } catch {
    await rm(template, { force: true }).catch(() => undefined);
  }
  const database = await PGlite.create({ extensions: { vector } });
  await keepTemplate(database, template).catch(() => undefined);
  return database;
}

async function templatePath(): Promise<string> {
  const manifest = await readFile(new URL('@electric-sql/pglite/package.json', MODULES), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  return fileURLToPath(new URL(`.cache/draftgate/pglite-${version}.tar`, MODULES));
}

/** Written aside and renamed, so that another test run never reads half of it; where it cannot be kept, nothing is lost. */
async function keepTemplate(database: PGlite, template: string): Promise<void> {
  const dump = await database.dumpDataDir('none');
  await mkdir(dirname(template), { recursive: true });
  const aside = `${template}.${process.pid}`;
  await writeFile(aside, Buffer.from(await dump.arrayBuffer()));
  await rename(aside, template);
}
