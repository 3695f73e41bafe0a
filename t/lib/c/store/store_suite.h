
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the tests of the store share: a store in a directory of its own, with
 * a clock that stands until it is moved and a log that is counted.  Nothing
 * here or in t/unit/store, but for t/unit/store/lmdb, knows what engine the
 * store has: these tests say what any of them has to hold.
 */

#ifndef STORE_SUITE_H
#define STORE_SUITE_H

#ifndef _GNU_SOURCE
#error "define _GNU_SOURCE before the first include"
#endif

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store_engines.h"
#include "store/webhook_store.h"


#define UTIL_WALL  1700000000000ULL


typedef struct {
    char                  dir[256];
    uint64_t              clock;
    const char           *boot;
    const void           *own;          /* options of the engine alone */
    uint64_t              real;         /* the wall clock; 0: the machine's */
    int                 (*synced)(void *ctx);
    uint64_t              size;
    uint64_t              keep;
    uint64_t              keep_bytes;
    uint64_t              orphans;
    uint64_t              keep_audit;
    uint32_t              high_water;
    uint32_t              warn_water;
    uint64_t              dedupe_rows;
    uint64_t              idempotency_rows;
    uint64_t              journal;
    unsigned              keep_history:1;
    unsigned              readonly:1;
    unsigned              admin:1;
    unsigned              alone:1;      /* never with a journal that the
                                           environment asks for */

    unsigned              logs[4];      /* lines, by level */
    char                  text[1024];   /* the last of them */
    const char           *watch;        /* counted: those that contain this */
    unsigned              watched;

    webhook_store_t      *st;
    webhook_id_source_t   ids;
    uint64_t              wall;         /* of the next id */
} util_t;


#include "store_journal.h"


static uint64_t
util_clock(void *ctx)
{
    util_t  *u = ctx;

    return u->clock;
}


static uint64_t
util_real(void *ctx)
{
    util_t  *u = ctx;

    return u->real;
}


static void
util_log(void *ctx, webhook_store_log_e level, const char *text)
{
    util_t  *u = ctx;

    u->logs[level]++;
    snprintf(u->text, sizeof(u->text), "%s", text);

    u->watched += u->watch && strstr(text, u->watch);
}


/* Makes the directory; the store is opened by util_open(). */
__attribute__((unused))
static void
util_init(util_t *u)
{
    memset(u, 0, sizeof(util_t));

    snprintf(u->dir, sizeof(u->dir), "%s/webhook-store-XXXXXX",
             util_directory());

    if (mkdtemp(u->dir) == NULL) {
        perror(u->dir);
        exit(1);
    }

    u->clock = 1000000;
    u->boot = "boot-1";
    u->size = 64 << 20;
    u->keep = 60000;
    u->wall = UTIL_WALL;
}


__attribute__((unused))
static webhook_store_result_e
util_open(util_t *u)
{
    webhook_store_result_e   result;
    webhook_store_options_t  o;

    memset(&o, 0, sizeof(o));

    o.engine = webhook_engines_find(store_engine()->name);
    o.own = u->own;
    o.path = u->dir;
    o.size = u->size;
    o.keep = u->keep;
    o.keep_bytes = u->keep_bytes;
    o.orphans = u->orphans;
    o.keep_audit = u->keep_audit;
    o.high_water = u->high_water;
    o.warn_water = u->warn_water;
    o.dedupe_rows = u->dedupe_rows;
    o.idempotency_rows = u->idempotency_rows;
    o.journal = u->journal ? u->journal : util_journal(u);
    o.keep_history = u->keep_history;
    o.readonly = u->readonly;
    o.admin = u->admin;
    o.log = util_log;
    o.clock = u->clock ? util_clock : NULL;
    o.boot = u->clock ? u->boot : NULL;
    o.wall = u->real ? util_real : NULL;
    o.synced = u->synced;
    o.ctx = u;

    result = webhook_store_open(&o, &u->st);

    if (result == WEBHOOK_STORE_OK && u->journal == 0 && util_journal(u)) {

        /* nothing is kept before the first one */

        (void) kept_replay(u);
    }

    return result;
}


__attribute__((unused))
static void
util_close(util_t *u)
{
    if (u->st) {
        webhook_store_close(u->st);
        u->st = NULL;
    }
}


/* Removes the directory with all in it. */
__attribute__((unused))
static void
util_free(util_t *u)
{
    char            path[1024];
    DIR            *dir;
    struct dirent  *e;

    util_close(u);

    dir = opendir(u->dir);

    if (dir) {
        while ((e = readdir(dir)) != NULL) {
            if (e->d_name[0] != '.') {
                snprintf(path, sizeof(path), "%s/%s", u->dir, e->d_name);
                unlink(path);
            }
        }

        closedir(dir);
    }

    rmdir(u->dir);
}


/* The number of files whose name begins so. */
__attribute__((unused))
static unsigned
util_files(util_t *u, const char *begin)
{
    DIR            *dir;
    unsigned        n;
    struct dirent  *e;

    n = 0;
    dir = opendir(u->dir);

    if (dir) {
        while ((e = readdir(dir)) != NULL) {
            if (e->d_name[0] != '.'
                && strncmp(e->d_name, begin, strlen(begin)) == 0)
            {
                n++;
            }
        }

        closedir(dir);
    }

    return n;
}


__attribute__((unused))
static webhook_id_t
util_id(util_t *u)
{
    webhook_id_t  id;

    if (webhook_id_make(&u->ids, u->wall++ * 1000, &id) != WEBHOOK_OK) {
        exit(1);
    }

    return id;
}


/* Applies one operation. */
__attribute__((unused))
static webhook_store_result_e
util_apply(util_t *u, webhook_op_t *op)
{
    util_batch(u, &op, 1);

    return op->result;
}


__attribute__((unused))
static void
util_str(webhook_str_t *str, const char *text)
{
    str->data = (unsigned char *) text;
    str->len = strlen(text);
}


__attribute__((unused))
static uint64_t
util_name(const char *name)
{
    webhook_str_t  str;

    util_str(&str, name);

    return webhook_id_name(&str);
}


/* Makes an endpoint known; returns its id. */
__attribute__((unused))
static uint64_t
util_endpoint(util_t *u, const char *name, uint32_t inflight)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_ENDPOINT;
    op.u.endpoint.id = util_name(name);
    op.u.endpoint.inflight = inflight;
    util_str(&op.u.endpoint.name, name);

    if (util_apply(u, &op) != WEBHOOK_STORE_OK) {
        return 0;
    }

    return op.u.endpoint.id;
}


/* A rendition of an event; good for the next 16384 of them. */
__attribute__((unused))
static webhook_rendition_t *
util_form(const void *body, size_t len)
{
    static unsigned              n;
    static webhook_rendition_t   renditions[16384];

    webhook_rendition_t  *rendition;

    rendition = &renditions[n++ % 16384];

    memset(rendition, 0, sizeof(webhook_rendition_t));

    rendition->body.data = (unsigned char *) body;
    rendition->body.len = len;
    util_str(&rendition->content_type, "application/json");

    return rendition;
}


/* Sets up a PUT_EVENT of one rendition and one delivery. */
__attribute__((unused))
static void
util_put_op(webhook_op_t *op, webhook_put_t *put, webhook_id_t id,
    uint64_t endpoint, const void *body, size_t len)
{
    memset(op, 0, sizeof(webhook_op_t));

    op->type = WEBHOOK_OP_PUT_EVENT;
    op->u.put_event.id = id;
    op->u.put_event.wall = webhook_id_time(&id);
    op->u.put_event.renditions = util_form(body, len);
    op->u.put_event.renditions_count = 1;
    util_str(&op->u.put_event.type, "order.add");
    op->u.put_event.deliveries = put;
    op->u.put_event.count = 1;
    op->u.put_event.lease = 30000;

    put->endpoint = endpoint;
    put->lease_token = 0;
}


/* Puts an event with one delivery that waits so long. */
__attribute__((unused))
static webhook_id_t
util_put(util_t *u, uint64_t endpoint, uint64_t delay)
{
    webhook_op_t   op;
    webhook_id_t   id;
    webhook_put_t  put;

    memset(&put, 0, sizeof(put));

    id = util_id(u);

    put.delay = delay;

    util_put_op(&op, &put, id, endpoint, "{}", 2);
    (void) util_apply(u, &op);

    return id;
}


/* Puts an event with one delivery to be leased; returns its token. */
__attribute__((unused))
static uint64_t
util_lease(util_t *u, uint64_t endpoint, webhook_id_t *id)
{
    webhook_op_t   op;
    webhook_put_t  put;

    memset(&put, 0, sizeof(put));

    *id = util_id(u);

    put.lease = 1;

    util_put_op(&op, &put, *id, endpoint, "{}", 2);
    (void) util_apply(u, &op);

    return put.lease_token;
}


/* Claims of one endpoint; free the operation afterwards. */
__attribute__((unused))
static uint32_t
util_claim(util_t *u, webhook_op_t *op, uint64_t *endpoint, uint32_t max)
{
    memset(op, 0, sizeof(webhook_op_t));

    op->type = WEBHOOK_OP_CLAIM;
    op->u.claim.endpoints = endpoint;
    op->u.claim.endpoints_count = 1;
    op->u.claim.max = max;
    op->u.claim.max_bytes = 1 << 20;
    op->u.claim.lease = 30000;

    if (util_apply(u, op) != WEBHOOK_STORE_OK) {
        return UINT32_MAX;
    }

    return op->u.claim.count;
}


__attribute__((unused))
static void
util_complete_op(webhook_op_t *op, webhook_id_t id, uint64_t endpoint,
    uint64_t token, webhook_outcome_e outcome, uint64_t delay)
{
    memset(op, 0, sizeof(webhook_op_t));

    op->type = WEBHOOK_OP_COMPLETE;
    op->u.complete.event = id;
    op->u.complete.endpoint = endpoint;
    op->u.complete.lease_token = token;
    op->u.complete.outcome = outcome;
    op->u.complete.delay = delay;
    op->u.complete.attempt.wall = UTIL_WALL;
    op->u.complete.attempt.total = 1500;
    op->u.complete.attempt.status = outcome == WEBHOOK_DONE ? 200 : 500;
    util_str(&op->u.complete.attempt.address, "127.0.0.1:80");
    util_str(&op->u.complete.attempt.answer, "answer");
}


__attribute__((unused))
static webhook_store_result_e
util_complete(util_t *u, webhook_id_t id, uint64_t endpoint, uint64_t token,
    webhook_outcome_e outcome, uint64_t delay)
{
    webhook_op_t            op;
    webhook_store_result_e  result;

    util_complete_op(&op, id, endpoint, token, outcome, delay);

    result = util_apply(u, &op);

    webhook_op_free(&op);

    return result;
}


__attribute__((unused))
static uint32_t
util_takeover(util_t *u)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_TAKEOVER;

    if (util_apply(u, &op) != WEBHOOK_STORE_OK) {
        return UINT32_MAX;
    }

    return op.u.takeover.count;
}


__attribute__((unused))
static uint32_t
util_expire(util_t *u, uint32_t max, unsigned *more)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_EXPIRE;
    op.u.expire.max = max;

    if (util_apply(u, &op) != WEBHOOK_STORE_OK) {
        return UINT32_MAX;
    }

    if (more) {
        *more = op.u.expire.more;
    }

    return op.u.expire.count;
}


/* Statistics; those of one endpoint are copied to *e (without its name). */
__attribute__((unused))
static webhook_op_stats_t
util_stats(util_t *u, uint64_t endpoint, webhook_endpoint_stats_t *e)
{
    uint32_t            i;
    webhook_op_t        op;
    webhook_op_stats_t  s;

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_STATS;

    if (e) {
        memset(e, 0, sizeof(webhook_endpoint_stats_t));
    }

    (void) util_apply(u, &op);

    s = op.u.stats;

    for (i = 0; e && i < s.count; i++) {
        if (s.endpoints[i].id == endpoint) {
            *e = s.endpoints[i];
            e->name.len = 0;
            e->name.data = NULL;
        }
    }

    s.endpoints = NULL;

    webhook_op_free(&op);

    return s;
}


/* Recounts everything; what is wrong is printed. */
__attribute__((unused))
static webhook_store_result_e
util_check_op(util_t *u, uint64_t *rows, uint64_t *faults)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_CHECK;

    (void) util_apply(u, &op);

    if (op.u.check.text.len) {
        printf("# %.*s\n", (int) op.u.check.text.len, op.u.check.text.data);
    }

    *rows = op.u.check.rows;
    *faults = op.u.check.faults;

    webhook_op_free(&op);

    return op.result;
}


/* Recounts everything. */
__attribute__((unused))
static int
util_check(util_t *u, const char *name)
{
    uint64_t                rows, faults;
    webhook_store_result_e  result;

    result = util_check_op(u, &rows, &faults);

    return tap_ok(result == WEBHOOK_STORE_OK && faults == 0,
                  "%s: the store is sound", name);
}


/* ms of a clock that does not step, and of the one that does. */

__attribute__((unused))
static uint64_t
util_now(clockid_t id)
{
    struct timespec  ts;

    clock_gettime(id, &ts);

    return (uint64_t) ts.tv_sec * 1000 + (uint64_t) ts.tv_nsec / 1000000;
}


/* Ends one delivery so; returns its event. */
__attribute__((unused))
static webhook_id_t
ended(util_t *u, uint64_t ep, webhook_outcome_e outcome)
{
    uint64_t      token;
    webhook_id_t  id;

    token = util_lease(u, ep, &id);

    (void) util_complete(u, id, ep, token, outcome, 0);

    return id;
}


#endif /* STORE_SUITE_H */
