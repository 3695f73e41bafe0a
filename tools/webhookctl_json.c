
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the store holds, as JSON.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "webhookctl.h"
#include "../ngx_http_webhook_module/core/webhook_json.h"


static json_t *ctl_json_body(const webhook_str_t *s);


json_t *
ctl_delivery_json(const webhook_delivery_t *d,
    const webhook_op_stats_t *stats)
{
    char         id[WEBHOOK_ID_TEXT_LEN + 1], buf[40], number[20];
    json_t      *json, *name;
    const char  *waits;

    ctl_id(&d->event, id);

    json = json_object();
    name = ctl_json_text(&d->endpoint_name);

    snprintf(number, sizeof(number), "#%016" PRIx64, d->endpoint);

    json_object_set_new(json, "id",
                        json_sprintf("%s.%s", id,
                                     d->endpoint_name.len
                                     ? json_string_value(name) : number));
    json_object_set_new(json, "event", json_string(id));
    json_object_set_new(json, "endpoint", name);
    json_object_set_new(json, "type", ctl_json_text(&d->type));
    json_object_set_new(json, "state",
                        json_string(webhook_state_name(d->state)));
    json_object_set_new(json, "sends", json_integer(d->attempts));
    json_object_set_new(json, "status",
                        d->status ? json_integer(d->status) : json_null());
    json_object_set_new(json, "time",
                        json_string(ctl_time(d->wall, buf, sizeof(buf))));

    waits = ctl_waits(d, stats);

    json_object_set_new(json, "waits",
                        waits ? json_string(waits) : json_null());
    json_object_set_new(json, "due_ms",
                        d->state == WEBHOOK_PENDING && !d->parked
                        ? json_integer((json_int_t) d->due) : json_null());
    json_object_set_new(json, "blocks", json_boolean(d->blocks));
    json_object_set_new(json, "last_send",
                        d->sent ? json_string(ctl_time(d->sent, buf,
                                                       sizeof(buf)))
                                : json_null());
    json_object_set_new(json, "error", d->error.len
                        ? ctl_json_text(&d->error) : json_null());
    json_object_set_new(json, "step", json_integer(d->step + 1));
    json_object_set_new(json, "steps", json_integer(d->steps));
    json_object_set_new(json, "finished",
                        d->finished ? json_string(ctl_time(d->finished, buf,
                                                           sizeof(buf)))
                                    : json_null());

    json_object_set_new(json, "form", json_integer(d->form));
    json_object_set_new(json, "body_length",
                        json_integer((json_int_t) d->body_len));

    return json;
}


json_t *
ctl_form_json(const webhook_rendition_t *form, int body)
{
    json_t  *json, *text;

    json = json_object();

    json_object_set_new(json, "request", form->request.len
                        ? ctl_json_text(&form->request) : json_null());
    json_object_set_new(json, "content_type",
                        ctl_json_text(&form->content_type));
    json_object_set_new(json, "headers", ctl_json_text(&form->headers));
    json_object_set_new(json, "body_length",
                        json_integer((json_int_t) form->body.len));

    if (body) {
        text = ctl_json_body(&form->body);

        json_object_set_new(json, text ? "body" : "body_base64",
                            text ? text : ctl_json_base64(&form->body));
    }

    return json;
}


json_t *
ctl_attempt_json(const webhook_attempt_t *a)
{
    char     buf[40];
    json_t  *json;

    json = json_object();

    json_object_set_new(json, "number", json_integer(a->number));
    json_object_set_new(json, "time_ms", json_integer((json_int_t) a->wall));
    json_object_set_new(json, "time",
                        json_string(ctl_time(a->wall, buf, sizeof(buf))));
    json_object_set_new(json, "status",
                        a->status ? json_integer(a->status) : json_null());
    json_object_set_new(json, "connect_usec", json_integer(a->connect));
    json_object_set_new(json, "tls_usec", json_integer(a->tls));
    json_object_set_new(json, "first_byte_usec",
                        json_integer(a->first_byte));
    json_object_set_new(json, "total_usec", json_integer(a->total));
    json_object_set_new(json, "address", ctl_json_text(&a->address));
    json_object_set_new(json, "error", ctl_json_text(&a->error));
    json_object_set_new(json, "answer", ctl_json_text(&a->answer));

    return json;
}


json_t *
ctl_call_json(const webhook_call_t *call)
{
    char                          id[WEBHOOK_ID_TEXT_LEN + 1], buf[40];
    json_t                       *json, *list, *item;
    uint32_t                      i;
    const webhook_call_action_t  *action;

    ctl_id(&call->id, id);

    json = json_object();
    list = json_array();

    json_object_set_new(json, "id", json_string(id));
    json_object_set_new(json, "receiver", ctl_json_text(&call->name));
    json_object_set_new(json, "time",
                        json_string(ctl_time(call->wall, buf, sizeof(buf))));
    json_object_set_new(json, "remote", ctl_json_text(&call->remote));
    json_object_set_new(json, "status", json_integer(call->status));
    json_object_set_new(json, "total_usec", json_integer(call->total));
    json_object_set_new(json, "content_type",
                        ctl_json_text(&call->content_type));
    json_object_set_new(json, "headers", ctl_json_text(&call->headers));
    json_object_set_new(json, "body", ctl_json_text(&call->body));
    json_object_set_new(json, "verified", ctl_json_text(&call->verified));
    json_object_set_new(json, "answer", ctl_json_text(&call->answer));
    json_object_set_new(json, "error", ctl_json_text(&call->error));

    for (i = 0; i < call->actions_count; i++) {
        action = &call->actions[i];
        item = json_object();

        json_object_set_new(item, "method", ctl_json_text(&action->method));
        json_object_set_new(item, "uri", ctl_json_text(&action->uri));
        json_object_set_new(item, "body", ctl_json_text(&action->body));
        json_object_set_new(item, "status",
                            action->status ? json_integer(action->status)
                                           : json_null());
        json_object_set_new(item, "total_usec", json_integer(action->total));

        json_array_append_new(list, item);
    }

    json_object_set_new(json, "actions", list);

    return json;
}


/* Stored bytes as a JSON string; what is not UTF-8 becomes U+FFFD. */

json_t *
ctl_json_text(const webhook_str_t *s)
{
    json_t         *json;
    webhook_buf_t   quoted, text;
    webhook_str_t   span;

    webhook_buf_init(&quoted, 0);
    webhook_buf_init(&text, 0);

    webhook_buf_byte(&quoted, '"');
    webhook_json_escape(s, &quoted);
    webhook_buf_byte(&quoted, '"');

    json = NULL;

    if (!quoted.failed) {
        span.data = quoted.data;
        span.len = quoted.len;

        if (webhook_json_decode(&span, &text) == WEBHOOK_OK) {
            json = json_stringn((const char *) (text.data ? text.data
                                                : (unsigned char *) ""),
                                text.len);
        }
    }

    webhook_buf_free(&quoted);
    webhook_buf_free(&text);

    return json ? json : json_string("");
}


/* The bytes if they are UTF-8, else NULL. */

static json_t *
ctl_json_body(const webhook_str_t *s)
{
    return json_stringn(s->len ? (const char *) s->data : "", s->len);
}


json_t *
ctl_json_base64(const webhook_str_t *s)
{
    int             n;
    json_t         *json;
    unsigned char  *text;

    /* a body has 128 megabytes at most */

    text = malloc(s->len / 3 * 4 + 5);
    if (text == NULL) {
        return NULL;
    }

    n = EVP_EncodeBlock(text, s->data, (int) s->len);

    json = json_stringn((const char *) text, (size_t) n);

    free(text);

    return json;
}


void
ctl_json_line(json_t *json)
{
    /* to a terminal, too, go no stored bytes that it could obey */

    json_dumpf(json, stdout, isatty(STDOUT_FILENO)
                             ? JSON_COMPACT|JSON_ENSURE_ASCII : JSON_COMPACT);
    printf("\n");

    json_decref(json);
}
