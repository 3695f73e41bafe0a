
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/handshake/webhook_handshake_int.h"
#include "core/format/webhook_form.h"

#include <strings.h>


int
webhook_handshake_plain(const webhook_str_t *text, size_t max,
    const char *others)
{
    size_t         i;
    unsigned char  c;

    if (text->len == 0 || text->len > max) {
        return 0;
    }

    for (i = 0; i < text->len; i++) {
        c = text->data[i];

        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')
            || (c >= 'a' && c <= 'z'))
        {
            continue;
        }

        if (c == '\0' || strchr(others, c) == NULL) {
            return 0;
        }
    }

    return 1;
}


int
webhook_handshake_param(const webhook_str_t *args, const char *name,
    unsigned char *text, size_t size, webhook_str_t *value)
{
    int            n;
    size_t         len, pos;
    ssize_t        decoded;
    webhook_str_t  param, raw;

    len = strlen(name);

    n = 0;
    pos = 0;

    while (webhook_form_next(args, &pos, &param, &raw) == WEBHOOK_OK) {

        if (param.len != len
            || strncasecmp((char *) param.data, name, len) != 0)
        {
            continue;
        }

        if (++n > 1 || raw.len > size) {
            return 2;
        }

        decoded = webhook_form_decode(&raw, text);
        if (decoded < 0) {
            return 2;
        }

        value->data = text;
        value->len = decoded;
    }

    return n;
}


int
webhook_handshake_header(const webhook_question_t *q, const char *name,
    webhook_str_t *value)
{
    int            n;
    webhook_str_t  wanted;

    wanted.data = (unsigned char *) name;
    wanted.len = strlen(name);

    value->data = NULL;
    value->len = 0;

    n = q->header(q->data, &wanted, value);

    return n > 2 ? 2 : n;
}


void
webhook_handshake_add(webhook_handshake_answer_t *a, const char *name,
    const webhook_str_t *value)
{
    webhook_handshake_header_t  *h;

    h = &a->headers[a->nheaders++];

    h->name = name;
    h->value = *value;
}


webhook_handshake_e
webhook_handshake_echo(webhook_handshake_answer_t *a,
    const webhook_str_t *text)
{
    static const webhook_str_t  nosniff = webhook_str("nosniff");

    a->type = "text/plain";
    webhook_handshake_add(a, "X-Content-Type-Options", &nosniff);

    return webhook_buf_add(&a->body, text->data, text->len) == WEBHOOK_OK
           ? WEBHOOK_HANDSHAKE_ANSWER
           : WEBHOOK_HANDSHAKE_FAULT;
}


int
webhook_handshake_body(const webhook_question_t *q, webhook_json_doc_t **doc,
    webhook_json_value_t *root)
{
    int  rc;

    if (q->body.len > WEBHOOK_HANDSHAKE_BODY_MAX) {
        return WEBHOOK_ERROR;
    }

    rc = webhook_json_read(&q->body, NULL, doc, NULL);
    if (rc != WEBHOOK_OK) {
        return rc == WEBHOOK_NOMEM ? WEBHOOK_NOMEM : WEBHOOK_ERROR;
    }

    webhook_json_root(*doc, root);

    return WEBHOOK_OK;
}


webhook_handshake_e
webhook_handshake_json(const webhook_question_t *q,
    webhook_handshake_answer_t *a,
    webhook_handshake_e (*read)(const webhook_question_t *q,
    const webhook_json_doc_t *doc, const webhook_json_value_t *root,
    webhook_handshake_answer_t *a), webhook_handshake_e otherwise)
{
    int                    rc;
    webhook_handshake_e    result;
    webhook_json_doc_t    *doc;
    webhook_json_value_t   root;

    rc = webhook_handshake_body(q, &doc, &root);

    if (rc != WEBHOOK_OK) {
        return rc == WEBHOOK_NOMEM ? WEBHOOK_HANDSHAKE_FAULT : otherwise;
    }

    result = read(q, doc, &root, a);

    webhook_json_free(doc);

    return result;
}


/* Both texts need no escape, and these senders write none. */

int
webhook_handshake_says(const webhook_json_doc_t *doc,
    const webhook_json_value_t *in, const char *key, const char *text)
{
    size_t                len;
    webhook_json_value_t  v;

    len = strlen(text);

    return webhook_handshake_member(doc, in, key, WEBHOOK_JSON_STRING, &v)
           && v.span.len == len + 2
           && memcmp(v.span.data + 1, text, len) == 0;
}


int
webhook_handshake_text(const webhook_json_doc_t *doc,
    const webhook_json_value_t *in, const char *key, webhook_buf_t *text)
{
    webhook_json_value_t  v;

    if (!webhook_handshake_member(doc, in, key, WEBHOOK_JSON_STRING, &v)) {
        return WEBHOOK_ERROR;
    }

    return webhook_json_decode(&v.span, text);
}


int
webhook_handshake_member(const webhook_json_doc_t *doc,
    const webhook_json_value_t *in, const char *key, webhook_json_type_e type,
    webhook_json_value_t *v)
{
    webhook_str_t  name;

    name.data = (unsigned char *) key;
    name.len = strlen(key);

    return webhook_json_member(doc, in, &name, v) == WEBHOOK_OK
           && v->type == type;
}
