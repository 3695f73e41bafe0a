
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/format/webhook_form_json.h"
#include "core/format/webhook_fields.h"
#include "core/format/webhook_form.h"


static int webhook_form_gather(const webhook_str_t *text, webhook_buf_t *plain,
    webhook_fields_t *fields);


int
webhook_form_json(const webhook_str_t *text, uint32_t max, webhook_buf_t *out)
{
    int               rc;
    webhook_buf_t     plain;
    webhook_str_t     form;
    webhook_fields_t  fields;

    form = *text;

    while (form.len && strchr(" \t\r\n", form.data[form.len - 1])
           && form.data[form.len - 1])
    {
        form.len--;
    }

    while (form.len && strchr(" \t\r\n", form.data[0]) && form.data[0]) {
        form.data++;
        form.len--;
    }

    webhook_fields_init(&fields, max);
    webhook_buf_init(&plain, 0);

    /* room for any one name or value */

    rc = webhook_buf_reserve(&plain, form.len);

    if (rc == WEBHOOK_OK) {
        rc = webhook_form_gather(&form, &plain, &fields);
    }

    if (rc == WEBHOOK_OK) {
        rc = webhook_fields_write(&fields, out);
    }

    webhook_fields_free(&fields);
    webhook_buf_free(&plain);

    return rc;
}


static int
webhook_form_gather(const webhook_str_t *text, webhook_buf_t *plain,
    webhook_fields_t *fields)
{
    int            rc;
    size_t         pos;
    ssize_t        n;
    webhook_str_t  name, value, decoded;

    pos = 0;
    decoded.data = plain->data;

    while (webhook_form_next(text, &pos, &name, &value) == WEBHOOK_OK) {

        n = webhook_form_decode(&name, plain->data);
        if (n < 0) {
            return WEBHOOK_ERROR;
        }

        decoded.len = n;

        rc = webhook_fields_name(fields, &decoded);
        if (rc != WEBHOOK_OK) {
            return rc;
        }

        n = webhook_form_decode(&value, plain->data);
        if (n < 0) {
            return WEBHOOK_ERROR;
        }

        decoded.len = n;

        rc = webhook_fields_string(fields, &decoded);
        if (rc != WEBHOOK_OK) {
            return rc;
        }
    }

    return WEBHOOK_OK;
}
