import type { RampMetric } from './ramp-plan.ts';

/** What the metrics say about the businesses of a ramp since its step opened. */
export type RampReading =
  | { status: 'no-data'; because: string }
  | {
      status: 'ok';
      /** When the numbers were computed, and the guardrails last looked at theirs. */
      at: Date;
      /** A metric that is absent has no data. */
      metrics: Partial<Record<RampMetric, { value: number; samples: number }>>;
      /** Findings on drafts that people saw, of this pipeline version. Each must be 0. */
      hallucinations: number;
      securityIncidents: number;
      /** What the guardrails say: pause the ramp, or roll back. */
      guardrail: { tier: 'none' | 'pause' | 'roll-back'; because: string[] };
      /** Whether the arms have the sizes that they should have. */
      sampleRatio: 'ok' | 'mismatch' | 'no-data';
    };

export type BackfillReading = { status: 'no-data'; because: string } | { status: 'ok'; missing: string[] };

/** The port to what is measured. Neither method may throw over missing numbers: that is `no-data`. */
export interface RampMetrics {
  read(query: { feature: string; businessIds: string[]; since: Date }): Promise<RampReading>;
  /** Which businesses have not indexed their mail of the last `days`. */
  readBackfills(query: { businessIds: string[]; days: number }): Promise<BackfillReading>;
}
