CREATE TABLE "PilotExclusion" (
	"businessId" text NOT NULL,
	"feature" text NOT NULL,
	"since" timestamp with time zone DEFAULT now() NOT NULL,
	"actor" text NOT NULL,
	"reason" text,
	"rollbackId" text,
	CONSTRAINT "PilotExclusion_businessId_feature_pk" PRIMARY KEY("businessId","feature")
);
--> statement-breakpoint
ALTER TABLE "PilotExclusion" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "Ramp" (
	"id" text PRIMARY KEY NOT NULL,
	"feature" text NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"plan" jsonb NOT NULL,
	"step" integer DEFAULT 0 NOT NULL,
	"stepStartedAt" timestamp with time zone,
	"stableMs" double precision DEFAULT 0 NOT NULL,
	"evaluatedAt" timestamp with time zone,
	"pausedAt" timestamp with time zone,
	"pausedBy" text,
	"pauseReason" text,
	"signatures" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"rolledBackBy" text,
	"outcome" text,
	"createdBy" text NOT NULL,
	"createdAt" timestamp with time zone DEFAULT now() NOT NULL,
	"updatedAt" timestamp with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
ALTER TABLE "Ramp" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "RampDecision" (
	"id" text PRIMARY KEY NOT NULL,
	"rampId" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"step" integer NOT NULL,
	"action" text NOT NULL,
	"because" text[] NOT NULL,
	"inputs" jsonb NOT NULL,
	"enrolled" text[] DEFAULT '{}' NOT NULL
);
--> statement-breakpoint
ALTER TABLE "RampDecision" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "Rollback" (
	"id" text PRIMARY KEY NOT NULL,
	"feature" text NOT NULL,
	"level" text NOT NULL,
	"selector" jsonb NOT NULL,
	"status" text DEFAULT 'done' NOT NULL,
	"reason" text NOT NULL,
	"actor" text NOT NULL,
	"requestedBy" text,
	"incidentId" text,
	"requestId" text,
	"affected" text[] DEFAULT '{}' NOT NULL,
	"quarantinedDrafts" integer DEFAULT 0 NOT NULL,
	"kv" text,
	"restorePoint" jsonb NOT NULL,
	"detectedAt" timestamp with time zone NOT NULL,
	"decidedAt" timestamp with time zone NOT NULL,
	"kvWrittenAt" timestamp with time zone,
	"writtenAt" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"lastOldDraftAt" timestamp with time zone,
	"restoreRequestedAt" timestamp with time zone,
	"restoreRequestedBy" text,
	"restoreReason" text,
	"restoredAt" timestamp with time zone,
	"restoredBy" text
);
--> statement-breakpoint
ALTER TABLE "Rollback" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "PilotExclusion" ADD CONSTRAINT "PilotExclusion_businessId_Business_id_fk" FOREIGN KEY ("businessId") REFERENCES "public"."Business"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "RampDecision" ADD CONSTRAINT "RampDecision_rampId_Ramp_id_fk" FOREIGN KEY ("rampId") REFERENCES "public"."Ramp"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "Ramp_feature_open_key" ON "Ramp" USING btree ("feature") WHERE "status" in ('pending', 'running', 'holding', 'awaiting-approval');--> statement-breakpoint
CREATE INDEX "RampDecision_rampId_id_idx" ON "RampDecision" USING btree ("rampId","id");--> statement-breakpoint
CREATE INDEX "Rollback_feature_status_idx" ON "Rollback" USING btree ("feature","status");--> statement-breakpoint
CREATE POLICY "operator_rows" ON "PilotExclusion" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "operator_rows" ON "Ramp" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "operator_rows" ON "RampDecision" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "operator_rows" ON "Rollback" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);