-- Taking what nodes that are dead had, and what nobody has.

CREATE FUNCTION whole(p_event uuid[], p_endpoint bigint[])
    RETURNS TABLE (event uuid, endpoint bigint, part int, node bytea,
                   state smallint, sends int, status int, finished bigint,
                   ord bigint, place bigint, wall bigint, bytes int,
                   type bytea, company bytea, format smallint, record bytea,
                   attempts bytea, turn bigint, e_format smallint,
                   e_record bytea)
    LANGUAGE sql STABLE AS $$
    SELECT o.event, o.endpoint, o.part, n.name, o.state, o.sends, o.status,
           0::bigint, o.ord, o.place, o.wall, o.bytes, o.type, o.company,
           o.format, o.record,
           (SELECT string_agg(a.record, '' ORDER BY a.first)
              FROM webhook.attempt a
             WHERE a.event = o.event AND a.endpoint = o.endpoint
               AND a.part = o.part),
           o.turn, e.format, e.record
      FROM unnest(p_event, p_endpoint) WITH ORDINALITY AS t (event, endpoint, n)
      JOIN webhook.owed o ON o.event = t.event AND o.endpoint = t.endpoint
      JOIN webhook.node n ON n.id = o.origin
      LEFT JOIN webhook.event e ON e.id = o.event AND e.part = o.part
     ORDER BY t.n
$$;


-- Those of one node at a time, and one claimer of it at a time, so that what
-- has the same order key comes to the same node, in order.
CREATE FUNCTION claim_1(p_epoch bigint, p_node int, p_session bytea,
    p_max int, p_bytes bigint, p_format smallint)
    RETURNS TABLE (event uuid, endpoint bigint, part int, node bytea,
                   state smallint, sends int, status int, finished bigint,
                   ord bigint, place bigint, wall bigint, bytes int,
                   type bytea, company bytea, format smallint, record bytea,
                   attempts bytea, turn bigint, e_format smallint,
                   e_record bytea)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = webhook, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off
    SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    dead    webhook.node;
    d       bigint := deadline();
    events  uuid[];
    ends    bigint[];
    last    bigint;
    newer   boolean;
BEGIN
    SELECT * INTO dead FROM node n
     WHERE n.id <> p_node AND (n.fenced OR n.lease_end < d)
       AND EXISTS (SELECT FROM owed o
                    WHERE o.node = n.id AND o.pos > n.claimed)
     ORDER BY n.lease_end, n.id LIMIT 1
       FOR NO KEY UPDATE SKIP LOCKED;

    IF dead.id IS NULL THEN
        PERFORM wrote(p_epoch, p_node, p_session);
        RETURN;
    END IF;

    -- Waits for what it is about to commit.  From here on it has to join anew,
    -- and asks before it sends.

    UPDATE shipped SET session = NULL
     WHERE node = dead.id AND session IS NOT NULL;

    DELETE FROM share WHERE node = dead.id;

    PERFORM wrote(p_epoch, p_node, p_session);

    -- A page of what it has, from where the last one ended; of it what this node
    -- can read, and no key of which another node has some: that comes to the
    -- same node, which is waited for, as a newer one that lives is for what this
    -- one cannot read; unless a whole page is of such.  What was passed over is
    -- looked at again once a minute (upkeep_1), and when a node joins.

    newer := EXISTS (SELECT FROM node n
                      WHERE n.format > p_format AND NOT n.fenced
                        AND n.lease_end >= d);

    WITH page AS (
        SELECT o.*, o.format <= p_format AS reads,
               o.ord = 0 OR NOT EXISTS (
                   SELECT FROM owed x
                    WHERE x.endpoint = o.endpoint AND x.ord = o.ord
                      AND o.ord <> 0 AND x.origin = o.origin
                      AND x.node + 0 <> dead.id
                      AND x.node + 0 <> p_node) AS ours
          FROM (SELECT * FROM owed i
                 WHERE i.node = dead.id AND i.pos > dead.claimed
                 ORDER BY i.pos LIMIT p_max + 1000) o
    ), counted AS (
        SELECT p.event, p.endpoint, p.pos, p.reads, p.ours,
               p.reads AND p.ours AS may,
               sum(p.bytes) FILTER (WHERE p.reads AND p.ours)
                   OVER (ORDER BY p.pos) - p.bytes AS before,
               count(*) FILTER (WHERE p.reads AND p.ours)
                   OVER (ORDER BY p.pos) AS number
          FROM page p
    ), chosen AS (
        SELECT c.*, c.may AND c.number <= p_max
                    AND (c.before < p_bytes OR c.number = 1) AS take
          FROM counted c
    )
    SELECT array_agg(t.event ORDER BY t.pos) FILTER (WHERE t.take),
           array_agg(t.endpoint ORDER BY t.pos) FILTER (WHERE t.take),
           coalesce(least(min(t.pos) FILTER (WHERE t.may AND NOT t.take) - 1,
                          CASE WHEN bool_or(t.take) OR count(*) < p_max + 1000
                               THEN min(t.pos) FILTER (WHERE
                                        CASE WHEN t.reads THEN NOT t.ours
                                        ELSE newer END) - 1
                          END),
                    max(t.pos), dead.claimed)
      INTO events, ends, last FROM chosen t;

    UPDATE node SET fenced = true, claimed = last WHERE id = dead.id;

    UPDATE owed o SET node = p_node, pos = nextval('owed_pos')
      FROM unnest(events, ends) AS t (event, endpoint)
     WHERE o.event = t.event AND o.endpoint = t.endpoint;

    RETURN QUERY SELECT * FROM whole(events, ends);
END $$;


-- Some of what the node has, whole: as many of these as fit into 4 MB, one at
-- least.
CREATE FUNCTION fetch_1(p_epoch bigint, p_node int, p_session bytea,
    p_event uuid[], p_endpoint bigint[])
    RETURNS TABLE (event uuid, endpoint bigint, part int, node bytea,
                   state smallint, sends int, status int, finished bigint,
                   ord bigint, place bigint, wall bigint, bytes int,
                   type bytea, company bytea, format smallint, record bytea,
                   attempts bytea, turn bigint, e_format smallint,
                   e_record bytea)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = webhook, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off
    SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    events  uuid[];
    ends    bigint[];
BEGIN
    PERFORM wrote(p_epoch, p_node, p_session);

    SELECT array_agg(t.event ORDER BY t.n), array_agg(t.endpoint ORDER BY t.n)
      INTO events, ends
      FROM (SELECT q.n, o.event, o.endpoint,
                   sum(o.bytes::bigint) OVER (ORDER BY q.n) - o.bytes AS before
              FROM unnest(p_event, p_endpoint) WITH ORDINALITY
                   AS q (event, endpoint, n)
              JOIN owed o ON o.event = q.event AND o.endpoint = q.endpoint
             WHERE o.node + 0 = p_node) t
     WHERE t.before < 4194304;

    RETURN QUERY SELECT * FROM whole(events, ends);
END $$;


-- Gives the oldest of what the node has to nobody, so that others take it.
CREATE FUNCTION release_1(p_epoch bigint, p_node int, p_session bytea,
    p_max int)
    RETURNS TABLE (event uuid, endpoint bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = webhook, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off
    SET enable_mergejoin = off AS $$
#variable_conflict use_column
BEGIN
    PERFORM FROM node WHERE id IN (0, p_node) ORDER BY id FOR NO KEY UPDATE;
    PERFORM wrote(p_epoch, p_node, p_session);

    UPDATE node SET claimed = 0 WHERE id = 0;

    RETURN QUERY
    UPDATE owed o SET node = 0, pos = nextval('owed_pos')
     WHERE (o.event, o.endpoint) IN
           (SELECT i.event, i.endpoint FROM owed i WHERE i.node = p_node
             ORDER BY i.pos LIMIT least(p_max, 10000))
    RETURNING o.event, o.endpoint;
END $$;


-- Of these keys the node's own that go before all of other nodes, in their order,
-- some at a time.  The lock has the answer wait for the standby: places that it
-- has not got may be given once more.
CREATE FUNCTION turns_1(p_epoch bigint, p_node int, p_session bytea,
    p_endpoint bigint[], p_ord bigint[])
    RETURNS TABLE (n int, event uuid)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = webhook, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off
    SET enable_mergejoin = off AS $$
#variable_conflict use_column
BEGIN
    PERFORM lives(p_epoch, p_node, p_session);

    RETURN QUERY
    SELECT q.n::int, r.event
      FROM unnest(p_endpoint, p_ord) WITH ORDINALITY AS q (endpoint, ord, n)
     CROSS JOIN LATERAL (
           SELECT i.event, i.turn,
                  bool_and(i.node = p_node) OVER (ORDER BY i.turn) AS ours
             FROM (SELECT o.event, o.turn, o.node FROM owed o
                    WHERE o.endpoint = q.endpoint AND o.ord = q.ord
                      AND o.turn IS NOT NULL
                    ORDER BY o.turn LIMIT 16) i) r
     WHERE r.ours
     ORDER BY q.n, r.turn;
END $$;
