import { eq } from 'drizzle-orm';
import type { Database } from '../storage/db.ts';
import { feature } from '../storage/schema/index.ts';
import { decideRag, type FlagReason } from './decide.ts';
import type { EdgeReading, EdgeSwitch } from './edge-switch.ts';

export interface FeatureState {
  state: 'active' | 'killed';
  /** Why and by whom it was last changed; null where it never was. */
  changed: { by: string; at: Date; reason: string | null } | null;
  edge: EdgeReading;
}

/** Both switches of a feature as they stand now. A switch that cannot be read counts as off. */
export async function showFeature(deps: { db: Database; edge: EdgeSwitch }, name: string): Promise<FeatureState> {
  const [[[row]], edge] = await Promise.all([
    deps.db.operator((queries) => [queries.select().from(feature).where(eq(feature.feature, name))]),
    deps.edge.read(name),
  ]);
  const changed = row === undefined ? null : { by: row.changedBy, at: row.changedAt, reason: row.reason };
  return { state: row?.state ?? 'active', changed, edge };
}

/** Just below 1: a thread that is in the control arm only where all are. */
const LAST_THREAD = 0.9999;

/** What drafts of a business that are not of the control arm get now, and why: the decision that a draft asks for. Pure. */
export function ragReason(
  { state, edge }: Pick<FeatureState, 'state' | 'edge'>,
  business: { enrolled: boolean; emailRagEnabled: boolean; controlShare: number },
): FlagReason {
  const facts = { edge: edge.state, featureState: state, emailSnippetsEnabled: false, threadBucket: LAST_THREAD };
  return decideRag({ ...facts, ...business }).reason;
}
