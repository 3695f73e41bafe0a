-- Limits for all nodes together, handed out in blocks.

-- For each endpoint (ascending): slots that the node may have from now on, of
-- the p_want that it could use, at least the p_held that it uses; and sends that
-- it may begin: the first one p_offset us from now (less than 0: it could have
-- been before), each p_interval us after the one before, p_count of them.
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
    others  int;
    hungry  int;
    fair    int;
    t       bigint;
    tat     bigint;
BEGIN
    PERFORM wrote(p_epoch, p_node, p_session);

    FOR q IN SELECT * FROM unnest(p_endpoint, p_inflight, p_rate, p_per,
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

        SELECT coalesce(sum(s.slots), 0),
               coalesce(count(*) FILTER (WHERE s.want > s.slots), 0)
          INTO others, hungry
          FROM share s WHERE s.endpoint = q.endpoint AND s.node <> p_node;

        -- While others go without, nobody keeps more than an equal part of
        -- what there is, but for what is in use.

        fair := CASE WHEN hungry > 0
                     THEN greatest(b.inflight / (1 + (SELECT count(*)
                              FROM share s WHERE s.endpoint = q.endpoint
                               AND s.node <> p_node AND s.want > 0))::int, 1)
                     ELSE b.inflight END;

        slots := greatest(q.held, least(q.want, fair, b.inflight - others));
        slots := greatest(least(slots, b.inflight - others), 0);

        INSERT INTO share AS s (endpoint, node, slots, want)
        VALUES (q.endpoint, p_node, slots, q.want)
            ON CONFLICT (endpoint, node) DO UPDATE
           SET slots = excluded.slots, want = excluded.want;

        first := 0;
        gap := 0;
        count := q.sends;

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

            count := greatest(0, least(q.sends::bigint,
                (p_horizon::bigint * 1000 - first + gap - 1) / gap))::int;

            UPDATE bound SET arrival = tat + count * gap, seen = t
             WHERE endpoint = q.endpoint;
        END IF;

        n := q.n::int;
        RETURN NEXT;
    END LOOP;
END $$;
