
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Fuzzes webhook_envelope.  The input is six lines (id, source, type, model,
 * record, action) and a payload: each envelope of it is JSON that holds the
 * payload's bytes, and each header line ends where it should.
 */

#include "core/envelope/webhook_envelope.h"
#include "lib/check.h"

#include <stdio.h>
#include <stdlib.h>


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static webhook_str_t
line(webhook_str_t *rest)
{
    webhook_str_t   s;
    unsigned char  *eol;

    s = *rest;
    eol = rest->len ? memchr(rest->data, '\n', rest->len) : NULL;

    if (eol) {
        s.len = eol - s.data;
        rest->data = eol + 1;
        rest->len -= s.len + 1;

    } else {
        rest->data += rest->len;
        rest->len = 0;
    }

    return s;
}


static int
member(const webhook_json_doc_t *doc, const webhook_json_value_t *in,
    const char *key, webhook_json_value_t *v)
{
    webhook_str_t  s;

    s.data = (unsigned char *) key;
    s.len = strlen(key);

    return webhook_json_member(doc, in, &s, v) == WEBHOOK_OK;
}


static void
check_payload(const webhook_envelope_t *e, webhook_envelope_e kind,
    const webhook_json_doc_t *doc, const webhook_json_value_t *root)
{
    uint32_t               iter;
    webhook_str_t          key, name;
    webhook_buf_t          b;
    webhook_json_doc_t    *mine;
    webhook_json_value_t   v, data;

    if (!e->json) {
        check(member(doc, root, "data", &v)
              || member(doc, root, "data_base64", &v));
        check(v.type == WEBHOOK_JSON_STRING);
        return;
    }

    check(webhook_json_read(&e->payload, NULL, &mine, NULL) == WEBHOOK_OK);
    webhook_json_root(mine, &v);

    if (kind != WEBHOOK_ENVELOPE_NIGHTPOS || v.type != WEBHOOK_JSON_OBJECT) {
        check(member(doc, root, "data", &data));
        check(webhook_str_eq(&data.span, &v.span));
        webhook_json_free(mine);
        return;
    }

    /* each member of the payload but ours is found */

    iter = 0;

    while (webhook_json_next(mine, &v, &iter, &key, &data) == WEBHOOK_OK) {
        webhook_buf_init(&b, 0);
        check(webhook_json_decode(&key, &b) == WEBHOOK_OK);
        name.data = b.data;
        name.len = b.len;

        check(webhook_json_member(mine, &v, &name, &data) == WEBHOOK_OK);

        if (!(name.len == 6 && memcmp(name.data, "_model", 6) == 0)
            && !(name.len == 3 && memcmp(name.data, "_id", 3) == 0)
            && !(name.len == 7 && memcmp(name.data, "_action", 7) == 0))
        {
            webhook_json_value_t  there;

            check(webhook_json_member(doc, root, &name, &there)
                  == WEBHOOK_OK);
            check(webhook_str_eq(&data.span, &there.span));
        }

        webhook_buf_free(&b);
    }

    webhook_json_free(mine);
}


static void
check_headers(const webhook_envelope_t *e)
{
    size_t         i, lines;
    webhook_buf_t  out;

    webhook_buf_init(&out, 0);

    check(webhook_envelope_headers(WEBHOOK_ENVELOPE_CLOUDEVENTS_BINARY, e,
                                   &out) == WEBHOOK_OK);

    lines = 0;

    for (i = 0; i < out.len; i++) {

        if (out.data[i] == '\r') {
            check(i + 1 < out.len && out.data[i + 1] == '\n');
            check(i + 2 == out.len || memcmp(out.data + i + 2, "ce-", 3) == 0);
            lines++;
            i++;
            continue;
        }

        check(out.data[i] >= ' ' && out.data[i] < 0x7f);
    }

    check(lines == 5u + (e->subject.len != 0));

    webhook_buf_free(&out);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int                    rc;
    webhook_str_t          rest, s;
    webhook_buf_t          out;
    webhook_json_doc_t    *doc;
    webhook_envelope_e     kind;
    webhook_envelope_t     e;
    webhook_json_value_t   root, v;

    memset(&e, 0, sizeof(webhook_envelope_t));

    rest.data = (unsigned char *) data;
    rest.len = size;

    e.id = line(&rest);
    e.source = line(&rest);
    e.type = line(&rest);
    e.model = line(&rest);
    e.record = line(&rest);
    e.action = line(&rest);
    e.subject = e.model;
    e.payload = rest;
    e.time = size ? data[0] * UINT64_C(1000000000000) : 0;

    e.json = webhook_json_read(&e.payload, NULL, &doc, NULL) == WEBHOOK_OK;
    webhook_json_free(doc);

    check_headers(&e);

    for (kind = WEBHOOK_ENVELOPE_STANDARD; kind <= WEBHOOK_ENVELOPE_NIGHTPOS;
         kind++)
    {
        webhook_buf_init(&out, 0);
        check(webhook_envelope_write(kind, &e, &out) == WEBHOOK_OK);

        s.data = out.data;
        s.len = out.len;

        if (kind == WEBHOOK_ENVELOPE_CLOUDEVENTS_BINARY) {
            check(webhook_str_eq(&s, &e.payload));
            webhook_buf_free(&out);
            continue;
        }

        rc = webhook_json_read(&s, NULL, &doc, NULL);

        /* around the deepest and the largest there is no room for more */

        if (rc != WEBHOOK_LIMIT) {
            check(rc == WEBHOOK_OK);

            webhook_json_root(doc, &root);
            check(root.type == WEBHOOK_JSON_OBJECT);
            check_payload(&e, kind, doc, &root);

            if (kind == WEBHOOK_ENVELOPE_NIGHTPOS && e.record.len) {
                check(member(doc, &root, "_id", &v));
            }

            webhook_json_free(doc);
        }

        webhook_buf_free(&out);
    }

    return 0;
}
