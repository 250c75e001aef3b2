CREATE TABLE "Erasure" (
	"id" text PRIMARY KEY NOT NULL,
	"businessId" text NOT NULL,
	"addressHash" text NOT NULL,
	"reason" text NOT NULL,
	"actor" text NOT NULL,
	"requestId" text,
	"records" text NOT NULL,
	"counts" jsonb NOT NULL,
	"sharedMessages" text[] DEFAULT '{}' NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "Erasure" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "DraftEvent" DROP CONSTRAINT "DraftEvent_draftId_Draft_id_fk";
--> statement-breakpoint
ALTER TABLE "Erasure" ADD CONSTRAINT "Erasure_businessId_Business_id_fk" FOREIGN KEY ("businessId") REFERENCES "public"."Business"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "Erasure_businessId_addressHash_idx" ON "Erasure" USING btree ("businessId","addressHash","id");--> statement-breakpoint
CREATE POLICY "operator_rows" ON "Erasure" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);