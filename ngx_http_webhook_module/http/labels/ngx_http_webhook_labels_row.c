
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Rows are found by their ids, in chains.  A process may be killed between any
 * two of these stores, with the lock, which core frees then: a row is linked
 * once it is whole, and unlinked before it is free, so that the worst is a row
 * that nobody finds any more.
 */

#include "http/labels/ngx_http_webhook_labels_int.h"


static ngx_webhook_label_row_t *ngx_webhook_label_row_make(
    ngx_webhook_labels_t *t, ngx_webhook_label_kind_t *k,
    ngx_webhook_label_t *who);
static void ngx_webhook_label_row_name(ngx_webhook_label_row_t *row,
    ngx_webhook_label_t *who);
static u_char ngx_webhook_label_row_text(u_char *to, size_t size,
    ngx_str_t *from);


ngx_webhook_label_row_t *
ngx_webhook_label_row(ngx_webhook_labels_t *t, ngx_webhook_label_e kind,
    ngx_webhook_label_t *who, ngx_uint_t name)
{
    ngx_webhook_label_row_t  *row;

    row = ngx_webhook_label_row_find(t, kind, who->id);

    if (row == NULL) {
        return ngx_webhook_label_row_make(t, &t->kinds[kind], who);
    }

    if (name) {
        ngx_webhook_label_row_name(row, who);
    }

    return row;
}


ngx_webhook_label_row_t *
ngx_webhook_label_row_find(ngx_webhook_labels_t *t, ngx_webhook_label_e kind,
    uint64_t id)
{
    uint32_t                  i;
    ngx_webhook_label_row_t  *row;
    ngx_webhook_label_kind_t *k;

    k = &t->kinds[kind];

    for (i = k->heads[id & t->mask]; i; i = row->next) {
        row = &k->rows[i - 1];

        if (row->id == id) {
            return row;
        }
    }

    return NULL;
}


static ngx_webhook_label_row_t *
ngx_webhook_label_row_make(ngx_webhook_labels_t *t,
    ngx_webhook_label_kind_t *k, ngx_webhook_label_t *who)
{
    uint32_t                  i, *head;
    ngx_webhook_label_row_t  *row;

    i = k->spare;

    if (i) {
        row = &k->rows[i - 1];
        k->spare = row->next;

    } else if (k->top < t->rows) {
        row = &k->rows[k->top++];
        i = (uint32_t) k->top;

    } else {
        return NULL;
    }

    ngx_memzero(row, sizeof(ngx_webhook_label_row_t));

    row->id = who->id;
    row->round = t->round;
    row->used = 1;

    ngx_webhook_label_row_name(row, who);

    head = &k->heads[who->id & t->mask];

    row->next = *head;
    *head = i;

    return row;
}


void
ngx_webhook_label_row_check(ngx_webhook_labels_t *t, ngx_webhook_label_e kind,
    ngx_uint_t number)
{
    uint32_t                  i, *link;
    ngx_webhook_label_row_t  *row;
    ngx_webhook_label_kind_t *k;

    k = &t->kinds[kind];
    row = &k->rows[number];

    if (!row->used || t->round - row->round < 2) {
        return;
    }

    i = (uint32_t) number + 1;

    for (link = &k->heads[row->id & t->mask];
         *link && *link != i;
         link = &k->rows[*link - 1].next)
    {
        /* void */
    }

    if (*link == i) {
        *link = row->next;
    }

    row->used = 0;
    row->next = k->spare;
    k->spare = i;
}


static void
ngx_webhook_label_row_name(ngx_webhook_label_row_t *row,
    ngx_webhook_label_t *who)
{
    row->label_len = ngx_webhook_label_row_text(row->label,
                                                NGX_WEBHOOK_LABEL_LEN,
                                                who->label);
    if (who->title) {
        row->title_len = ngx_webhook_label_row_text(row->title,
                                                    NGX_WEBHOOK_LABEL_TITLE,
                                                    who->title);
    }

    if (row->title_len == 0) {
        ngx_memcpy(row->title, row->label, row->label_len);
        row->title_len = row->label_len;
    }

    if (who->company) {
        row->owner_len = ngx_webhook_label_row_text(row->owner,
                                                    NGX_WEBHOOK_LABEL_OWNER,
                                                    who->company);
    }
}


/* Text that Prometheus takes: UTF-8, and no control characters. */

static u_char
ngx_webhook_label_row_text(u_char *to, size_t size, ngx_str_t *from)
{
    u_char    *p, *last, *start, *end;
    uint32_t   c;

    p = from->data;
    last = p + from->len;
    end = to + ngx_min(size, 255);
    start = to;

    while (p < last) {

        u_char  *begin = p;

        if (*p < 0x80) {
            c = *p++;

        } else {
            c = ngx_utf8_decode(&p, last - p);

            if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) {
                p = begin + 1;
                c = 0;
            }
        }

        if (c < 0x20 || c == 0x7f) {

            if (to == end) {
                break;
            }

            *to++ = '?';
            continue;
        }

        if (end - to < p - begin) {
            break;
        }

        to = ngx_cpymem(to, begin, p - begin);
    }

    return (u_char) (to - start);
}
