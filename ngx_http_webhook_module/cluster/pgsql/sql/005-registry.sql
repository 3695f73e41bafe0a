-- Objects: endpoints, receivers, pauses, limits, and their changes.

-- result: 0 OK, 1 the name is taken, 2 it is at another version, 3 there is no
-- such, 4 the id was used, 5 it was done before, for the same key, 6 for the same
-- key and another body, 7 there are as many as there may be, 8 of the company,
-- 9 deliveries are owed to it
CREATE FUNCTION object_1(p_epoch bigint, p_node int, p_session bytea,
    p_kind smallint, p_id bytea, p_company bytea, p_name bytea,
    p_author bytea, p_data bytea, p_wall bigint, p_expect bigint,
    p_token uuid, p_remove boolean, p_version bigint, p_created bigint,
    p_all int, p_most int, p_endpoint bigint, p_was bytea, p_key bytea,
    p_body bytea, p_caller bigint, p_keep bigint, p_answer bytea)
    RETURNS TABLE (result smallint, version bigint, change bigint,
                   owed bigint, answer bytea)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = webhook, pg_temp AS $$
#variable_conflict use_column
DECLARE
    o  webhook.object;
    n  webhook.once;
    v  bigint;
BEGIN
    PERFORM wrote(p_epoch, p_node, p_session);

    -- all changes one after the other, each until it is committed

    UPDATE registry SET version = version + 1 RETURNING version INTO v;

    SELECT * INTO o FROM object
     WHERE kind = p_kind AND id = p_id FOR UPDATE;

    result := 0;
    owed := 0;

    IF o.id IS NOT NULL AND o.token = p_token THEN
        RETURN QUERY SELECT 0::smallint, o.version, o.change, 0::bigint,
                            ''::bytea;                          -- a repeat
        RETURN;
    END IF;

    IF p_keep > 0 THEN
        SELECT * INTO n FROM once x
         WHERE x.key = p_key AND x.until > real_ms();

        IF n.key IS NOT NULL THEN
            RETURN QUERY SELECT
                (CASE WHEN n.token = p_token THEN 0
                      WHEN n.body = p_body THEN 5 ELSE 6 END)::smallint,
                n.version, n.change, 0::bigint,
                CASE WHEN n.body = p_body THEN n.answer ELSE '' END;
            RETURN;
        END IF;
    END IF;

    IF p_expect = 0 THEN
        result := CASE WHEN o.id IS NOT NULL THEN 4 ELSE 0 END;

    ELSIF p_expect = -2 THEN                    -- whatever there is
        result := 0;

    ELSIF o.id IS NULL OR o.removed OR o.company <> p_company THEN
        result := 3;

    ELSIF p_expect > 0 AND p_expect <> o.version
          OR length(p_was) > 0 AND decode(md5(o.data), 'hex') <> p_was
    THEN
        result := 2;
    END IF;

    IF result = 0 AND NOT p_remove AND EXISTS (
        SELECT FROM object x
         WHERE x.kind = p_kind AND x.company = p_company AND x.name = p_name
           AND NOT x.removed AND x.id <> p_id)
    THEN
        result := 1;
    END IF;

    IF result = 0 AND p_all > 0
       AND (SELECT count(*) FROM object x
             WHERE x.kind = p_kind AND NOT x.removed) >= p_all
    THEN
        result := 7;
    END IF;

    IF result = 0 AND p_most > 0
       AND (SELECT count(*) FROM object x
             WHERE x.kind = p_kind AND x.company = p_company
               AND NOT x.removed) >= p_most
    THEN
        result := 8;
    END IF;

    IF result = 0 AND p_remove AND p_endpoint <> 0 THEN
        SELECT count(*) INTO owed
          FROM (SELECT FROM owed x WHERE x.endpoint = p_endpoint
                   AND x.state IN (0, 1) LIMIT 10000) y;

        IF owed > 0 THEN
            result := 9;
        END IF;
    END IF;

    IF result <> 0 THEN
        RETURN QUERY SELECT result, coalesce(o.version, 0),
                            coalesce(o.change, 0), owed, ''::bytea;
        RETURN;
    END IF;

    INSERT INTO object AS x (kind, id, company, name, author, data, version,
           change, token, created, updated, removed)
    VALUES (p_kind, p_id, p_company, CASE WHEN p_remove THEN '' ELSE p_name END,
            p_author, CASE WHEN p_remove THEN '' ELSE p_data END,
            greatest(p_version, 1), v, p_token,
            CASE WHEN p_created > 0 THEN p_created ELSE p_wall END, p_wall,
            p_remove)
        ON CONFLICT (kind, id) DO UPDATE
       SET name = excluded.name, company = excluded.company,
           author = CASE WHEN length(p_was) > 0 THEN x.author
                         ELSE excluded.author END,
           data = excluded.data, change = v, token = p_token,
           version = x.version + CASE WHEN length(p_was) > 0 THEN 0
                                      ELSE 1 END,
           updated = CASE WHEN length(p_was) > 0 THEN x.updated
                          ELSE p_wall END,
           removed = p_remove
    RETURNING x.version, x.change INTO version, change;

    IF p_keep > 0 THEN
        INSERT INTO once AS x (key, body, caller, token, version, change,
               until, answer)
        VALUES (p_key, p_body, p_caller, p_token, version, v,
                real_ms() + p_keep, p_answer)
            ON CONFLICT (key) DO UPDATE
           SET body = excluded.body, caller = excluded.caller,
               token = excluded.token, version = excluded.version,
               change = excluded.change, until = excluded.until,
               answer = excluded.answer;

        -- of one caller so many are known

        DELETE FROM once
         WHERE key IN (SELECT x.key FROM once x WHERE x.caller = p_caller
                        ORDER BY x.change DESC OFFSET 1000);
    END IF;

    answer := '';
    RETURN NEXT;
END $$;


-- In the order of changes.  lost: what was removed behind p_since is forgotten.
CREATE FUNCTION changes_1(p_epoch bigint, p_node int, p_session bytea,
    p_since bigint, p_max int, p_bytes bigint)
    RETURNS TABLE (kind smallint, id bytea, company bytea, name bytea,
                   author bytea, data bytea, version bigint, change bigint,
                   created bigint, updated bigint, removed boolean,
                   last bigint, lost boolean)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = webhook, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v  bigint;
    f  bigint;
BEGIN
    PERFORM reads(p_epoch, p_node, p_session);

    -- before the rows are looked at: one that is committed in between is seen
    -- in the next call at the latest

    SELECT r.version, r.forgot INTO v, f FROM registry r;

    RETURN QUERY
    SELECT t.kind, t.id, t.company, t.name, t.author, t.data, t.version,
           t.change, t.created, t.updated, t.removed, v,
           p_since > 0 AND p_since < f
      FROM (SELECT o.*, sum(length(o.data)) OVER (ORDER BY o.change)
                        - length(o.data) AS before
              FROM (SELECT * FROM object x
                     WHERE x.change > p_since AND x.change <= v
                     ORDER BY x.change LIMIT least(p_max, 10000)) o) t
     WHERE t.before <= p_bytes OR t.before = 0
     ORDER BY t.change;

    IF NOT FOUND THEN
        RETURN QUERY SELECT NULL::smallint, NULL::bytea, NULL::bytea,
            NULL::bytea, NULL::bytea, NULL::bytea, NULL::bigint,
            NULL::bigint, NULL::bigint, NULL::bigint, NULL::boolean, v,
            p_since > 0 AND p_since < f;
    END IF;
END $$;


-- What a node has counted, of endpoints whose counts have changed.
CREATE FUNCTION tally_1(p_epoch bigint, p_node int, p_session bytea,
    p_endpoint bigint[], p_name bytea[], p_counts bigint[])
    RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = webhook, pg_temp AS $$
BEGIN
    PERFORM wrote(p_epoch, p_node, p_session);

    INSERT INTO tally AS t (node, endpoint, name, counts)
    SELECT p_node, q.endpoint, q.name, p_counts[9 * q.n - 8 : 9 * q.n]
      FROM unnest(p_endpoint, p_name) WITH ORDINALITY
           AS q (endpoint, name, n)
        ON CONFLICT (node, endpoint) DO UPDATE
       SET name = excluded.name, counts = excluded.counts;
END $$;
