CREATE TABLE "Alert" (
	"id" text PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"scope" text NOT NULL,
	"kind" text NOT NULL,
	"severity" text NOT NULL,
	"state" text NOT NULL,
	"title" text NOT NULL,
	"detail" text NOT NULL,
	"figures" jsonb,
	"businessId" text,
	"incidentId" text,
	"rollbackCommand" text,
	"firedAt" timestamp with time zone NOT NULL,
	"notifiedAt" timestamp with time zone NOT NULL,
	"seenAt" timestamp with time zone NOT NULL,
	"resolvedAt" timestamp with time zone,
	"flaps" integer DEFAULT 0 NOT NULL,
	"version" integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
ALTER TABLE "Alert" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "AlertDelivery" (
	"id" text PRIMARY KEY NOT NULL,
	"alertId" text NOT NULL,
	"version" integer NOT NULL,
	"channel" text NOT NULL,
	"notice" jsonb NOT NULL,
	"status" text NOT NULL,
	"reason" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"nextAttemptAt" timestamp with time zone DEFAULT now() NOT NULL,
	"leasedUntil" timestamp with time zone,
	"createdAt" timestamp with time zone DEFAULT now() NOT NULL,
	"settledAt" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "AlertDelivery" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "Incident" (
	"id" text PRIMARY KEY NOT NULL,
	"causeKey" text NOT NULL,
	"severity" text NOT NULL,
	"status" text DEFAULT 'open' NOT NULL,
	"title" text NOT NULL,
	"feature" text NOT NULL,
	"businessId" text,
	"detectedAt" timestamp with time zone NOT NULL,
	"openedAt" timestamp with time zone DEFAULT now() NOT NULL,
	"data" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"closedAt" timestamp with time zone,
	"closedBy" text,
	"closeReason" text
);
--> statement-breakpoint
ALTER TABLE "Incident" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "IncidentEntry" (
	"id" text PRIMARY KEY NOT NULL,
	"incidentId" text NOT NULL,
	"key" text NOT NULL,
	"kind" text NOT NULL,
	"text" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"actor" text,
	"data" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "IncidentEntry_incidentId_key_key" UNIQUE("incidentId","key")
);
--> statement-breakpoint
ALTER TABLE "IncidentEntry" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "AlertDelivery" ADD CONSTRAINT "AlertDelivery_alertId_Alert_id_fk" FOREIGN KEY ("alertId") REFERENCES "public"."Alert"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "IncidentEntry" ADD CONSTRAINT "IncidentEntry_incidentId_Incident_id_fk" FOREIGN KEY ("incidentId") REFERENCES "public"."Incident"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "Alert_key_firing_key" ON "Alert" USING btree ("key") WHERE "state" = 'firing';--> statement-breakpoint
CREATE UNIQUE INDEX "Alert_key_announced_key" ON "Alert" USING btree ("key") WHERE "state" = 'announced';--> statement-breakpoint
CREATE INDEX "Alert_scope_state_idx" ON "Alert" USING btree ("scope","state","resolvedAt");--> statement-breakpoint
CREATE INDEX "Alert_state_id_idx" ON "Alert" USING btree ("state","id");--> statement-breakpoint
CREATE INDEX "AlertDelivery_alertId_idx" ON "AlertDelivery" USING btree ("alertId","channel","version");--> statement-breakpoint
CREATE INDEX "AlertDelivery_pending_idx" ON "AlertDelivery" USING btree ("nextAttemptAt") WHERE "status" = 'pending';--> statement-breakpoint
CREATE UNIQUE INDEX "Incident_causeKey_open_key" ON "Incident" USING btree ("causeKey") WHERE "status" = 'open';--> statement-breakpoint
CREATE INDEX "Incident_status_id_idx" ON "Incident" USING btree ("status","id");--> statement-breakpoint
CREATE INDEX "IncidentEntry_incidentId_at_idx" ON "IncidentEntry" USING btree ("incidentId","at");--> statement-breakpoint
CREATE INDEX "AuditEvent_action_at_idx" ON "AuditEvent" USING btree ("action","at");--> statement-breakpoint
CREATE POLICY "operator_rows" ON "Alert" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "operator_rows" ON "AlertDelivery" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "operator_rows" ON "Incident" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "operator_rows" ON "IncidentEntry" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);