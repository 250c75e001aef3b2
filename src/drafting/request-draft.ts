import type { ClaimRequest } from './claim-work.ts';
import { type DraftingDeps, type DraftOutcome, generateDraft } from './generate-draft.ts';

const FIRST_POLL_MS = 200;
const SLOWEST_POLL_MS = 1_000;

/** `generateDraft` for somebody who waits: a draft that another request is making is waited for, up to `draftWaitMs`. */
export async function requestDraft(deps: DraftingDeps, request: ClaimRequest): Promise<DraftOutcome> {
  const end = deps.clock().getTime() + deps.config.draftWaitMs;
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(SLOWEST_POLL_MS, pause * 2)) {
    const outcome = await generateDraft(deps, request);
    if (outcome.status !== 'in-progress' || deps.clock().getTime() + pause > end) return outcome;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
