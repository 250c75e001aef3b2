import { defineConfig } from 'vitest/config';
import { textModules } from '../../test/support/text-modules.ts';

/** The tests that `npm run mutate` names. */
export default defineConfig({
  plugins: [textModules],
  test: {
    environment: 'node',
    // Properties and simulations are slow where each branch is counted.
    testTimeout: 600_000,
    include: (process.env.DRAFTGATE_MUTATE_TESTS ?? '').split(' '),
  },
});
