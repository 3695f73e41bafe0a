
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What was sealed with another key than the first of the ring is sealed anew,
 * by one worker and one object at a time, until no other key is needed.  That
 * is found out whenever an object is read, so that it goes on over restarts.  On a
 * node of a cluster it is sealed anew there, by the first node that comes to it,
 * and all have it from there.
 */

#include "http/admin/registry/ngx_http_webhook_registry_int.h"
#include "http/runtime/ngx_http_webhook_clock.h"
#include "http/runtime/ngx_http_webhook_store_queue.h"

#include <ngx_md5.h>
#include <sys/random.h>


#define NGX_WEBHOOK_REGISTRY_REKEYS  200000     /* that may wait */
#define NGX_WEBHOOK_REGISTRY_REKEY   1000       /* ms until the next one is
                                                   tried again */


typedef struct {
    ngx_queue_t                queue;
    webhook_object_e           kind;
    webhook_str_t              id;
    u_char                     data[1];
} ngx_webhook_registry_rekey_t;


typedef struct {
    ngx_webhook_main_conf_t   *wmcf;
    ngx_log_t                 *log;
    ngx_queue_t                waiting;
    ngx_uint_t                 n;               /* of these */
    ngx_uint_t                 done;
    ngx_uint_t                 failed;
    webhook_object_t           object;          /* that is being sealed, and its
                                                   texts */
    u_char                     company[WEBHOOK_COMPANY_MAX];
    u_char                     name[WEBHOOK_OBJECT_NAME_MAX];
    webhook_buf_t              data;
    ngx_webhook_link_call_t    call;            /* to the cluster */
    u_char                     was[16];         /* MD5 of the data before */
    ngx_event_t                again;           /* the next one could not be
                                                   begun */
    unsigned                   init:1;
    unsigned                   busy:1;
    unsigned                   away:1;          /* the first is with the
                                                   store */
    unsigned                   off:1;           /* told that one is put off */
} ngx_webhook_registry_rekeys_t;


static void ngx_webhook_registry_rekey_off(const webhook_str_t *id,
    const char *reason);
static void ngx_webhook_registry_rekey_again(ngx_event_t *ev);
static void ngx_webhook_registry_rekey_next(void);
static ngx_int_t ngx_webhook_registry_rekey_post(webhook_op_t *op,
    ngx_webhook_job_pt handler);
static void ngx_webhook_registry_rekey_read(ngx_webhook_job_t *job);
static ngx_int_t ngx_webhook_registry_rekey_seal(
    const webhook_object_t *object);
static ngx_int_t ngx_webhook_registry_rekey_share(void);
static void ngx_webhook_registry_rekey_shared(ngx_webhook_link_call_t *call);
static void ngx_webhook_registry_rekey_written(ngx_webhook_job_t *job);
static void ngx_webhook_registry_rekey_over(ngx_uint_t done);


static ngx_webhook_registry_rekeys_t  ngx_webhook_registry_rekeys;


void
ngx_webhook_registry_rekey(ngx_webhook_main_conf_t *wmcf,
    webhook_object_e kind, const webhook_str_t *id, ngx_log_t *log)
{
    ngx_webhook_registry_rekey_t   *rekey;
    ngx_webhook_registry_rekeys_t  *r;

    r = &ngx_webhook_registry_rekeys;

    if (!r->init) {
        r->init = 1;
        r->wmcf = wmcf;
        r->log = log;

        r->again.handler = ngx_webhook_registry_rekey_again;
        r->again.log = log;
        r->again.data = r;
        r->again.cancelable = 1;

        ngx_queue_init(&r->waiting);
        webhook_buf_init(&r->data, WEBHOOK_OBJECT_DATA_MAX);
    }

    if (r->n == NGX_WEBHOOK_REGISTRY_REKEYS) {
        ngx_webhook_registry_rekey_off(id, "too many wait for it");
        return;
    }

    rekey = ngx_alloc(sizeof(ngx_webhook_registry_rekey_t) + id->len, log);

    if (rekey == NULL) {
        ngx_webhook_registry_rekey_off(id, "no memory");
        return;
    }

    rekey->kind = kind;
    rekey->id.data = rekey->data;
    rekey->id.len = id->len;

    ngx_memcpy(rekey->data, id->data, id->len);

    ngx_queue_insert_tail(&r->waiting, &rekey->queue);
    r->n++;

    if (!r->busy) {
        r->busy = 1;
        r->done = 0;

        ngx_log_error(NGX_LOG_NOTICE, log, 0,
                      "registered objects are sealed with the first \"key\" of "
                      "webhook_registry");

        ngx_webhook_registry_rekey_next();
    }
}


/* Once for those that wait: the others are told of in sum. */

static void
ngx_webhook_registry_rekey_off(const webhook_str_t *id, const char *reason)
{
    ngx_webhook_registry_rekeys_t  *r;

    r = &ngx_webhook_registry_rekeys;

    r->failed++;

    if (r->off) {
        return;
    }

    r->off = 1;

    ngx_log_error(NGX_LOG_ERR, r->log, 0,
                  "registered object \"%V\" is not sealed with the first "
                  "\"key\" of webhook_registry now: %s; keep the others, it is "
                  "tried again when it is read next, at the latest at the next "
                  "start", ngx_webhook_nstr(id), reason);
}


void
ngx_webhook_registry_rekey_exit(void)
{
    ngx_queue_t                    *q;
    ngx_webhook_registry_rekeys_t  *r;

    r = &ngx_webhook_registry_rekeys;

    if (!r->init) {
        return;
    }

    if (r->again.timer_set) {
        ngx_del_timer(&r->again);
    }

    /* what is away refers to the first */

    while (r->n > (ngx_uint_t) r->away) {
        q = ngx_queue_last(&r->waiting);
        ngx_queue_remove(q);
        r->n--;

        ngx_free(ngx_queue_data(q, ngx_webhook_registry_rekey_t, queue));
    }
}


static void
ngx_webhook_registry_rekey_next(void)
{
    webhook_op_t                    op;
    ngx_queue_t                    *q;
    ngx_webhook_registry_rekey_t   *rekey;
    ngx_webhook_registry_rekeys_t  *r;

    r = &ngx_webhook_registry_rekeys;

    r->away = 0;

    if (r->n == 0) {
        r->busy = 0;
        r->off = 0;

        ngx_log_error(NGX_LOG_NOTICE, r->log, 0,
                      "%ui registered objects were sealed with the first "
                      "\"key\" of webhook_registry", r->done);

        if (r->failed) {
            ngx_log_error(NGX_LOG_ERR, r->log, 0,
                          "%ui registered objects could not be sealed with the "
                          "first \"key\" of webhook_registry: keep the others, "
                          "they are tried again at the next start", r->failed);

            r->failed = 0;
        }

        return;
    }

    q = ngx_queue_head(&r->waiting);
    rekey = ngx_queue_data(q, ngx_webhook_registry_rekey_t, queue);

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_OBJECTS;
    op.u.objects.kind = rekey->kind;
    op.u.objects.id = rekey->id;
    op.u.objects.max = 1;

    if (ngx_webhook_registry_rekey_post(&op, ngx_webhook_registry_rekey_read)
        != NGX_OK)
    {
        ngx_add_timer(&r->again, NGX_WEBHOOK_REGISTRY_REKEY);
        return;
    }

    r->away = 1;
}


static void
ngx_webhook_registry_rekey_again(ngx_event_t *ev)
{
    ngx_webhook_registry_rekey_next();
}


static ngx_int_t
ngx_webhook_registry_rekey_post(webhook_op_t *op, ngx_webhook_job_pt handler)
{
    ngx_webhook_job_t  *job;

    job = ngx_calloc(sizeof(ngx_webhook_job_t),
                     ngx_webhook_registry_rekeys.log);
    if (job == NULL) {
        return NGX_ERROR;
    }

    job->op = *op;
    job->handler = handler;

    ngx_webhook_store_queue_post(job);

    return NGX_OK;
}


static void
ngx_webhook_registry_rekey_read(ngx_webhook_job_t *job)
{
    ngx_int_t                       rc;
    webhook_op_t                    op;
    ngx_webhook_registry_rekeys_t  *r;

    r = &ngx_webhook_registry_rekeys;

    rc = NGX_ERROR;

    if (job->op.result == WEBHOOK_STORE_NOT_FOUND
        || (job->op.result == WEBHOOK_STORE_OK
            && job->op.u.objects.count == 0))
    {
        /* it was removed meanwhile */

        rc = NGX_DECLINED;

    } else if (!ngx_webhook_store_queue_closing()
               && job->op.result == WEBHOOK_STORE_OK)
    {
        rc = ngx_webhook_registry_rekey_seal(&job->op.u.objects.objects[0]);
    }

    if (rc == NGX_OK && r->wmcf->cluster
        && job->op.u.objects.objects[0].shared)
    {
        rc = ngx_webhook_registry_rekey_share();

    } else if (rc == NGX_OK) {

        ngx_memzero(&op, sizeof(webhook_op_t));

        op.type = WEBHOOK_OP_OBJECT;
        op.u.object.object = r->object;
        op.u.object.object.data.data = r->data.data;
        op.u.object.object.data.len = r->data.len;
        op.u.object.wall = ngx_webhook_clock_wall();
        op.u.object.expect = r->object.version;
        op.u.object.expect_change = r->object.change;
        op.u.object.same = 1;

        rc = ngx_webhook_registry_rekey_post(&op,
                                         ngx_webhook_registry_rekey_written);
    }

    webhook_op_free(&job->op);
    ngx_free(job);

    if (rc != NGX_OK) {
        r->failed += (rc == NGX_ERROR);
        ngx_webhook_registry_rekey_over(0);
    }
}


/* Into r->data and r->object. */

static ngx_int_t
ngx_webhook_registry_rekey_seal(const webhook_object_t *object)
{
    int                             rc;
    json_t                         *definition;
    ngx_md5_t                       md5;
    ngx_webhook_registry_rekey_t   *rekey;
    ngx_webhook_registry_rekeys_t  *r;

    r = &ngx_webhook_registry_rekeys;

    if (webhook_definition_current(&object->data, r->wmcf->registry->keys)) {
        return NGX_DECLINED;
    }

    rc = ngx_webhook_registry_opened(r->wmcf, object, &definition);

    if (rc != WEBHOOK_OK) {

        /* what no key opens was told of when it was read */

        json_decref(definition);
        return rc == WEBHOOK_NOMEM ? NGX_ERROR : NGX_DECLINED;
    }

    r->data.len = 0;

    rc = webhook_definition_seal((webhook_definition_kind_e) object->kind,
                                 &object->id, definition,
                                 r->wmcf->registry->keys, &r->data);
    json_decref(definition);

    if (rc != WEBHOOK_OK) {
        return NGX_ERROR;
    }

    ngx_md5_init(&md5);
    ngx_md5_update(&md5, object->data.data, object->data.len);
    ngx_md5_final(r->was, &md5);

    rekey = ngx_queue_data(ngx_queue_head(&r->waiting),
                           ngx_webhook_registry_rekey_t, queue);

    ngx_memzero(&r->object, sizeof(webhook_object_t));

    r->object.kind = object->kind;
    r->object.id = rekey->id;
    r->object.version = object->version;
    r->object.change = object->change;

    r->object.company.len = ngx_min(object->company.len, sizeof(r->company));
    r->object.company.data = r->company;

    ngx_memcpy(r->company, object->company.data, r->object.company.len);

    r->object.name.len = ngx_min(object->name.len, sizeof(r->name));
    r->object.name.data = r->name;

    ngx_memcpy(r->name, object->name.data, r->object.name.len);

    return NGX_OK;
}


/* Only if it is there as it was read here. */

static ngx_int_t
ngx_webhook_registry_rekey_share(void)
{
    webhook_cluster_object_t       *o;
    ngx_webhook_registry_rekeys_t  *r;

    r = &ngx_webhook_registry_rekeys;

    ngx_memzero(&r->call, sizeof(ngx_webhook_link_call_t));

    r->call.op.type = WEBHOOK_CLUSTER_OBJECT;
    r->call.lane = NGX_WEBHOOK_LINK_CHANGE;
    r->call.handler = ngx_webhook_registry_rekey_shared;

    o = &r->call.op.u.object;

    o->kind = r->object.kind;
    o->object = r->object;
    o->object.data.data = r->data.data;
    o->object.data.len = r->data.len;
    o->wall = ngx_webhook_clock_wall();
    o->expect = r->object.version;
    o->was.data = r->was;
    o->was.len = sizeof(r->was);

    if (getrandom(o->token.bytes, WEBHOOK_ID_LEN, GRND_NONBLOCK)
        != WEBHOOK_ID_LEN)
    {
        return NGX_ERROR;
    }

    ngx_webhook_link_post(&r->call);

    return NGX_OK;
}


static void
ngx_webhook_registry_rekey_shared(ngx_webhook_link_call_t *call)
{
    ngx_uint_t  done;

    done = (call->op.result == WEBHOOK_CLUSTER_OK);

    /* another node may have been faster */

    if (!done && call->op.result != WEBHOOK_CLUSTER_CONFLICT
        && call->op.result != WEBHOOK_CLUSTER_NOT_FOUND)
    {
        ngx_webhook_registry_rekeys.failed++;
    }

    webhook_cluster_op_free(&call->op);

    ngx_webhook_registry_rekey_over(done);
}


static void
ngx_webhook_registry_rekey_written(ngx_webhook_job_t *job)
{
    ngx_uint_t  done;

    done = (job->op.result == WEBHOOK_STORE_OK);

    /* one that was changed meanwhile was sealed with the first key by that */

    if (!done && job->op.result != WEBHOOK_STORE_STALE
        && job->op.result != WEBHOOK_STORE_NOT_FOUND)
    {
        ngx_webhook_registry_rekeys.failed++;
    }

    webhook_op_free(&job->op);
    ngx_free(job);

    ngx_webhook_registry_rekey_over(done);
}


static void
ngx_webhook_registry_rekey_over(ngx_uint_t done)
{
    ngx_queue_t                    *q;
    ngx_webhook_registry_rekeys_t  *r;

    r = &ngx_webhook_registry_rekeys;

    q = ngx_queue_head(&r->waiting);
    ngx_queue_remove(q);
    r->n--;

    ngx_free(ngx_queue_data(q, ngx_webhook_registry_rekey_t, queue));

    r->done += done;

    if (!ngx_webhook_store_queue_closing()) {
        ngx_webhook_registry_rekey_next();
    }
}
