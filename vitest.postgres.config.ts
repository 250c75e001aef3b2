import { defineConfig } from 'vitest/config';
import { textModules } from './test/support/text-modules.ts';

/** What only a server with several sessions can show; see test/postgres/global-setup.ts for where it comes from. */
export default defineConfig({
  plugins: [textModules],
  test: {
    name: 'postgres',
    environment: 'node',
    include: ['test/postgres/**/*.test.ts', 'test/rollout/{rollback,ramp,sql-runbook}.test.ts'],
    globalSetup: ['./test/postgres/global-setup.ts'],
    testTimeout: 30_000,
  },
});
