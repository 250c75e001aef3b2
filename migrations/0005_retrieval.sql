CREATE TABLE "Backfill" (
	"id" text PRIMARY KEY NOT NULL,
	"businessId" text NOT NULL,
	"status" text DEFAULT 'planning' NOT NULL,
	"days" integer NOT NULL,
	"model" text NOT NULL,
	"since" timestamp with time zone NOT NULL,
	"until" timestamp with time zone NOT NULL,
	"plannedSentAt" timestamp with time zone,
	"plannedMessage" text,
	"tokens" integer DEFAULT 0 NOT NULL,
	"requests" integer DEFAULT 0 NOT NULL,
	"source" text DEFAULT 'api' NOT NULL,
	"requestedBy" text NOT NULL,
	"createdAt" timestamp with time zone DEFAULT now() NOT NULL,
	"lastBatchAt" timestamp with time zone DEFAULT now() NOT NULL,
	"requeuedAt" timestamp with time zone,
	"finishedAt" timestamp with time zone,
	"reportedAt" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "Backfill" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "BackfillItem" (
	"backfillId" text NOT NULL,
	"messageRef" text NOT NULL,
	"businessId" text NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"reason" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"updatedAt" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "BackfillItem_backfillId_messageRef_pk" PRIMARY KEY("backfillId","messageRef")
);
--> statement-breakpoint
ALTER TABLE "BackfillItem" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "DeadLetter" (
	"id" text PRIMARY KEY NOT NULL,
	"queue" text NOT NULL,
	"businessId" text,
	"backfillId" text,
	"body" jsonb NOT NULL,
	"attempts" integer DEFAULT 1 NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "DeadLetter" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "MaintenanceProgress" (
	"task" text PRIMARY KEY NOT NULL,
	"at" timestamp with time zone,
	"id" text,
	"report" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"updatedAt" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "MaintenanceProgress" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "RateBudget" (
	"name" text PRIMARY KEY NOT NULL,
	"requestsPaidAt" timestamp with time zone DEFAULT now() NOT NULL,
	"tokensPaidAt" timestamp with time zone DEFAULT now() NOT NULL,
	"blockedUntil" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "RateBudget" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "Embedding" ADD COLUMN "wordBits" bit(512) NOT NULL;--> statement-breakpoint
ALTER TABLE "TokenCalibration" ADD COLUMN "counted" integer[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "TokenCalibration" ADD COLUMN "reported" integer[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "Backfill" ADD CONSTRAINT "Backfill_businessId_Business_id_fk" FOREIGN KEY ("businessId") REFERENCES "public"."Business"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "BackfillItem" ADD CONSTRAINT "BackfillItem_backfill_fkey" FOREIGN KEY ("backfillId") REFERENCES "public"."Backfill"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "BackfillItem" ADD CONSTRAINT "BackfillItem_message_fkey" FOREIGN KEY ("messageRef") REFERENCES "public"."Message"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "BackfillItem" ADD CONSTRAINT "BackfillItem_business_fkey" FOREIGN KEY ("businessId") REFERENCES "public"."Business"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "Backfill_businessId_id_idx" ON "Backfill" USING btree ("businessId","id");--> statement-breakpoint
CREATE INDEX "Backfill_active_idx" ON "Backfill" USING btree ("id") WHERE "finishedAt" is null;--> statement-breakpoint
CREATE INDEX "BackfillItem_backfillId_status_idx" ON "BackfillItem" USING btree ("backfillId","status","messageRef");--> statement-breakpoint
CREATE INDEX "BackfillItem_messageRef_idx" ON "BackfillItem" USING btree ("messageRef");--> statement-breakpoint
CREATE INDEX "DeadLetter_backfillId_idx" ON "DeadLetter" USING btree ("backfillId","id");--> statement-breakpoint
CREATE INDEX "Draft_approved_idx" ON "Draft" USING btree ("reviewedAt","id") WHERE "status" = 'APPROVED';--> statement-breakpoint
CREATE INDEX "Embedding_messageRef_idx" ON "Embedding" USING btree ("messageRef");--> statement-breakpoint
CREATE INDEX "Embedding_systemWritten_idx" ON "Embedding" USING btree ("businessId","sentAt") WHERE "systemWritten";--> statement-breakpoint
CREATE INDEX "Message_outbound_receivedAt_idx" ON "Message" USING btree ("receivedAt","id") WHERE "direction" = 'OUTBOUND';--> statement-breakpoint
CREATE POLICY "tenant_rows" ON "Backfill" AS PERMISSIVE FOR ALL TO "draftgate_tenant" USING ("Backfill"."businessId" = current_setting('app.business_id', true)) WITH CHECK ("Backfill"."businessId" = current_setting('app.business_id', true));--> statement-breakpoint
CREATE POLICY "operator_rows" ON "Backfill" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenant_rows" ON "BackfillItem" AS PERMISSIVE FOR ALL TO "draftgate_tenant" USING ("BackfillItem"."businessId" = current_setting('app.business_id', true)) WITH CHECK ("BackfillItem"."businessId" = current_setting('app.business_id', true));--> statement-breakpoint
CREATE POLICY "operator_rows" ON "BackfillItem" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "operator_rows" ON "DeadLetter" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "operator_rows" ON "MaintenanceProgress" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "operator_rows" ON "RateBudget" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);