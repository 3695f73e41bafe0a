
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How a receiver wants its calls answered: a part of ngx_http_webhook.h.
 */

#ifndef NGX_WEBHOOK_ANSWER_RULE_H
#define NGX_WEBHOOK_ANSWER_RULE_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "http/model/ngx_http_webhook_source_pos.h"
#include "core/template/webhook_template.h"


/* Calls that succeeded, in bits. */

#define NGX_WEBHOOK_ANSWER_OK        0x01
#define NGX_WEBHOOK_ANSWER_ACCEPTED  0x02
#define NGX_WEBHOOK_ANSWER_REPEAT    0x04
#define NGX_WEBHOOK_ANSWER_SKIPPED   0x08


/* One "answer", or what a sender prescribes; the first that matches holds. */

typedef struct {
    ngx_uint_t                    calls;        /* ..._ANSWER_ bits */
    ngx_uint_t                    least;        /* or calls that we would */
    ngx_uint_t                    most;         /*   answer with such a status;
                                                     0: none */

    ngx_uint_t                    status;       /* 0: ours */
    ngx_str_t                     type;         /* empty: that of ours, or none
                                                   where there is no body */
    webhook_template_t           *body;         /* NULL: ours */
    ngx_webhook_source_pos_t      source_pos;

    unsigned                      bare:1;       /* without a body */
    unsigned                      redacts:1;    /* the body has a value that is
                                                   redacted */
} ngx_webhook_answer_rule_t;


#endif /* NGX_WEBHOOK_ANSWER_RULE_H */
