CREATE TABLE "Heartbeat" (
	"name" text PRIMARY KEY NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"ok" boolean NOT NULL,
	"lastOkAt" timestamp with time zone,
	"detail" jsonb DEFAULT '{}'::jsonb NOT NULL
);
--> statement-breakpoint
ALTER TABLE "Heartbeat" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "Proof" (
	"id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"passed" boolean NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"by" text NOT NULL,
	"detail" jsonb DEFAULT '{}'::jsonb NOT NULL
);
--> statement-breakpoint
ALTER TABLE "Proof" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE INDEX "Proof_kind_id_idx" ON "Proof" USING btree ("kind","id");--> statement-breakpoint
CREATE POLICY "operator_rows" ON "Heartbeat" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "operator_rows" ON "Proof" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);