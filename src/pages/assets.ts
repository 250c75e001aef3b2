import { createHash } from 'node:crypto';

import { AppError } from '../lib/errors.ts';
import appScript from './assets/app.client.js';
import appStyles from './assets/app.css';
import inboxScript from './assets/inbox.client.js';
import refreshScript from './assets/refresh.client.js';
import { createPages } from './page-router.ts';

/** Stylesheets and client scripts: text modules of the Worker, addressed by their content. */
const SOURCES = {
  'app.css': ['text/css; charset=utf-8', appStyles],
  'app.client.js': ['text/javascript; charset=utf-8', appScript],
  'inbox.client.js': ['text/javascript; charset=utf-8', inboxScript],
  'refresh.client.js': ['text/javascript; charset=utf-8', refreshScript],
  'icon.svg': [
    'image/svg+xml',
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="5" fill="#2f4fc4"/><path d="m6 12 4 4 8-8" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/></svg>',
  ],
} as const satisfies Record<string, readonly [string, string]>;

export type AssetName = keyof typeof SOURCES;

const HASHES = new Map(
  Object.entries(SOURCES).map(([name, [, text]]) => [
    name,
    createHash('sha256').update(text).digest('base64url').slice(0, 16),
  ]),
);

export function assetPath(name: AssetName): string {
  return `/assets/${HASHES.get(name)}/${name}`;
}

export const assetRoutes = createPages();

assetRoutes.get('/assets/:hash/:name', (c) => {
  const name = c.req.param('name');
  if (!Object.hasOwn(SOURCES, name)) throw new AppError('NOT_FOUND', 'There is no such file.');
  const [type, text] = SOURCES[name as AssetName];
  // A page of the deployment before asks for another hash: it gets today's file, which nobody keeps.
  const current = c.req.param('hash') === HASHES.get(name);
  return c.body(text, 200, {
    'Content-Type': type,
    'Cache-Control': current ? 'public, max-age=31536000, immutable' : 'no-store',
  });
});
