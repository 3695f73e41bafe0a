
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/definition/webhook_definition_exact.h"


#define WEBHOOK_EXACT_INTEGER   18      /* digits that any 64 bits hold, */
#define WEBHOOK_EXACT_FRACTION  15      /* and a double */
#define WEBHOOK_EXACT_EXPONENT  290


typedef struct {
    const webhook_json_doc_t  *doc;
    webhook_buf_t             *out;
    size_t                     len;     /* of the text */
    const unsigned char       *pos;     /* copied up to here */
} webhook_exact_t;


static void webhook_exact_definition(webhook_exact_t *x,
    const webhook_json_value_t *in);
static void webhook_exact_body(webhook_exact_t *x,
    const webhook_json_value_t *v);
static int webhook_exact_lossy(const webhook_json_doc_t *doc,
    const webhook_json_value_t *v);
static int webhook_exact_number(const webhook_str_t *span);
static int webhook_exact_is(const webhook_str_t *key, const char *name);


int
webhook_definition_exact(const webhook_json_doc_t *doc,
    const webhook_str_t *text, webhook_buf_t *out)
{
    webhook_exact_t       x;
    webhook_json_value_t  root;

    x.doc = doc;
    x.out = out;
    x.len = text->len;
    x.pos = text->data;

    webhook_json_root(doc, &root);

    webhook_exact_definition(&x, &root);

    if (x.pos != text->data) {
        (void) webhook_buf_add(out, x.pos,
                               (size_t) (text->data + text->len - x.pos));
    }

    return out->failed;
}


/* An object, or those of a list; as deep as these names are in each other. */

static void
webhook_exact_definition(webhook_exact_t *x, const webhook_json_value_t *in)
{
    uint32_t              iter;
    unsigned              i;
    webhook_str_t         key;
    webhook_json_value_t  v;

    static const char  *const parts[] = {
        "endpoint", "receiver", "items", "actions", "emit", "answer"
    };

    iter = 0;

    while (webhook_json_next(x->doc, in, &iter, &key, &v) == WEBHOOK_OK) {

        if (v.type != WEBHOOK_JSON_OBJECT && v.type != WEBHOOK_JSON_ARRAY) {
            continue;
        }

        if (in->type == WEBHOOK_JSON_ARRAY) {
            webhook_exact_definition(x, &v);
            continue;
        }

        if (webhook_exact_is(&key, "body")) {
            webhook_exact_body(x, &v);
            continue;
        }

        for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
            if (webhook_exact_is(&key, parts[i])) {
                webhook_exact_definition(x, &v);
            }
        }
    }
}


static void
webhook_exact_body(webhook_exact_t *x, const webhook_json_value_t *v)
{
    if (!webhook_exact_lossy(x->doc, v)) {
        return;
    }

    if (x->out->len == 0) {

        /* no byte becomes more than two; there may be secrets in it, which are
           not to stay behind in memory that it has grown out of */

        (void) webhook_buf_reserve(x->out, 2 * x->len + 2);
    }

    (void) webhook_buf_add(x->out, x->pos, (size_t) (v->span.data - x->pos));
    (void) webhook_buf_byte(x->out, '"');
    (void) webhook_json_escape(&v->span, x->out);
    (void) webhook_buf_byte(x->out, '"');

    x->pos = v->span.data + v->span.len;
}


/* 1 if it has a number that would not be kept.  As deep as the document, whose
   depth is bounded. */

static int
webhook_exact_lossy(const webhook_json_doc_t *doc,
    const webhook_json_value_t *v)
{
    uint32_t              iter;
    webhook_json_value_t  part;

    if (v->type == WEBHOOK_JSON_NUMBER) {
        return !webhook_exact_number(&v->span);
    }

    iter = 0;

    while (webhook_json_next(doc, v, &iter, NULL, &part) == WEBHOOK_OK) {
        if (webhook_exact_lossy(doc, &part)) {
            return 1;
        }
    }

    return 0;
}


static int
webhook_exact_number(const webhook_str_t *span)
{
    int                   exponent, fraction;
    size_t                digits;
    const unsigned char  *p, *last;

    last = span->data + span->len;
    digits = 0;
    exponent = 0;
    fraction = 0;

    for (p = span->data; p < last && *p != 'e' && *p != 'E'; p++) {

        if (*p == '.') {
            fraction = 1;

        } else if (*p != '-' && (digits || *p != '0')) {
            digits++;
        }
    }

    if (p < last) {
        fraction = 1;

        for (p++; p < last && exponent <= WEBHOOK_EXACT_EXPONENT; p++) {
            if (*p >= '0' && *p <= '9') {
                exponent = exponent * 10 + (*p - '0');
            }
        }
    }

    return exponent <= WEBHOOK_EXACT_EXPONENT
           && digits <= (fraction ? WEBHOOK_EXACT_FRACTION
                                  : WEBHOOK_EXACT_INTEGER);
}


/* A key is a span with its quotes. */

static int
webhook_exact_is(const webhook_str_t *key, const char *name)
{
    size_t  len;

    len = strlen(name);

    return key->len == len + 2 && memcmp(key->data + 1, name, len) == 0;
}
