
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the module's own events say; docs/own-events.schema.json is held against
 * it.
 */

#include "http/outbound/own/ngx_http_webhook_own_int.h"
#include "core/base/webhook_id.h"
#include "core/json/webhook_json.h"
#include "http/runtime/registered/ngx_http_webhook_registered_api.h"


static void ngx_webhook_own_who(ngx_webhook_notice_t *notice,
    const char *name, webhook_buf_t *out);
static void ngx_webhook_own_name(const char *name, webhook_buf_t *out);
static void ngx_webhook_own_text(const char *name, ngx_str_t *text,
    webhook_buf_t *out);
static void ngx_webhook_own_number(const char *name, uint64_t n,
    webhook_buf_t *out);


/* Of what was registered who sees it happen knows the id alone, with a word in
   front of it where it is a receiver's API.  The texts last as long as the
   set. */

void
ngx_webhook_own_find(ngx_webhook_notice_t *notice,
    ngx_webhook_registered_t *set)
{
    webhook_str_t          id;
    ngx_webhook_object_t  *object;

    if (ngx_webhook_registered_api_named(ngx_webhook_str(&notice->id), &id)) {
        object = ngx_webhook_registered_receiver(set, webhook_id_name(&id));

        if (object) {
            notice->name = object->name;
            notice->company = object->company;
        }

        return;
    }

    object = (notice->kind == NGX_WEBHOOK_NOTICE_FAILED)
             ? ngx_webhook_registered_receiver(set, notice->subject)
             : ngx_webhook_registered_endpoint(set, notice->subject);

    if (object) {
        notice->id = object->id;
        notice->name = object->name;
        notice->company = object->company;
    }
}


void
ngx_webhook_own_payload(ngx_webhook_notice_t *notice, webhook_buf_t *out)
{
    u_char     id[WEBHOOK_ID_TEXT_LEN];
    ngx_str_t  text;

    webhook_buf_byte(out, '{');

    switch (notice->kind) {

    case NGX_WEBHOOK_NOTICE_DEAD:

        if (notice->event) {
            webhook_id_text(notice->event, id);
        }

        text.data = id;
        text.len = notice->event ? WEBHOOK_ID_TEXT_LEN : 0;

        ngx_webhook_own_who(notice, "endpoint", out);
        ngx_webhook_own_text("event", &text, out);
        ngx_webhook_own_text("type", &notice->type, out);
        ngx_webhook_own_number("sends", notice->sends, out);
        ngx_webhook_own_number("status", notice->status, out);
        break;

    case NGX_WEBHOOK_NOTICE_HIGH:
        ngx_webhook_own_number("used", notice->used, out);
        ngx_webhook_own_number("size", notice->size, out);
        break;

    case NGX_WEBHOOK_NOTICE_FAILED:
        ngx_webhook_own_who(notice, "receiver", out);
        ngx_webhook_own_number("status", notice->status, out);
        break;

    default:
        ngx_webhook_own_who(notice, "endpoint", out);
        break;
    }

    ngx_webhook_own_text("reason", &notice->reason, out);

    webhook_buf_byte(out, '}');
}


static void
ngx_webhook_own_who(ngx_webhook_notice_t *notice, const char *name,
    webhook_buf_t *out)
{
    ngx_webhook_own_name(name, out);
    webhook_buf_byte(out, '{');
    ngx_webhook_own_text("id", &notice->id, out);
    ngx_webhook_own_text("name", notice->name.len ? &notice->name : &notice->id,
                         out);
    ngx_webhook_own_text("company", &notice->company, out);
    webhook_buf_byte(out, '}');
}


static void
ngx_webhook_own_name(const char *name, webhook_buf_t *out)
{
    if (out->len && out->data[out->len - 1] != '{') {
        webhook_buf_byte(out, ',');
    }

    webhook_buf_byte(out, '"');
    webhook_buf_add(out, name, ngx_strlen(name));
    webhook_buf_add(out, "\":", 2);
}


/* null where it is empty */

static void
ngx_webhook_own_text(const char *name, ngx_str_t *text, webhook_buf_t *out)
{
    ngx_webhook_own_name(name, out);

    if (text->len == 0) {
        webhook_buf_add(out, "null", 4);
        return;
    }

    webhook_buf_byte(out, '"');
    webhook_json_escape(ngx_webhook_str(text), out);
    webhook_buf_byte(out, '"');
}


/* null where it is 0 */

static void
ngx_webhook_own_number(const char *name, uint64_t n, webhook_buf_t *out)
{
    ngx_webhook_own_name(name, out);

    if (n == 0) {
        webhook_buf_add(out, "null", 4);
        return;
    }

    webhook_buf_number(out, (int64_t) n);
}
