
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * KBank signs the amount with four decimals, however the payload writes it:
 * 100.5 as 100.5000.
 */

#include "core/signature/presets/webhook_presets_int.h"


#define WEBHOOK_KBANK_DECIMALS  4
#define WEBHOOK_KBANK_DIGITS    20


static webhook_verify_e webhook_kbank_amount(webhook_verify_t *v,
    webhook_str_t *amount);


webhook_verify_e
webhook_verify_kbank(webhook_verify_t *v)
{
    unsigned               i;
    webhook_str_t          values[WEBHOOK_SCHEME_PARTS];
    webhook_verify_e       rc;
    webhook_signatures_t   s;
    const webhook_part_t  *part;

    static const webhook_str_t  amount = webhook_str("amount");

    rc = webhook_verify_signatures(v, &s);

    if (rc == WEBHOOK_VERIFY_OK) {
        rc = webhook_verify_values(v, values);
    }

    for (i = 0; rc == WEBHOOK_VERIFY_OK && i < v->scheme->nparts; i++) {
        part = &v->scheme->parts[i];

        if (part->what == WEBHOOK_PART_FIELD
            && webhook_str_eq(&part->text, &amount))
        {
            rc = webhook_kbank_amount(v, &values[i]);
        }
    }

    return rc == WEBHOOK_VERIFY_OK ? webhook_verify_proof(v, &s) : rc;
}


/* Digits alone: an exponent, a sign or a fifth decimal would have to be
   rounded, and what is then signed is not what is read. */

static webhook_verify_e
webhook_kbank_amount(webhook_verify_t *v, webhook_str_t *amount)
{
    size_t          i, whole, decimals;
    unsigned        point;
    unsigned char  *p;

    point = 0;
    whole = 0;
    decimals = 0;

    for (i = 0; i < amount->len; i++) {

        if (amount->data[i] == '.' && !point) {
            point = 1;

        } else if (amount->data[i] < '0' || amount->data[i] > '9') {
            return WEBHOOK_VERIFY_BAD_BODY;

        } else if (point) {
            decimals++;

        } else {
            whole++;
        }
    }

    if (whole == 0 || whole > WEBHOOK_KBANK_DIGITS
        || decimals > WEBHOOK_KBANK_DECIMALS)
    {
        return WEBHOOK_VERIFY_BAD_BODY;
    }

    p = webhook_verify_room(v, whole + 1 + WEBHOOK_KBANK_DECIMALS);
    if (p == NULL) {
        return WEBHOOK_VERIFY_FAULT;
    }

    memset(p, '0', whole + 1 + WEBHOOK_KBANK_DECIMALS);
    memcpy(p, amount->data, whole);
    p[whole] = '.';

    if (decimals) {
        memcpy(p + whole + 1, amount->data + whole + 1, decimals);
    }

    amount->data = p;
    amount->len = whole + 1 + WEBHOOK_KBANK_DECIMALS;

    return WEBHOOK_VERIFY_OK;
}
