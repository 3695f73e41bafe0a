
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * export: deliveries with all about them, for other programs.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "webhookctl.h"


#define CTL_EXPORT_PAGE  100


static int ctl_export_one(webhook_store_t *st, const webhook_delivery_t *d,
    uint64_t *damaged);
static int ctl_export_body(json_t *json, const webhook_rendition_t *form);
static json_t *ctl_export_json(const webhook_op_show_t *show);


int
ctl_export(ctl_t *ctl, webhook_store_t *st)
{
    int                 rc;
    uint32_t            i;
    uint64_t            left, damaged;
    webhook_op_t        op, *ops;
    webhook_op_list_t  *list;

    rc = ctl_read_known(ctl, st, &op);
    if (rc != 0) {
        return rc;
    }

    webhook_op_free(&op);

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_LIST;
    ops = &op;
    list = &op.u.list;

    ctl_filter(ctl, &list->filter);

    left = ctl->limited ? ctl->limit : UINT64_MAX;
    damaged = 0;

    do {
        list->filter.max = (uint32_t) (left < CTL_EXPORT_PAGE
                                       ? left : CTL_EXPORT_PAGE);

        webhook_store_apply(st, &ops, 1);

        if (op.result != WEBHOOK_STORE_OK) {
            return ctl_failed(&op, "the list");
        }

        for (i = 0; i < list->count; i++) {
            rc = ctl_export_one(st, &list->deliveries[i], &damaged);

            if (rc != 0) {
                webhook_op_free(&op);
                return rc;
            }
        }

        damaged += list->damaged;
        left -= list->count;

        webhook_op_free(&op);

        list->filter.from = 1;

    } while (list->filter.more && left);

    if (damaged) {
        ctl_say("%" PRIu64 " damaged rows are left out", damaged);
        return 1;
    }

    return 0;
}


static int
ctl_export_one(webhook_store_t *st, const webhook_delivery_t *d,
    uint64_t *damaged)
{
    json_t        *json;
    webhook_op_t   op, *ops;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = d->event;
    op.u.show.endpoint = d->endpoint;

    ops = &op;

    webhook_store_apply(st, &ops, 1);

    if (op.result == WEBHOOK_STORE_NOT_FOUND) {

        /* it expired since it was listed */

        webhook_op_free(&op);
        return 0;
    }

    if (op.result != WEBHOOK_STORE_OK) {
        return ctl_failed(&op, "a delivery");
    }

    if (op.u.show.count == 0 || op.u.show.damaged) {
        webhook_op_free(&op);
        (*damaged)++;
        return 0;
    }

    json = ctl_export_json(&op.u.show);

    webhook_op_free(&op);

    if (json == NULL) {
        ctl_say("no memory for a delivery");
        return 1;
    }

    ctl_json_line(json);

    return 0;
}


static json_t *
ctl_export_json(const webhook_op_show_t *show)
{
    char                            id[WEBHOOK_ID_TEXT_LEN + 1];
    json_t                         *json, *list, *next;
    uint32_t                        i;
    const webhook_rendition_t      *form;
    const webhook_delivery_full_t  *d;

    d = &show->deliveries[0];

    if (d->delivery.form >= show->forms_count) {
        return NULL;
    }

    form = &show->forms[d->delivery.form];

    json = ctl_delivery_json(&d->delivery, NULL);

    ctl_id(&show->wire, id);

    json_object_set_new(json, "webhook_id", json_string(id));
    json_object_set_new(json, "time_ms",
                        json_integer((json_int_t) show->wall));

    if (d->delivery.finished) {
        json_object_set_new(json, "finished_ms",
                            json_integer((json_int_t) d->delivery.finished));
    }

    if (ctl_export_body(json, form) != 0) {
        json_decref(json);
        return NULL;
    }

    /* the steps behind it */

    list = json_array();

    for (i = 1; i < d->delivery.steps - d->delivery.step
                && d->delivery.form + i < show->forms_count; i++)
    {
        next = json_object();

        if (ctl_export_body(next, form + i) != 0) {
            json_decref(next);
            json_decref(list);
            json_decref(json);
            return NULL;
        }

        json_array_append_new(list, next);
    }

    if (json_array_size(list)) {
        json_object_set(json, "next", list);
    }

    json_decref(list);

    list = json_array();

    for (i = 0; i < d->attempts_count; i++) {
        json_array_append_new(list, ctl_attempt_json(&d->attempts[i]));
    }

    json_object_set_new(json, "attempts", list);

    return json;
}


/* What is sent. */

static int
ctl_export_body(json_t *json, const webhook_rendition_t *form)
{
    json_t  *body;

    if (form->request.len) {
        json_object_set_new(json, "request", ctl_json_text(&form->request));
    }

    json_object_set_new(json, "content_type",
                        ctl_json_text(&form->content_type));

    if (form->headers.len) {
        json_object_set_new(json, "headers", ctl_json_text(&form->headers));
    }

    body = json_stringn(form->body.len ? (const char *) form->body.data : "",
                        form->body.len);

    if (body) {
        json_object_set_new(json, "body", body);
        return 0;
    }

    body = ctl_json_base64(&form->body);

    if (body == NULL) {
        return -1;
    }

    json_object_set_new(json, "body_base64", body);

    return 0;
}
