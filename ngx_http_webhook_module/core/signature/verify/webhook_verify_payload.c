
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Values of a payload and of a query, for schemes that sign them: what is
 * read here, before a signature holds, is bounded and used for nothing else.
 */

#include "core/format/webhook_form.h"
#include "core/json/webhook_path.h"
#include "core/media/webhook_media.h"
#include "core/signature/verify/webhook_verify_engine.h"


static webhook_verify_e webhook_verify_json(webhook_verify_t *v,
    webhook_str_t *body);
static webhook_verify_e webhook_verify_pairs(webhook_verify_t *v,
    const webhook_str_t *text, webhook_pairs_t *pairs);
static int webhook_verify_name(const webhook_pair_t *pair);
static webhook_verify_e webhook_verify_pair(webhook_verify_t *v,
    const webhook_pairs_t *pairs, const webhook_str_t *name,
    webhook_str_t *value, int *found);
static int webhook_verify_twice(const webhook_json_doc_t *doc,
    const webhook_path_t *path);


webhook_verify_e
webhook_verify_payload(webhook_verify_t *v)
{
    webhook_str_t      body;
    webhook_verify_e   rc;
    webhook_payload_e  kind;

    if (v->payload != WEBHOOK_PAYLOAD_UNREAD) {
        return WEBHOOK_VERIFY_OK;
    }

    rc = webhook_verify_kind(v, &kind);

    if (rc == WEBHOOK_VERIFY_OK) {
        rc = webhook_verify_body(v, &body);
    }

    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    if (kind == WEBHOOK_PAYLOAD_JSON) {
        return webhook_verify_json(v, &body);
    }

    if (kind != WEBHOOK_PAYLOAD_FORM) {
        return WEBHOOK_VERIFY_BAD_BODY;
    }

    rc = webhook_verify_pairs(v, &body, &v->form);

    if (rc == WEBHOOK_VERIFY_OK) {
        v->payload = WEBHOOK_PAYLOAD_FORM;
    }

    return rc;
}


webhook_verify_e
webhook_verify_kind(webhook_verify_t *v, webhook_payload_e *kind)
{
    webhook_str_t     type;
    webhook_verify_e  rc;

    static const webhook_str_t  name = webhook_str("content-type");

    *kind = v->call->kind;

    if (*kind != WEBHOOK_PAYLOAD_UNREAD) {
        return WEBHOOK_VERIFY_OK;
    }

    rc = webhook_verify_header(v, &name, &type);

    if (rc == WEBHOOK_VERIFY_OK) {
        *kind = webhook_media(&type, WEBHOOK_MEDIA_STRICT) == WEBHOOK_MEDIA_FORM
                ? WEBHOOK_PAYLOAD_FORM : WEBHOOK_PAYLOAD_JSON;
    }

    return rc;
}


static webhook_verify_e
webhook_verify_json(webhook_verify_t *v, webhook_str_t *body)
{
    int                    rc;
    webhook_json_limits_t  limits;

    limits.max_depth = v->call->max_depth;
    limits.max_values = v->call->max_values;

    if (body->len >= 3 && memcmp(body->data, "\xef\xbb\xbf", 3) == 0) {
        body->data += 3;
        body->len -= 3;
    }

    rc = webhook_json_read(body, &limits, &v->doc, NULL);

    if (rc == WEBHOOK_NOMEM) {
        return WEBHOOK_VERIFY_FAULT;
    }

    if (rc != WEBHOOK_OK) {
        return WEBHOOK_VERIFY_BAD_BODY;
    }

    v->payload = WEBHOOK_PAYLOAD_JSON;

    return WEBHOOK_VERIFY_OK;
}


webhook_verify_e
webhook_verify_query(webhook_verify_t *v)
{
    return v->query.pairs ? WEBHOOK_VERIFY_OK
                          : webhook_verify_pairs(v, &v->call->query,
                                                 &v->query);
}


/* Counts them first, since what is beyond the bound is not even decoded. */

static webhook_verify_e
webhook_verify_pairs(webhook_verify_t *v, const webhook_str_t *text,
    webhook_pairs_t *pairs)
{
    size_t             n, pos;
    webhook_str_t      name, value;
    webhook_pair_t    *pair;
    webhook_verify_e   rc;

    n = 0;
    pos = 0;

    while (webhook_form_next(text, &pos, &name, &value) == WEBHOOK_OK) {
        if (++n > WEBHOOK_VERIFY_FIELDS) {
            return WEBHOOK_VERIFY_BAD_BODY;
        }
    }

    pair = webhook_verify_room(v, (n + 1) * sizeof(webhook_pair_t));
    if (pair == NULL) {
        return WEBHOOK_VERIFY_FAULT;
    }

    pairs->n = n;
    pairs->pairs = pair;
    pos = 0;

    while (webhook_form_next(text, &pos, &pair->raw, &pair->value)
           == WEBHOOK_OK)
    {
        rc = webhook_verify_decode(v, &pair->raw, &pair->name);
        if (rc != WEBHOOK_VERIFY_OK) {
            return rc;
        }

        if (!webhook_verify_name(pair)) {
            return WEBHOOK_VERIFY_BAD_BODY;
        }

        pair++;
    }

    return WEBHOOK_VERIFY_OK;
}


/* What reads the payload later drops a mark, and white space at the ends. */

static int
webhook_verify_name(const webhook_pair_t *pair)
{
    size_t                i;
    const webhook_str_t  *raw;

    raw = &pair->raw;

    if (raw->len && (raw->data[0] <= ' ' || raw->data[raw->len - 1] <= ' ')) {
        return 0;
    }

    if (pair->name.len >= 3 && memcmp(pair->name.data, "\xef\xbb\xbf", 3) == 0)
    {
        return 0;
    }

    /* nor is it in a charset that shifts */

    for (i = 0; i < pair->name.len; i++) {
        if (pair->name.data[i] < ' ') {
            return 0;
        }
    }

    return 1;
}


static webhook_verify_e
webhook_verify_pair(webhook_verify_t *v, const webhook_pairs_t *pairs,
    const webhook_str_t *name, webhook_str_t *value, int *found)
{
    size_t                 i;
    const webhook_pair_t  *pair;

    value->len = 0;
    value->data = NULL;

    *found = 0;
    pair = NULL;

    for (i = 0; i < pairs->n; i++) {

        if (!webhook_str_eq(&pairs->pairs[i].name, name)) {
            continue;
        }

        if (pair) {
            return WEBHOOK_VERIFY_REPEATED;
        }

        pair = &pairs->pairs[i];
    }

    if (pair == NULL) {
        return WEBHOOK_VERIFY_OK;
    }

    *found = 1;

    return webhook_verify_decode(v, &pair->value, value);
}


webhook_verify_e
webhook_verify_parameter(webhook_verify_t *v, const webhook_str_t *name,
    webhook_str_t *value, int *found)
{
    webhook_verify_e  rc;

    rc = webhook_verify_query(v);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    return webhook_verify_pair(v, &v->query, name, value, found);
}


webhook_verify_e
webhook_verify_field(webhook_verify_t *v, const webhook_str_t *path,
    webhook_str_t *value, int *found)
{
    webhook_verify_e      rc;
    webhook_json_value_t  json;

    rc = webhook_verify_payload(v);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    if (v->payload == WEBHOOK_PAYLOAD_FORM) {
        return webhook_verify_pair(v, &v->form, path, value, found);
    }

    value->len = 0;
    value->data = NULL;

    *found = webhook_verify_find(v, path, &json);

    if (*found < 0) {
        return *found == -1 ? WEBHOOK_VERIFY_FAULT : WEBHOOK_VERIFY_REPEATED;
    }

    return *found ? webhook_verify_json_text(v, &json, value)
                  : WEBHOOK_VERIFY_OK;
}


/* That a path is one, webhook_verifier_init() made sure of. */

int
webhook_verify_find(webhook_verify_t *v, const webhook_str_t *path,
    webhook_json_value_t *value)
{
    int              rc;
    webhook_path_t  *steps;

    steps = webhook_path_compile(path, NULL);
    if (steps == NULL) {
        return -1;
    }

    if (webhook_verify_twice(v->doc, steps)) {
        webhook_path_free(steps);
        return -2;
    }

    rc = webhook_path_find(steps, 0, v->doc, NULL, value);

    webhook_path_free(steps);

    return rc == WEBHOOK_OK;
}


/*
 * 1 if a key on the way stands twice.  The last one counts here, but the body
 * as a whole need not be signed: whoever reads the first one would be told
 * what nobody signed.
 */

static int
webhook_verify_twice(const webhook_json_doc_t *doc, const webhook_path_t *path)
{
    int                    rc;
    uint32_t               i, index;
    const webhook_str_t   *step;
    webhook_json_value_t   in, next;

    webhook_json_root(doc, &in);

    for (i = 0; i < webhook_path_steps(path); i++) {
        step = webhook_path_step(path, i);

        if (in.type == WEBHOOK_JSON_OBJECT) {

            if (webhook_json_times(doc, &in, step) > 1) {
                return 1;
            }

            rc = webhook_json_member(doc, &in, step, &next);

        } else if (webhook_path_index(path, i, &index)) {
            rc = webhook_json_element(doc, &in, index, &next);

        } else {
            return 0;
        }

        if (rc != WEBHOOK_OK) {
            return 0;
        }

        in = next;
    }

    return 0;
}


webhook_verify_e
webhook_verify_json_text(webhook_verify_t *v,
    const webhook_json_value_t *value, webhook_str_t *text)
{
    webhook_buf_t   buf;
    unsigned char  *p;

    *text = value->span;

    if (value->type == WEBHOOK_JSON_NULL) {
        text->len = 0;
        return WEBHOOK_VERIFY_OK;
    }

    if (value->type != WEBHOOK_JSON_STRING) {
        return WEBHOOK_VERIFY_OK;
    }

    /* without its quotes */

    text->data++;
    text->len -= 2;

    if (memchr(text->data, '\\', text->len) == NULL) {
        return WEBHOOK_VERIFY_OK;
    }

    webhook_buf_init(&buf, 0);

    if (webhook_json_decode(&value->span, &buf) != WEBHOOK_OK) {
        webhook_buf_free(&buf);
        return WEBHOOK_VERIFY_FAULT;
    }

    p = webhook_verify_room(v, buf.len);

    if (p && buf.len) {
        memcpy(p, buf.data, buf.len);
    }

    text->data = p;
    text->len = buf.len;

    webhook_buf_free(&buf);

    return p ? WEBHOOK_VERIFY_OK : WEBHOOK_VERIFY_FAULT;
}
