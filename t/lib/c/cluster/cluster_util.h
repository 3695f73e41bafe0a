
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Nodes of a cluster, as a test plays them: handles, and what they tell.
 */

#ifndef CLUSTER_UTIL_H
#define CLUSTER_UTIL_H

#include "cluster/pgsql/webhook_pgsql.h"
#include "pg_server.h"


#define CL_LEASE  20000                 /* ms, the least with a beat of 5 s */
#define CL_HOUR   3600000

typedef struct {
    webhook_cluster_t          *c;
    const char                 *name;
    webhook_cluster_join_t      join;
    webhook_cluster_session_t   session;
    uint64_t                    number;     /* the last that was shipped */
} cl_node_t;


static int                  cl_loud;
static webhook_id_source_t  cl_ids;


__attribute__((unused))
static void
cl_log(void *ctx, webhook_store_log_e level, const char *text)
{
    (void) ctx;
    (void) level;

    if (cl_loud) {
        printf("# log: %s\n", text);
    }
}


__attribute__((unused))
static uint64_t
cl_wall(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_REALTIME, &ts);

    return (uint64_t) ts.tv_sec * 1000 + (uint64_t) ts.tv_nsec / 1000000;
}


__attribute__((unused))
static webhook_str_t
cl_str(const char *text)
{
    webhook_str_t  s;

    s.len = strlen(text);
    s.data = (unsigned char *) text;

    return s;
}


/* A handle, as a role, by a directory's socket (NULL: the server's). */
__attribute__((unused))
static webhook_cluster_t *
cl_open(const char *role, const char *dir)
{
    char                       place[160];
    webhook_cluster_options_t  o;

    memset(&o, 0, sizeof(o));
    snprintf(place, sizeof(place), "host=%s user=%s dbname=postgres",
             dir ? dir : pg_dir, role);
    o.engine = &webhook_cluster_pgsql;
    o.place = place;
    o.log = cl_log;
    o.connect = 20000;

    return webhook_cluster_open(&o);
}


__attribute__((unused))
static webhook_cluster_result_e
cl_run(webhook_cluster_t *c, webhook_cluster_op_t *op,
    webhook_cluster_op_e type)
{
    op->type = type;

    if (op->timeout == 0) {
        op->timeout = 60000;
    }

    webhook_cluster_run(c, op);

    return op->result;
}


/* 1 if the result is this one; says what it is if not. */
__attribute__((unused))
static int
cl_is(webhook_cluster_t *c, webhook_cluster_result_e got,
    webhook_cluster_result_e want)
{
    if (got != want) {
        printf("# got \"%s\" (%s), want \"%s\"\n",
               webhook_cluster_result_text(got), webhook_cluster_error(c),
               webhook_cluster_result_text(want));
    }

    return got == want;
}


/* A new cluster, with logins n1 ... n9. */
__attribute__((unused))
static void
cl_cluster(void)
{
    int                    i;
    char                   sql[80];
    webhook_cluster_t     *c;
    webhook_cluster_op_t   op;

    pg_server();

    c = cl_open("postgres", NULL);

    memset(&op, 0, sizeof(op));
    op.u.admin.what = WEBHOOK_CLUSTER_INIT;

    tap_ok(cl_is(c, cl_run(c, &op, WEBHOOK_CLUSTER_ADMIN),
                 WEBHOOK_CLUSTER_OK),
           "a cluster is made, of schema %u", op.u.admin.schema);

    webhook_cluster_close(c);

    for (i = 1; i <= 9; i++) {
        snprintf(sql, sizeof(sql), "CREATE ROLE n%d LOGIN IN ROLE"
                 " webhook_node", i);
        pg_do(sql);
    }
}


__attribute__((unused))
static void
cl_node(cl_node_t *n, const char *name, const char *dir)
{
    memset(n, 0, sizeof(cl_node_t));

    n->c = cl_open(name, dir);
    n->name = name;
    n->join.name = cl_str(name);
    memset(n->join.incarnation, name[1], WEBHOOK_CLUSTER_NONCE);
    memset(n->join.next, 'a', WEBHOOK_CLUSTER_NONCE);
    n->join.boot = cl_str("boot 1");
    n->join.lease = CL_LEASE;
    n->join.beat = 5000;
    n->join.version = cl_str("1.0");
}


/* JOINs, as what it was before; what the node's store would keep of it. */
__attribute__((unused))
static webhook_cluster_result_e
cl_join(cl_node_t *n)
{
    webhook_cluster_op_t  op;

    memset(&op, 0, sizeof(op));
    op.u.join = n->join;

    if (cl_run(n->c, &op, WEBHOOK_CLUSTER_JOIN) == WEBHOOK_CLUSTER_OK) {
        n->join = op.u.join;
        n->join.known = op.u.join.epoch;
        memcpy(n->join.held, n->join.next, WEBHOOK_CLUSTER_NONCE);
        n->join.next[0]++;
        n->number = op.u.join.shipped;
        webhook_cluster_session(n->c, &n->session);

    } else {
        n->join.wait = op.u.join.wait;
    }

    return op.result;
}


__attribute__((unused))
static webhook_cluster_result_e
cl_beat(cl_node_t *n, webhook_cluster_beat_t *beat)
{
    webhook_cluster_op_t  op;

    memset(&op, 0, sizeof(op));
    op.u.beat.wall = cl_wall();

    (void) cl_run(n->c, &op, WEBHOOK_CLUSTER_BEAT);

    if (beat) {
        *beat = op.u.beat;
    }

    return op.result;
}


/* A delivery of an event that happens now. */
__attribute__((unused))
static void
cl_delivery(webhook_cluster_delivery_t *d, uint64_t endpoint)
{
    webhook_delivery_t  *v;

    memset(d, 0, sizeof(webhook_cluster_delivery_t));

    v = &d->full.delivery;

    (void) webhook_id_make(&cl_ids, cl_wall(), &v->event);
    v->endpoint = endpoint;
    v->endpoint_name = cl_str("erp");
    v->type = cl_str("order.add");
    v->company = cl_str("acme");
    v->state = WEBHOOK_PENDING;
    v->wall = cl_wall();
    v->steps = 1;
    v->body_len = 2;
    d->part = (uint32_t) (v->wall / CL_HOUR);
    d->fresh = 1;
}


static webhook_rendition_t  cl_rendition;

__attribute__((unused))
static void
cl_event(webhook_cluster_event_t *e, const webhook_cluster_delivery_t *d)
{
    memset(e, 0, sizeof(webhook_cluster_event_t));

    cl_rendition.body = cl_str("{}");
    cl_rendition.content_type = cl_str("application/json");

    e->id = d->full.delivery.event;
    e->wire = e->id;
    e->part = d->part;
    e->wall = d->full.delivery.wall;
    e->type = d->full.delivery.type;
    e->company = d->full.delivery.company;
    e->renditions = &cl_rendition;
    e->renditions_count = 1;
}


/* Ships deliveries with their events, as the next ones. */
__attribute__((unused))
static webhook_cluster_result_e
cl_ship(cl_node_t *n, webhook_cluster_delivery_t *d, uint32_t count,
    webhook_cluster_ship_t *ship)
{
    uint32_t                  i;
    webhook_cluster_op_t      op;
    webhook_cluster_event_t  *e;

    e = calloc(count + 1, sizeof(webhook_cluster_event_t));

    memset(&op, 0, sizeof(op));
    op.u.ship.from = n->number;
    op.u.ship.to = n->number + (count ? count : 1);
    op.u.ship.events = e;
    op.u.ship.deliveries = d;
    op.u.ship.deliveries_count = count;

    for (i = 0; i < count; i++) {
        if (d[i].fresh) {
            cl_event(&e[op.u.ship.events_count++], &d[i]);
        }
    }

    (void) cl_run(n->c, &op, WEBHOOK_CLUSTER_SHIP);

    if (op.result == WEBHOOK_CLUSTER_OK) {
        n->number = op.u.ship.to;
    }

    if (ship) {
        *ship = op.u.ship;
    }

    free(e);

    return op.result;
}


__attribute__((unused))
static webhook_cluster_result_e
cl_claim(cl_node_t *n, webhook_cluster_op_t *op, uint32_t max)
{
    memset(op, 0, sizeof(webhook_cluster_op_t));
    op->u.claim.max = max;
    op->u.claim.max_bytes = 1 << 20;

    return cl_run(n->c, op, WEBHOOK_CLUSTER_CLAIM);
}


/* ASKs for one delivery. */
__attribute__((unused))
static webhook_cluster_known_t
cl_ask(cl_node_t *n, const webhook_cluster_delivery_t *d)
{
    webhook_cluster_op_t     op;
    webhook_cluster_known_t  k;

    memset(&op, 0, sizeof(op));
    memset(&k, 0, sizeof(k));
    k.event = d->full.delivery.event;
    k.endpoint = d->full.delivery.endpoint;
    k.part = d->part;
    op.u.ask.known = &k;
    op.u.ask.count = 1;

    if (cl_run(n->c, &op, WEBHOOK_CLUSTER_ASK) != WEBHOOK_CLUSTER_OK) {
        k.verdict = (webhook_cluster_verdict_e) 99;
    }

    return k;
}


/*
 * The clock of the server, as the schema reads it: by so many ms before the real
 * one, or standing.  What it was before is of no matter.
 */
__attribute__((unused))
static void
cl_clock(int64_t ahead)
{
    char  sql[400];

    snprintf(sql, sizeof(sql),
             "CREATE OR REPLACE FUNCTION webhook.real_ms() RETURNS bigint"
             " LANGUAGE sql VOLATILE AS 'SELECT (extract(epoch FROM"
             " clock_timestamp()) * 1000)::bigint + %lld'",
             (long long) ahead);
    pg_do(sql);
}


/* Lets so many ms go by for the cluster, in which this node alone renews. */
__attribute__((unused))
static void
cl_pass(cl_node_t *n, int64_t *ahead, int64_t ms)
{
    int64_t  step;

    while (ms > 0) {
        step = ms < 5000 ? ms : 5000;
        *ahead += step;
        ms -= step;

        cl_clock(*ahead);
        (void) cl_beat(n, NULL);
    }
}


#endif /* CLUSTER_UTIL_H */
