-- Roles and the schema, by who may make them.  webhook_node is for the logins of
-- nodes: it has no rights but to call functions.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'webhook_owner') THEN
        CREATE ROLE webhook_owner NOLOGIN;
    END IF;

    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'webhook_node') THEN
        CREATE ROLE webhook_node NOLOGIN;
    END IF;

    IF NOT pg_has_role(current_user, 'webhook_owner', 'MEMBER') THEN
        EXECUTE format('GRANT webhook_owner TO %I', current_user);
    END IF;
END $$;

CREATE SCHEMA IF NOT EXISTS webhook AUTHORIZATION webhook_owner;
REVOKE ALL ON SCHEMA webhook FROM PUBLIC;
GRANT USAGE ON SCHEMA webhook TO webhook_node;

ALTER DEFAULT PRIVILEGES FOR ROLE webhook_owner
    REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
