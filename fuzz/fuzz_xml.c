
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Fuzzes webhook_xml both ways.  A JSON text becomes XML, which expat reads
 * and which is read back as a text that says the same, whatever its strings
 * hold.  Any other bytes are read as XML: what comes out, by every mapping, is
 * JSON, and becomes XML again.
 */

#include "../t/lib/c/json_same.h"
#include "core/format/webhook_xml.h"
#include "lib/check.h"

#include <stdio.h>


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static webhook_str_t
view(const webhook_buf_t *b)
{
    webhook_str_t  s;

    s.data = b->data;
    s.len = b->len;

    return s;
}


static void
there_and_back(const webhook_str_t *text, webhook_json_doc_t *doc)
{
    webhook_str_t         root, s;
    webhook_buf_t         xml, json;
    webhook_json_value_t  v;

    /* the first bytes of the text are a name as good as any */

    root.data = text->data;
    root.len = text->len < 12 ? text->len : 12;

    webhook_buf_init(&xml, 0);
    webhook_buf_init(&json, 0);

    webhook_json_root(doc, &v);
    check(webhook_xml_write(doc, &v, &root, &xml) == WEBHOOK_OK);

    s = view(&xml);
    check(webhook_xml_read(&s, WEBHOOK_XML_TYPED, NULL, &json, NULL)
          == WEBHOOK_OK);

    s = view(&json);
    check(json_same(text, &s));

    /* read as anybody's it is JSON all the same */

    json.len = 0;
    s = view(&xml);
    check(webhook_xml_read(&s, WEBHOOK_XML_GENERIC, NULL, &json, NULL)
          == WEBHOOK_OK);

    webhook_buf_free(&xml);
    webhook_buf_free(&json);
}


static void
from_xml(const webhook_str_t *text, webhook_xml_mapping_e mapping)
{
    int                    rc;
    webhook_str_t          s;
    webhook_buf_t          json;
    webhook_json_doc_t    *doc;
    webhook_xml_error_t    err;
    webhook_xml_limits_t   limits;

    /* an element in an array is two levels of JSON, and an attribute, a text
       or an element a key and a value, of which JSON has bounds as well */

    limits.max_depth = 32;
    limits.max_nodes = 20000;
    limits.max_attributes = 64;
    limits.utf8 = 0;

    webhook_buf_init(&json, 0);

    rc = webhook_xml_read(text, mapping, &limits, &json, &err);

    check(rc == WEBHOOK_OK || err.what != NULL);
    check(rc == WEBHOOK_OK || json.len == 0);

    if (rc == WEBHOOK_OK) {
        s = view(&json);

        check(webhook_json_read(&s, NULL, &doc, NULL) == WEBHOOK_OK);

        there_and_back(&s, doc);
        webhook_json_free(doc);
    }

    webhook_buf_free(&json);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    webhook_str_t        text;
    webhook_json_doc_t  *doc;

    text.data = (unsigned char *) data;
    text.len = size;

    if (webhook_json_read(&text, NULL, &doc, NULL) == WEBHOOK_OK) {
        there_and_back(&text, doc);
        webhook_json_free(doc);
        return 0;
    }

    from_xml(&text, WEBHOOK_XML_ANY);
    from_xml(&text, WEBHOOK_XML_GENERIC);

    return 0;
}
