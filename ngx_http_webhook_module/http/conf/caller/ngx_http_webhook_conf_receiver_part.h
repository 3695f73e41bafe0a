
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A part of a receiver: some of its fields, for which conf is the receiver.
 */

#ifndef NGX_WEBHOOK_CONF_RECEIVER_PART_H
#define NGX_WEBHOOK_CONF_RECEIVER_PART_H

#include "http/conf/field/ngx_http_webhook_conf_field.h"


/*
 * Each function may be NULL; they return NGX_OK, or NGX_ERROR after logging
 * why.
 */

typedef struct {
    const ngx_webhook_field_t  *fields;

    /* before the first field is built */
    ngx_int_t                 (*create)(ngx_webhook_build_t *b,
                                    ngx_webhook_receiver_t *rcv);

    /* after the last one: defaults, and what is missing */
    ngx_int_t                 (*finish)(ngx_webhook_build_t *b,
                                    ngx_webhook_receiver_t *rcv);

    /* when all of the configuration is known: what it says of others */
    ngx_int_t                 (*check)(ngx_webhook_build_t *b,
                                    ngx_webhook_receiver_t *rcv);
} ngx_webhook_receiver_part_t;


#endif /* NGX_WEBHOOK_CONF_RECEIVER_PART_H */
