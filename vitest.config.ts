import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'rules',
          environment: 'node',
          include: ['test/{lib,mail,tools,guards,drafting,review,rollout,metrics,retrieval,security}/**/*.test.ts'],
        },
      },
    ],
  },
});
