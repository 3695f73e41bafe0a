-- What people ask for, page by page.

-- Rows from the newest event on (or the oldest), in which "hit" is false for
-- the last one: where to go on.  Of each call a bounded number of rows is looked
-- at.
CREATE FUNCTION list_1(p_company bytea, p_state smallint, p_endpoint bigint,
    p_node bytea, p_type bytea, p_least int, p_most int, p_since bigint,
    p_until bigint, p_event uuid, p_cursor bigint, p_oldest boolean,
    p_max int)
    RETURNS TABLE (hit boolean, event uuid, endpoint bigint, part int,
                   node bytea, state smallint, sends int, status int,
                   finished bigint, ord bigint, place bigint, wall bigint,
                   bytes int, type bytea, company bytea, format smallint,
                   record bytea)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = webhook, pg_temp AS $$
#variable_conflict use_column
DECLARE
    r     record;
    q     text;
    cond  text := 'true';
    dir   text := CASE WHEN p_oldest THEN 'ASC' ELSE 'DESC' END;
    cmp   text := CASE WHEN p_oldest THEN '>' ELSE '<' END;
    looks int := 0;
    got   int := 0;
    open  text := 'SELECT event, endpoint, part, node, state, sends, status,
                   0::bigint AS finished, ord, place, wall, bytes, type,
                   company, format, record FROM owed WHERE ';
    over  text := 'SELECT event, endpoint, part, node, state, sends, status,
                   finished, ord, place, wall, bytes, type, company, format,
                   record FROM history WHERE ';
BEGIN
    IF p_event IS NOT NULL THEN
        cond := '(event, endpoint) ' || cmp || ' ($1, $2)';
    END IF;

    q := ' ORDER BY event ' || dir || ', endpoint ' || dir || ' LIMIT 5000';

    q := CASE
         WHEN p_state IN (0, 1) THEN open || cond || q
         WHEN p_state = 3 THEN
              '(' || open || cond || ' AND state = 3' || q || ') UNION ALL ('
              || over || cond || ' AND state = 3' || q || ')' || q
         WHEN p_state >= 0 THEN over || cond || q
         ELSE '(' || open || cond || q || ') UNION ALL (' || over || cond || q
              || ')' || q END;

    FOR r IN EXECUTE q USING p_event, p_cursor LOOP
        looks := looks + 1;

        IF (p_company IS NULL OR r.company = p_company)
           AND (p_state < 0 OR r.state = p_state)
           AND (p_endpoint = 0 OR r.endpoint = p_endpoint)
           AND (p_type IS NULL OR r.type LIKE p_type)
           AND (p_most = 0 OR r.status BETWEEN p_least AND p_most)
           AND r.wall >= p_since AND (p_until = 0 OR r.wall < p_until)
        THEN
            SELECT n.name INTO node FROM node n WHERE n.id = r.node;

            IF p_node IS NULL OR node = p_node THEN
                hit := true;
                event := r.event;
                endpoint := r.endpoint;
                part := r.part;
                state := r.state;
                sends := r.sends;
                status := r.status;
                finished := r.finished;
                ord := r.ord;
                place := r.place;
                wall := r.wall;
                bytes := r.bytes;
                type := r.type;
                company := r.company;
                format := r.format;
                record := r.record;
                RETURN NEXT;

                got := got + 1;
            END IF;
        END IF;

        IF got >= least(p_max, 1000) OR looks >= 5000 THEN
            hit := false;
            event := r.event;
            endpoint := r.endpoint;
            record := '';
            RETURN NEXT;
            RETURN;
        END IF;
    END LOOP;
END $$;


-- One event: its deliveries, each with all attempts, and its record with the
-- first.
CREATE FUNCTION show_1(p_company bytea, p_event uuid, p_endpoint bigint)
    RETURNS TABLE (endpoint bigint, part int, node bytea, state smallint,
                   sends int, status int, finished bigint, ord bigint,
                   place bigint, wall bigint, bytes int, type bytea,
                   company bytea, format smallint, record bytea,
                   attempts bytea, e_format smallint, e_record bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = webhook, pg_temp AS $$
    SELECT d.endpoint, d.part, n.name, d.state, d.sends, d.status, d.finished,
           d.ord, d.place, d.wall, d.bytes, d.type, d.company, d.format,
           d.record,
           (SELECT string_agg(a.record, '' ORDER BY a.first) FROM attempt a
             WHERE a.event = p_event AND a.endpoint = d.endpoint
               AND a.part = d.part),
           CASE WHEN d.first THEN e.format END,
           CASE WHEN d.first THEN e.record END
      FROM (SELECT u.*, row_number() OVER (ORDER BY endpoint) = 1 AS first
              FROM (SELECT endpoint, part, node, state, sends, status,
                           0::bigint AS finished, ord, place, wall, bytes,
                           type, company, format, record
                      FROM owed WHERE event = p_event
                    UNION ALL
                    SELECT endpoint, part, node, state, sends, status,
                           finished, ord, place, wall, bytes, type, company,
                           format, record
                      FROM history WHERE event = p_event) u
             WHERE (p_company IS NULL OR company = p_company)
               AND (p_endpoint = 0 OR endpoint = p_endpoint)) d
      JOIN node n ON n.id = d.node
      LEFT JOIN event e ON e.id = p_event AND e.part = d.part
     ORDER BY d.endpoint LIMIT 10000
$$;


CREATE FUNCTION calls_1(p_company bytea, p_receiver bigint, p_node bytea,
    p_least int, p_most int, p_since bigint, p_until bigint, p_before uuid,
    p_id uuid, p_max int)
    RETURNS TABLE (hit boolean, id uuid, part int, node bytea,
                   receiver bigint, wall bigint, status int, company bytea,
                   format smallint, record bytea)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = webhook, pg_temp AS $$
#variable_conflict use_column
DECLARE
    r      record;
    looks  int := 0;
    got    int := 0;
BEGIN
    FOR r IN
        SELECT c.*, n.name FROM call c JOIN node n ON n.id = c.node
         WHERE (p_before IS NULL OR c.id < p_before)
           AND (p_id IS NULL OR c.id = p_id)
           AND (p_receiver = 0 OR c.receiver = p_receiver)
         ORDER BY c.id DESC LIMIT 5000
    LOOP
        looks := looks + 1;

        IF (p_company IS NULL OR r.company = p_company)
           AND (p_node IS NULL OR r.name = p_node)
           AND (p_most = 0 OR r.status BETWEEN p_least AND p_most)
           AND r.wall >= p_since AND (p_until = 0 OR r.wall < p_until)
        THEN
            RETURN QUERY SELECT true, r.id, r.part, r.name, r.receiver,
                r.wall, r.status, r.company, r.format, r.record;
            got := got + 1;
        END IF;

        IF got >= least(p_max, 1000) OR looks >= 5000 THEN
            RETURN QUERY SELECT false, r.id, r.part, r.name, r.receiver,
                r.wall, r.status, r.company, r.format, ''::bytea;
            RETURN;
        END IF;
    END LOOP;
END $$;


-- What nodes have counted, in sum.
CREATE FUNCTION sums_1()
    RETURNS TABLE (endpoint bigint, name bytea, counts bigint[])
    LANGUAGE sql SECURITY DEFINER SET search_path = webhook, pg_temp AS $$
    SELECT t.endpoint, (array_agg(t.name))[1],
           ARRAY[sum(counts[1]), sum(counts[2]), sum(counts[3]),
                 sum(counts[4]), sum(counts[5]), sum(counts[6]),
                 sum(counts[7]), sum(counts[8]), sum(counts[9])]::bigint[]
      FROM tally t GROUP BY t.endpoint ORDER BY t.endpoint
$$;


-- A dead or cancelled delivery is owed again, by nobody: somebody takes it.
-- result: 0 OK, 1 it is open, or was delivered, 2 there is none
CREATE FUNCTION retry_1(p_epoch bigint, p_node int, p_session bytea,
    p_company bytea, p_event uuid, p_endpoint bigint)
    RETURNS TABLE (result smallint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = webhook, pg_temp AS $$
#variable_conflict use_column
DECLARE
    h  webhook.history;
BEGIN
    PERFORM wrote(p_epoch, p_node, p_session);

    SELECT * INTO h FROM history x
     WHERE x.event = p_event AND x.endpoint = p_endpoint
       AND (p_company IS NULL OR x.company = p_company) FOR UPDATE;

    IF h.event IS NULL OR h.state = 2 THEN
        RETURN QUERY SELECT (CASE WHEN h.event IS NOT NULL OR EXISTS (
            SELECT FROM owed x WHERE x.event = p_event
               AND x.endpoint = p_endpoint
               AND (p_company IS NULL OR x.company = p_company))
            THEN 1 ELSE 2 END)::smallint;
        RETURN;
    END IF;

    INSERT INTO owed (event, endpoint, part, node, origin, pos, state, sends,
           status, ord, place, wall, bytes, type, company, format, record)
    VALUES (h.event, h.endpoint, h.part, 0, h.node, nextval('owed_pos'), 0,
            h.sends, h.status, h.ord, h.place, h.wall, h.bytes, h.type,
            h.company, h.format, h.record)
        ON CONFLICT DO NOTHING;

    DELETE FROM history x
     WHERE x.event = p_event AND x.endpoint = p_endpoint AND x.part = h.part;

    RETURN QUERY SELECT 0::smallint;
END $$;


-- The node that has a delivery open is asked to retry or cancel it.
-- result: 0 OK, 1 it is over, 2 there is none, 3 nobody has it now, 4 the node is
-- asked for too much already
CREATE FUNCTION steer_1(p_epoch bigint, p_node int, p_session bytea,
    p_company bytea, p_event uuid, p_endpoint bigint, p_cancel boolean)
    RETURNS TABLE (result smallint, node bytea)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = webhook, pg_temp AS $$
#variable_conflict use_column
DECLARE
    n  webhook.node;
BEGIN
    PERFORM wrote(p_epoch, p_node, p_session);

    SELECT x.* INTO n FROM owed o JOIN node x ON x.id = o.node
     WHERE o.event = p_event AND o.endpoint = p_endpoint
       AND (p_company IS NULL OR o.company = p_company);

    IF n.id IS NULL THEN
        RETURN QUERY SELECT (CASE WHEN EXISTS (
            SELECT FROM history x WHERE x.event = p_event
               AND x.endpoint = p_endpoint
               AND (p_company IS NULL OR x.company = p_company))
            THEN 1 ELSE 2 END)::smallint, ''::bytea;
        RETURN;
    END IF;

    IF n.fenced THEN
        RETURN QUERY SELECT 3::smallint, ''::bytea;
        RETURN;
    END IF;

    IF (SELECT count(*) FROM inbox x WHERE x.node = n.id) >= 10000 THEN
        RETURN QUERY SELECT 4::smallint, n.name;
        RETURN;
    END IF;

    INSERT INTO inbox (node, cancel, event, endpoint, made)
    VALUES (n.id, p_cancel, p_event, p_endpoint, real_ms());

    RETURN QUERY SELECT 0::smallint, n.name;
END $$;


-- What a node is asked; those of p_done it has dealt with.
CREATE FUNCTION inbox_1(p_epoch bigint, p_node int, p_session bytea,
    p_done bigint[], p_max int)
    RETURNS TABLE (number bigint, cancel boolean, event uuid, endpoint bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = webhook, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF cardinality(p_done) > 0 THEN
        PERFORM wrote(p_epoch, p_node, p_session);
        DELETE FROM inbox x WHERE x.node = p_node AND x.number = ANY (p_done);
    ELSE
        PERFORM reads(p_epoch, p_node, p_session);
    END IF;

    RETURN QUERY
    SELECT x.number, x.cancel, x.event, x.endpoint FROM inbox x
     WHERE x.node = p_node ORDER BY x.number LIMIT least(p_max, 1000);
END $$;
