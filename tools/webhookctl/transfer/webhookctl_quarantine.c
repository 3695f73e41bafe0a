
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * quarantine: rows of the store that could not be read, listed, shown, written
 * for somebody who can tell what is in them, and dropped.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "webhookctl/webhookctl.h"
#include "webhookctl/transfer/webhookctl_export.h"


#define CTL_QUARANTINE_PAGE   200
#define CTL_QUARANTINE_BYTES  (4 * 1024 * 1024)
#define CTL_QUARANTINE_LINE   16        /* bytes on a line */


typedef void (*ctl_row_pt)(const ctl_t *ctl,
    const webhook_quarantined_t *row);


static int ctl_quarantine_rows(ctl_t *ctl, webhook_store_t *st,
    ctl_row_pt print);
static int ctl_quarantine_page(webhook_store_t *st, webhook_op_t *op);
static int ctl_quarantine_number(const char *text, uint64_t *number);
static void ctl_quarantine_line(const ctl_t *ctl,
    const webhook_quarantined_t *row);
static json_t *ctl_quarantine_json(const webhook_quarantined_t *row,
    int value);
static void ctl_quarantine_export(const ctl_t *ctl,
    const webhook_quarantined_t *row);
static int ctl_quarantine_show(ctl_t *ctl, webhook_store_t *st);
static void ctl_quarantine_hex(const char *name, const webhook_str_t *s);
static int ctl_quarantine_drop(ctl_t *ctl, webhook_store_t *st);
static int ctl_quarantine_drop_all(ctl_t *ctl, webhook_store_t *st);
static int ctl_quarantine_drop_upto(ctl_t *ctl, webhook_store_t *st,
    uint64_t last, uint64_t count, uint64_t *dropped);
static int ctl_quarantine_discarded(const webhook_op_t *op, uint64_t *count);


int
ctl_quarantine(ctl_t *ctl, webhook_store_t *st)
{
    const char  *what;

    what = ctl->argc > 1 ? ctl->argv[1] : "list";

    if (strcmp(what, "drop") == 0) {
        return ctl_quarantine_drop(ctl, st);
    }

    if (strcmp(what, "show") == 0 && ctl->argc == 3) {
        return ctl_quarantine_show(ctl, st);
    }

    if (ctl->argc < 3) {

        if (strcmp(what, "list") == 0) {
            return ctl_quarantine_rows(ctl, st, ctl_quarantine_line);
        }

        if (strcmp(what, "export") == 0) {
            return ctl_quarantine_rows(ctl, st, ctl_quarantine_export);
        }
    }

    ctl_say("takes list, show NUMBER, export, drop NUMBER... or drop all");

    return 2;
}


static int
ctl_quarantine_rows(ctl_t *ctl, webhook_store_t *st, ctl_row_pt print)
{
    int           rc;
    uint32_t      i;
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    do {
        op.u.quarantine.max = CTL_QUARANTINE_PAGE;

        rc = ctl_quarantine_page(st, &op);
        if (rc) {
            return rc;
        }

        for (i = 0; i < op.u.quarantine.count; i++) {
            print(ctl, &op.u.quarantine.rows[i]);
        }

        webhook_op_free(&op);

    } while (op.u.quarantine.more);

    return 0;
}


static int
ctl_quarantine_page(webhook_store_t *st, webhook_op_t *op)
{
    op->type = WEBHOOK_OP_QUARANTINE;
    op->u.quarantine.max_bytes = CTL_QUARANTINE_BYTES;

    webhook_store_apply(st, &op, 1);

    return op->result == WEBHOOK_STORE_OK ? 0
                                          : ctl_failed(op, "the quarantine");
}


static void
ctl_quarantine_line(const ctl_t *ctl, const webhook_quarantined_t *row)
{
    char  when[40];

    if (ctl->json) {
        ctl_json_line(ctl_quarantine_json(row, 0));
        return;
    }

    printf("%6" PRIu64 "  %-29s %10zu bytes  ", row->number,
           row->wall ? ctl_time(row->wall, when, sizeof(when)) : "-",
           row->value.len);
    ctl_text(&row->table, 64);
    printf("\n");
}


static json_t *
ctl_quarantine_json(const webhook_quarantined_t *row, int value)
{
    char     when[40];
    json_t  *json;

    json = json_object();

    ctl_json_set_number(json, "number", row->number);
    ctl_json_set(json, "table", &row->table);
    ctl_json_set_number(json, "time_ms", row->wall);

    if (row->wall) {
        json_object_set_new(json, "time",
                            json_string(ctl_time(row->wall, when,
                                                 sizeof(when))));
    }

    ctl_json_set_hex(json, "key", row->key.data, row->key.len);
    ctl_json_set_number(json, "value_length", row->value.len);

    if (value) {
        ctl_json_set_base64(json, "value_base64", &row->value);
    }

    return json;
}


static void
ctl_quarantine_export(const ctl_t *ctl, const webhook_quarantined_t *row)
{
    json_t  *json;

    (void) ctl;

    json = ctl_quarantine_json(row, 1);

    json_object_set_new(json, "kind", json_string(CTL_KIND_QUARANTINE));

    ctl_json_line(json);
}


static int
ctl_quarantine_show(ctl_t *ctl, webhook_store_t *st)
{
    int                           rc;
    char                          when[40];
    uint64_t                      number;
    webhook_op_t                  op;
    const webhook_quarantined_t  *row;

    rc = ctl_quarantine_number(ctl->argv[2], &number);
    if (rc) {
        return rc;
    }

    memset(&op, 0, sizeof(op));

    op.u.quarantine.first = number;
    op.u.quarantine.max = 1;

    rc = ctl_quarantine_page(st, &op);
    if (rc) {
        return rc;
    }

    row = op.u.quarantine.rows;

    if (op.u.quarantine.count == 0 || row->number != number) {
        ctl_say("there is no row %" PRIu64 " in quarantine", number);
        webhook_op_free(&op);
        return 1;
    }

    if (ctl->json) {
        ctl_json_line(ctl_quarantine_json(row, 1));

    } else {
        printf("number  %" PRIu64 "\ntable   ", number);
        ctl_text(&row->table, 64);
        printf("\nfound   %s\n",
               row->wall ? ctl_time(row->wall, when, sizeof(when)) : "-");
        ctl_quarantine_hex("key", &row->key);
        ctl_quarantine_hex("value", &row->value);
    }

    webhook_op_free(&op);

    return 0;
}


/* Bytes, and what of them is text. */

static void
ctl_quarantine_hex(const char *name, const webhook_str_t *s)
{
    size_t         i, n;
    unsigned char  c;

    printf("%s, %zu bytes\n", name, s->len);

    for (i = 0; i < s->len; i += CTL_QUARANTINE_LINE) {

        printf("%08zx ", i);

        for (n = i; n < i + CTL_QUARANTINE_LINE; n++) {
            if (n < s->len) {
                printf(" %02x", s->data[n]);

            } else {
                printf("   ");
            }
        }

        printf("  ");

        for (n = i; n < i + CTL_QUARANTINE_LINE && n < s->len; n++) {
            c = s->data[n];
            putchar(c >= 0x20 && c < 0x7f ? c : '.');
        }

        printf("\n");
    }
}


static int
ctl_quarantine_drop(ctl_t *ctl, webhook_store_t *st)
{
    int           i, rc, status;
    uint64_t      number, count;
    webhook_op_t  op;

    if (ctl->argc == 3 && strcmp(ctl->argv[2], "all") == 0) {
        return ctl_quarantine_drop_all(ctl, st);
    }

    if (ctl->argc < 3) {
        ctl_say("drop takes numbers, as shown by list, or all");
        return 2;
    }

    /* first all words, so that none of them is done where one is wrong */

    for (i = 2; i < ctl->argc; i++) {
        rc = ctl_quarantine_number(ctl->argv[i], &number);
        if (rc) {
            return rc;
        }
    }

    status = 0;
    count = 0;

    for (i = 2; i < ctl->argc; i++) {

        memset(&op, 0, sizeof(op));

        op.type = WEBHOOK_OP_DISCARD;

        (void) ctl_quarantine_number(ctl->argv[i], &op.u.discard.number);

        ctl_apply(ctl, st, &op, "row", ctl->argv[i]);

        rc = ctl_quarantine_discarded(&op, &count);

        if (rc) {
            status = rc;
        }
    }

    if (ctl->json) {
        ctl_json_line(json_pack("{s:I}", "dropped", (json_int_t) count));

    } else {
        printf("%" PRIu64 " %s dropped\n", count,
               ctl_many(count, "row is", "rows are"));
    }

    return status;
}


/* Those that are there now. */

static int
ctl_quarantine_drop_all(ctl_t *ctl, webhook_store_t *st)
{
    int           rc;
    uint64_t      count, last, dropped;
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    count = 0;
    last = 0;

    do {
        op.u.quarantine.max = CTL_QUARANTINE_PAGE;

        rc = ctl_quarantine_page(st, &op);
        if (rc) {
            return rc;
        }

        if (op.u.quarantine.count) {
            count += op.u.quarantine.count;
            last = op.u.quarantine.rows[op.u.quarantine.count - 1].number;
        }

        webhook_op_free(&op);

    } while (op.u.quarantine.more);

    dropped = 0;

    if (!ctl->json) {
        printf("%" PRIu64 " %s %s dropped\n", count,
               ctl_many(count, "row", "rows"),
               ctl->dry_run ? "would be" : "will be");
        fflush(stdout);
    }

    if (count && !ctl->dry_run) {

        if (!ctl->yes) {
            ctl_say("nothing was done: dropped rows cannot be recovered, so "
                    "add --yes; quarantine export saves them first");
            return 2;
        }

        rc = ctl_quarantine_drop_upto(ctl, st, last, count, &dropped);
    }

    if (ctl->json) {
        ctl_json_line(json_pack("{s:I, s:I}", "count", (json_int_t) count,
                                "dropped", (json_int_t) dropped));

    } else if (dropped) {
        printf("%" PRIu64 " %s dropped\n", dropped,
               ctl_many(dropped, "row is", "rows are"));
    }

    return rc;
}


static int
ctl_quarantine_drop_upto(ctl_t *ctl, webhook_store_t *st, uint64_t last,
    uint64_t count, uint64_t *dropped)
{
    int            rc, told;
    uint64_t       begun;
    webhook_op_t   op, *ops;

    rc = ctl_begin(ctl, st, "rows",
                   json_pack("{s:{s:I}, s:I}",
                             "filter", "number_until", (json_int_t) last,
                             "expected", (json_int_t) count),
                   &begun);
    if (rc != 0) {
        return rc;
    }

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_DISCARD;
    op.u.discard.number = last;
    op.u.discard.all = 1;

    ops = &op;

    do {
        webhook_store_apply(st, &ops, 1);

        rc = ctl_quarantine_discarded(&op, dropped);

    } while (rc == 0 && op.u.discard.more);

    told = ctl_end(ctl, st, "rows", begun,
                   json_pack("{s:I, s:b}", "done", (json_int_t) *dropped,
                             "complete", rc == 0));

    return rc ? rc : told;
}


static int
ctl_quarantine_discarded(const webhook_op_t *op, uint64_t *count)
{
    *count += op->u.discard.count;

    if (op->result == WEBHOOK_STORE_OK) {
        return 0;
    }

    if (op->result == WEBHOOK_STORE_NOT_FOUND) {
        ctl_say("there is no row %" PRIu64 " in quarantine",
                op->u.discard.number);

    } else {
        ctl_say("row %" PRIu64 ": %s", op->u.discard.number,
                webhook_store_result_text(op->result));
    }

    return 1;
}


static int
ctl_quarantine_number(const char *text, uint64_t *number)
{
    char  *end;

    errno = 0;
    *number = strtoull(text, &end, 10);

    if (errno || *end || *text < '0' || *text > '9') {
        ctl_say("\"%s\" is not the number of a row, as shown by quarantine "
                "list",
                text);
        return 2;
    }

    return 0;
}
