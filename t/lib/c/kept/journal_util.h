
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the tests of journals share: events, and a file.
 */

#ifndef JOURNAL_UTIL_H
#define JOURNAL_UTIL_H

#ifndef _GNU_SOURCE
#error "define _GNU_SOURCE before the first include"
#endif

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"
#include "store/journal/webhook_journal_read.h"


#define JOURNAL_DELIVERIES  3


/* An event whose number can be told from all that it has. */

typedef struct {
    webhook_op_put_event_t  put;
    webhook_rendition_t     renditions[2];
    webhook_put_t           deliveries[JOURNAL_DELIVERIES];
    char                    type[32];
    unsigned char          *body;
} journal_event_t;


static void
journal_text(webhook_str_t *str, const char *text)
{
    str->data = (unsigned char *) (uintptr_t) text;
    str->len = strlen(text);
}


__attribute__((unused))
static void
journal_event(journal_event_t *e, uint64_t n, size_t len)
{
    size_t  i;

    memset(e, 0, sizeof(journal_event_t));

    e->body = malloc(len + 1);

    for (i = 0; e->body && i < len; i++) {
        e->body[i] = (unsigned char) ('a' + (n + i) % 26);
    }

    snprintf(e->type, sizeof(e->type), "order.n%llu", (unsigned long long) n);

    memset(e->put.id.bytes, (int) n, WEBHOOK_ID_LEN);
    memcpy(e->put.id.bytes, &n, sizeof(n));

    e->put.wall = 1700000000000 + n;
    journal_text(&e->put.type, e->type);
    journal_text(&e->put.company, "1260");
    e->put.backlog = (uint32_t) n + 7;

    e->put.renditions = e->renditions;
    e->put.renditions_count = 2;

    journal_text(&e->renditions[0].request, "PUT /hook");
    journal_text(&e->renditions[0].content_type, "application/json");
    journal_text(&e->renditions[0].headers, "X-N: 1\r\n");
    e->renditions[0].body.data = e->body;
    e->renditions[0].body.len = len;
    journal_text(&e->renditions[1].body, "{}");

    e->put.deliveries = e->deliveries;
    e->put.count = JOURNAL_DELIVERIES;

    for (i = 0; i < JOURNAL_DELIVERIES; i++) {
        e->deliveries[i].endpoint = n * 10 + i + 1;
        e->deliveries[i].delay = n * 1000 * i;
        e->deliveries[i].rendition = i & 1;
        e->deliveries[i].steps = 1;
        e->deliveries[i].quota = (i == 2);
        e->deliveries[i].lease = 1;
    }
}


static int
journal_same_text(const webhook_str_t *a, const webhook_str_t *b)
{
    return a->len == b->len
           && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}


/* 1 if what was read is what was written. */
__attribute__((unused))
static int
journal_same(const webhook_op_put_event_t *a, const webhook_op_put_event_t *b)
{
    uint32_t              i;
    const webhook_put_t  *p, *q;

    if (memcmp(&a->id, &b->id, sizeof(webhook_id_t)) != 0
        || a->wall != b->wall || a->backlog != b->backlog
        || !journal_same_text(&a->type, &b->type)
        || !journal_same_text(&a->company, &b->company)
        || a->renditions_count != b->renditions_count || a->count != b->count)
    {
        return 0;
    }

    for (i = 0; i < a->renditions_count; i++) {
        if (!journal_same_text(&a->renditions[i].request,
                               &b->renditions[i].request)
            || !journal_same_text(&a->renditions[i].content_type,
                                  &b->renditions[i].content_type)
            || !journal_same_text(&a->renditions[i].headers,
                                  &b->renditions[i].headers)
            || !journal_same_text(&a->renditions[i].body,
                                  &b->renditions[i].body))
        {
            return 0;
        }
    }

    for (i = 0; i < a->count; i++) {
        p = &a->deliveries[i];
        q = &b->deliveries[i];

        if (p->endpoint != q->endpoint || p->delay != q->delay
            || p->rendition != q->rendition || p->steps != q->steps
            || p->quota != q->quota)
        {
            return 0;
        }
    }

    return 1;
}


/* A journal in a directory of its own. */

static char               journal_dir[256];
static char               path[300];
static webhook_journal_t  journal;


__attribute__((unused))
static void
journal_directory(void)
{
    snprintf(journal_dir, sizeof(journal_dir), "%s/webhook-journal-XXXXXX",
             getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");

    if (mkdtemp(journal_dir) == NULL) {
        printf("Bail out! no directory\n");
        exit(1);
    }

    snprintf(path, sizeof(path), "%s/journal", journal_dir);
}


__attribute__((unused))
static int
journal_end(void)
{
    (void) unlink(path);
    (void) rmdir(journal_dir);

    return tap_done();
}


__attribute__((unused))
static void
begin(size_t size)
{
    (void) unlink(path);

    memset(journal.id, 0x5a, WEBHOOK_JOURNAL_ID);

    if (webhook_journal_create(&journal, path, size) != 0) {
        printf("Bail out! no journal\n");
        exit(1);
    }
}


__attribute__((unused))
static uint64_t
add(uint64_t n, size_t len)
{
    uint64_t         sequence;
    journal_event_t  e;

    journal_event(&e, n, len);

    sequence = webhook_journal_add(&journal, &e.put);

    free(e.body);

    return sequence;
}


/* Reads on from r->sequence; each event has to be the one of its sequence. */
__attribute__((unused))
static unsigned
count_events(webhook_journal_read_t *r, unsigned *damaged, uint64_t *last)
{
    unsigned                n;
    journal_event_t         e;
    webhook_journal_read_e  what;

    n = 0;
    *damaged = 0;

    for ( ;; ) {
        what = webhook_journal_read_next(r);

        if (what == WEBHOOK_JOURNAL_END) {
            return n;
        }

        if (what != WEBHOOK_JOURNAL_EVENT) {
            (*damaged)++;
            continue;
        }

        *last = r->sequence;

        journal_event(&e, r->sequence, r->event.put.renditions[0].body.len);

        if (!journal_same(&e.put, &r->event.put)) {
            printf("# the event of sequence %llu is not as it was\n",
                   (unsigned long long) r->sequence);
            (*damaged) += 1000;
        }

        free(e.body);
        n++;
    }
}


#endif /* JOURNAL_UTIL_H */
