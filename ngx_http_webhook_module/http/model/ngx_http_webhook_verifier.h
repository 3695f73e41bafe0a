
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How a receiver makes sure of who calls, compiled.
 */

#ifndef NGX_WEBHOOK_VERIFIER_H
#define NGX_WEBHOOK_VERIFIER_H

#include "http/model/ngx_http_webhook.h"
#include "core/handshake/webhook_handshake.h"
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
};


/* The questions of senders that a receiver answers. */

struct ngx_webhook_handshake_s {
    ngx_array_t                  rows;          /* webhook_handshake_t *, const:
                                                   named, or of the preset */
    ngx_uint_t                   probe;         /* methods that are answered 200,
                                                   and do nothing */
    webhook_handshake_conf_t     conf;          /* of what follows */
    ngx_webhook_keys_t           meta;          /* its verify tokens; none: no
                                                   such handshake */
    ngx_array_t                  origins;       /* webhook_str_t: who may call
                                                   by CloudEvents' */
    ngx_webhook_peer_t          *service;       /* where subscriptions of SNS
                                                   are confirmed, or NULL, */
    ngx_str_t                    service_uri;   /*   and what stands before
                                                   the path there, or empty */
};


#endif /* NGX_WEBHOOK_VERIFIER_H */
