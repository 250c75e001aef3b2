CREATE TABLE "GuardrailDecision" (
	"id" text PRIMARY KEY NOT NULL,
	"cause" text NOT NULL,
	"guardrail" text NOT NULL,
	"feature" text NOT NULL,
	"tier" text NOT NULL,
	"action" text NOT NULL,
	"level" text NOT NULL,
	"businessIds" text[] NOT NULL,
	"because" text[] NOT NULL,
	"inputs" jsonb NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"doneAt" timestamp with time zone,
	"outcome" jsonb,
	"incidentId" text,
	CONSTRAINT "GuardrailDecision_cause_key" UNIQUE("cause")
);
--> statement-breakpoint
ALTER TABLE "GuardrailDecision" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "GuardrailSetting" (
	"guardrail" text PRIMARY KEY NOT NULL,
	"automatic" boolean NOT NULL,
	"reason" text NOT NULL,
	"changedBy" text NOT NULL,
	"changedAt" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "GuardrailSetting" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "MetricRollup" (
	"hour" timestamp with time zone NOT NULL,
	"businessId" text NOT NULL,
	"arm" text NOT NULL,
	"pipelineVersion" text NOT NULL,
	"asked" integer DEFAULT 0 NOT NULL,
	"ready" integer DEFAULT 0 NOT NULL,
	"failed" integer DEFAULT 0 NOT NULL,
	"skipped" integer DEFAULT 0 NOT NULL,
	"verifications" integer DEFAULT 0 NOT NULL,
	"blocked" integer DEFAULT 0 NOT NULL,
	"hallucinations" integer DEFAULT 0 NOT NULL,
	"hallucinationsOlderPipeline" integer DEFAULT 0 NOT NULL,
	"hallucinationsWithoutRag" integer DEFAULT 0 NOT NULL,
	"unconfirmedReports" integer DEFAULT 0 NOT NULL,
	"securityIncidents" integer DEFAULT 0 NOT NULL,
	"retrievals" integer DEFAULT 0 NOT NULL,
	"retrievalHits" integer DEFAULT 0 NOT NULL,
	"retrievalTimeouts" integer DEFAULT 0 NOT NULL,
	"retrievalErrors" integer DEFAULT 0 NOT NULL,
	"toolCalls" integer DEFAULT 0 NOT NULL,
	"toolValidationErrors" integer DEFAULT 0 NOT NULL,
	"tokenSamples" integer DEFAULT 0 NOT NULL,
	"tokenWithin10" integer DEFAULT 0 NOT NULL,
	"tokenOver20" integer DEFAULT 0 NOT NULL,
	"tokenBudgetOverruns" integer DEFAULT 0 NOT NULL,
	"approved" integer DEFAULT 0 NOT NULL,
	"discarded" integer DEFAULT 0 NOT NULL,
	"fastApprovals" integer DEFAULT 0 NOT NULL,
	"editUpTo30" integer DEFAULT 0 NOT NULL,
	"editOver50" integer DEFAULT 0 NOT NULL,
	"latencyBins" integer[] DEFAULT '{}' NOT NULL,
	"latencyCounts" integer[] DEFAULT '{}' NOT NULL,
	"editBins" integer[] DEFAULT '{}' NOT NULL,
	CONSTRAINT "MetricRollup_businessId_hour_arm_pipelineVersion_pk" PRIMARY KEY("businessId","hour","arm","pipelineVersion")
);
--> statement-breakpoint
ALTER TABLE "MetricRollup" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "MetricStaleHour" (
	"hour" timestamp with time zone PRIMARY KEY NOT NULL
);
--> statement-breakpoint
ALTER TABLE "MetricStaleHour" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE INDEX "GuardrailDecision_guardrail_at_idx" ON "GuardrailDecision" USING btree ("guardrail","at");--> statement-breakpoint
CREATE INDEX "GuardrailDecision_open_idx" ON "GuardrailDecision" USING btree ("at") WHERE "doneAt" is null;--> statement-breakpoint
CREATE POLICY "operator_rows" ON "GuardrailDecision" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "operator_rows" ON "GuardrailSetting" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "operator_rows" ON "MetricRollup" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "operator_rows" ON "MetricStaleHour" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);