-- What nodes tell: a batch of their outbox, and questions after they were away.
--
-- Tables grow and shrink between two looks of the planner at them; so what works
-- by keys, in all that nodes call, does so by their indexes whatever it takes the
-- tables for.  "node + 0" keeps it from the index by node: what has left that
-- stays in it for as long as anybody has an old snapshot open.

-- result: 0 OK, 1 it was applied already (up to seq)
--
-- Bits of d_flags: 1 fresh: the node never told of it, 2 open, 4 the cluster
-- orders its key.
CREATE FUNCTION ship_1(p_epoch bigint, p_node int, p_session bytea,
    p_from bigint, p_to bigint,
    e_id uuid[], e_part int[], e_wall bigint[], e_type bytea[],
    e_company bytea[], e_format smallint[], e_record bytea[],
    d_event uuid[], d_endpoint bigint[], d_part int[], d_flags smallint[],
    d_state smallint[], d_sends int[], d_status int[], d_finished bigint[],
    d_ord bigint[], d_place bigint[], d_wall bigint[], d_bytes int[],
    d_type bytea[], d_company bytea[], d_format smallint[], d_record bytea[],
    d_first int[], d_attempts bytea[],
    c_id uuid[], c_part int[], c_receiver bigint[], c_wall bigint[],
    c_status int[], c_company bytea[], c_format smallint[], c_record bytea[],
    a_number bigint[], a_part int[], a_wall bigint[], a_company bytea[],
    a_data bytea[], p_purged uuid[])
    RETURNS TABLE (result smallint, seq bigint, stale int)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = webhook, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off
    SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    s      bigint;
    low    int;
    high   int;
    ours   int := 0;
    n      int;
    r      record;
BEGIN
    PERFORM wrote(p_epoch, p_node, p_session);

    SELECT shipped.seq INTO s FROM shipped WHERE node = p_node;

    IF s > p_from OR s >= p_to THEN
        RETURN QUERY SELECT 1::smallint, s, 0;
        RETURN;
    END IF;

    IF s < p_from THEN
        RAISE SQLSTATE 'WH003' USING MESSAGE =
            'the cluster has lost what it had: it has ' || s || ', of '
            || p_from;
    END IF;

    UPDATE shipped SET seq = p_to WHERE node = p_node;

    SELECT made_from, made_to - 1 INTO low, high FROM cluster;

    INSERT INTO event (id, part, wall, type, company, format, record)
    SELECT t.id, least(greatest(t.part, low), high), t.wall, t.type,
           t.company, t.format, t.record
      FROM unnest(e_id, e_part, e_wall, e_type, e_company, e_format, e_record)
           AS t (id, part, wall, type, company, format, record)
        ON CONFLICT DO NOTHING;

    -- What is open, of which nobody else has it.  What was inserted is put together
    -- with what was told by grouping: a join of many would be a nested loop.

    FOR r IN
        WITH d AS (
            SELECT t.*
              FROM unnest(d_event, d_endpoint, d_part, d_flags, d_state,
                          d_sends, d_status, d_ord, d_place, d_wall, d_bytes,
                          d_type, d_company, d_format, d_record)
                   AS t (event, endpoint, part, flags, state, sends, status,
                         ord, place, wall, bytes, type, company, format,
                         record)
             WHERE t.flags & 2 <> 0
             ORDER BY t.event, t.endpoint
        ), w AS (
            INSERT INTO owed AS o (event, endpoint, part, node, origin, pos,
                   state, sends, status, ord, place, wall, bytes, type,
                   company, format, record)
            SELECT d.event, d.endpoint, least(greatest(d.part, low), high),
                   p_node, p_node, nextval('owed_pos'), d.state, d.sends,
                   d.status, d.ord, d.place, d.wall, d.bytes, d.type,
                   d.company, d.format, d.record
              FROM d
                ON CONFLICT (event, endpoint) DO UPDATE
               SET state = excluded.state, sends = excluded.sends,
                   status = excluded.status, place = excluded.place,
                   format = excluded.format, record = excluded.record
             WHERE o.node = p_node
            RETURNING o.event, o.endpoint, o.part, o.ord, o.turn
        )
        SELECT u.event, u.endpoint, max(u.part) AS part, max(u.ord) AS ord,
               max(u.turn) AS turn, max(u.flags) AS flags
          FROM (SELECT w.event, w.endpoint, w.part, w.ord, w.turn,
                       NULL::smallint AS flags, NULL::bigint AS place FROM w
                UNION ALL
                SELECT d.event, d.endpoint, NULL, NULL, NULL, d.flags, d.place
                  FROM d) u
         GROUP BY u.event, u.endpoint HAVING count(u.part) > 0
         ORDER BY u.endpoint, max(u.ord), max(u.place)
    LOOP
        ours := ours + 1;

        -- it was over, and is due again

        IF r.flags & 1 = 0 THEN
            DELETE FROM history h
             WHERE h.event = r.event AND h.endpoint = r.endpoint
               AND h.part = r.part;
        END IF;

        IF r.flags & 4 <> 0 AND r.turn IS NULL THEN
            INSERT INTO head AS h (endpoint, ord, last)
            VALUES (r.endpoint, r.ord, 1)
                ON CONFLICT (endpoint, ord) DO UPDATE SET last = h.last + 1
            RETURNING h.last INTO s;

            UPDATE owed SET turn = s
             WHERE owed.event = r.event AND owed.endpoint = r.endpoint;
        END IF;
    END LOOP;

    -- what is over

    WITH d AS (
        SELECT t.*
          FROM unnest(d_event, d_endpoint, d_part, d_flags, d_state, d_sends,
                      d_status, d_finished, d_ord, d_place, d_wall, d_bytes,
                      d_type, d_company, d_format, d_record)
               AS t (event, endpoint, part, flags, state, sends, status,
                     finished, ord, place, wall, bytes, type, company, format,
                     record)
         WHERE t.flags & 2 = 0
           AND (t.flags & 1 <> 0
                OR NOT EXISTS (SELECT FROM owed o
                                WHERE o.event = t.event
                                  AND o.endpoint = t.endpoint
                                  AND o.node + 0 <> p_node))
    ), gone AS (
        DELETE FROM owed o USING d
         WHERE o.event = d.event AND o.endpoint = d.endpoint
           AND o.node + 0 = p_node AND d.flags & 1 = 0
    )
    INSERT INTO history (event, endpoint, part, node, state, sends, status,
           finished, ord, place, wall, bytes, type, company, format, record)
    SELECT d.event, d.endpoint, least(greatest(d.part, low), high), p_node,
           d.state, d.sends, d.status, d.finished, d.ord, d.place, d.wall,
           d.bytes, d.type, d.company, d.format, d.record
      FROM d
        ON CONFLICT (event, endpoint, part) DO UPDATE
       SET node = excluded.node, state = excluded.state,
           sends = excluded.sends, status = excluded.status,
           finished = excluded.finished, format = excluded.format,
           record = excluded.record;

    GET DIAGNOSTICS n = ROW_COUNT;
    ours := ours + n;

    -- who tells all of them each time, tells more each time

    INSERT INTO attempt AS a (event, endpoint, part, first, record)
    SELECT t.event, t.endpoint, least(greatest(t.part, low), high), t.first,
           t.record
      FROM unnest(d_event, d_endpoint, d_part, d_first, d_attempts)
           AS t (event, endpoint, part, first, record)
     WHERE t.first > 0
        ON CONFLICT (event, endpoint, first, part) DO UPDATE
       SET record = excluded.record
     WHERE length(excluded.record) > length(a.record);

    INSERT INTO call (id, part, node, receiver, wall, status, company, format,
           record)
    SELECT t.id, least(greatest(t.part, low), high), p_node, t.receiver,
           t.wall, t.status, t.company, t.format, t.record
      FROM unnest(c_id, c_part, c_receiver, c_wall, c_status, c_company,
                  c_format, c_record)
           AS t (id, part, receiver, wall, status, company, format, record)
        ON CONFLICT DO NOTHING;

    INSERT INTO audit (node, number, part, wall, company, data)
    SELECT p_node, t.number, least(greatest(t.part, low), high), t.wall,
           t.company, t.data
      FROM unnest(a_number, a_part, a_wall, a_company, a_data)
           AS t (number, part, wall, company, data)
        ON CONFLICT DO NOTHING;

    -- whatever was told of these, now or before

    IF cardinality(p_purged) > 0 THEN
        DELETE FROM owed WHERE event = ANY (p_purged) AND node + 0 = p_node;
        DELETE FROM history WHERE event = ANY (p_purged);
        DELETE FROM attempt WHERE event = ANY (p_purged);

        -- another node may have to send it yet
        DELETE FROM event e
         WHERE e.id = ANY (p_purged)
           AND NOT EXISTS (SELECT FROM owed o WHERE o.event = e.id);

        DELETE FROM call WHERE id = ANY (p_purged);
    END IF;

    RETURN QUERY SELECT 0::smallint, p_to,
                        coalesce(cardinality(d_event), 0) - ours;
END $$;


-- What became of deliveries while the node was away.  verdict: 0 the node's, 1
-- another's, 2 over, 3 not known, 4 over, as the node itself has told
CREATE FUNCTION ask_1(p_epoch bigint, p_node int, p_session bytea,
    p_event uuid[], p_endpoint bigint[], p_part int[])
    RETURNS TABLE (n int, verdict smallint, state smallint, sends int,
                   status int, finished bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = webhook, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off
    SET enable_mergejoin = off AS $$
#variable_conflict use_column
BEGIN
    -- read where writes are taken, or not at all
    PERFORM wrote(p_epoch, p_node, p_session);

    RETURN QUERY
    SELECT q.n::int,
           (CASE WHEN o.node = p_node THEN 0 WHEN o.node IS NOT NULL THEN 1
                 WHEN h.node = p_node THEN 4
                 WHEN h.event IS NOT NULL THEN 2 ELSE 3 END)::smallint,
           coalesce(o.state, h.state, 4::smallint),
           coalesce(o.sends, h.sends, 0), coalesce(o.status, h.status, 0),
           coalesce(h.finished, 0)
      FROM unnest(p_event, p_endpoint, p_part) WITH ORDINALITY
           AS q (event, endpoint, part, n)
      LEFT JOIN owed o ON o.event = q.event AND o.endpoint = q.endpoint
      LEFT JOIN LATERAL (SELECT * FROM history h
                          WHERE h.event = q.event AND h.endpoint = q.endpoint
                            AND h.part = q.part) h ON o.event IS NULL;
END $$;


-- What the node has here, page by page.
CREATE FUNCTION mine_1(p_epoch bigint, p_node int, p_session bytea,
    p_after bigint, p_max int)
    RETURNS TABLE (pos bigint, event uuid, endpoint bigint, part int,
                   sends int)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = webhook, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off
    SET enable_mergejoin = off AS $$
#variable_conflict use_column
BEGIN
    PERFORM wrote(p_epoch, p_node, p_session);

    RETURN QUERY
    SELECT o.pos, o.event, o.endpoint, o.part, o.sends FROM owed o
     WHERE o.node = p_node AND o.pos > p_after ORDER BY o.pos
     LIMIT least(p_max, 10000);
END $$;
