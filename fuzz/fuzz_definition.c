
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Fuzzes webhook_definition: whatever is given is refused with a problem, or
 * comes to a definition that is the same after it was kept and opened, and
 * after what is shown of it was sent back.
 *
 * The first byte of the input chooses the kind, and whether there is something
 * to merge into; the rest is JSON.  It is read as a row of the store, too.
 */

#include "core/definition/webhook_definition.h"
#include "lib/check.h"

#include <stdio.h>
#include <stdlib.h>


#define NOW  INT64_C(1795831570432)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static const char  endpoint[] =
    "{\"name\": \"erp\", \"url\": \"https://a:b@erp.example.com/hooks?k=1\","
    " \"headers\": [{\"name\": \"X-A\", \"value\": \"1\"}], \"secret\":"
    " \"a secret of mine\", \"sign\": [{\"header\": \"X-S\", \"secret\": \"s\"}"
    "], \"auth\": {\"type\": \"bearer\", \"token\": \"t\"}, \"order_by\": \"a\""
    "}";

static const char  receiver[] =
    "{\"name\": \"a\", \"verify\": {\"preset\": \"hmac\", \"secret\": \"k\"},"
    " \"handshake\": [{\"type\": \"meta\", \"secret\": \"t\"}, \"msgraph\"],"
    " \"actions\": [{\"method\": \"POST\", \"uri\": \"/a\", \"body\": {\"a\":"
    " 1}}]}";

static const char  key[] = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";


static json_t *
merge(webhook_definition_kind_e kind, const json_t *old, const json_t *given)
{
    json_t  *new, *problems, *made;

    problems = json_array();

    new = webhook_definition_merge(kind, old, given, NOW, problems, &made);

    check((new == NULL) == (json_array_size(problems) > 0));
    check(json_array_size(problems) <= WEBHOOK_DEFINITION_PROBLEMS);
    check(new || made == NULL);

    json_decref(made);
    json_decref(problems);

    return new;
}


/* Each field has a name and a value, and each word its length. */

static void
look_at_fields(webhook_definition_kind_e kind, const json_t *definition)
{
    uint32_t                     i, n;
    webhook_str_t               *word;
    webhook_definition_fields_t  fields;

    check(webhook_definition_fields(kind, definition, &fields) == WEBHOOK_OK);

    for (i = 0; i < fields.n; i++) {

        check(fields.items[i].nwords >= 2);
        check(fields.items[i].pointer[0] == '/');

        word = fields.items[i].words;

        for (n = 0; n < fields.items[i].nwords; n++) {
            check(strlen((char *) word[n].data) == word[n].len);
        }
    }

    webhook_definition_fields_free(&fields);
}


static void
look_at(webhook_definition_kind_e kind, const json_t *definition)
{
    int                  rc;
    json_t              *back, *shown, *same;
    const char          *err;
    webhook_buf_t        data;
    webhook_str_t        id, row, text;
    webhook_seal_ring_t  ring;

    memset(&ring, 0, sizeof(ring));

    text.data = (unsigned char *) key;
    text.len = strlen(key);
    id.data = (unsigned char *) "ep_1";
    id.len = 4;

    check(webhook_seal_add(&ring, &text, &err) == WEBHOOK_OK);

    webhook_buf_init(&data, 0);

    rc = webhook_definition_seal(kind, &id, definition, &ring, &data);
    check(rc == WEBHOOK_OK || rc == WEBHOOK_LIMIT);

    if (rc == WEBHOOK_OK) {
        row.data = data.data;
        row.len = data.len;

        check(webhook_definition_open(kind, &id, &row, &ring, &back)
              == WEBHOOK_OK);

        shown = webhook_definition_changes(kind, definition, back);
        check(json_array_size(shown) == 0);

        json_decref(shown);
        json_decref(back);
    }

    webhook_buf_free(&data);

    shown = webhook_definition_show(kind, definition,
                                    WEBHOOK_DEFINITION_MASKED);
    same = merge(kind, definition, shown);

    check(same && json_equal(same, definition));

    json_decref(same);
    json_decref(shown);
}


static void
look_at_row(webhook_definition_kind_e kind, const uint8_t *data, size_t size)
{
    json_t         *json;
    webhook_str_t   id, row;

    id.data = (unsigned char *) "ep_1";
    id.len = 4;
    row.data = (unsigned char *) data;
    row.len = size;

    (void) webhook_definition_current(&row, NULL);

    if (webhook_definition_open(kind, &id, &row, NULL, &json) != WEBHOOK_ERROR)
    {
        check(json_is_object(json));

        /* damaged, but not noticed: whatever is in it does no harm */

        look_at_fields(kind, json);
        json_decref(webhook_definition_show(kind, json,
                                            WEBHOOK_DEFINITION_MASKED));
    }

    json_decref(json);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t                     *given, *old, *new, *made, *problems;
    webhook_definition_kind_e   kind;

    if (size == 0) {
        return 0;
    }

    kind = data[0] & 1 ? WEBHOOK_DEFINITION_RECEIVER
                       : WEBHOOK_DEFINITION_ENDPOINT;

    look_at_row(kind, data + 1, size - 1);

    given = json_loadb((const char *) data + 1, size - 1,
                       data[0] & 4 ? JSON_DECODE_ANY | JSON_ALLOW_NUL : 0,
                       NULL);
    if (given == NULL) {
        return 0;
    }

    old = NULL;

    if (data[0] & 2) {
        new = json_loads(kind == WEBHOOK_DEFINITION_RECEIVER ? receiver
                                                             : endpoint,
                         0, NULL);
        old = merge(kind, NULL, new);
        check(old != NULL);
        json_decref(new);
    }

    new = merge(kind, old, given);

    if (new) {
        look_at_fields(kind, new);
        look_at(kind, new);
    }

    if (old) {
        problems = json_array();
        json_decref(new);

        new = webhook_definition_rotate(kind, old, given, NOW, problems,
                                        &made);
        check((new == NULL) == (json_array_size(problems) > 0));

        json_decref(made);
        json_decref(problems);
    }

    json_decref(new);
    json_decref(old);
    json_decref(given);

    return 0;
}
