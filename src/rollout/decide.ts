export const RAG_FEATURE = 'RAG_PILOT';

/** What the edge switch in KV says: `absent` means that Postgres decides. */
export type EdgeState = 'absent' | 'off' | 'unreadable';

export interface FlagFacts {
  edge: EdgeState;
  featureState: 'active' | 'killed';
  enrolled: boolean;
  emailRagEnabled: boolean;
  emailSnippetsEnabled: boolean;
  /** Bucket of the thread, 0 (inclusive) to 1 (exclusive). */
  threadBucket: number;
  /** Share of threads drafted without RAG, 0 to 1. */
  controlShare: number;
}

export const FLAG_REASONS = [
  'KILLED_AT_EDGE',
  'EDGE_UNREADABLE',
  'KILLED',
  'NOT_ENROLLED',
  'BUSINESS_OFF',
  'CONTROL_ARM',
  'ON',
] as const;
export type FlagReason = (typeof FLAG_REASONS)[number];

/** In the shape of OpenFeature's resolution details: value, variant, reason. */
export interface FlagDecision {
  value: boolean;
  variant: 'rag' | 'control' | 'none';
  reason: FlagReason;
  /** Snippets are on for the control arm too. */
  snippets: boolean;
}

/** Whether one draft uses retrieval. Fails closed: whatever is unreadable counts as off; the first reason that holds is given. */
export function decideRag(facts: FlagFacts): FlagDecision {
  const blocked = blockedBy(facts);
  const open = blocked === undefined || blocked === 'BUSINESS_OFF';
  const snippets = open && facts.emailSnippetsEnabled;
  if (blocked !== undefined) return { value: false, variant: 'none', reason: blocked, snippets };
  if (facts.threadBucket < facts.controlShare) {
    return { value: false, variant: 'control', reason: 'CONTROL_ARM', snippets };
  }
  return { value: true, variant: 'rag', reason: 'ON', snippets };
}

function blockedBy(facts: FlagFacts): FlagReason | undefined {
  if (facts.edge === 'off') return 'KILLED_AT_EDGE';
  if (facts.edge === 'unreadable') return 'EDGE_UNREADABLE';
  if (facts.featureState !== 'active') return 'KILLED';
  if (!facts.enrolled) return 'NOT_ENROLLED';
  if (!facts.emailRagEnabled) return 'BUSINESS_OFF';
  return undefined;
}
