
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Handshakes that are asked in the headers of a request.
 */

#include "core/handshake/webhook_handshake_int.h"

#include <stdio.h>
#include <strings.h>


#define WEBHOOK_HANDSHAKE_RATE_DIGITS  9


static int webhook_handshake_origin(const webhook_str_t *origin,
    const webhook_str_t *allowed);
static int webhook_handshake_rate(const webhook_str_t *rate, uint32_t max,
    webhook_handshake_answer_t *a);


/*
 * Asana: POST with X-Hook-Secret, the key of the webhook that is being made,
 * which is answered in a header of that name.  Nothing is learned of it: who
 * makes the webhook finds it in the answer of Asana's API as well, and gives it
 * to "verify".  So this grants nobody anything but that calls may come.
 */

webhook_handshake_e
webhook_handshake_asana(const webhook_question_t *q,
    webhook_handshake_answer_t *a)
{
    int            n;
    webhook_str_t  secret, signature;

    n = webhook_handshake_header(q, "x-hook-secret", &secret);

    if (n == 0
        || webhook_handshake_header(q, "x-hook-signature", &signature) != 0)
    {
        return WEBHOOK_HANDSHAKE_NONE;
    }

    if (n != 1
        || !webhook_handshake_plain(&secret, WEBHOOK_HANDSHAKE_TEXT_MAX,
                                    "-_.~+/="))
    {
        return WEBHOOK_HANDSHAKE_REFUSED;
    }

    webhook_handshake_add(a, "X-Hook-Secret", &secret);

    return WEBHOOK_HANDSHAKE_ANSWER;
}


/*
 * CloudEvents (HTTP 1.1 Web Hooks for Event Delivery, 4): OPTIONS with
 * WebHook-Request-Origin, and WebHook-Request-Rate perhaps.  The answer names
 * the origin, and if a rate was asked for the lower one of that and what is
 * granted; or "*".
 */

webhook_handshake_e
webhook_handshake_cloudevents(const webhook_question_t *q,
    webhook_handshake_answer_t *a)
{
    int            n;
    size_t         i;
    webhook_str_t  origin, rate;

    static const webhook_str_t  allow = webhook_str("POST, OPTIONS");

    n = webhook_handshake_header(q, "webhook-request-origin", &origin);

    if (n == 0 || origin.len == 0) {
        return WEBHOOK_HANDSHAKE_NONE;
    }

    if (n != 1
        || !webhook_handshake_plain(&origin, WEBHOOK_HANDSHAKE_TEXT_MAX,
                                    "-_.:"))
    {
        return WEBHOOK_HANDSHAKE_REFUSED;
    }

    for (i = 0; i < q->conf->norigins; i++) {
        if (webhook_handshake_origin(&origin, &q->conf->origins[i])) {
            break;
        }
    }

    if (i == q->conf->norigins) {
        return WEBHOOK_HANDSHAKE_REFUSED;
    }

    n = webhook_handshake_header(q, "webhook-request-rate", &rate);

    if (n == 2
        || (rate.len
            && webhook_handshake_rate(&rate, q->conf->rate, a) != WEBHOOK_OK))
    {
        return WEBHOOK_HANDSHAKE_REFUSED;
    }

    webhook_handshake_add(a, "WebHook-Allowed-Origin", &origin);
    webhook_handshake_add(a, "Allow", &allow);

    return WEBHOOK_HANDSHAKE_ANSWER;
}


static int
webhook_handshake_origin(const webhook_str_t *origin,
    const webhook_str_t *allowed)
{
    size_t          len;
    unsigned char  *p;

    len = allowed->len;
    p = origin->data;

    if (len == 1 && allowed->data[0] == '*') {
        return 1;
    }

    if (len > 2 && allowed->data[0] == '*' && allowed->data[1] == '.') {

        /* ".example.com" at the end, and something before it */

        len--;

        return origin->len > len
               && strncasecmp((char *) p + origin->len - len,
                              (char *) allowed->data + 1, len)
                  == 0;
    }

    return origin->len == len
           && strncasecmp((char *) p, (char *) allowed->data, len) == 0;
}


/* "*" asks for any rate; a number has no more digits than fit. */

static int
webhook_handshake_rate(const webhook_str_t *rate, uint32_t max,
    webhook_handshake_answer_t *a)
{
    size_t         i;
    uint32_t       n;
    webhook_str_t  granted;

    n = 0;

    if (rate->len != 1 || rate->data[0] != '*') {

        if (rate->len > WEBHOOK_HANDSHAKE_RATE_DIGITS
            || rate->data[0] == '0')
        {
            return WEBHOOK_ERROR;
        }

        for (i = 0; i < rate->len; i++) {

            if (rate->data[i] < '0' || rate->data[i] > '9') {
                return WEBHOOK_ERROR;
            }

            n = n * 10 + (rate->data[i] - '0');
        }
    }

    if (max && (n == 0 || n > max)) {
        n = max;
    }

    granted.data = a->text;
    granted.len = n ? snprintf((char *) a->text, sizeof(a->text), "%u", n)
                    : snprintf((char *) a->text, sizeof(a->text), "*");

    webhook_handshake_add(a, "WebHook-Allowed-Rate", &granted);

    return WEBHOOK_OK;
}
