import { readFileSync } from 'node:fs';

/** The scripts of pages, as the text that wrangler makes of them: Node would run them. */
export const textModules = {
  name: 'text-modules',
  enforce: 'pre' as const,
  load: (id: string) =>
    id.endsWith('.client.js') ? `export default ${JSON.stringify(readFileSync(id, 'utf8'))}` : undefined,
};
