-- Nodes: joining, renewing, leaving; the clock, and who is dead.

-- ms since 1970 by the clock of the server
CREATE FUNCTION real_ms() RETURNS bigint LANGUAGE sql VOLATILE AS
$$ SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint $$;

-- another after each start and each promotion
CREATE FUNCTION leader() RETURNS text LANGUAGE sql VOLATILE AS
$$ SELECT left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) || ' '
          || extract(epoch FROM pg_postmaster_start_time()) $$;

INSERT INTO clock (now, real, leader, since)
    VALUES (0, real_ms(), leader(), 0);


-- The time by now.  It goes on by two heartbeats at most, however long nobody
-- was there to renew, and never back.
CREATE FUNCTION tick() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    c  webhook.clock;
    r  bigint;
    l  text;
BEGIN
    SELECT * INTO c FROM webhook.clock FOR UPDATE;

    r := webhook.real_ms();
    l := webhook.leader();

    c.now := c.now + least(greatest(r - c.real, 0),
                           2 * (SELECT beat FROM webhook.cluster));

    UPDATE webhook.clock
       SET now = c.now, real = r, leader = l,
           since = CASE WHEN leader = l THEN since ELSE c.now END;

    RETURN c.now;
END $$;


-- From then on a node whose lease ended before is dead: not within the longest
-- lease after a new leader, whom others may not have found yet.
CREATE FUNCTION deadline() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN c.now >= c.since
                          + coalesce((SELECT max(lease) FROM webhook.node
                                       WHERE NOT fenced), 0)
                     OR c.since = 0
                THEN c.now ELSE -1 END
      FROM webhook.clock c
$$;


-- A node that writes: its row is locked, and written.
CREATE FUNCTION wrote(p_epoch bigint, p_node int, p_session bytea)
    RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE webhook.shipped SET writes = writes + 1
     WHERE node = p_node AND session = p_session AND role = session_user;

    IF NOT FOUND THEN
        RAISE SQLSTATE 'WH001' USING MESSAGE = 'the node has to join anew';
    END IF;

    PERFORM FROM webhook.cluster WHERE epoch = p_epoch;

    IF NOT FOUND THEN
        RAISE SQLSTATE 'WH002' USING MESSAGE = 'the cluster has a new epoch';
    END IF;
END $$;


-- A node that is not given up meanwhile; nor does it wait for what it tells.
CREATE FUNCTION lives(p_epoch bigint, p_node int, p_session bytea)
    RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM webhook.node
     WHERE id = p_node AND session = p_session AND NOT fenced
       AND role = session_user FOR SHARE;

    IF NOT FOUND THEN
        RAISE SQLSTATE 'WH001' USING MESSAGE = 'the node has to join anew';
    END IF;

    PERFORM FROM webhook.cluster WHERE epoch = p_epoch;

    IF NOT FOUND THEN
        RAISE SQLSTATE 'WH002' USING MESSAGE = 'the cluster has a new epoch';
    END IF;
END $$;


-- A node that only reads.
CREATE FUNCTION reads(p_epoch bigint, p_node int, p_session bytea)
    RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM webhook.shipped
     WHERE node = p_node AND session = p_session AND role = session_user;

    IF NOT FOUND THEN
        RAISE SQLSTATE 'WH001' USING MESSAGE = 'the node has to join anew';
    END IF;

    PERFORM FROM webhook.cluster WHERE epoch = p_epoch;

    IF NOT FOUND THEN
        RAISE SQLSTATE 'WH002' USING MESSAGE = 'the cluster has a new epoch';
    END IF;
END $$;


-- From where claims of what a node has go on: all of it is behind this.  What it had
-- before may still stand in the index, for as long as anybody has an old snapshot,
-- and would be walked over by each claim and each look.
CREATE FUNCTION unclaimed(p_node int) RETURNS bigint LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
    p  bigint;
BEGIN
    SELECT pos INTO p FROM webhook.owed WHERE node = p_node
     ORDER BY pos LIMIT 1;

    RETURN coalesce(p - 1, (SELECT last_value FROM webhook.owed_pos) - 1);
END $$;


-- result: 0 OK, 1 its old lease runs yet (wait), 2 another store has the name,
-- 3 a copy of its store has joined, 4 the name belongs to another role
CREATE FUNCTION join_1(p_name bytea, p_incarnation bytea, p_held bytea,
    p_next bytea, p_boot bytea, p_epoch bigint, p_assigned bigint,
    p_lease int, p_beat int, p_format smallint, p_version bytea)
    RETURNS TABLE (result smallint, node int, epoch bigint, seq bigint,
                   wait bigint, good bigint, registry bigint, part_now int,
                   part_min int, part_max int)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = webhook, pg_temp AS $$
#variable_conflict use_column
DECLARE
    t  bigint;
    n  webhook.node;
    c  webhook.cluster;
    s  bigint;
BEGIN
    SELECT * INTO c FROM cluster;

    IF c.least > 1 THEN
        RAISE SQLSTATE 'WH004' USING MESSAGE = 'the node is too old';
    END IF;

    IF p_beat > c.beat OR p_lease < 4 * c.beat OR p_lease > 3600000
       OR length(p_name) = 0 OR length(p_name) > 255 OR length(p_next) <> 16
    THEN
        RAISE SQLSTATE 'WH005' USING MESSAGE =
            'heartbeat= is above ' || c.beat || ' ms, or lease= below four of '
            || 'these, or above an hour';
    END IF;

    SELECT * INTO n FROM node WHERE name = p_name FOR NO KEY UPDATE;

    IF NOT FOUND THEN
        IF (SELECT count(*) FROM node) > 1000 THEN
            RAISE SQLSTATE 'WH005' USING MESSAGE = 'there are 1000 nodes';
        END IF;

        INSERT INTO node (name, role) VALUES (p_name, session_user)
            ON CONFLICT (name) DO NOTHING;
        SELECT * INTO n FROM node WHERE name = p_name FOR NO KEY UPDATE;
        INSERT INTO shipped (node, role) VALUES (n.id, n.role)
            ON CONFLICT (node) DO NOTHING;
    END IF;

    -- waits for what the session before is about to commit
    UPDATE shipped SET writes = writes + 1 WHERE shipped.node = n.id
    RETURNING shipped.seq INTO s;

    t := tick();

    result := 0;
    wait := 0;

    IF n.role <> session_user THEN
        result := 4;

    ELSIF n.incarnation <> p_incarnation THEN
        result := 2;

    ELSIF n.session = p_next THEN
        NULL;                               -- a repeat

    ELSIF n.incarnation IS NOT NULL AND n.session <> p_held THEN
        result := 3;

    ELSIF n.incarnation IS NOT NULL AND NOT n.fenced AND n.boot <> p_boot
          AND n.lease_end > t
    THEN
        result := 1;
        wait := n.lease_end - t;
    END IF;

    IF result = 0 THEN
        UPDATE node SET incarnation = p_incarnation, session = p_next,
               boot = p_boot, lease = p_lease, lease_end = t + p_lease,
               fenced = false, draining = false, format = p_format,
               version = p_version, claimed = unclaimed(n.id),
               seen = real_ms()
         WHERE id = n.id;

        -- In a new epoch it tells everything anew, with numbers above those
        -- that it had.

        UPDATE shipped SET session = p_next,
               seq = CASE WHEN p_epoch = c.epoch THEN shipped.seq
                          ELSE p_assigned END
         WHERE shipped.node = n.id
        RETURNING shipped.seq INTO s;

        -- What others have passed over it may be able to read.  Nobody is waited
        -- for: in a minute that is done all the same (upkeep_1).

        UPDATE node SET claimed = unclaimed(id)
         WHERE id IN (SELECT x.id FROM node x
                       WHERE x.fenced AND x.claimed > 0
                         FOR NO KEY UPDATE SKIP LOCKED);
    END IF;

    RETURN QUERY SELECT result, n.id, c.epoch, s, wait,
        (p_lease - 2 * c.beat)::bigint, (SELECT version FROM registry),
        (real_ms() / 3600000)::int, c.made_from, c.made_to;
END $$;


-- Gives up who is dead, so that its slots are free, whether or not there is
-- something to take.  Nobody is waited for.
CREATE FUNCTION give_up(d bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    n  int;
BEGIN
    FOR n IN SELECT id FROM webhook.node
              WHERE NOT fenced AND lease_end < d
               FOR NO KEY UPDATE SKIP LOCKED
    LOOP
        PERFORM FROM webhook.shipped WHERE node = n FOR UPDATE SKIP LOCKED;

        IF FOUND THEN
            UPDATE webhook.shipped SET session = NULL WHERE node = n;
            UPDATE webhook.node SET fenced = true WHERE id = n;
            DELETE FROM webhook.share WHERE node = n;
        END IF;
    END LOOP;
END $$;


CREATE FUNCTION beat_1(p_epoch bigint, p_node int, p_session bytea,
    p_lag bigint, p_waiting bigint, p_wall bigint, p_registry bigint)
    RETURNS TABLE (now bigint, good bigint, registry bigint, part_now int,
                   part_min int, part_max int, elected boolean,
                   claimable boolean, draining boolean, ahead bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = webhook, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off
    SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    t  bigint;
    d  bigint;
    r  bigint;
    n  webhook.node;
    c  webhook.cluster;
    k  webhook.clock;
BEGIN
    -- Rows are locked in this order by all: nodes, shipped, the clock.  FOR NO KEY
    -- UPDATE: whoever adds a row that refers to a node, behind these, does not wait.

    PERFORM FROM node WHERE id = p_node FOR NO KEY UPDATE;
    PERFORM wrote(p_epoch, p_node, p_session);

    t := tick();
    r := real_ms();

    UPDATE node SET lease_end = t + lease, lag = p_lag, waiting = p_waiting,
           ahead = p_wall - r, registry = p_registry, seen = r
     WHERE id = p_node
    RETURNING * INTO n;

    SELECT * INTO c FROM cluster;
    SELECT * INTO k FROM clock;

    IF k.elected IS NULL OR k.elected = p_node OR k.until < t THEN
        UPDATE clock SET elected = p_node, until = t + n.lease;
        k.elected := p_node;
    END IF;

    d := deadline();

    IF k.elected = p_node THEN
        PERFORM give_up(d);
    END IF;

    RETURN QUERY SELECT t, (n.lease - 2 * c.beat)::bigint,
        (SELECT version FROM registry), (r / 3600000)::int, c.made_from,
        c.made_to, k.elected = p_node,
        EXISTS (SELECT FROM node o
                 WHERE o.id <> p_node AND (o.fenced OR o.lease_end < d)
                   AND EXISTS (SELECT FROM owed
                                WHERE owed.node = o.id
                                  AND owed.pos > o.claimed)),
        n.draining, n.ahead;
END $$;


-- Its lease ends in p_stay ms.
CREATE FUNCTION leave_1(p_epoch bigint, p_node int, p_session bytea,
    p_stay bigint)
    RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = webhook, pg_temp AS $$
BEGIN
    PERFORM FROM node WHERE id = p_node FOR NO KEY UPDATE;
    PERFORM wrote(p_epoch, p_node, p_session);

    UPDATE node SET lease_end = least(lease_end, tick() + p_stay)
     WHERE id = p_node;
END $$;


CREATE FUNCTION status_1()
    RETURNS TABLE (name bytea, state smallint, left_ms bigint, lag bigint,
                   waiting bigint, ahead bigint, registry bigint, seen bigint,
                   format smallint, version bytea, owed bigint)
    LANGUAGE sql SECURITY DEFINER SET search_path = webhook, pg_temp AS $$
    SELECT n.name,
           (CASE WHEN n.incarnation IS NULL THEN 3    -- the name is free
                 WHEN n.fenced THEN 2
                 WHEN n.lease_end < c.now THEN 1
                 ELSE 0 END)::smallint,
           n.lease_end - c.now, n.lag, n.waiting, n.ahead, n.registry, n.seen,
           n.format, n.version,
           (SELECT count(*) FROM (SELECT FROM owed WHERE owed.node = n.id
                                   LIMIT 10001) o)
      FROM node n, clock c WHERE n.id > 0 ORDER BY n.name
$$;
