
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What waits for a challenge, in the memory of the first worker.  Nothing of it
 * is kept: the next worker hears of all that is not confirmed when it loads what
 * is registered.
 */

#include "http/admin/routes/endpoints/ngx_http_webhook_challenge.h"
#include "http/admin/routes/endpoints/ngx_http_webhook_test_limit.h"
#include "core/base/webhook_id.h"


#define NGX_WEBHOOK_CHALLENGES        8         /* under way at a time */
#define NGX_WEBHOOK_CHALLENGE_PAUSE   1000      /* ms, for want of memory */


typedef struct {
    ngx_queue_t                queue;
    uint64_t                   key;             /* of the endpoint */
    uint64_t                   version;         /* that is asked */
    ngx_uint_t                 tries;
    ngx_msec_t                 at;
    uint64_t                   company;         /* whose turn it takes */
    ngx_uint_t                 turn;
    unsigned                   away:1;
} ngx_webhook_challenge_due_t;


typedef struct {
    ngx_webhook_main_conf_t   *wmcf;
    ngx_log_t                 *log;
    ngx_queue_t                dues;
    ngx_event_t                timer;
    ngx_uint_t                 away;
} ngx_webhook_challenges_t;


static void ngx_webhook_challenges_hear(ngx_webhook_registered_t *set,
    ngx_webhook_object_t **objects, ngx_uint_t n);
static void ngx_webhook_challenges_timer(ngx_event_t *ev);
static ngx_int_t ngx_webhook_challenges_begin(ngx_webhook_challenge_due_t *due);
static void ngx_webhook_challenges_done(ngx_webhook_challenge_t *ch);
static void ngx_webhook_challenges_later(ngx_webhook_challenge_due_t *due,
    ngx_webhook_challenge_t *ch);
static void ngx_webhook_challenges_wake(ngx_msec_t delay);
static void ngx_webhook_challenges_drop(ngx_webhook_challenge_due_t *due);


static ngx_webhook_challenges_t  ngx_webhook_challenges;

/* ms between one try and the next; there is one more of them */
static const ngx_msec_t  ngx_webhook_challenges_pauses[] = {
    2000, 30000, 300000
};

#define NGX_WEBHOOK_CHALLENGE_PAUSES                                          \
    (sizeof(ngx_webhook_challenges_pauses)                                    \
     / sizeof(ngx_webhook_challenges_pauses[0]))


void
ngx_webhook_challenges_init(ngx_webhook_main_conf_t *wmcf, ngx_log_t *log)
{
    ngx_webhook_challenges_t  *c;

    c = &ngx_webhook_challenges;

    ngx_memzero(c, sizeof(ngx_webhook_challenges_t));

    if (wmcf->registry == NULL || !wmcf->registry->confirm || ngx_worker != 0)
    {
        return;
    }

    c->wmcf = wmcf;
    c->log = log;

    ngx_queue_init(&c->dues);

    c->timer.handler = ngx_webhook_challenges_timer;
    c->timer.data = c;
    c->timer.log = log;
    c->timer.cancelable = 1;

    ngx_webhook_registered_hear(ngx_webhook_challenges_hear);
}


void
ngx_webhook_challenges_exit(void)
{
    ngx_queue_t                  *q;
    ngx_webhook_challenges_t     *c;
    ngx_webhook_challenge_due_t  *due;

    c = &ngx_webhook_challenges;

    if (c->wmcf == NULL) {
        return;
    }

    c->wmcf = NULL;

    if (c->timer.timer_set) {
        ngx_del_timer(&c->timer);
    }

    /* those that are away have somebody who refers to them */

    for (q = ngx_queue_head(&c->dues); q != ngx_queue_sentinel(&c->dues);
         /* void */)
    {
        due = ngx_queue_data(q, ngx_webhook_challenge_due_t, queue);
        q = ngx_queue_next(q);

        if (!due->away) {
            ngx_webhook_challenges_drop(due);
        }
    }
}


/* One whose version is another by the time that it is due is passed over: it was
   heard of again. */

static void
ngx_webhook_challenges_hear(ngx_webhook_registered_t *set,
    ngx_webhook_object_t **objects, ngx_uint_t n)
{
    ngx_uint_t                    i;
    ngx_webhook_challenges_t     *c;
    ngx_webhook_challenge_due_t  *due;

    c = &ngx_webhook_challenges;

    if (c->wmcf == NULL || ngx_exiting) {
        return;
    }

    for (i = 0; i < n; i++) {

        if (!objects[i]->unconfirmed || objects[i]->reason
            || objects[i]->endpoint == NULL)
        {
            continue;
        }

        due = ngx_calloc(sizeof(ngx_webhook_challenge_due_t), c->log);

        if (due == NULL) {
            ngx_log_error(NGX_LOG_ERR, c->log, 0,
                          "registered endpoint \"%V\" is not sent a "
                          "challenge, because there is no memory: request one "
                          "through the API",
                          &objects[i]->id);
            continue;
        }

        due->key = objects[i]->key;
        due->version = objects[i]->version;
        due->at = ngx_current_msec;

        ngx_queue_insert_tail(&c->dues, &due->queue);

        ngx_webhook_challenges_wake(1);
    }
}


static void
ngx_webhook_challenges_timer(ngx_event_t *ev)
{
    ngx_msec_t                    next;
    ngx_queue_t                  *q;
    ngx_msec_int_t                wait;
    ngx_webhook_challenges_t     *c;
    ngx_webhook_challenge_due_t  *due;

    c = ev->data;
    next = NGX_TIMER_INFINITE;

    if (c->wmcf == NULL || ngx_exiting) {
        return;
    }

    for (q = ngx_queue_head(&c->dues); q != ngx_queue_sentinel(&c->dues);
         /* void */)
    {
        due = ngx_queue_data(q, ngx_webhook_challenge_due_t, queue);
        q = ngx_queue_next(q);

        if (due->away) {
            continue;
        }

        wait = (ngx_msec_int_t) (due->at - ngx_current_msec);

        if (wait <= 0) {

            if (c->away == NGX_WEBHOOK_CHALLENGES) {

                /* the first that comes back looks again */

                continue;
            }

            if (ngx_webhook_challenges_begin(due) == NGX_OK) {
                continue;
            }

            wait = (ngx_msec_int_t) (due->at - ngx_current_msec);

            if (wait <= 0) {
                ngx_webhook_challenges_drop(due);
                continue;
            }
        }

        next = ngx_min(next, (ngx_msec_t) wait);
    }

    if (next != NGX_TIMER_INFINITE) {
        ngx_webhook_challenges_wake(next);
    }
}


/* NGX_DECLINED: it is over, or, if "at" is to come, it is to be tried then. */

static ngx_int_t
ngx_webhook_challenges_begin(ngx_webhook_challenge_due_t *due)
{
    ngx_int_t                  rc;
    ngx_msec_t                 wait;
    webhook_str_t              text[2];
    webhook_id_t               id;
    ngx_webhook_object_t      *object;
    ngx_webhook_challenges_t  *c;
    ngx_webhook_registered_t  *set;

    static const webhook_str_t  what = webhook_str("challenge");

    c = &ngx_webhook_challenges;
    rc = NGX_DECLINED;

    set = ngx_webhook_registered_hold(c->wmcf);
    object = ngx_webhook_registered_endpoint(set, due->key);

    if (object == NULL || object->version != due->version
        || !object->unconfirmed || object->reason || object->endpoint == NULL)
    {
        goto done;
    }

    /* turns of their own, so that nobody's tests wait for them */

    text[0] = what;
    text[1] = *ngx_webhook_str(&object->company);

    webhook_id_hash(text, 2, &id);
    ngx_memcpy(&due->company, id.bytes, sizeof(uint64_t));

    if (ngx_webhook_test_limit_take(due->company,
                                    NGX_WEBHOOK_CHALLENGE_LONGEST,
                                    &due->turn, &wait)
        != NGX_OK)
    {
        due->at = ngx_current_msec + ngx_max(wait, 1);
        goto done;
    }

    rc = ngx_webhook_challenge_send(c->wmcf, object,
                                    ngx_webhook_challenges_done, due);

    if (rc == NGX_OK) {
        due->away = 1;
        c->away++;
        goto done;
    }

    ngx_webhook_test_limit_give(due->company, due->turn);

    if (rc == NGX_DECLINED) {
        ngx_log_error(NGX_LOG_WARN, c->log, 0,
                      "registered endpoint \"%V\" is not confirmed: none of "
                      "its secrets is valid now, so no challenge can be "
                      "signed",
                      &object->id);

    } else {
        due->at = ngx_current_msec + NGX_WEBHOOK_CHALLENGE_PAUSE;
        rc = NGX_DECLINED;
    }

done:

    ngx_webhook_registered_release(set);

    return rc;
}


static void
ngx_webhook_challenges_done(ngx_webhook_challenge_t *ch)
{
    ngx_webhook_challenges_t     *c;
    ngx_webhook_challenge_due_t  *due;

    c = &ngx_webhook_challenges;
    due = ch->data;

    due->away = 0;
    c->away--;

    ngx_webhook_test_limit_give(due->company, due->turn);

    if (ch->result == NGX_WEBHOOK_CHALLENGE_ECHOED
        || ch->result == NGX_WEBHOOK_CHALLENGE_CHANGED
        || c->wmcf == NULL)
    {
        ngx_webhook_challenges_drop(due);

    } else {
        ngx_webhook_challenges_later(due, ch);
    }

    ngx_webhook_challenges_wake(1);
}


static void
ngx_webhook_challenges_later(ngx_webhook_challenge_due_t *due,
    ngx_webhook_challenge_t *ch)
{
    ngx_str_t                 *id, none;
    ngx_webhook_object_t      *object;
    ngx_webhook_challenges_t  *c;
    ngx_webhook_registered_t  *set;

    c = &ngx_webhook_challenges;

    if (due->tries < NGX_WEBHOOK_CHALLENGE_PAUSES) {
        due->at = ngx_current_msec
                  + ngx_webhook_challenges_pauses[due->tries++];
        return;
    }

    set = ngx_webhook_registered_hold(c->wmcf);
    object = ngx_webhook_registered_endpoint(set, due->key);

    ngx_str_null(&none);
    id = object ? &object->id : &none;

    ngx_log_error(NGX_LOG_WARN, c->log, 0,
                  "registered endpoint \"%V\" is not confirmed: %V (status "
                  "%ui); it is asked again only if somebody requests it "
                  "through the API", id, &ch->error, ch->status);

    ngx_webhook_registered_release(set);

    ngx_webhook_challenges_drop(due);
}


static void
ngx_webhook_challenges_wake(ngx_msec_t delay)
{
    ngx_webhook_challenges_t  *c;

    c = &ngx_webhook_challenges;

    if (c->wmcf == NULL) {
        return;
    }

    if (c->timer.timer_set) {

        if ((ngx_msec_int_t) (c->timer.timer.key - ngx_current_msec - delay)
            <= 0)
        {
            return;
        }

        ngx_del_timer(&c->timer);
    }

    ngx_add_timer(&c->timer, delay);
}


static void
ngx_webhook_challenges_drop(ngx_webhook_challenge_due_t *due)
{
    ngx_queue_remove(&due->queue);
    ngx_free(due);
}
