import { existsSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { seedDemo } from '../../scripts/demo/seed-demo.ts';
import { createApiClient } from '../../scripts/lib/api-client.ts';
import { chooseOfflineModel, startService } from '../../scripts/local/service.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    base: string;
    adminKey: string;
    chromium: string;
  }
}

/** The service as `npm run dev -- --ephemeral` starts it, with its demo. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const chromium = process.env.CHROMIUM || '/usr/bin/chromium';
  if (!existsSync(chromium)) throw new Error(`no browser at ${chromium}: run scripts/chromium/install.sh`);
  const adminKey = 'admin-key-of-the-browser-run-40-chars---';
  const service = await startService({ port: 0, adminKey, database: {}, chooseModel: chooseOfflineModel });
  try {
    await seedDemo(createApiClient(service.base, adminKey), service.database.query, new Date());
  } catch (error) {
    await service.close();
    throw error;
  }
  project.provide('base', service.base);
  project.provide('adminKey', adminKey);
  project.provide('chromium', chromium);
  return () => service.close();
}
