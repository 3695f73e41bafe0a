-- Tables.  All texts are bytea, so that nothing is refused for its encoding;
-- 64-bit names are bigint with the same bits; times in ms: "wall" since 1970,
-- others on the cluster's clock.  A "part" is a number of hours since 1970: by
-- it what only grows is partitioned, so that it can be dropped.

CREATE TABLE cluster (
    one       boolean PRIMARY KEY DEFAULT true CHECK (one),
    epoch     bigint NOT NULL DEFAULT 1,
    schema    int NOT NULL DEFAULT 0,           -- the last migration
    least     int NOT NULL DEFAULT 1,           -- the oldest interface there is
    beat      int NOT NULL DEFAULT 5000,        -- ms between two heartbeats
    keep      int NOT NULL DEFAULT 168,         -- hours that history stays
    width     int NOT NULL DEFAULT 6,           -- hours of a partition
    made_from int NOT NULL DEFAULT 0,           -- parts that there are ...
    made_to   int NOT NULL DEFAULT 0,           -- ... up to here, exclusive
    unsure    bigint NOT NULL DEFAULT 0         -- until then it is not known what
                                                -- nodes use of limits
);

INSERT INTO cluster DEFAULT VALUES;

-- The clock, which runs only while somebody renews.

CREATE TABLE clock (
    one       boolean PRIMARY KEY DEFAULT true CHECK (one),
    now       bigint NOT NULL,
    real      bigint NOT NULL,                  -- of the server, at that time
    leader    text NOT NULL,
    since     bigint NOT NULL,                  -- it leads since then
    elected   int,                              -- the node that tidies up
    until     bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 10);

CREATE TABLE node (
    id          int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        bytea NOT NULL UNIQUE,
    role        name NOT NULL,
    incarnation bytea,                          -- NULL: the name is free
    session     bytea,                          -- NULL: any may follow
    boot        bytea,
    lease       int NOT NULL DEFAULT 0,
    lease_end   bigint NOT NULL DEFAULT 0,
    fenced      boolean NOT NULL DEFAULT false, -- what it has may be taken
    draining    boolean NOT NULL DEFAULT false,
    format      smallint NOT NULL DEFAULT 1,    -- of records that it can read
    version     bytea NOT NULL DEFAULT '',
    claimed     bigint NOT NULL DEFAULT 0,      -- "pos" up to which was taken
    lag         bigint NOT NULL DEFAULT 0,
    waiting     bigint NOT NULL DEFAULT 0,
    ahead       bigint NOT NULL DEFAULT 0,      -- its wall clock - the server's
    registry    bigint NOT NULL DEFAULT 0,
    seen        bigint NOT NULL DEFAULT 0       -- wall
) WITH (fillfactor = 50);

-- Nobody: what it has may be taken.

INSERT INTO node (id, name, role, fenced) OVERRIDING SYSTEM VALUE
    VALUES (0, '', current_user, true);

-- Every call of a node that writes also writes this row of its own, so that its
-- commit waits for the standby, however little else there was to write.

CREATE TABLE shipped (
    node     int PRIMARY KEY REFERENCES node,
    role     name NOT NULL,
    session  bytea,                             -- NULL: fenced
    seq      bigint NOT NULL DEFAULT 0,
    writes   bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 10);

CREATE TABLE event (
    id       uuid NOT NULL,
    part     int NOT NULL,
    wall     bigint NOT NULL,
    type     bytea NOT NULL,
    company  bytea NOT NULL,
    format   smallint NOT NULL,
    record   bytea NOT NULL,
    PRIMARY KEY (id, part)
) PARTITION BY RANGE (part);

-- What is open.

CREATE SEQUENCE owed_pos;

CREATE TABLE owed (
    event    uuid NOT NULL,
    endpoint bigint NOT NULL,
    part     int NOT NULL,
    node     int NOT NULL,
    origin   int NOT NULL,                      -- that it came from
    pos      bigint NOT NULL,
    turn     bigint,                            -- where the cluster orders
    state    smallint NOT NULL CHECK (state BETWEEN 0 AND 4),
    sends    int NOT NULL,
    status   int NOT NULL,
    ord      bigint NOT NULL,
    place    bigint NOT NULL,
    wall     bigint NOT NULL,
    bytes    int NOT NULL,                      -- of the event
    type     bytea NOT NULL,
    company  bytea NOT NULL,
    format   smallint NOT NULL,
    record   bytea NOT NULL,
    PRIMARY KEY (event, endpoint)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01,
        autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0,
        autovacuum_analyze_scale_factor = 0.05);

CREATE INDEX owed_node ON owed (node, pos);
CREATE INDEX owed_key ON owed (endpoint, ord) WHERE ord <> 0;
CREATE INDEX owed_turn ON owed (endpoint, ord, turn) WHERE turn IS NOT NULL;

CREATE TABLE history (
    event    uuid NOT NULL,
    endpoint bigint NOT NULL,
    part     int NOT NULL,
    node     int NOT NULL,
    state    smallint NOT NULL CHECK (state BETWEEN 2 AND 4),
    sends    int NOT NULL,
    status   int NOT NULL,
    finished bigint NOT NULL,
    ord      bigint NOT NULL,
    place    bigint NOT NULL,
    wall     bigint NOT NULL,
    bytes    int NOT NULL,
    type     bytea NOT NULL,
    company  bytea NOT NULL,
    format   smallint NOT NULL,
    record   bytea NOT NULL,
    PRIMARY KEY (event, endpoint, part)
) PARTITION BY RANGE (part);

CREATE INDEX history_dead ON history (event, endpoint) WHERE state = 3;

CREATE TABLE attempt (
    event    uuid NOT NULL,
    endpoint bigint NOT NULL,
    part     int NOT NULL,
    first    int NOT NULL,                      -- number of the first of them
    record   bytea NOT NULL,
    PRIMARY KEY (event, endpoint, first, part)
) PARTITION BY RANGE (part);

CREATE TABLE call (
    id       uuid NOT NULL,
    part     int NOT NULL,
    node     int NOT NULL,
    receiver bigint NOT NULL,
    wall     bigint NOT NULL,
    status   int NOT NULL,
    company  bytea NOT NULL,
    format   smallint NOT NULL,
    record   bytea NOT NULL,
    PRIMARY KEY (id, part)
) PARTITION BY RANGE (part);

CREATE INDEX call_receiver ON call (receiver, id);

CREATE TABLE audit (
    node     int NOT NULL,
    number   bigint NOT NULL,
    part     int NOT NULL,
    wall     bigint NOT NULL,
    company  bytea NOT NULL,
    data     bytea NOT NULL,
    PRIMARY KEY (node, number, part)
) PARTITION BY RANGE (part);

-- The registry.  Who changes it locks its row until the commit, so that the
-- numbers of changes come in the order of commits.

CREATE TABLE registry (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    version  bigint NOT NULL DEFAULT 0,
    forgot   bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 10);

INSERT INTO registry DEFAULT VALUES;

CREATE TABLE object (
    kind     smallint NOT NULL,
    id       bytea NOT NULL CHECK (length(id) BETWEEN 1 AND 300),
    company  bytea NOT NULL CHECK (length(company) <= 64),
    name     bytea NOT NULL CHECK (length(name) <= 255),
    author   bytea NOT NULL,
    data     bytea NOT NULL CHECK (length(data) <= 131072),
    version  bigint NOT NULL,
    change   bigint NOT NULL UNIQUE,
    token    uuid NOT NULL,                     -- of the last change
    created  bigint NOT NULL,
    updated  bigint NOT NULL,
    removed  boolean NOT NULL DEFAULT false,
    PRIMARY KEY (kind, id)
);

CREATE UNIQUE INDEX object_name ON object (kind, company, name)
    WHERE NOT removed;

-- What nodes are asked to do with deliveries that they have open.

CREATE TABLE inbox (
    node     int NOT NULL REFERENCES node,
    number   bigint GENERATED ALWAYS AS IDENTITY,
    cancel   boolean NOT NULL,                  -- else it is due now
    event    uuid NOT NULL,
    endpoint bigint NOT NULL,
    made     bigint NOT NULL,                   -- ms since 1970
    PRIMARY KEY (node, number)
);

-- What was answered to changes that are asked for once, whoever asks again.

CREATE TABLE once (
    key      bytea PRIMARY KEY CHECK (length(key) = 32),
    body     bytea NOT NULL,
    caller   bigint NOT NULL,
    token    uuid NOT NULL,
    version  bigint NOT NULL,
    change   bigint NOT NULL,
    until    bigint NOT NULL,                   -- ms since 1970
    answer   bytea NOT NULL CHECK (length(answer) <= 131072)
);

CREATE INDEX once_caller ON once (caller, change);
CREATE INDEX once_until ON once (until);

CREATE TABLE tally (
    node     int NOT NULL REFERENCES node,
    endpoint bigint NOT NULL,
    name     bytea NOT NULL,
    counts   bigint[] NOT NULL,                 -- by state, then ever: sends
    PRIMARY KEY (node, endpoint)                -- delivered, dead, cancelled
) WITH (fillfactor = 50);

-- Limits of endpoints for all nodes together.

CREATE TABLE bound (
    endpoint bigint PRIMARY KEY,
    inflight int NOT NULL,
    rate     int NOT NULL,
    per      int NOT NULL,
    burst    int NOT NULL,
    arrival  bigint NOT NULL DEFAULT 0,         -- us, when one comes if all
    seen     bigint NOT NULL DEFAULT 0          -- came evenly; us, the clock
) WITH (fillfactor = 20);

CREATE TABLE share (
    endpoint bigint NOT NULL REFERENCES bound ON DELETE CASCADE,
    node     int NOT NULL REFERENCES node,
    slots    int NOT NULL,
    want     int NOT NULL,
    since    bigint NOT NULL,                   -- ms, real: that it has any, or
                                                -- that it has none
    seen     bigint NOT NULL,                   -- ms, real
    PRIMARY KEY (endpoint, node)
) WITH (fillfactor = 20);

-- Order keys of the cluster: the last place that was given.

CREATE TABLE head (
    endpoint bigint NOT NULL,
    ord      bigint NOT NULL,
    last     bigint NOT NULL,
    PRIMARY KEY (endpoint, ord)
) WITH (fillfactor = 50);
