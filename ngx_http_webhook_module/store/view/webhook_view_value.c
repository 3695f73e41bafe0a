
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What objects are made of.
 */

#include "store/view/webhook_view_int.h"
#include "core/json/webhook_json.h"
#include "core/scalar/webhook_date.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/evp.h>


#define WEBHOOK_VIEW_LAST  UINT64_C(253402300799999)    /* of the year 9999 */


static json_t *webhook_view_exact(const webhook_str_t *text);


void
webhook_view_begin(webhook_view_t *v)
{
    v->json = json_object();
    v->failed = v->json == NULL;
}


json_t *
webhook_view_end(webhook_view_t *v)
{
    if (v->failed) {
        json_decref(v->json);
        return NULL;
    }

    return v->json;
}


void
webhook_view_add(webhook_view_t *v, const char *name, json_t *value)
{
    if (json_object_set_new(v->json, name, value) != 0) {
        v->failed = 1;
    }
}


void
webhook_view_add_number(webhook_view_t *v, const char *name, uint64_t n)
{
    webhook_view_add(v, name, json_integer((json_int_t) n));
}


void
webhook_view_add_text(webhook_view_t *v, const char *name,
    const webhook_str_t *text)
{
    if (webhook_view_set(v->json, name, text) != 0) {
        v->failed = 1;
    }
}


void
webhook_view_add_some(webhook_view_t *v, const char *name,
    const webhook_str_t *text)
{
    if (text->len) {
        webhook_view_add_text(v, name, text);

    } else {
        webhook_view_add(v, name, json_null());
    }
}


void
webhook_view_add_word(webhook_view_t *v, const char *name, const char *word)
{
    webhook_view_add(v, name, word ? json_string(word) : json_null());
}


void
webhook_view_push(webhook_view_t *v, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0) {
        v->failed = 1;
    }
}


json_t *
webhook_view_text(const webhook_str_t *text)
{
    json_t         *json;
    webhook_buf_t   quoted, decoded;
    webhook_str_t   span;

    json = webhook_view_exact(text);

    if (json) {
        return json;
    }

    webhook_buf_init(&quoted, 0);
    webhook_buf_init(&decoded, 0);

    (void) webhook_buf_byte(&quoted, '"');
    (void) webhook_json_escape(text, &quoted);

    if (webhook_buf_byte(&quoted, '"') == WEBHOOK_OK) {
        span.data = quoted.data;
        span.len = quoted.len;

        if (webhook_json_decode(&span, &decoded) == WEBHOOK_OK) {
            json = json_stringn((const char *) decoded.data, decoded.len);
        }
    }

    webhook_buf_free(&quoted);
    webhook_buf_free(&decoded);

    return json;
}


/* The bytes if they are UTF-8, else NULL. */

static json_t *
webhook_view_exact(const webhook_str_t *text)
{
    return json_stringn(text->len ? (const char *) text->data : "",
                        text->len);
}


/* What a damaged or a foreign row says may be no time at all. */

json_t *
webhook_view_time(uint64_t wall)
{
    json_t         *json;
    webhook_buf_t   text;

    static const webhook_str_t  format = webhook_str("%Y-%m-%dT%H:%M:%S.%LZ");

    if (wall == 0 || wall > WEBHOOK_VIEW_LAST) {
        return json_null();
    }

    json = NULL;
    webhook_buf_init(&text, 0);

    if (webhook_date_write((int64_t) wall, &format, &text) == WEBHOOK_OK) {
        json = json_stringn((const char *) text.data, text.len);
    }

    webhook_buf_free(&text);

    return json;
}


json_t *
webhook_view_id(const webhook_id_t *id)
{
    unsigned char  text[WEBHOOK_ID_TEXT_LEN];

    webhook_id_text(id, text);

    return json_stringn((const char *) text, sizeof(text));
}


json_t *
webhook_view_name(uint64_t id)
{
    return json_sprintf("%016" PRIx64, id);
}


json_t *
webhook_view_base64(const webhook_str_t *bytes)
{
    int             n;
    json_t         *json;
    unsigned char  *text;

    /* a body has 128 megabytes at most */

    text = malloc(bytes->len / 3 * 4 + 5);
    if (text == NULL) {
        return NULL;
    }

    n = EVP_EncodeBlock(text, bytes->len ? bytes->data : text,
                        (int) bytes->len);

    json = json_stringn((const char *) text, (size_t) n);

    free(text);

    return json;
}


int
webhook_view_set(json_t *json, const char *name, const webhook_str_t *text)
{
    char     base64[64];
    json_t  *exact;

    exact = webhook_view_exact(text);

    if (exact) {
        return json_object_set_new(json, name, exact);
    }

    (void) snprintf(base64, sizeof(base64), "%s_base64", name);

    if (json_object_set_new(json, name, webhook_view_text(text)) != 0) {
        return -1;
    }

    return json_object_set_new(json, base64, webhook_view_base64(text));
}


/* Of what is no text there is no sense in showing parts. */

int
webhook_view_set_body(json_t *json, const webhook_str_t *bytes)
{
    json_t  *exact;

    exact = webhook_view_exact(bytes);

    return exact ? json_object_set_new(json, "body", exact)
                 : json_object_set_new(json, "body_base64",
                                       webhook_view_base64(bytes));
}
