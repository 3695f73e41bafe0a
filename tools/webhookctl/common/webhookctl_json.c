
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the store holds, as JSON: as the API shows it, or not at all.  Half of
 * the truth would be taken for the whole.
 */

#include <stdlib.h>
#include <unistd.h>

#include "webhookctl/webhookctl.h"
#include "store/view/webhook_view.h"


static json_t *ctl_json_sure(json_t *json);
static void ctl_json_put(json_t *json, const char *name, json_t *value);


json_t *
ctl_delivery_json(const webhook_delivery_t *d)
{
    return ctl_json_sure(webhook_view_delivery(d));
}


json_t *
ctl_form_json(const webhook_rendition_t *rendition, int body)
{
    return ctl_json_sure(webhook_view_rendition(rendition, body));
}


json_t *
ctl_attempt_json(const webhook_attempt_t *a)
{
    return ctl_json_sure(webhook_view_attempt(a));
}


json_t *
ctl_call_json(const webhook_call_t *call)
{
    return ctl_json_sure(webhook_view_call(call));
}


json_t *
ctl_stats_json(const webhook_op_stats_t *stats)
{
    return ctl_json_sure(webhook_view_stats(stats));
}


json_t *
ctl_json_text(const webhook_str_t *s)
{
    return ctl_json_sure(webhook_view_text(s));
}


void
ctl_json_set(json_t *json, const char *name, const webhook_str_t *s)
{
    if (webhook_view_set(json, name, s) != 0) {
        (void) ctl_json_sure(NULL);
    }
}


void
ctl_json_set_body(json_t *json, const webhook_str_t *s)
{
    if (webhook_view_set_body(json, s) != 0) {
        (void) ctl_json_sure(NULL);
    }
}


void
ctl_json_set_base64(json_t *json, const char *name, const webhook_str_t *s)
{
    ctl_json_put(json, name, webhook_view_base64(s));
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

    ctl_json_put(json, name, json_stringn(hex, len * 2));
}


void
ctl_json_set_name(json_t *json, const char *name, uint64_t id)
{
    ctl_json_put(json, name, webhook_view_name(id));
}


void
ctl_json_set_id(json_t *json, const char *name, const webhook_id_t *id)
{
    ctl_json_put(json, name, webhook_view_id(id));
}


void
ctl_json_set_number(json_t *json, const char *name, uint64_t n)
{
    ctl_json_put(json, name, json_integer((json_int_t) n));
}


static void
ctl_json_put(json_t *json, const char *name, json_t *value)
{
    if (json_object_set_new(json, name, value) != 0) {
        (void) ctl_json_sure(NULL);
    }
}


/* NULL is lack of memory. */

static json_t *
ctl_json_sure(json_t *json)
{
    if (json == NULL) {
        ctl_say("no memory");
        exit(1);
    }

    return json;
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
        (void) ctl_json_sure(NULL);
    }

    printf("\n");

    json_decref(json);
}
