
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How a receiver makes sure of who calls, compiled.
 */

#ifndef NGX_WEBHOOK_VERIFIER_H
#define NGX_WEBHOOK_VERIFIER_H

#include "http/model/ngx_http_webhook.h"
#include "core/signature/webhook_handshake.h"
#include "core/signature/verify/webhook_verify.h"


struct ngx_webhook_verify_s {
    webhook_verifier_t           verifier;
    ngx_webhook_keys_t           keys;

    /*
     * The URL that the sender knows.  With a slash at its end it is that of
     * the location, and the token of the call is put behind it; which call's,
     * is then kept until it is verified.
     */
    ngx_str_t                    url;

    webhook_path_t              *redacted;      /* where a token stands that
                                                   is among the receiver's
                                                   "redact" for that, or
                                                   NULL */

    unsigned                     content:1;     /* signed before it was
                                                   compressed */
    unsigned                     need_url:1;
    unsigned                     need_token:1;
    unsigned                     slack:1;       /* answers url_verification */
    unsigned                     zoom:1;        /* endpoint.url_validation */
};


struct ngx_webhook_handshake_s {
    ngx_webhook_keys_t           meta;          /* its verify tokens; none: no
                                                   such handshake */
    ngx_array_t                  origins;       /* webhook_str_t: who may call
                                                   by CloudEvents' */
    uint32_t                     rate;          /* calls a minute, 0: any */
    unsigned                     cloudevents:1;
};


#endif /* NGX_WEBHOOK_VERIFIER_H */
