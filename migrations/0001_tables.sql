CREATE TABLE "ApiKey" (
	"id" text PRIMARY KEY NOT NULL,
	"businessId" text NOT NULL,
	"name" text NOT NULL,
	"prefix" text NOT NULL,
	"hash" text NOT NULL,
	"scopes" text[] NOT NULL,
	"createdBy" text NOT NULL,
	"createdAt" timestamp with time zone DEFAULT now() NOT NULL,
	"revokedAt" timestamp with time zone,
	CONSTRAINT "ApiKey_hash_key" UNIQUE("hash")
);
--> statement-breakpoint
ALTER TABLE "ApiKey" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "Appointment" (
	"businessId" text NOT NULL,
	"id" text NOT NULL,
	"customerEmail" text NOT NULL,
	"status" text NOT NULL,
	"startsAt" timestamp with time zone NOT NULL,
	"endsAt" timestamp with time zone,
	"service" text,
	"location" text,
	"staff" text,
	"extra" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"appointmentKey" text GENERATED ALWAYS AS (draftgate_identifier_key("id")) STORED,
	"customerKey" text GENERATED ALWAYS AS (lower(btrim("customerEmail"))) STORED,
	"updatedAt" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "Appointment_businessId_id_pk" PRIMARY KEY("businessId","id")
);
--> statement-breakpoint
ALTER TABLE "Appointment" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "AuditEvent" (
	"id" text PRIMARY KEY NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"businessId" text,
	"action" text NOT NULL,
	"actor" text NOT NULL,
	"reason" text,
	"before" jsonb,
	"after" jsonb,
	"requestId" text
);
--> statement-breakpoint
ALTER TABLE "AuditEvent" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "Business" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"vertical" text DEFAULT 'general' NOT NULL,
	"emailRagEnabled" boolean DEFAULT false NOT NULL,
	"emailSnippetsEnabled" boolean DEFAULT false NOT NULL,
	"emailRagMinConfidence" real DEFAULT 0.7 NOT NULL,
	"emailRagMaxExamples" integer DEFAULT 3 NOT NULL,
	"controlShare" real DEFAULT 0.2 NOT NULL,
	"locale" text DEFAULT 'en' NOT NULL,
	"timeZone" text DEFAULT 'UTC' NOT NULL,
	"signature" text,
	"replyAll" boolean DEFAULT false NOT NULL,
	"website" text,
	"supportEmail" text,
	"supportPhone" text,
	"address" text,
	"openingHours" text,
	"facts" text[] DEFAULT '{}' NOT NULL,
	"mailAddresses" text[] DEFAULT '{}' NOT NULL,
	"piiPolicy" jsonb DEFAULT '{"emails":true,"phones":true,"nationalIds":true}'::jsonb NOT NULL,
	"createdAt" timestamp with time zone DEFAULT now() NOT NULL,
	"updatedAt" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "Business" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "Draft" (
	"id" text PRIMARY KEY NOT NULL,
	"businessId" text NOT NULL,
	"messageRef" text NOT NULL,
	"messageId" text NOT NULL,
	"threadId" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"status" text NOT NULL,
	"kind" text DEFAULT 'reply' NOT NULL,
	"content" jsonb,
	"evidence" jsonb,
	"leaseId" text,
	"leaseExpiresAt" timestamp with time zone,
	"committedLeaseId" text,
	"threadVersion" integer DEFAULT 0 NOT NULL,
	"attempts" integer DEFAULT 1 NOT NULL,
	"nextAttemptAt" timestamp with time zone,
	"requestedAt" timestamp with time zone DEFAULT now() NOT NULL,
	"pipelineVersion" text DEFAULT '' NOT NULL,
	"ragEnabled" boolean DEFAULT false NOT NULL,
	"reviewedAt" timestamp with time zone,
	"reviewedBy" text,
	"approvedBody" text,
	"editDistance" real,
	"reviewReason" text,
	"factsShownHash" text,
	"createdAt" timestamp with time zone DEFAULT now() NOT NULL,
	"updatedAt" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "Draft_businessId_messageRef_key" UNIQUE("businessId","messageRef")
);
--> statement-breakpoint
ALTER TABLE "Draft" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "DraftVersion" (
	"businessId" text NOT NULL,
	"draftId" text NOT NULL,
	"version" integer NOT NULL,
	"status" text NOT NULL,
	"kind" text NOT NULL,
	"content" jsonb,
	"evidence" jsonb,
	"replacedAt" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "DraftVersion_draftId_version_pk" PRIMARY KEY("draftId","version")
);
--> statement-breakpoint
ALTER TABLE "DraftVersion" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "DraftEvent" (
	"id" text PRIMARY KEY NOT NULL,
	"businessId" text NOT NULL,
	"draftId" text NOT NULL,
	"version" integer NOT NULL,
	"type" text NOT NULL,
	"pipelineVersion" text NOT NULL,
	"arm" text NOT NULL,
	"trace" jsonb NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "DraftEvent" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "Embedding" (
	"id" text PRIMARY KEY NOT NULL,
	"businessId" text NOT NULL,
	"messageRef" text,
	"contentHash" text NOT NULL,
	"model" text NOT NULL,
	"question" text NOT NULL,
	"answer" text NOT NULL,
	"language" text DEFAULT 'en' NOT NULL,
	"systemWritten" boolean DEFAULT false NOT NULL,
	"embedding" halfvec(512) NOT NULL,
	"bits" bit(512) GENERATED ALWAYS AS (binary_quantize("embedding")::bit(512)) STORED,
	"words" "tsvector" GENERATED ALWAYS AS (to_tsvector('simple', "question" || ' ' || "answer")) STORED,
	"sentAt" timestamp with time zone NOT NULL,
	"createdAt" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "Embedding_businessId_contentHash_key" UNIQUE("businessId","contentHash")
);
--> statement-breakpoint
ALTER TABLE "Embedding" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "Feature" (
	"feature" text PRIMARY KEY NOT NULL,
	"state" text DEFAULT 'active' NOT NULL,
	"reason" text,
	"changedBy" text DEFAULT 'system' NOT NULL,
	"changedAt" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "Feature" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "IdempotencyKey" (
	"businessId" text NOT NULL,
	"key" text NOT NULL,
	"requestHash" text NOT NULL,
	"createdAt" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "IdempotencyKey_businessId_key_pk" PRIMARY KEY("businessId","key")
);
--> statement-breakpoint
ALTER TABLE "IdempotencyKey" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "Message" (
	"id" text PRIMARY KEY NOT NULL,
	"businessId" text NOT NULL,
	"messageId" text NOT NULL,
	"messageKey" text NOT NULL,
	"threadId" text NOT NULL,
	"direction" text NOT NULL,
	"from" jsonb NOT NULL,
	"to" jsonb NOT NULL,
	"cc" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"replyTo" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"subject" text NOT NULL,
	"text" text NOT NULL,
	"html" text,
	"headers" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"dmarc" text,
	"contentHash" text NOT NULL,
	"sentAt" timestamp with time zone NOT NULL,
	"receivedAt" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "Message_businessId_messageId_key" UNIQUE("businessId","messageId")
);
--> statement-breakpoint
ALTER TABLE "Message" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "Order" (
	"businessId" text NOT NULL,
	"orderNumber" text NOT NULL,
	"customerEmail" text NOT NULL,
	"status" text NOT NULL,
	"placedAt" timestamp with time zone,
	"currency" text,
	"total" double precision,
	"items" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"shipments" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"extra" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"orderKey" text GENERATED ALWAYS AS (draftgate_identifier_key("orderNumber")) STORED,
	"customerKey" text GENERATED ALWAYS AS (lower(btrim("customerEmail"))) STORED,
	"trackingKeys" text[] GENERATED ALWAYS AS (draftgate_tracking_keys("shipments")) STORED,
	"invoiceKey" text GENERATED ALWAYS AS (draftgate_identifier_key("extra"->>'invoiceNumber')) STORED,
	"updatedAt" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "Order_businessId_orderNumber_pk" PRIMARY KEY("businessId","orderNumber")
);
--> statement-breakpoint
ALTER TABLE "Order" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "PilotBusiness" (
	"id" text PRIMARY KEY NOT NULL,
	"businessId" text NOT NULL,
	"feature" text NOT NULL,
	"enabledAt" timestamp DEFAULT now() NOT NULL,
	"enabledBy" text NOT NULL,
	"notes" text,
	CONSTRAINT "PilotBusiness_businessId_feature_key" UNIQUE("businessId","feature")
);
--> statement-breakpoint
ALTER TABLE "PilotBusiness" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "Snippet" (
	"businessId" text NOT NULL,
	"key" text NOT NULL,
	"language" text DEFAULT 'en' NOT NULL,
	"text" text NOT NULL,
	"whenToUse" text DEFAULT '' NOT NULL,
	"updatedAt" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "Snippet_businessId_key_pk" PRIMARY KEY("businessId","key")
);
--> statement-breakpoint
ALTER TABLE "Snippet" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "Thread" (
	"businessId" text NOT NULL,
	"id" text NOT NULL,
	"participants" text[] DEFAULT '{}' NOT NULL,
	"version" integer DEFAULT 0 NOT NULL,
	"createdAt" timestamp with time zone DEFAULT now() NOT NULL,
	"lastMessageAt" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "Thread_businessId_id_pk" PRIMARY KEY("businessId","id")
);
--> statement-breakpoint
ALTER TABLE "Thread" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "TokenCalibration" (
	"model" text PRIMARY KEY NOT NULL,
	"constant" double precision DEFAULT 0 NOT NULL,
	"factor" double precision DEFAULT 1 NOT NULL,
	"samples" integer DEFAULT 0 NOT NULL,
	"updatedAt" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "TokenCalibration" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "ApiKey" ADD CONSTRAINT "ApiKey_businessId_Business_id_fk" FOREIGN KEY ("businessId") REFERENCES "public"."Business"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "Appointment" ADD CONSTRAINT "Appointment_businessId_Business_id_fk" FOREIGN KEY ("businessId") REFERENCES "public"."Business"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "Draft" ADD CONSTRAINT "Draft_businessId_Business_id_fk" FOREIGN KEY ("businessId") REFERENCES "public"."Business"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "Draft" ADD CONSTRAINT "Draft_messageRef_Message_id_fk" FOREIGN KEY ("messageRef") REFERENCES "public"."Message"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "DraftVersion" ADD CONSTRAINT "DraftVersion_businessId_Business_id_fk" FOREIGN KEY ("businessId") REFERENCES "public"."Business"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "DraftVersion" ADD CONSTRAINT "DraftVersion_draftId_Draft_id_fk" FOREIGN KEY ("draftId") REFERENCES "public"."Draft"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "DraftEvent" ADD CONSTRAINT "DraftEvent_businessId_Business_id_fk" FOREIGN KEY ("businessId") REFERENCES "public"."Business"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "DraftEvent" ADD CONSTRAINT "DraftEvent_draftId_Draft_id_fk" FOREIGN KEY ("draftId") REFERENCES "public"."Draft"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "Embedding" ADD CONSTRAINT "Embedding_businessId_Business_id_fk" FOREIGN KEY ("businessId") REFERENCES "public"."Business"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "Embedding" ADD CONSTRAINT "Embedding_messageRef_Message_id_fk" FOREIGN KEY ("messageRef") REFERENCES "public"."Message"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "IdempotencyKey" ADD CONSTRAINT "IdempotencyKey_businessId_Business_id_fk" FOREIGN KEY ("businessId") REFERENCES "public"."Business"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "Message" ADD CONSTRAINT "Message_businessId_Business_id_fk" FOREIGN KEY ("businessId") REFERENCES "public"."Business"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "Message" ADD CONSTRAINT "Message_thread_fkey" FOREIGN KEY ("businessId","threadId") REFERENCES "public"."Thread"("businessId","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "Order" ADD CONSTRAINT "Order_businessId_Business_id_fk" FOREIGN KEY ("businessId") REFERENCES "public"."Business"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "PilotBusiness" ADD CONSTRAINT "PilotBusiness_businessId_fkey" FOREIGN KEY ("businessId") REFERENCES "public"."Business"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "Snippet" ADD CONSTRAINT "Snippet_businessId_Business_id_fk" FOREIGN KEY ("businessId") REFERENCES "public"."Business"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "Thread" ADD CONSTRAINT "Thread_businessId_Business_id_fk" FOREIGN KEY ("businessId") REFERENCES "public"."Business"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "Appointment_businessId_customerKey_idx" ON "Appointment" USING btree ("businessId","customerKey","startsAt");--> statement-breakpoint
CREATE INDEX "Appointment_businessId_appointmentKey_idx" ON "Appointment" USING btree ("businessId","appointmentKey");--> statement-breakpoint
CREATE INDEX "AuditEvent_at_idx" ON "AuditEvent" USING btree ("at");--> statement-breakpoint
CREATE INDEX "AuditEvent_businessId_at_idx" ON "AuditEvent" USING btree ("businessId","at");--> statement-breakpoint
CREATE INDEX "Draft_businessId_status_id_idx" ON "Draft" USING btree ("businessId","status","id");--> statement-breakpoint
CREATE INDEX "Draft_businessId_threadId_idx" ON "Draft" USING btree ("businessId","threadId");--> statement-breakpoint
CREATE INDEX "Draft_unfinished_idx" ON "Draft" USING btree ("status","nextAttemptAt") WHERE "status" in ('DRAFTING', 'RETRYING');--> statement-breakpoint
CREATE INDEX "DraftEvent_at_idx" ON "DraftEvent" USING btree ("at");--> statement-breakpoint
CREATE INDEX "DraftEvent_businessId_at_idx" ON "DraftEvent" USING btree ("businessId","at");--> statement-breakpoint
CREATE INDEX "DraftEvent_draftId_idx" ON "DraftEvent" USING btree ("draftId");--> statement-breakpoint
CREATE INDEX "Embedding_businessId_sentAt_idx" ON "Embedding" USING btree ("businessId","sentAt");--> statement-breakpoint
CREATE INDEX "Message_businessId_messageKey_idx" ON "Message" USING btree ("businessId","messageKey");--> statement-breakpoint
CREATE INDEX "Message_businessId_direction_sentAt_idx" ON "Message" USING btree ("businessId","direction","sentAt");--> statement-breakpoint
CREATE INDEX "Message_businessId_threadId_sentAt_idx" ON "Message" USING btree ("businessId","threadId","sentAt");--> statement-breakpoint
CREATE INDEX "Order_businessId_orderKey_idx" ON "Order" USING btree ("businessId","orderKey");--> statement-breakpoint
CREATE INDEX "Order_businessId_customerKey_idx" ON "Order" USING btree ("businessId","customerKey","placedAt");--> statement-breakpoint
CREATE INDEX "Order_businessId_invoiceKey_idx" ON "Order" USING btree ("businessId","invoiceKey");--> statement-breakpoint
CREATE INDEX "Order_trackingKeys_idx" ON "Order" USING gin ("trackingKeys");--> statement-breakpoint
CREATE INDEX "PilotBusiness_feature_idx" ON "PilotBusiness" USING btree ("feature","businessId");--> statement-breakpoint
CREATE POLICY "operator_rows" ON "ApiKey" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenant_rows" ON "Appointment" AS PERMISSIVE FOR ALL TO "draftgate_tenant" USING ("Appointment"."businessId" = current_setting('app.business_id', true)) WITH CHECK ("Appointment"."businessId" = current_setting('app.business_id', true));--> statement-breakpoint
CREATE POLICY "operator_rows" ON "Appointment" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenant_rows" ON "AuditEvent" AS PERMISSIVE FOR ALL TO "draftgate_tenant" USING ("AuditEvent"."businessId" = current_setting('app.business_id', true)) WITH CHECK ("AuditEvent"."businessId" = current_setting('app.business_id', true));--> statement-breakpoint
CREATE POLICY "operator_rows" ON "AuditEvent" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenant_rows" ON "Business" AS PERMISSIVE FOR ALL TO "draftgate_tenant" USING ("Business"."id" = current_setting('app.business_id', true)) WITH CHECK ("Business"."id" = current_setting('app.business_id', true));--> statement-breakpoint
CREATE POLICY "operator_rows" ON "Business" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenant_rows" ON "Draft" AS PERMISSIVE FOR ALL TO "draftgate_tenant" USING ("Draft"."businessId" = current_setting('app.business_id', true)) WITH CHECK ("Draft"."businessId" = current_setting('app.business_id', true));--> statement-breakpoint
CREATE POLICY "operator_rows" ON "Draft" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenant_rows" ON "DraftVersion" AS PERMISSIVE FOR ALL TO "draftgate_tenant" USING ("DraftVersion"."businessId" = current_setting('app.business_id', true)) WITH CHECK ("DraftVersion"."businessId" = current_setting('app.business_id', true));--> statement-breakpoint
CREATE POLICY "operator_rows" ON "DraftVersion" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenant_rows" ON "DraftEvent" AS PERMISSIVE FOR ALL TO "draftgate_tenant" USING ("DraftEvent"."businessId" = current_setting('app.business_id', true)) WITH CHECK ("DraftEvent"."businessId" = current_setting('app.business_id', true));--> statement-breakpoint
CREATE POLICY "operator_rows" ON "DraftEvent" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenant_rows" ON "Embedding" AS PERMISSIVE FOR ALL TO "draftgate_tenant" USING ("Embedding"."businessId" = current_setting('app.business_id', true)) WITH CHECK ("Embedding"."businessId" = current_setting('app.business_id', true));--> statement-breakpoint
CREATE POLICY "operator_rows" ON "Embedding" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenant_reads" ON "Feature" AS PERMISSIVE FOR SELECT TO "draftgate_tenant" USING (true);--> statement-breakpoint
CREATE POLICY "operator_rows" ON "Feature" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenant_rows" ON "IdempotencyKey" AS PERMISSIVE FOR ALL TO "draftgate_tenant" USING ("IdempotencyKey"."businessId" = current_setting('app.business_id', true)) WITH CHECK ("IdempotencyKey"."businessId" = current_setting('app.business_id', true));--> statement-breakpoint
CREATE POLICY "operator_rows" ON "IdempotencyKey" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenant_rows" ON "Message" AS PERMISSIVE FOR ALL TO "draftgate_tenant" USING ("Message"."businessId" = current_setting('app.business_id', true)) WITH CHECK ("Message"."businessId" = current_setting('app.business_id', true));--> statement-breakpoint
CREATE POLICY "operator_rows" ON "Message" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenant_rows" ON "Order" AS PERMISSIVE FOR ALL TO "draftgate_tenant" USING ("Order"."businessId" = current_setting('app.business_id', true)) WITH CHECK ("Order"."businessId" = current_setting('app.business_id', true));--> statement-breakpoint
CREATE POLICY "operator_rows" ON "Order" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenant_rows" ON "PilotBusiness" AS PERMISSIVE FOR ALL TO "draftgate_tenant" USING ("PilotBusiness"."businessId" = current_setting('app.business_id', true)) WITH CHECK ("PilotBusiness"."businessId" = current_setting('app.business_id', true));--> statement-breakpoint
CREATE POLICY "operator_rows" ON "PilotBusiness" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenant_rows" ON "Snippet" AS PERMISSIVE FOR ALL TO "draftgate_tenant" USING ("Snippet"."businessId" = current_setting('app.business_id', true)) WITH CHECK ("Snippet"."businessId" = current_setting('app.business_id', true));--> statement-breakpoint
CREATE POLICY "operator_rows" ON "Snippet" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenant_rows" ON "Thread" AS PERMISSIVE FOR ALL TO "draftgate_tenant" USING ("Thread"."businessId" = current_setting('app.business_id', true)) WITH CHECK ("Thread"."businessId" = current_setting('app.business_id', true));--> statement-breakpoint
CREATE POLICY "operator_rows" ON "Thread" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenant_rows" ON "TokenCalibration" AS PERMISSIVE FOR ALL TO "draftgate_tenant" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "operator_rows" ON "TokenCalibration" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);