CREATE TABLE "EndedSession" (
	"id" text PRIMARY KEY NOT NULL,
	"expiresAt" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "EndedSession" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE POLICY "operator_rows" ON "EndedSession" AS PERMISSIVE FOR ALL TO "draftgate_operator" USING (true) WITH CHECK (true);--> statement-breakpoint
REVOKE ALL ON "EndedSession" FROM draftgate_tenant;
