import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { AppError } from '../lib/errors.ts';
import type { Actor } from './scopes.ts';

export const ACCESS_HEADER = 'Cf-Access-Jwt-Assertion';

const JWKS_TIMEOUT_MS = 3_000;
const JWKS_MAX_AGE_MS = 10 * 60_000;

export interface AccessSettings {
  /** `https://<team>.cloudflareaccess.com`; empty: Access is not in use, and its header means nothing. */
  teamUrl: string;
  /** The application's audience tag. */
  audience: string;
}

/** Who an Access assertion names, as an operator. Throws UNAUTHENTICATED for any that does not verify. */
export type VerifyAccess = (assertion: string) => Promise<{ actor: Actor; sessionId: string }>;

/** Undefined where Access is not configured. Fails closed: unreadable keys of the team mean no access. */
export function createAccessVerifier(settings: AccessSettings, now: () => Date): VerifyAccess | undefined {
  if (settings.teamUrl === '' || settings.audience === '') return undefined;
  const keys = createRemoteJWKSet(new URL('/cdn-cgi/access/certs', settings.teamUrl), {
    timeoutDuration: JWKS_TIMEOUT_MS,
    cacheMaxAge: JWKS_MAX_AGE_MS,
  });
  return async (assertion) => {
    try {
      const { payload } = await jwtVerify(assertion, keys, {
        issuer: settings.teamUrl,
        audience: settings.audience,
        algorithms: ['RS256'],
        requiredClaims: ['exp', 'iat'],
        currentDate: now(),
      });
      // People have an e-mail address, service tokens a common name.
      const name = [payload.email, payload.common_name].find((claim) => typeof claim === 'string' && claim !== '');
      if (typeof name !== 'string') throw new AppError('UNAUTHENTICATED', 'The Access assertion names nobody.');
      return { actor: { kind: 'admin', name }, sessionId: `access:${payload.sub ?? name}` };
    } catch (error) {
      if (error instanceof AppError) throw error;
      if (error instanceof errors.JOSEError || error instanceof TypeError || error instanceof DOMException) {
        throw new AppError('UNAUTHENTICATED', 'The Access assertion is not valid.');
      }
      throw error;
    }
  };
}
