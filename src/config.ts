import { z } from 'zod';

declare global {
  /** Secrets that a deployment may do without. */
  interface Env {
    SLACK_WEBHOOK_URL?: string;
    PAGERDUTY_ROUTING_KEY?: string;
  }
}

/** Version of the draft pipeline; grows with every change of prompts, guards or templates. Findings are judged per version. */
export const PIPELINE_VERSION = '2';

/** So long a reviewer can take back what they decided; only afterwards an approved draft becomes an example. */
export const UNDO_SECONDS = 10;

const limit = (value: number) => z.coerce.number().int().positive().default(value);

const configSchema = z.object({
  environment: z.string().default('production'),
  databaseUrl: z.string().min(1),
  databaseFetchEndpoint: z.string().default(''),
  adminKey: z.string().min(32, 'DRAFTGATE_ADMIN_KEY needs 32 characters or more'),
  /** Cloudflare Access for operators; both empty: not in use. */
  accessTeamUrl: z.union([z.literal(''), z.url({ protocol: /^https$/ })]).default(''),
  accessAudience: z.string().default(''),

  openaiApiKey: z.string().min(1),
  openaiBaseUrl: z.string().min(1),
  model: z.string().min(1),
  embeddingModel: z.string().min(1),

  /** Milliseconds. */
  databaseTimeoutMs: limit(10_000),
  retrievalTimeoutMs: limit(2_000),
  toolTimeoutMs: limit(3_000),
  modelTimeoutMs: limit(30_000),
  triageTimeoutMs: limit(8_000),
  draftTimeoutMs: limit(45_000),
  lockTimeoutMs: limit(2_000),
  leaseMs: limit(60_000),
  /** A second request waits this long for a draft that is being made, then gets 409. */
  draftWaitMs: limit(8_000),
  /** One repair attempt is made only with this much time left. */
  repairMinimumMs: limit(10_000),
  /** After this, a draft that could not be made is FAILED. */
  retryForMs: limit(24 * 60 * 60 * 1000),

  /** Below this confidence of the code, triage asks the model. 0 to 1. */
  triageMinConfidence: z.coerce.number().min(0).max(1).default(0.6),
  /** Prompt tokens of a compose call, instructions included. */
  tokenBudget: limit(8_000),
  maxOutputTokens: limit(2_000),

  /** What all backfills and the nightly indexing together may ask of the embedding API. */
  embeddingRequestsPerMinute: limit(3_000),
  embeddingTokensPerMinute: limit(1_000_000),

  /** Where this deployment is reached, for links in alerts; empty: alerts carry no link. */
  publicUrl: z.string().trim().default(''),
  /**
   * Channels of alerts. One whose values are empty or not of their form is skipped, and says so: a wrong webhook must not
   * stop drafts.
   */
  slackWebhookUrl: z.string().trim().default(''),
  slackChannel: z.string().trim().default('#rag-pilot-alerts'),
  alertEmailFrom: z.string().trim().default(''),
  alertEmailTo: z.string().trim().default('engineering@company.com'),
  pagerDutyRoutingKey: z.string().trim().default(''),
  pagerDutyUrl: z.string().trim().default('https://events.pagerduty.com'),
  /** Milliseconds that a channel may take. */
  channelTimeoutMs: limit(10_000),
  /** After this, a channel that takes nothing is given up: the delivery is kept, marked as failed. */
  deliverForMs: limit(24 * 60 * 60 * 1000),

  /** Bytes of a request body. */
  maxBodyBytes: limit(1_048_576),
  maxBulkBodyBytes: limit(32 * 1_048_576),
});

export type Config = z.infer<typeof configSchema>;

/** The limits as they are where no variable says otherwise; the rest is empty. For commands and tests without an environment. */
export function configWithDefaults(): Config {
  return configSchema.parse({
    databaseUrl: 'none',
    adminKey: 'none'.repeat(8),
    openaiApiKey: 'none',
    openaiBaseUrl: 'none',
    model: 'none',
    embeddingModel: 'none',
  });
}

/** Reads vars and secrets; throws one error that names every wrong variable, never its value. */
export function readConfig(env: Env): Config {
  const parsed = configSchema.safeParse({
    environment: env.ENVIRONMENT,
    databaseUrl: env.DATABASE_URL,
    databaseFetchEndpoint: env.DATABASE_FETCH_ENDPOINT,
    adminKey: env.DRAFTGATE_ADMIN_KEY,
    accessTeamUrl: env.ACCESS_TEAM_URL,
    accessAudience: env.ACCESS_AUDIENCE,
    openaiApiKey: env.OPENAI_API_KEY,
    openaiBaseUrl: env.OPENAI_BASE_URL,
    model: env.OPENAI_MODEL,
    embeddingModel: env.OPENAI_EMBEDDING_MODEL,
    embeddingRequestsPerMinute: env.EMBEDDING_REQUESTS_PER_MINUTE,
    embeddingTokensPerMinute: env.EMBEDDING_TOKENS_PER_MINUTE,
    publicUrl: env.PUBLIC_URL,
    slackWebhookUrl: env.SLACK_WEBHOOK_URL,
    slackChannel: env.SLACK_CHANNEL,
    pagerDutyRoutingKey: env.PAGERDUTY_ROUTING_KEY,
    pagerDutyUrl: env.PAGERDUTY_URL,
    alertEmailFrom: env.ALERT_EMAIL_FROM,
    alertEmailTo: env.ALERT_EMAIL_TO,
  });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`configuration: ${problems.join('; ')}`);
}
