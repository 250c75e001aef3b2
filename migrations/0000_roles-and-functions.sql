CREATE EXTENSION IF NOT EXISTS vector;
--> statement-breakpoint
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'draftgate_tenant') THEN
    CREATE ROLE draftgate_tenant NOLOGIN;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'draftgate_operator') THEN
    CREATE ROLE draftgate_operator NOLOGIN;
  END IF;
  -- The Worker's login. It owns nothing and inherits nothing: each transaction picks one of the two roles.
  -- Deployment gives it LOGIN and a password.
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'draftgate_app') THEN
    CREATE ROLE draftgate_app NOLOGIN NOINHERIT;
  END IF;
END
$$;
--> statement-breakpoint
GRANT draftgate_tenant, draftgate_operator TO draftgate_app;
--> statement-breakpoint
GRANT USAGE ON SCHEMA public TO draftgate_app, draftgate_tenant, draftgate_operator;
--> statement-breakpoint
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO draftgate_tenant, draftgate_operator;
--> statement-breakpoint
-- The readiness probe compares the migrations that ran with those that the Worker was built with.
GRANT USAGE ON SCHEMA drizzle TO draftgate_operator;
--> statement-breakpoint
GRANT SELECT ON ALL TABLES IN SCHEMA drizzle TO draftgate_operator;
--> statement-breakpoint
-- Comparison form of order, tracking, invoice and appointment numbers; src/tools/identifier-key.ts is its twin.
CREATE FUNCTION draftgate_identifier_key(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN nullif(regexp_replace(upper(normalize(value, NFKC)), '[^A-Z0-9]', '', 'g'), '');
--> statement-breakpoint
-- Tracking numbers of an order's shipments; records that are not what they should be have none.
CREATE FUNCTION draftgate_tracking_keys(shipments jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN jsonb_typeof(shipments) = 'array' THEN
  ARRAY(
    SELECT draftgate_identifier_key(shipment ->> 'trackingNumber')
    FROM jsonb_array_elements(shipments) AS shipment
    WHERE draftgate_identifier_key(shipment ->> 'trackingNumber') IS NOT NULL
  )
ELSE '{}'::text[] END;
