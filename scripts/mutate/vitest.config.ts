import { defineConfig } from 'vitest/config';
import { textModules } from '../../test/support/text-modules.ts';

/** The rules' own tests: no database, no runtime. What only those would catch counts as survived. */
export default defineConfig({
  plugins: [textModules],
  test: {
    environment: 'node',
    testTimeout: 60_000,
    include: [
      'test/guards/**/*.test.ts',
      'test/security/{fact-grounding,header-injection,injection,pii,recipients}.test.ts',
      'test/rollout/{decide,decide-ramp,rank-businesses}.test.ts',
      'test/metrics/stats.test.ts',
      'test/metrics/guardrails/decide-guardrail.test.ts',
      'test/metrics/alerts/{decide-alerts,wording}.test.ts',
    ],
  },
});
