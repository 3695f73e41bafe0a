-- Partitions, sweeping, and what the operator does.

-- Makes the partitions up to a part, and those that are missing: some at a time, for
-- each takes locks of which a transaction may not have any number.
CREATE FUNCTION make_parts(p_from int, p_to int) RETURNS int
    LANGUAGE plpgsql AS $$
DECLARE
    c  webhook.cluster;
    a  int;
    b  int;
    t  text;
    n  int := 0;
    made  boolean;
BEGIN
    SELECT * INTO c FROM webhook.cluster FOR UPDATE;

    a := CASE WHEN c.made_to = 0 THEN p_from ELSE c.made_from END;

    WHILE a < p_to AND n < 32 LOOP
        b := a + c.width;
        made := false;

        FOREACH t IN ARRAY ARRAY['event', 'history', 'attempt', 'call',
                                 'audit'] LOOP
            IF to_regclass('webhook.' || t || '_' || a) IS NULL THEN
                EXECUTE format('CREATE TABLE webhook.%I PARTITION OF
                                webhook.%I FOR VALUES FROM (%s) TO (%s)',
                               t || '_' || a, t, a, b);
                made := true;
            END IF;
        END LOOP;

        IF made THEN
            UPDATE webhook.cluster
               SET made_from = CASE WHEN made_to = 0 THEN a ELSE made_from END,
                   made_to = greatest(made_to, b);
            n := n + 1;
        END IF;

        a := b;
    END LOOP;

    RETURN n;
END $$;


-- By the elected node, each minute.  Whoever waits behind a partition that is
-- dropped does so for lock_timeout at most.
CREATE FUNCTION upkeep_1(p_epoch bigint, p_node int, p_session bytea)
    RETURNS TABLE (made int, dropped int, swept int)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = webhook, pg_temp
    SET lock_timeout = '200ms' AS $$
#variable_conflict use_column
DECLARE
    c    webhook.cluster;
    now  int;
    t    text;
    n    int;
    ends bigint[];
    keys bigint[];
BEGIN
    PERFORM wrote(p_epoch, p_node, p_session);

    PERFORM FROM clock WHERE elected = p_node;

    IF NOT FOUND THEN
        RAISE SQLSTATE 'WH001' USING MESSAGE = 'another node is elected';
    END IF;

    now := (real_ms() / 3600000)::int;
    made := 0;
    dropped := 0;
    swept := 0;

    BEGIN
        made := make_parts(now, now + 48);
    EXCEPTION WHEN lock_not_available THEN
        NULL;                               -- in a minute
    END;

    SELECT * INTO c FROM cluster;

    -- a partition a call, and none that is needed yet

    IF c.made_from + c.width <= now - c.keep
       AND NOT EXISTS (SELECT FROM owed o
                        WHERE o.part < c.made_from + c.width)
    THEN
        BEGIN
            FOREACH t IN ARRAY ARRAY['attempt', 'history', 'event', 'call',
                                     'audit']
            LOOP
                EXECUTE format('DROP TABLE webhook.%I',
                               t || '_' || c.made_from);
            END LOOP;

            UPDATE cluster SET made_from = made_from + width;
            dropped := 1;

        EXCEPTION WHEN lock_not_available THEN
            dropped := 0;
        END;
    END IF;

    BEGIN
        -- what claims have passed over is looked at once more

        UPDATE node SET claimed = unclaimed(id)
         WHERE claimed > 0 AND (fenced OR lease_end < deadline());

        -- what is left of removed objects, after 30 days; of a pause that ended,
        -- once its endpoint or receiver is gone: a node that was away for longer
        -- has to be told, and cannot tell it from a pause of its own

        WITH old AS (
            DELETE FROM object o
             WHERE o.removed AND o.updated < real_ms() - 30::bigint * 86400000
               AND (o.kind <> 100 OR EXISTS (
                       SELECT FROM object x
                        WHERE x.kind = CASE substr(o.id, 1, 9)
                                       WHEN 'receiver:' THEN 1 ELSE 0 END
                          AND x.id = CASE substr(o.id, 1, 9)
                                     WHEN 'receiver:' THEN substr(o.id, 10)
                                     ELSE o.id END
                          AND x.removed
                          AND x.updated < real_ms() - 30::bigint * 86400000))
            RETURNING o.change)
        UPDATE registry SET forgot = greatest(forgot, m.change)
          FROM (SELECT max(change) AS change FROM old) m
         WHERE m.change IS NOT NULL;

        -- what nodes that are gone were asked, after a day

        DELETE FROM inbox
         WHERE (node, number) IN (SELECT x.node, x.number FROM inbox x
                                   WHERE x.made < real_ms() - 86400000
                                   LIMIT 1000);

        -- answers that nobody may ask for any more, by their index: which is not
        -- used for what is another time with each row

        DELETE FROM once
         WHERE key IN (SELECT x.key FROM once x
                        WHERE x.until < (SELECT real_ms()) LIMIT 1000);

        -- Keys of which nothing is open: looked at once more when they are locked,
        -- for one may have got something between.  They come last, since who tells
        -- of one of them waits for this.

        SELECT array_agg(x.endpoint), array_agg(x.ord) INTO ends, keys
          FROM (SELECT i.endpoint, i.ord FROM head i
                 WHERE NOT EXISTS (SELECT FROM owed o
                                    WHERE o.endpoint = i.endpoint
                                      AND o.ord = i.ord
                                      AND o.turn IS NOT NULL)
                 LIMIT 50000 FOR UPDATE SKIP LOCKED) x;

        DELETE FROM head h USING unnest(ends, keys) AS t (endpoint, ord)
         WHERE h.endpoint = t.endpoint AND h.ord = t.ord
           AND NOT EXISTS (SELECT FROM owed o
                            WHERE o.endpoint = h.endpoint AND o.ord = h.ord
                              AND o.turn IS NOT NULL);
        GET DIAGNOSTICS swept = ROW_COUNT;

    EXCEPTION WHEN lock_not_available THEN
        NULL;                               -- in a minute, too
    END;

    RETURN NEXT;
END $$;


-- Deliveries that may be taken, and that stand in records of newer versions: as many
-- as are found among the first 10000 of each node.
CREATE FUNCTION unread_1(p_epoch bigint, p_node int, p_session bytea,
    p_format smallint) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = webhook, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off
    SET enable_mergejoin = off AS $$
DECLARE
    d  bigint := deadline();
BEGIN
    PERFORM reads(p_epoch, p_node, p_session);

    RETURN (SELECT count(*)
              FROM node n
              CROSS JOIN LATERAL (SELECT i.format FROM owed i
                                   WHERE i.node = n.id ORDER BY i.pos
                                   LIMIT 10000) o
             WHERE n.id <> p_node AND (n.fenced OR n.lease_end < d)
               AND o.format > p_format);
END $$;


-- By the operator: what a node has is given to others, and its name is free.
-- Returns what it had, or -1: there is none, -2: it lives, and is asked to
-- give what it has.
CREATE FUNCTION drain(p_name bytea, p_force boolean) RETURNS bigint
    LANGUAGE plpgsql SET search_path = webhook, pg_temp AS $$
DECLARE
    n  webhook.node;
    k  bigint;
BEGIN
    SELECT * INTO n FROM node WHERE name = p_name AND id > 0
       FOR NO KEY UPDATE;

    IF NOT FOUND THEN
        RETURN -1;
    END IF;

    UPDATE shipped SET writes = writes + 1 WHERE node = n.id;

    IF NOT n.fenced AND n.lease_end >= tick() AND NOT p_force THEN
        UPDATE node SET draining = true WHERE id = n.id;
        RETURN -2;
    END IF;

    SELECT count(*) INTO k FROM owed WHERE node = n.id;

    UPDATE shipped SET session = NULL, seq = 0 WHERE node = n.id;
    UPDATE node SET fenced = true, incarnation = NULL, session = NULL,
           claimed = 0 WHERE id = n.id;
    DELETE FROM share WHERE node = n.id;

    RETURN k;
END $$;


-- By the operator, after the database was restored from a backup: nodes tell
-- everything anew.
CREATE FUNCTION restored() RETURNS bigint
    LANGUAGE plpgsql SET search_path = webhook, pg_temp AS $$
DECLARE
    e  bigint;
BEGIN
    PERFORM FROM node ORDER BY id FOR NO KEY UPDATE;
    UPDATE shipped SET session = NULL, seq = 0;
    UPDATE node SET session = NULL, lease_end = 0, claimed = 0;
    DELETE FROM share;
    UPDATE clock SET elected = NULL, until = 0, since = now, leader = leader();
    UPDATE cluster SET epoch = epoch + (extract(epoch FROM clock_timestamp())
                                        * 1000)::bigint,
           unsure = (SELECT now FROM clock)
                    + coalesce((SELECT max(lease) FROM node), 0)
    RETURNING epoch INTO e;

    RETURN e;
END $$;


SELECT make_parts((real_ms() / 3600000)::int, (real_ms() / 3600000)::int + 48);
