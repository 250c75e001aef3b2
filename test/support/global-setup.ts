import type { TestProject } from 'vitest/node';
import { startDatabase } from '../../scripts/local/database.ts';
import { startScriptedModel } from './scripted-model.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Connection string of the application role. */
    databaseUrl: string;
    /** Connection string of the owner: passes row-level security, for arranging and looking only. */
    ownerDatabaseUrl: string;
    fetchEndpoint: string;
    /** Base URL of the scripted model, ending in /v1. */
    modelBaseUrl: string;
  }
}

/** One embedded database and one scripted model for the whole test run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [database, model] = await Promise.all([
    startDatabase({ migrationsFolder: new URL('../../migrations', import.meta.url).pathname }),
    startScriptedModel(),
  ]);
  project.provide('databaseUrl', database.url);
  project.provide('ownerDatabaseUrl', database.ownerUrl);
  project.provide('fetchEndpoint', database.fetchEndpoint ?? '');
  project.provide('modelBaseUrl', model.baseUrl);
  return async () => {
    await Promise.all([database.close(), model.close()]);
  };
}
