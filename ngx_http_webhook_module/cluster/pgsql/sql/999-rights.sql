-- After each migration: of functions, nodes may call those that have the number
-- of an interface at the end.

DO $$
DECLARE
    f  regprocedure;
BEGIN
    FOR f IN SELECT p.oid::regprocedure FROM pg_proc p
              WHERE p.pronamespace = 'webhook'::regnamespace
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);

        IF (SELECT proname ~ '_[0-9]+$' FROM pg_proc WHERE oid = f) THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO webhook_node', f);
        END IF;
    END LOOP;
END $$;
