-- Limits for all nodes together, handed out in blocks.

-- For each endpoint (ascending): slots that the node may use from the answer on,
-- of the p_want that it could use.  Until the answer has arrived it may use the
-- p_held that it was given before, or had in use: what it gives back is counted
-- as its own until the next call.  And sends that it may begin: the first one
-- p_offset us from now (less than 0: it could have been before), each p_interval
-- us after the one before, p_count of them.
CREATE FUNCTION limits_1(p_epoch bigint, p_node int, p_session bytea,
    p_endpoint bigint[], p_inflight int[], p_rate int[], p_per int[],
    p_burst int[], p_held int[], p_want int[], p_sends int[], p_horizon int)
    RETURNS TABLE (n int, slots int, first bigint, gap bigint, count int)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = webhook, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off
    SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    q       record;
    b       webhook.bound;
    me      webhook.share;
    others  int;            -- slots that others have
    wanting int;            -- others that want any
    hungry  int;            -- of them, those that want more than they have
    without int;            -- ... and have none, ...
    ahead   int;            -- ... for longer than this one
    fair    int;
    r       bigint;
    frozen  boolean;
    t       bigint;
    tat     bigint;
BEGIN
    PERFORM lives(p_epoch, p_node, p_session);

    r := real_ms();

    -- behind "restored" nobody knows what nodes have in use

    SELECT k.now < c.unsure INTO frozen FROM clock k, cluster c;

    FOR q IN SELECT q.endpoint, q.inflight, q.rate, q.per, q.burst,
                    least(greatest(q.held, 0), 1000000) AS held, q.want,
                    q.sends, q.n
               FROM unnest(p_endpoint, p_inflight, p_rate, p_per,
                                  p_burst, p_held, p_want, p_sends)
                           WITH ORDINALITY
                           AS q (endpoint, inflight, rate, per, burst, held,
                                 want, sends, n)
              ORDER BY q.endpoint
    LOOP
        INSERT INTO bound AS x (endpoint, inflight, rate, per, burst)
        VALUES (q.endpoint, q.inflight, q.rate, q.per, q.burst)
            ON CONFLICT (endpoint) DO UPDATE
           SET inflight = q.inflight, rate = q.rate, per = q.per,
               burst = q.burst
        RETURNING * INTO b;                 -- and locks it

        SELECT * INTO me FROM share s
         WHERE s.endpoint = q.endpoint AND s.node = p_node;

        IF NOT FOUND THEN
            me.slots := 0;
            me.want := 0;
            me.since := r;
        END IF;

        IF me.slots = 0 AND me.want = 0 THEN
            me.since := r;                  -- it begins to want some
        END IF;

        SELECT coalesce(sum(s.slots), 0),
               count(*) FILTER (WHERE s.want > 0),
               count(*) FILTER (WHERE s.want > s.slots),
               count(*) FILTER (WHERE s.want > 0 AND s.slots = 0),
               count(*) FILTER (WHERE s.want > 0 AND s.slots = 0
                                  AND (s.since, s.node) < (me.since, p_node))
          INTO others, wanting, hungry, without, ahead
          FROM (SELECT node, slots, since,
                       CASE WHEN seen < r - 5000 THEN 0 ELSE want END AS want
                  FROM share x
                 WHERE x.endpoint = q.endpoint AND x.node <> p_node) s;

        -- While others want more than they have nobody keeps more than an equal
        -- part of what there is; and where there is not one for each they take
        -- turns.

        fair := CASE WHEN hungry > 0
                     THEN (b.inflight + wanting) / (1 + wanting)
                     ELSE b.inflight END;

        slots := greatest(least(q.want, fair, b.inflight - others), 0);

        IF me.slots = 0 THEN
            slots := greatest(least(slots, b.inflight - others - ahead), 0);

        ELSIF without > 0 AND b.inflight <= wanting AND r - me.since > 500
        THEN
            slots := 0;
        END IF;

        IF frozen THEN
            slots := least(slots, q.held);
        END IF;

        INSERT INTO share AS s (endpoint, node, slots, want, since, seen)
        VALUES (q.endpoint, p_node, greatest(slots, q.held), q.want,
                CASE WHEN (me.slots = 0) = (greatest(slots, q.held) = 0)
                     THEN me.since ELSE r END, r)
            ON CONFLICT (endpoint, node) DO UPDATE
           SET slots = excluded.slots, want = excluded.want,
               since = excluded.since, seen = excluded.seen;

        first := 0;
        gap := 0;
        count := CASE WHEN frozen THEN 0 ELSE q.sends END;

        IF b.rate > 0 THEN
            t := greatest((extract(epoch FROM clock_timestamp())
                           * 1000000)::bigint,
                          b.seen);
            gap := (b.per::bigint * 1000 + b.rate - 1) / b.rate;

            -- a clock that was set back stops nobody for long

            IF b.seen > t - 1 AND webhook.real_ms() * 1000
                                  < b.seen - 10000000
            THEN
                t := webhook.real_ms() * 1000;
                b.arrival := least(b.arrival, t + b.per::bigint * 1000);
            END IF;

            tat := greatest(b.arrival, t);
            first := tat - (greatest(b.burst, 1) - 1) * gap - t;

            -- those that come within the horizon

            count := greatest(0, least(count::bigint,
                (p_horizon::bigint * 1000 - first + gap - 1) / gap))::int;

            UPDATE bound SET arrival = tat + count * gap, seen = t
             WHERE endpoint = q.endpoint;
        END IF;

        n := q.n::int;
        RETURN NEXT;
    END LOOP;
END $$;
