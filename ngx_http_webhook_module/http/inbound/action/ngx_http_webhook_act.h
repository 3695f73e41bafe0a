
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * An action of a call.
 */

#ifndef NGX_WEBHOOK_ACT_H
#define NGX_WEBHOOK_ACT_H

#include "http/inbound/call/ngx_http_webhook_call.h"


/* One action of a call, once its templates are rendered. */

struct ngx_webhook_act_s {
    ngx_webhook_call_t      *call;
    ngx_webhook_action_t    *action;
    ngx_uint_t               number;            /* 1.. in its list; 0: the
                                                   target is looked up */
    ngx_uint_t               element;           /* index of that it is for */
    ngx_uint_t               method;
    ngx_str_t                method_name;
    ngx_str_t                uri;               /* as rendered, escaped */
    ngx_str_t                path;              /* of it, as nginx has it:
                                                   unescaped */
    ngx_str_t                args;
    const ngx_webhook_actions_t *bound;         /* that lets it go there; NULL:
                                                   of a receiver of nginx.conf
                                                   */
    ngx_str_t                body;
    ngx_str_t                redacted_uri;      /* as history, dry run and */
    ngx_str_t                redacted_body;     /*   errors show them:
                                                   redacted */
    unsigned                 has_body:1;
    unsigned                 rendered:1;
    unsigned                 skipped:1;         /* its condition is false */

    unsigned                 done:1;
    unsigned                 timed_out:1;
    unsigned                 answered:1;        /* status came as a header */
    unsigned                 complete:1;        /* and the end of the body */
    unsigned                 broken:1;          /* or not, though it should */
    unsigned                 unheard:1;         /* status is nginx's own */
    ngx_uint_t               status;            /* 0: none */
    ngx_uint_t               refusal;           /* status of the failure that
                                                   led to an error page */
    ngx_http_upstream_t     *refused_by;        /* or NULL */
    uint64_t                 begun;             /* usec */
    uint32_t                 total;             /* usec */

    size_t                   start_len;
    u_char                  *start;             /* of the answer, or NULL */

    u_char                  *kept;              /* the answer, where values
                                                   are captured from it */
    size_t                   kept_len;
    size_t                   kept_size;
    unsigned                 too_large:1;       /* for that */
    unsigned                 no_memory:1;

    ngx_event_t              timer;
};


/* Makes the headers of its subrequest: NGX_OK or NGX_ERROR. */
ngx_int_t ngx_webhook_act_headers(ngx_http_request_t *sr,
    ngx_webhook_act_t *act);


#endif /* NGX_WEBHOOK_ACT_H */
