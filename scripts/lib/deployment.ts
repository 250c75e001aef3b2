import { UsageError } from './command.ts';

/** Options of every command that talks to a deployment. */
export const DEPLOYMENT_OPTIONS = { base: { type: 'string' } } as const;

export const DEPLOYMENT_HELP = `  --base URL    the deployment (else DRAFTGATE_URL)

Environment:
  DRAFTGATE_URL          the deployment
  DRAFTGATE_ADMIN_KEY    its admin key
  DRAFTGATE_ACTOR        your name in audits and confirmations (X-Draftgate-Actor)`;

export interface Deployment {
  base: string;
  key: string;
  actor: string | undefined;
}

/** Where the deployment is and its key; a UsageError says which of them is missing or wrong. */
export function readDeployment(base: string | undefined): Deployment {
  const url = base ?? process.env.DRAFTGATE_URL;
  if (!url) throw new UsageError('no deployment given: --base URL or DRAFTGATE_URL');
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new UsageError(`${url}: not an http(s) URL`);
  const key = process.env.DRAFTGATE_ADMIN_KEY;
  if (!key) throw new UsageError('DRAFTGATE_ADMIN_KEY is not set');
  return { base: url, key, actor: process.env.DRAFTGATE_ACTOR || undefined };
}
