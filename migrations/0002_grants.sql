-- The audit is append-only for everybody but its owner.
REVOKE UPDATE, DELETE ON "AuditEvent" FROM draftgate_tenant, draftgate_operator;
--> statement-breakpoint
REVOKE ALL ON "ApiKey" FROM draftgate_tenant;
--> statement-breakpoint
REVOKE INSERT, UPDATE, DELETE ON "Feature" FROM draftgate_tenant;
--> statement-breakpoint
REVOKE INSERT, UPDATE, DELETE ON "PilotBusiness" FROM draftgate_tenant;
--> statement-breakpoint
-- Row locks (FOR SHARE, FOR KEY SHARE) need the right to update some column; a key may not change.
GRANT UPDATE ("notes") ON "PilotBusiness" TO draftgate_tenant;
--> statement-breakpoint
REVOKE INSERT, UPDATE, DELETE ON "Business" FROM draftgate_tenant;
--> statement-breakpoint
GRANT UPDATE ("updatedAt") ON "Business" TO draftgate_tenant;
