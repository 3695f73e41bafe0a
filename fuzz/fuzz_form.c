
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Fuzzes webhook_form_json and webhook_multipart.  The first line of the input
 * is a Content-Type, the rest a body, which is read as either kind of form, of
 * any bytes and in the charset of its type: what comes out is a JSON object
 * with no key twice, and as many values as the form has fields; in a charset no
 * character is there that nobody sent.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE                     /* memmem() */
#endif

#include "core/format/webhook_form.h"
#include "core/format/webhook_form_json.h"
#include "core/json/webhook_json.h"
#include "core/multipart/webhook_multipart.h"
#include "lib/check.h"

#include <stdio.h>
#include <stdlib.h>


#define MAX_FIELDS  200


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


/* Returns the number of values. */

static uint32_t
check_object(const webhook_buf_t *out, int strings)
{
    uint32_t              iter, n, more;
    webhook_str_t         s, key, name;
    webhook_buf_t         b;
    webhook_json_doc_t   *doc;
    webhook_json_value_t  root, v, w;

    s.data = out->data;
    s.len = out->len;

    check(webhook_json_read(&s, NULL, &doc, NULL) == WEBHOOK_OK);

    webhook_json_root(doc, &root);
    check(root.type == WEBHOOK_JSON_OBJECT);

    n = 0;
    iter = 0;

    while (webhook_json_next(doc, &root, &iter, &key, &v) == WEBHOOK_OK) {

        /* the last one of that name is this one: no key stands twice */

        webhook_buf_init(&b, 0);
        check(webhook_json_decode(&key, &b) == WEBHOOK_OK);
        name.data = b.data;
        name.len = b.len;
        check(webhook_json_member(doc, &root, &name, &w) == WEBHOOK_OK);
        check(w.node == v.node);
        webhook_buf_free(&b);

        if (v.type == WEBHOOK_JSON_ARRAY) {
            more = webhook_json_count(doc, &v);
            check(more > 1);
            n += more;

        } else {
            check(v.type == WEBHOOK_JSON_STRING
                  || (!strings && v.type == WEBHOOK_JSON_OBJECT));
            n++;
        }
    }

    webhook_json_free(doc);

    return n;
}


/* What stands for a broken character was sent as it is, or escaped, unless the
   form says that it is in a charset that has another way to say it. */

static void
check_replaced(const webhook_str_t *charset, const webhook_str_t *body,
    const webhook_buf_t *out)
{
    size_t  i, sent, made;

    if (charset == NULL || charset->len
        || (body->len && memmem(body->data, body->len, "_charset_", 9)))
    {
        return;
    }

    sent = 0;
    made = 0;

    for (i = 0; i + 3 <= out->len; i++) {
        made += memcmp(out->data + i, "\xef\xbf\xbd", 3) == 0;
    }

    for (i = 0; i < body->len; i++) {
        sent += body->data[i] == 0xef
                || (body->len - i >= 3 && body->data[i] == '%'
                    && (body->data[i + 1] | 0x20) == 'e'
                    && (body->data[i + 2] | 0x20) == 'f');
    }

    check(made <= sent);
}


static void
check_form(const webhook_str_t *charset, const webhook_str_t *body)
{
    int            rc;
    size_t         pos;
    uint32_t       n;
    const char    *what;
    webhook_str_t  name, value;
    webhook_buf_t  out;

    webhook_buf_init(&out, 0);
    what = NULL;

    rc = webhook_form_json(body, charset, MAX_FIELDS, &out, &what);

    if (rc != WEBHOOK_OK) {
        check(rc == WEBHOOK_ERROR || rc == WEBHOOK_LIMIT
              || (rc == WEBHOOK_CHARSET_UNKNOWN && charset));
        check(what != NULL && out.len == 0);
        return;
    }

    check_replaced(charset, body, &out);

    n = check_object(&out, 1);
    check(n <= MAX_FIELDS);

    /* as many as stand there, but for white space alone at the ends */

    for (pos = 0; webhook_form_next(body, &pos, &name, &value) == WEBHOOK_OK;)
    {
        if (n) {
            n--;
        }
    }

    check(n == 0);

    webhook_buf_free(&out);
}


static void
check_multipart(const webhook_str_t *type, const webhook_str_t *charset,
    const webhook_str_t *body)
{
    int            rc;
    const char    *what;
    webhook_str_t  boundary;
    webhook_buf_t  out;

    static unsigned char  usual[] = "XX";

    if (webhook_multipart_boundary(type, &boundary) == WEBHOOK_OK) {
        check(boundary.len > 0);
        check(boundary.len <= WEBHOOK_MULTIPART_BOUNDARY);
        check(boundary.data >= type->data);
        check(boundary.data + boundary.len <= type->data + type->len);

    } else {
        boundary.data = usual;
        boundary.len = 2;
    }

    webhook_buf_init(&out, 0);
    what = NULL;

    rc = webhook_multipart_json(body, &boundary, charset, MAX_FIELDS, &out,
                                &what);

    if (rc == WEBHOOK_OK) {
        check(check_object(&out, 0) <= MAX_FIELDS);

    } else {
        check(what != NULL && out.len == 0);
    }

    webhook_buf_free(&out);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t  *eol;
    webhook_str_t   type, body, charset;

    eol = size ? memchr(data, '\n', size) : NULL;

    type.data = (unsigned char *) data;
    type.len = eol ? (size_t) (eol - data) : 0;

    body.data = type.data + (eol ? type.len + 1 : 0);
    body.len = size - (body.data - type.data);

    webhook_charset_label(&type, &charset);

    check_form(NULL, &body);
    check_form(&charset, &body);
    check_multipart(&type, NULL, &body);
    check_multipart(&type, &charset, &body);

    return 0;
}
