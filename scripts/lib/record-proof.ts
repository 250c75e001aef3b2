import type { ProofKind } from '../../src/storage/schema/proof.ts';
import type { ApiClient } from './api-client.ts';

/** Records on the deployment that something was tried, as DRAFTGATE_ACTOR; `npm run preflight` looks for it. */
export async function recordProof(
  api: ApiClient,
  kind: ProofKind,
  passed: boolean,
  detail: Record<string, unknown>,
): Promise<void> {
  await api.post('/admin/api/proofs', { kind, passed, detail });
  console.log(`recorded: ${kind} ${passed ? 'passed' : 'failed'}`);
}
