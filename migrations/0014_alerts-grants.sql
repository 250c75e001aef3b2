REVOKE ALL ON "Alert", "AlertDelivery", "Incident", "IncidentEntry" FROM draftgate_tenant;
--> statement-breakpoint
REVOKE DELETE ON "Incident" FROM draftgate_operator;
--> statement-breakpoint
-- A timeline is kept as it was written.
REVOKE UPDATE, DELETE ON "IncidentEntry" FROM draftgate_operator;
