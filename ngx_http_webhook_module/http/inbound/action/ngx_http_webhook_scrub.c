
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A value is looked for as it came, as its text and as it is in a URI, in
 * upper or lower case.  Where it cannot be told whether it is there (it is too
 * short, there are too many, its name stands twice, no memory), nothing of the
 * answer is shown.
 */


#include "http/inbound/action/ngx_http_webhook_scrub.h"
#include "http/inbound/call/ngx_http_webhook_call_lookup.h"
#include "http/inbound/call/ngx_http_webhook_redact.h"

#include "core/template/webhook_segment.h"


#define NGX_WEBHOOK_SCRUB_LEAST   3             /* bytes of a value */
#define NGX_WEBHOOK_SCRUB_VALUES  256

/* What stands in the place of a masked byte until all are. */
#define NGX_WEBHOOK_SCRUB_MARK    1


typedef struct {
    ngx_webhook_call_t  *call;
    ngx_str_t           *text;
    ngx_uint_t           values;
    webhook_buf_t        buf;
    unsigned             doubt:1;
} ngx_webhook_scrub_t;


static int ngx_webhook_scrub_found(void *data, const webhook_json_value_t *v);
static void ngx_webhook_scrub_json(ngx_webhook_scrub_t *scrub,
    const webhook_json_value_t *v);
static void ngx_webhook_scrub_value(ngx_webhook_scrub_t *scrub,
    const webhook_value_t *v);
static void ngx_webhook_scrub_bytes(ngx_webhook_scrub_t *scrub,
    const webhook_str_t *s);
static void ngx_webhook_scrub_shrink(ngx_str_t *text);


void
ngx_webhook_scrub(ngx_webhook_call_t *call, ngx_str_t *text)
{
    ngx_uint_t                i;
    webhook_value_t           v;
    webhook_path_t          **redact;
    ngx_webhook_scrub_t       scrub;
    ngx_webhook_receiver_t   *receiver;

    receiver = call->receiver;
    redact = receiver->redact.elts;

    if (receiver->redact.nelts == 0) {
        return;
    }

    ngx_memzero(&scrub, sizeof(ngx_webhook_scrub_t));

    scrub.call = call;
    scrub.text = text;
    scrub.doubt = (call->doc == NULL);

    webhook_buf_init(&scrub.buf, 0);

    for (i = 0; i < receiver->redact.nelts && !scrub.doubt; i++) {

        /* of the request, or another name of a field */

        if (ngx_webhook_call_lookup(call, redact[i], &v)
            != WEBHOOK_OK)
        {
            scrub.doubt = 1;
            break;
        }

        if (!v.missing) {
            ngx_webhook_scrub_value(&scrub, &v);
        }

        if (ngx_webhook_redact_values(call, redact[i], NULL,
                                      ngx_webhook_scrub_found, &scrub)
            != NGX_OK
            || (call->elements
                && ngx_webhook_redact_values(call, redact[i],
                                             &call->elements[call->element],
                                             ngx_webhook_scrub_found, &scrub)
                   != NGX_OK))
        {
            scrub.doubt = 1;
        }
    }

    webhook_buf_free(&scrub.buf);

    if (scrub.doubt) {
        ngx_str_set(text, "***");
        return;
    }

    ngx_webhook_scrub_shrink(text);
}


static int
ngx_webhook_scrub_found(void *data, const webhook_json_value_t *v)
{
    ngx_webhook_scrub_t *scrub = data;

    ngx_webhook_scrub_json(scrub, v);

    return scrub->doubt ? NGX_ERROR : 0;
}


/* A value, or all below it; the depth of the document is bounded. */

static void
ngx_webhook_scrub_json(ngx_webhook_scrub_t *scrub,
    const webhook_json_value_t *in)
{
    uint32_t              iter;
    webhook_value_t       value;
    webhook_json_value_t  v;

    if (in->type != WEBHOOK_JSON_OBJECT && in->type != WEBHOOK_JSON_ARRAY) {
        webhook_value_from_json(&value, in);
        ngx_webhook_scrub_value(scrub, &value);
        return;
    }

    iter = 0;

    while (!scrub->doubt
           && webhook_json_next(scrub->call->doc, in, &iter, NULL, &v)
              == WEBHOOK_OK)
    {
        ngx_webhook_scrub_json(scrub, &v);
    }
}


static void
ngx_webhook_scrub_value(ngx_webhook_scrub_t *scrub, const webhook_value_t *v)
{
    int             rc;
    webhook_str_t   raw, text, escaped;
    webhook_buf_t   uri;

    if (!v->is_text
        && (v->type == WEBHOOK_JSON_NULL || v->type == WEBHOOK_JSON_OBJECT
            || v->type == WEBHOOK_JSON_ARRAY))
    {
        return;
    }

    if (++scrub->values > NGX_WEBHOOK_SCRUB_VALUES) {
        scrub->doubt = 1;
        return;
    }

    raw = v->span;

    if (!v->is_text && v->type == WEBHOOK_JSON_STRING) {
        raw.data++;
        raw.len -= 2;
    }

    ngx_webhook_scrub_bytes(scrub, &raw);

    if (webhook_value_view(v, &scrub->buf, &text) != WEBHOOK_OK) {
        scrub->doubt = 1;
        return;
    }

    ngx_webhook_scrub_bytes(scrub, &text);

    webhook_buf_init(&uri, 0);

    rc = webhook_segment_escape(&text, &uri);

    if (rc == WEBHOOK_OK) {
        escaped.data = uri.data;
        escaped.len = uri.len;

        ngx_webhook_scrub_bytes(scrub, &escaped);

    } else if (rc != WEBHOOK_ERROR) {
        scrub->doubt = 1;
    }

    webhook_buf_free(&uri);
}


/* What is cut off at the end of the answer is masked too. */

static void
ngx_webhook_scrub_bytes(ngx_webhook_scrub_t *scrub, const webhook_str_t *s)
{
    u_char  *p, *last;
    size_t   len;

    if (s->len == 0) {
        return;
    }

    last = scrub->text->data + scrub->text->len;

    for (p = scrub->text->data; p < last; p++) {

        len = ngx_min(s->len, (size_t) (last - p));

        if (len < s->len && len < NGX_WEBHOOK_SCRUB_LEAST) {
            return;
        }

        if (ngx_strncasecmp(p, s->data, len) != 0) {
            continue;
        }

        if (len < NGX_WEBHOOK_SCRUB_LEAST) {

            /* to mask it everywhere would tell what it is */

            scrub->doubt = 1;
            return;
        }

        ngx_memset(p, NGX_WEBHOOK_SCRUB_MARK, len);
        p += len - 1;
    }
}


/* Each stretch of masked bytes, which is not shorter than that, is "***". */

static void
ngx_webhook_scrub_shrink(ngx_str_t *text)
{
    u_char  *p, *dst, *last;

    last = text->data + text->len;
    dst = text->data;

    for (p = text->data; p < last; /* void */) {

        if (*p != NGX_WEBHOOK_SCRUB_MARK) {
            *dst++ = *p++;
            continue;
        }

        do {
            p++;
        } while (p < last && *p == NGX_WEBHOOK_SCRUB_MARK);

        dst = ngx_cpymem(dst, "***", sizeof("***") - 1);
    }

    text->len = dst - text->data;
}
