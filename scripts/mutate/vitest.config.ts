import { defineConfig } from 'vitest/config';
import { textModules } from '../../test/support/text-modules.ts';

/** The tests that `npm run mutate` names. */
export default defineConfig({
  plugins: [textModules],
  test: {
    environment: 'node',
    testTimeout: 60_000,
    include: (process.env.DRAFTGATE_MUTATE_TESTS ?? '').split(' '),
  },
});
