
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * follow: what happens in a store, as it happens.  The newest deliveries and
 * calls are read again and again, each time in a transaction that is over at
 * once, and what is new or has changed since the time before is told.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <sys/stat.h>

#include "webhookctl/webhookctl.h"


#define CTL_FOLLOW_MS    500            /* between two looks */
#define CTL_FOLLOW_PAGE  500


/* What was told of a delivery or a call. */

typedef struct {
    webhook_id_t     id;
    uint64_t         endpoint;          /* 0: it is a call */
    webhook_state_e  state;
    uint32_t         sends;
} ctl_seen_t;


typedef struct {
    ctl_seen_t      *seen;
    size_t           count;
    size_t           size;
} ctl_view_t;


typedef struct {
    ctl_t           *ctl;
    webhook_store_t *st;
    int              first;             /* what is there is not news */
    int              head;
    ctl_view_t       was;               /* sorted */
    ctl_view_t       now;
} ctl_follow_t;


static int ctl_follow_deliveries(ctl_follow_t *f);
static int ctl_follow_delivery(ctl_follow_t *f, const webhook_delivery_t *d);
static int ctl_follow_calls(ctl_follow_t *f);
static int ctl_follow_news(ctl_follow_t *f, const ctl_seen_t *now);
static int ctl_follow_compare(const void *one, const void *two);
static int ctl_follow_file(const ctl_t *ctl, struct stat *sb);
static void ctl_follow_signal(int signo);


static volatile sig_atomic_t  ctl_follow_ended;


int
ctl_follow(ctl_t *ctl, webhook_store_t *st)
{
    int                rc, deliveries, calls;
    ctl_view_t         view;
    struct stat        file, now;
    ctl_follow_t       f;
    webhook_op_t       op;
    struct sigaction   sa;

    memset(&f, 0, sizeof(f));

    f.ctl = ctl;
    f.st = st;
    f.first = ctl->since == 0;
    f.head = !ctl->json;

    calls = (ctl->given & (ctl_bit(CTL_ENDPOINT)|ctl_bit(CTL_STATE)
                           |ctl_bit(CTL_EVENT))) == 0;
    deliveries = (ctl->given & ctl_bit(CTL_OF_RECEIVER)) == 0;

    if (!calls && !deliveries) {
        ctl_say("--receiver shows calls, and the other filters show "
                "deliveries: use one or the other");
        return 2;
    }

    rc = ctl_read_known(ctl, st, &op);
    if (rc != 0) {
        return rc;
    }

    webhook_op_free(&op);

    memset(&sa, 0, sizeof(sa));

    sa.sa_handler = ctl_follow_signal;

    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
    signal(SIGPIPE, SIG_IGN);

    rc = ctl_follow_file(ctl, &file);

    while (rc == 0 && !ctl_follow_ended) {

        if (deliveries) {
            rc = ctl_follow_deliveries(&f);
        }

        if (rc == 0 && calls) {
            rc = ctl_follow_calls(&f);
        }

        if (rc != 0 || fflush(stdout) != 0) {
            break;
        }

        qsort(f.now.seen, f.now.count, sizeof(ctl_seen_t),
              ctl_follow_compare);

        view = f.was;
        f.was = f.now;
        f.now = view;
        f.now.count = 0;

        if (f.first) {
            f.first = 0;

            /* who waits for it may go on */

            if (!ctl->json) {
                fprintf(stderr, "following %s\n", ctl->store);
            }
        }

        (void) poll(NULL, 0, CTL_FOLLOW_MS);

        rc = ctl_follow_file(ctl, &now);

        if (rc == 0 && (now.st_ino != file.st_ino
                        || now.st_dev != file.st_dev))
        {
            ctl_say("the store was replaced");
            rc = 1;
        }
    }

    free(f.was.seen);
    free(f.now.seen);

    return rc;
}


static void
ctl_follow_signal(int signo)
{
    (void) signo;

    ctl_follow_ended = 1;
}


static int
ctl_follow_file(const ctl_t *ctl, struct stat *sb)
{
    char  path[PATH_MAX];
    int   n;

    n = snprintf(path, sizeof(path), "%s/data.mdb", ctl->path);

    /* a file that is named itself is not in use */

    if (n < 0 || (size_t) n >= sizeof(path)
        || (stat(path, sb) == -1 && stat(ctl->path, sb) == -1))
    {
        ctl_say("cannot look at \"%s\": %s", ctl->store, strerror(errno));
        return 1;
    }

    return 0;
}


static int
ctl_follow_deliveries(ctl_follow_t *f)
{
    int                  rc;
    size_t               pages, i;
    uint32_t             k;
    uint64_t             left;
    webhook_op_t        *op, *list;
    webhook_delivery_t  *d;

    rc = 0;
    list = NULL;
    pages = 0;
    left = f->ctl->limit;

    do {
        op = realloc(list, (pages + 1) * sizeof(webhook_op_t));

        if (op == NULL) {
            ctl_say("no memory");
            rc = 1;
            break;
        }

        list = op;
        op = &list[pages];

        memset(op, 0, sizeof(webhook_op_t));

        op->type = WEBHOOK_OP_LIST;

        if (pages) {
            op->u.list.filter = list[pages - 1].u.list.filter;
            op->u.list.filter.from = 1;

        } else {
            ctl_filter(f->ctl, &op->u.list.filter);
        }

        op->u.list.filter.max = (uint32_t) (left < CTL_FOLLOW_PAGE
                                            ? left : CTL_FOLLOW_PAGE);

        webhook_store_apply(f->st, &op, 1);

        if (op->result != WEBHOOK_STORE_OK) {
            rc = ctl_failed(op, "the list");
            break;
        }

        left -= op->u.list.count;
        pages++;

    } while (op->u.list.filter.more && left);

    /* the oldest first */

    for (i = pages; rc == 0 && i--; /* void */ ) {
        for (k = list[i].u.list.count; rc == 0 && k--; /* void */ ) {
            d = &list[i].u.list.deliveries[k];
            rc = ctl_follow_delivery(f, d);
        }
    }

    for (i = 0; i < pages; i++) {
        webhook_op_free(&list[i]);
    }

    free(list);

    return rc < 0 ? 1 : rc;
}


/* Tells of a delivery, if it is news.  0, or what ends it. */

static int
ctl_follow_delivery(ctl_follow_t *f, const webhook_delivery_t *d)
{
    int         rc;
    ctl_seen_t  seen;

    seen.id = d->event;
    seen.endpoint = d->endpoint;
    seen.state = d->state;
    seen.sends = d->attempts;

    rc = ctl_follow_news(f, &seen);

    if (rc != 1) {
        return rc;
    }

    if (f->ctl->json) {
        ctl_json_line(json_pack("{s:o}", "delivery",
                                ctl_delivery_json(d)));
        return 0;
    }

    if (f->head) {
        ctl_print_deliveries_head();
        f->head = 0;
    }

    ctl_print_delivery(d, 0);

    return 0;
}


static int
ctl_follow_calls(ctl_follow_t *f)
{
    int              rc;
    uint32_t         k;
    ctl_seen_t       seen;
    webhook_op_t     op, *ops;
    webhook_str_t    name;
    webhook_call_t  *call;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_CALLS;
    op.u.calls.company = f->ctl->company;
    op.u.calls.since = f->ctl->since;
    op.u.calls.max = (uint32_t) (f->ctl->limit < CTL_FOLLOW_PAGE
                                 ? f->ctl->limit : CTL_FOLLOW_PAGE);

    if (f->ctl->value[CTL_OF_RECEIVER]) {
        name = ctl_str(f->ctl->value[CTL_OF_RECEIVER]);
        op.u.calls.receiver = webhook_id_name(&name);
    }

    ops = &op;

    webhook_store_apply(f->st, &ops, 1);

    if (op.result != WEBHOOK_STORE_OK) {
        return ctl_failed(&op, "the calls");
    }

    rc = 0;

    for (k = op.u.calls.count; rc == 0 && k--; /* void */ ) {
        call = &op.u.calls.calls[k];

        memset(&seen, 0, sizeof(seen));

        seen.id = call->id;

        rc = ctl_follow_news(f, &seen);

        if (rc != 1) {
            continue;
        }

        rc = 0;

        if (f->ctl->json) {
            ctl_json_line(json_pack("{s:o}", "call", ctl_call_json(call)));

        } else {
            ctl_print_call(call, 0);
        }
    }

    webhook_op_free(&op);

    return rc < 0 ? 1 : rc;
}


/* Notes down what is; 1 if it is to be told, 0 if not, -1 if there is no
   memory. */

static int
ctl_follow_news(ctl_follow_t *f, const ctl_seen_t *now)
{
    size_t       size;
    ctl_seen_t  *seen;

    if (f->now.count == f->now.size) {
        size = f->now.size ? f->now.size * 2 : 256;

        seen = realloc(f->now.seen, size * sizeof(ctl_seen_t));

        if (seen == NULL) {
            ctl_say("no memory");
            return -1;
        }

        f->now.seen = seen;
        f->now.size = size;
    }

    f->now.seen[f->now.count++] = *now;

    if (f->first) {
        return 0;
    }

    seen = f->was.count ? bsearch(now, f->was.seen, f->was.count,
                                  sizeof(ctl_seen_t), ctl_follow_compare)
                        : NULL;

    return seen == NULL || seen->state != now->state
           || seen->sends != now->sends;
}


static int
ctl_follow_compare(const void *one, const void *two)
{
    int                rc;
    const ctl_seen_t  *a = one, *b = two;

    rc = memcmp(a->id.bytes, b->id.bytes, sizeof(a->id.bytes));

    if (rc) {
        return rc;
    }

    return a->endpoint < b->endpoint ? -1 : a->endpoint > b->endpoint;
}
