
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the store holds, as JSON.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "webhookctl/webhookctl.h"
#include "core/json/webhook_json.h"


static json_t *ctl_json_exact(const webhook_str_t *s);


json_t *
ctl_delivery_json(const webhook_delivery_t *d,
    const webhook_op_stats_t *stats)
{
    char         id[WEBHOOK_ID_TEXT_LEN + 1], buf[40], number[20];
    json_t      *json;
    const char  *name, *waits;

    ctl_id(&d->event, id);

    json = json_object();

    snprintf(number, sizeof(number), "#%016" PRIx64, d->endpoint);

    json_object_set_new(json, "id", json_null());
    json_object_set_new(json, "event", json_string(id));
    ctl_json_set(json, "endpoint", &d->endpoint_name);

    name = d->endpoint_name.len
           ? json_string_value(json_object_get(json, "endpoint")) : number;

    json_object_set_new(json, "id", json_sprintf("%s.%s", id, name));

    ctl_json_set(json, "type", &d->type);
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

    if (d->error.len) {
        ctl_json_set(json, "error", &d->error);

    } else {
        json_object_set_new(json, "error", json_null());
    }

    if (d->order) {
        ctl_json_set_name(json, "order_key", d->order);
        ctl_json_set_number(json, "order_place", d->place);

    } else {
        json_object_set_new(json, "order_key", json_null());
        json_object_set_new(json, "order_place", json_null());
    }

    json_object_set_new(json, "step", json_integer(d->step + 1));
    json_object_set_new(json, "steps", json_integer(d->steps));
    json_object_set_new(json, "finished",
                        d->finished ? json_string(ctl_time(d->finished, buf,
                                                           sizeof(buf)))
                                    : json_null());

    json_object_set_new(json, "form", json_integer(d->rendition));
    json_object_set_new(json, "body_length",
                        json_integer((json_int_t) d->body_len));

    return json;
}


void
ctl_form_json(json_t *json, const webhook_rendition_t *rendition, int body)
{
    if (rendition->request.len) {
        ctl_json_set(json, "request", &rendition->request);

    } else {
        json_object_set_new(json, "request", json_null());
    }

    ctl_json_set(json, "content_type", &rendition->content_type);
    ctl_json_set(json, "headers", &rendition->headers);
    ctl_json_set_number(json, "body_length", rendition->body.len);

    if (body) {
        ctl_json_set_body(json, &rendition->body);
    }
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
    ctl_json_set(json, "address", &a->address);
    ctl_json_set(json, "error", &a->error);
    ctl_json_set(json, "answer", &a->answer);

    return json;
}


json_t *
ctl_call_json(const webhook_call_t *call)
{
    char                          id[WEBHOOK_ID_TEXT_LEN + 1], buf[40];
    const char                   *outcome;
    json_t                       *json, *list, *item;
    uint32_t                      i;
    const webhook_call_action_t  *action;

    ctl_id(&call->id, id);

    json = json_object();
    list = json_array();

    json_object_set_new(json, "id", json_string(id));
    ctl_json_set(json, "receiver", &call->name);
    ctl_json_set_name(json, "receiver_id", call->receiver);
    ctl_json_set_number(json, "time_ms", call->wall);
    json_object_set_new(json, "time",
                        json_string(ctl_time(call->wall, buf, sizeof(buf))));
    ctl_json_set(json, "remote", &call->remote);

    outcome = webhook_call_outcome_name(call->outcome);

    json_object_set_new(json, "outcome",
                        outcome ? json_string(outcome) : json_null());
    json_object_set_new(json, "status", json_integer(call->status));
    json_object_set_new(json, "total_usec", json_integer(call->total));
    ctl_json_set(json, "content_type", &call->content_type);
    ctl_json_set(json, "headers", &call->headers);
    ctl_json_set(json, "body", &call->body);
    ctl_json_set(json, "verified", &call->verified);
    ctl_json_set(json, "answer", &call->answer);
    ctl_json_set(json, "error", &call->error);

    ctl_id(&call->event, id);

    json_object_set_new(json, "delivery",
                        call->durable
                        ? json_sprintf("%s.receiver:%s", id,
                                       json_string_value(json_object_get(json,
                                                                 "receiver")))
                        : json_null());

    for (i = 0; i < call->actions_count; i++) {
        action = &call->actions[i];
        item = json_object();

        ctl_json_set(item, "method", &action->method);
        ctl_json_set(item, "uri", &action->uri);
        ctl_json_set(item, "body", &action->body);
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


void
ctl_json_set(json_t *json, const char *name, const webhook_str_t *s)
{
    char     base64[64];
    json_t  *text;

    text = ctl_json_exact(s);

    if (text) {
        json_object_set_new(json, name, text);
        return;
    }

    json_object_set_new(json, name, ctl_json_text(s));

    snprintf(base64, sizeof(base64), "%s_base64", name);
    ctl_json_set_base64(json, base64, s);
}


/* Of what is no text there is no sense in showing parts. */

void
ctl_json_set_body(json_t *json, const webhook_str_t *s)
{
    json_t  *text;

    text = ctl_json_exact(s);

    if (text) {
        json_object_set_new(json, "body", text);

    } else {
        ctl_json_set_base64(json, "body_base64", s);
    }
}


/* The bytes if they are UTF-8, else NULL. */

static json_t *
ctl_json_exact(const webhook_str_t *s)
{
    return json_stringn(s->len ? (const char *) s->data : "", s->len);
}


void
ctl_json_set_base64(json_t *json, const char *name, const webhook_str_t *s)
{
    int             n;
    unsigned char  *text;

    /* a body has 128 megabytes at most */

    text = malloc(s->len / 3 * 4 + 5);
    if (text == NULL) {

        /* half of the truth would be taken for the whole */

        ctl_say("no memory");
        exit(1);
    }

    n = EVP_EncodeBlock(text, s->len ? s->data : (unsigned char *) "",
                        (int) s->len);

    json_object_set_new(json, name, json_stringn((const char *) text,
                                                 (size_t) n));
    free(text);
}


void
ctl_json_set_hex(json_t *json, const char *name, const void *p, size_t len)
{
    char                  hex[2 * 512 + 1];
    size_t                i;
    const unsigned char  *bytes;

    bytes = p;

    if (len > sizeof(hex) / 2) {
        len = sizeof(hex) / 2;
    }

    for (i = 0; i < len; i++) {
        snprintf(hex + i * 2, 3, "%02x", bytes[i]);
    }

    json_object_set_new(json, name, json_stringn(hex, len * 2));
}


void
ctl_json_set_name(json_t *json, const char *name, uint64_t id)
{
    json_object_set_new(json, name, json_sprintf("%016" PRIx64, id));
}


void
ctl_json_set_id(json_t *json, const char *name, const webhook_id_t *id)
{
    char  text[WEBHOOK_ID_TEXT_LEN + 1];

    ctl_id(id, text);

    json_object_set_new(json, name, json_string(text));
}


void
ctl_json_set_number(json_t *json, const char *name, uint64_t n)
{
    json_object_set_new(json, name, json_integer((json_int_t) n));
}


void
ctl_json_line(json_t *json)
{
    /* to a terminal, too, go no stored bytes that it could obey */

    if (json_dumpf(json, stdout, isatty(STDOUT_FILENO)
                                 ? JSON_COMPACT|JSON_ENSURE_ASCII
                                 : JSON_COMPACT)
        != 0 && !ferror(stdout))
    {
        ctl_say("no memory");
        exit(1);
    }

    printf("\n");

    json_decref(json);
}
