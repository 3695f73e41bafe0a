
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What stands at the places of a preset; timestamps and ids.
 */

#include "core/scalar/webhook_date.h"
#include "core/signature/verify/webhook_verify_engine.h"


#define WEBHOOK_VERIFY_DIGITS     18    /* fit in 63 bits */
#define WEBHOOK_VERIFY_DIGITS_MS  12    /* seconds of so many digits are of
                                           the year 5138 and later */


static webhook_verify_e webhook_verify_stamp(webhook_verify_t *v,
    const webhook_str_t *text);
static webhook_verify_e webhook_verify_number(const webhook_str_t *text,
    int64_t *n);


webhook_verify_e
webhook_verify_place(webhook_verify_t *v, const webhook_place_t *place,
    webhook_str_t *value)
{
    int               found;
    webhook_verify_e  rc;

    value->len = 0;
    value->data = NULL;

    switch (place->in) {

    case WEBHOOK_PLACE_QUERY:
        rc = webhook_verify_parameter(v, &place->name, value, &found);
        break;

    case WEBHOOK_PLACE_FIELD:
        rc = webhook_verify_field(v, &place->name, value, &found);
        break;

    default:
        return webhook_verify_header(v, v->other && place->other.len
                                        ? &place->other : &place->name,
                                     value);
    }

    if (rc == WEBHOOK_VERIFY_OK && value->len > WEBHOOK_VERIFY_VALUE_MAX) {
        return WEBHOOK_VERIFY_TOO_LONG;
    }

    return rc;
}


webhook_verify_e
webhook_verify_timestamp(webhook_verify_t *v)
{
    webhook_str_t           value;
    webhook_verify_e        rc;
    const webhook_place_t  *place;

    place = &v->preset->timestamp;

    if (place->in == WEBHOOK_PLACE_ITEM) {
        value = v->item_stamp;

    } else {
        rc = webhook_verify_place(v, place, &value);
        if (rc != WEBHOOK_VERIFY_OK) {
            return rc;
        }
    }

    if (value.len == 0) {
        return value.data && place->in == WEBHOOK_PLACE_ITEM
               ? WEBHOOK_VERIFY_BAD_TIMESTAMP : WEBHOOK_VERIFY_NO_TIMESTAMP;
    }

    return webhook_verify_stamp(v, &value);
}


static webhook_verify_e
webhook_verify_stamp(webhook_verify_t *v, const webhook_str_t *text)
{
    int64_t           n;
    webhook_unit_e    unit;
    webhook_verify_e  rc;

    v->message.stamp = *text;

    unit = v->preset->unit;

    if (unit == WEBHOOK_UNIT_AUTO) {

        if (memchr(text->data, '-', text->len)) {
            unit = WEBHOOK_UNIT_ISO;

        } else {
            unit = text->len >= WEBHOOK_VERIFY_DIGITS_MS
                   ? WEBHOOK_UNIT_MS : WEBHOOK_UNIT_SECONDS;
        }
    }

    if (unit == WEBHOOK_UNIT_ISO) {

        /* which reads plain numbers, too */

        if (memchr(text->data, '-', text->len) == NULL
            || *text->data == '-'
            || webhook_date_parse(text, NULL, &v->ms) != WEBHOOK_OK
            || v->ms < 0)
        {
            return WEBHOOK_VERIFY_BAD_TIMESTAMP;
        }

        return WEBHOOK_VERIFY_OK;
    }

    rc = webhook_verify_number(text, &n);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    if (unit == WEBHOOK_UNIT_SECONDS) {

        if (n > INT64_MAX / 1000) {
            n = INT64_MAX / 1000;
        }

        n *= 1000;
    }

    v->ms = n;

    return WEBHOOK_VERIFY_OK;
}


/* A number has one way to be written only. */

static webhook_verify_e
webhook_verify_number(const webhook_str_t *text, int64_t *n)
{
    size_t   i;
    int64_t  value;

    if (text->len == 0 || text->len > WEBHOOK_VERIFY_DIGITS
        || (text->len > 1 && text->data[0] == '0'))
    {
        return WEBHOOK_VERIFY_BAD_TIMESTAMP;
    }

    value = 0;

    for (i = 0; i < text->len; i++) {

        if (text->data[i] < '0' || text->data[i] > '9') {
            return WEBHOOK_VERIFY_BAD_TIMESTAMP;
        }

        value = value * 10 + (text->data[i] - '0');
    }

    *n = value;

    return WEBHOOK_VERIFY_OK;
}


webhook_verify_e
webhook_verify_window(webhook_verify_t *v)
{
    int64_t  tolerance, timestamp;

    tolerance = v->verifier->tolerance;

    if (tolerance == 0) {
        tolerance = v->preset->window;
    }

    if (tolerance == 0) {
        return WEBHOOK_VERIFY_OK;
    }

    timestamp = v->ms / 1000;

    /* neither is negative, so the difference fits */

    if (v->call->now - timestamp > tolerance) {
        return WEBHOOK_VERIFY_OLD;
    }

    if (timestamp - v->call->now > tolerance) {
        return WEBHOOK_VERIFY_EARLY;
    }

    return WEBHOOK_VERIFY_OK;
}


/* An id goes into keys and logs: visible ASCII, and not much of it. */

webhook_verify_e
webhook_verify_repeat_id(webhook_verify_t *v)
{
    size_t                  i;
    webhook_str_t           id;
    webhook_verify_e        rc;
    const webhook_place_t  *place;

    place = &v->preset->id;

    if (place->in == WEBHOOK_PLACE_ITEM) {
        id = v->item_id;

    } else {
        rc = webhook_verify_place(v, place, &id);
        if (rc != WEBHOOK_VERIFY_OK) {
            return rc;
        }
    }

    if (id.len > WEBHOOK_VERIFY_ID_MAX) {
        return WEBHOOK_VERIFY_TOO_LONG;
    }

    for (i = 0; i < id.len; i++) {
        if (id.data[i] <= 0x20 || id.data[i] >= 0x7f) {
            return WEBHOOK_VERIFY_BAD_ID;
        }
    }

    if (place->in >= WEBHOOK_PLACE_QUERY && id.len) {

        /* what was decoded is gone with v */

        memcpy(v->verified->room, id.data, id.len);
        id.data = v->verified->room;
    }

    v->verified->id = id;
    v->message.id = id;

    return WEBHOOK_VERIFY_OK;
}
