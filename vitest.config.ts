import { cloudflareTest } from '@cloudflare/vitest-pool-workers';
import { defineConfig } from 'vitest/config';
import { textModules } from './test/support/text-modules.ts';

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [textModules],
        test: {
          name: 'rules',
          environment: 'node',
          // Properties and databases of their own take long on a machine with other work to do.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          include: [
            'test/{lib,mail,tools,guards,drafting,review,rollout,metrics,retrieval,security,scripts,privacy,docs,texts}/**/*.test.ts',
          ],
        },
      },
      {
        plugins: [
          cloudflareTest(({ inject }) => ({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              bindings: {
                ENVIRONMENT: 'test',
                DATABASE_URL: inject('databaseUrl'),
                DATABASE_FETCH_ENDPOINT: inject('fetchEndpoint'),
                OPENAI_BASE_URL: inject('modelBaseUrl'),
                OPENAI_API_KEY: 'scripted-default',
                DRAFTGATE_ADMIN_KEY: 'admin-key-of-the-test-run-40-characters-',
              },
            },
          })),
        ],
        test: {
          name: 'worker',
          // The first draft of a file loads the tokenizer's vocabulary, and all files share two cores and one database.
          testTimeout: 30_000,
          hookTimeout: 30_000,
          include: ['test/{routes,scenarios,jobs,storage,pages,worker}/**/*.test.ts'],
          globalSetup: ['./test/support/global-setup.ts'],
          // Bundled once: otherwise every test file has hundreds of modules fetched and transformed one by one.
          deps: {
            optimizer: {
              ssr: {
                enabled: true,
                include: [
                  '@hono/zod-openapi',
                  '@neondatabase/serverless',
                  'drizzle-orm',
                  'drizzle-orm/neon-http',
                  'drizzle-orm/pg-core',
                  'gpt-tokenizer/encoding/o200k_base',
                  'openai',
                  'openai/helpers/zod',
                  'zod',
                ],
              },
            },
          },
        },
      },
    ],
  },
});
