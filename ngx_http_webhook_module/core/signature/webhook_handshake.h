
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The questions by which senders make sure, before their first call, that
 * there is a receiver who wants it.  Text in, text out.
 *
 * slack and zoom come as signed calls: ask only after webhook_verify() said
 * OK.  Answers hold nothing of the question but what was checked to be plain.
 *
 * All functions are reentrant and may run on any thread; none blocks.
 */

#ifndef WEBHOOK_HANDSHAKE_H
#define WEBHOOK_HANDSHAKE_H

#include "core/signature/webhook_key.h"


#define WEBHOOK_HANDSHAKE_TEXT_MAX  256     /* bytes of a challenge or name */


typedef enum {
    WEBHOOK_HANDSHAKE_NONE = 0,     /* no handshake: an ordinary call */
    WEBHOOK_HANDSHAKE_ANSWER,       /* 200 with what was added to out */
    WEBHOOK_HANDSHAKE_REFUSED,      /* a handshake that is not granted */
    WEBHOOK_HANDSHAKE_FAULT         /* no memory, or OpenSSL failed */
} webhook_handshake_e;


/*
 * Slack: a body with "type": "url_verification" and a "challenge", which is
 * answered with {"challenge": "..."} (application/json).
 */
webhook_handshake_e webhook_handshake_slack(const webhook_str_t *body,
    webhook_buf_t *out);

/*
 * Zoom: a body with "event": "endpoint.url_validation" and payload.plainToken,
 * which is answered with that and its HMAC-SHA256, in hexadecimal digits
 * (application/json).  The key is the one that signed this very call, see
 * webhook_verified_t.
 *
 * This key signs calls as well, so a token may hold letters, digits and
 * "-_+/=." only: nobody gets "v0:..." signed by asking for it.
 */
webhook_handshake_e webhook_handshake_zoom(const webhook_str_t *body,
    const webhook_key_t *key, webhook_buf_t *out);

/*
 * Meta (and WebSub hubs that do the same): GET with hub.mode=subscribe,
 * hub.verify_token and hub.challenge, which alone is answered (text/plain).
 * args is the query as it came; the keys are the verify tokens, literal.
 * The challenge may hold letters, digits and "-_.~" only.
 */
webhook_handshake_e webhook_handshake_meta(const webhook_str_t *args,
    const webhook_key_t *keys, unsigned nkeys, int64_t now,
    webhook_buf_t *out);

/*
 * CloudEvents (HTTP 1.1 Web Hooks for Event Delivery, 4): OPTIONS with
 * WebHook-Request-Origin, and WebHook-Request-Rate perhaps (else empty), both
 * as they came.
 *
 * allowed are the senders' names that may call ("*" stands for all, and a
 * name that begins with "*." for all below it); max_rate is how many calls a
 * minute are granted, 0 for any number.
 *
 * ANSWER: 200 with WebHook-Allowed-Origin, which is the origin itself and has
 * been put into *allowed_origin (a view into origin), with Allow: POST,
 * OPTIONS, and if a rate was asked for with WebHook-Allowed-Rate, which was
 * added to rate_out: the lower one of what is asked for and granted; or "*".
 * REFUSED: 403 without these headers.  NONE: origin is empty.
 */
webhook_handshake_e webhook_handshake_cloudevents(const webhook_str_t *origin,
    const webhook_str_t *rate, const webhook_str_t *allowed, size_t nallowed,
    uint32_t max_rate, webhook_str_t *allowed_origin, webhook_buf_t *rate_out);


#endif /* WEBHOOK_HANDSHAKE_H */
