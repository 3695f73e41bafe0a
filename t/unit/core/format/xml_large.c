
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of webhook_xml: documents that are large, or deep.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "tap.h"
#include "core/format/webhook_xml.h"

#include <stdlib.h>
#include <time.h>


static char  text[4 * 1024 * 1024];


static webhook_str_t
str(const char *text)
{
    webhook_str_t  s;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    return s;
}


static int
write_xml(const webhook_str_t *json, const char *name, webhook_buf_t *out)
{
    int                    rc;
    webhook_str_t          root;
    webhook_json_doc_t    *doc;
    webhook_json_value_t   v;

    rc = webhook_json_read(json, NULL, &doc, NULL);
    if (rc != WEBHOOK_OK) {
        return rc;
    }

    root = str(name);
    webhook_json_root(doc, &v);

    rc = webhook_xml_write(doc, &v, &root, out);
    webhook_json_free(doc);

    return rc;
}


/* JSON of all levels that are allowed is XML that is allowed. */

static void
test_levels(void)
{
    int             i, ok;
    char           *p;
    webhook_str_t   s;
    webhook_buf_t   xml, json;

    webhook_buf_init(&xml, 0);
    webhook_buf_init(&json, 0);

    p = text;

    for (i = 0; i < 64; i++) {
        p += sprintf(p, "[");
    }

    p += sprintf(p, "1");

    for (i = 0; i < 64; i++) {
        p += sprintf(p, "]");
    }

    s.data = (unsigned char *) text;
    s.len = p - text;

    ok = write_xml(&s, "data", &xml) == WEBHOOK_OK;
    s.data = xml.data;
    s.len = xml.len;

    tap_ok(ok && webhook_xml_read(&s, WEBHOOK_XML_TYPED, NULL, &json, NULL)
                 == WEBHOOK_OK
           && json.len == (size_t) (p - text)
           && memcmp(json.data, text, json.len) == 0,
           "large: 64 levels");

    webhook_buf_free(&xml);
    webhook_buf_free(&json);
}


/* More levels than a program's stack could hold calls. */

static void
test_deep(void)
{
    int                    ok;
    webhook_str_t          s;
    webhook_buf_t          xml, json;
    webhook_json_doc_t    *doc;
    webhook_xml_limits_t   limits;
    webhook_json_value_t   v;
    webhook_json_limits_t  jlimits;

    webhook_buf_init(&xml, 0);
    webhook_buf_init(&json, 0);

    memset(text, '[', 1000000);
    memset(text + 1000000, ']', 1000000);

    s.data = (unsigned char *) text;
    s.len = 2000000;

    jlimits.max_depth = 1000000;
    jlimits.max_values = 1000000;

    ok = webhook_json_read(&s, &jlimits, &doc, NULL) == WEBHOOK_OK;

    if (ok) {
        webhook_json_root(doc, &v);
        s = str("data");
        ok = webhook_xml_write(doc, &v, &s, &xml) == WEBHOOK_OK;
        webhook_json_free(doc);
    }

    limits.max_depth = 1000000;
    limits.max_nodes = 3000000;
    limits.max_attributes = 0;
    limits.utf8 = 0;

    s.data = xml.data;
    s.len = xml.len;

    tap_ok(ok && webhook_xml_read(&s, WEBHOOK_XML_TYPED, &limits, &json, NULL)
                 == WEBHOOK_OK
           && json.len == 2000000 && memcmp(json.data, text, json.len) == 0,
           "large: a million levels, there and back");

    json.len = 0;
    tap_ok(ok && webhook_xml_read(&s, WEBHOOK_XML_GENERIC, &limits, &json,
                                  NULL)
                 == WEBHOOK_OK, "large: and as others'");

    webhook_buf_free(&xml);
    webhook_buf_free(&json);
}


/* 100000 elements in one, of few names and of many. */

static void
test_wide(void)
{
    int                    i;
    char                  *p;
    clock_t                begin;
    webhook_str_t          s;
    webhook_buf_t          json;
    webhook_xml_limits_t   limits;

    webhook_buf_init(&json, 0);

    limits.max_depth = 1000000;
    limits.max_nodes = 3000000;
    limits.max_attributes = 0;
    limits.utf8 = 0;

    p = text + sprintf(text, "<a>");

    for (i = 0; i < 100000; i++) {
        p += sprintf(p, "<b%d/>", i % 2 ? 1 : i);
    }

    p += sprintf(p, "</a>");

    s.data = (unsigned char *) text;
    s.len = p - text;

    begin = clock();
    tap_ok(webhook_xml_read(&s, WEBHOOK_XML_ANY, &limits, &json, NULL)
           == WEBHOOK_OK && clock() - begin < 20 * CLOCKS_PER_SEC,
           "large: 100000 elements side by side");

    webhook_buf_free(&json);
}


int
main(void)
{
    test_levels();
    test_deep();
    test_wide();

    return tap_done();
}
