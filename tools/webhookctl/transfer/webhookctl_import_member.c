
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The members of a line of an export, as they are read.
 */

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "webhookctl/webhookctl.h"
#include "webhookctl/transfer/webhookctl_export.h"


static int ctl_import_base64(json_t *json, const char *name,
    const char *base64);


int
ctl_import_text(json_t *json, const char *name, webhook_str_t *text)
{
    char     base64[64];
    json_t  *value;

    snprintf(base64, sizeof(base64), "%s_base64", name);

    if (json_object_get(json, base64)
        && ctl_import_base64(json, name, base64) != 0)
    {
        return -1;
    }

    value = json_object_get(json, name);

    if (json_is_string(value)) {
        text->data = (unsigned char *) json_string_value(value);
        text->len = json_string_length(value);

        return 0;
    }

    text->data = (unsigned char *) "";
    text->len = 0;

    return (value == NULL || json_is_null(value)) ? 0 : -1;
}


/* The bytes become the member that they are of. */

static int
ctl_import_base64(json_t *json, const char *name, const char *base64)
{
    int             n, rc;
    size_t          len;
    json_t         *value;
    const char     *text;
    unsigned char  *p;

    value = json_object_get(json, base64);
    text = json_string_value(value);
    len = json_string_length(value);

    if (text == NULL || len == 0 || len % 4 || len > INT32_MAX) {
        return -1;
    }

    p = malloc(len);
    if (p == NULL) {
        return -1;
    }

    n = EVP_DecodeBlock(p, (const unsigned char *) text, (int) len);

    if (n < 0) {
        free(p);
        return -1;
    }

    /* what fills the last group is counted too */

    n -= text[len - 1] == '=';
    n -= text[len - 2] == '=';

    rc = n < 0 ? -1
         : json_object_set_new(json, name,
                               json_stringn_nocheck((char *) p, (size_t) n));

    free(p);

    if (rc == 0) {
        json_object_del(json, base64);
    }

    return rc;
}


uint64_t
ctl_import_number(json_t *json, const char *name)
{
    json_int_t  n;

    n = json_integer_value(json_object_get(json, name));

    return n > 0 ? (uint64_t) n : 0;
}


uint32_t
ctl_import_u32(json_t *json, const char *name)
{
    uint64_t  n;

    n = ctl_import_number(json, name);

    return n < UINT32_MAX ? (uint32_t) n : UINT32_MAX;
}


int
ctl_import_hex(json_t *json, const char *name, void *p, size_t len)
{
    size_t         i, n;
    json_t        *value;
    const char    *text, *digit;
    unsigned char *out;

    static const char  digits[] = "0123456789abcdef";

    value = json_object_get(json, name);
    text = json_string_value(value);
    out = p;

    if (text == NULL || json_string_length(value) != len * 2) {
        return -1;
    }

    for (i = 0; i < len * 2; i++) {
        digit = text[i] ? strchr(digits, text[i]) : NULL;

        if (digit == NULL) {
            return -1;
        }

        n = (size_t) (digit - digits);

        out[i / 2] = (unsigned char) (i % 2 ? out[i / 2] | n : n << 4);
    }

    return 0;
}


int
ctl_import_id(json_t *json, const char *name, webhook_id_t *id)
{
    webhook_str_t  text;

    if (ctl_import_text(json, name, &text) != 0) {
        return -1;
    }

    return webhook_id_parse(&text, id) == WEBHOOK_OK ? 0 : -1;
}


int
ctl_import_event(json_t *json, const char *name, webhook_id_t *id, int *there)
{
    webhook_str_t  text;

    if (ctl_import_text(json, name, &text) != 0) {
        return -1;
    }

    *there = text.len != 0;

    if (!*there) {
        return 0;
    }

    if (text.len < WEBHOOK_ID_TEXT_LEN + 1
        || text.data[WEBHOOK_ID_TEXT_LEN] != '.')
    {
        return -1;
    }

    text.len = WEBHOOK_ID_TEXT_LEN;

    return webhook_id_parse(&text, id) == WEBHOOK_OK ? 0 : -1;
}


int
ctl_import_name(json_t *json, const char *name, uint64_t *id)
{
    char            member[64];
    unsigned        i;
    unsigned char   bytes[8];
    webhook_str_t   text;

    snprintf(member, sizeof(member), "%s_id", name);

    if (json_object_get(json, member)) {

        if (ctl_import_hex(json, member, bytes, sizeof(bytes)) != 0) {
            return -1;
        }

        for (*id = 0, i = 0; i < sizeof(bytes); i++) {
            *id = *id << 8 | bytes[i];
        }

        return *id ? 0 : -1;
    }

    if (ctl_import_text(json, name, &text) != 0 || text.len == 0) {
        return -1;
    }

    *id = webhook_id_name(&text);

    return 0;
}
