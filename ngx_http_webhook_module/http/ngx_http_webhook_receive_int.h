
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the files of the inbound room share:
 *
 *   receive.c         the way of a call from its headers to its answer
 *   receive_mask.c    keeps the secret of the URL out of all that is logged
 *   receive_body.c    reads the body, into memory and within a bound
 *   receive_check.c   is it what the receiver asks for; renders the actions
 *   receive_action.c  runs an action as a subrequest, swallows its output
 *   receive_answer.c  the answers
 *   receive_log.c     the history of calls
 *
 * Event loop only.
 */

#ifndef NGX_HTTP_WEBHOOK_RECEIVE_INT_H
#define NGX_HTTP_WEBHOOK_RECEIVE_INT_H

#include "ngx_http_webhook_receive.h"


#define NGX_HTTP_WEBHOOK_UNPROCESSABLE  422     /* nginx has no name for it */

#define NGX_HTTP_WEBHOOK_ANSWER_START  512      /* kept of an API's answer */
#define NGX_HTTP_WEBHOOK_URI_MAX       8192     /* bytes of an action's URI */
#define NGX_HTTP_WEBHOOK_ERROR_MAX     1024     /* bytes of an error text */
#define NGX_HTTP_WEBHOOK_DRAIN_MAX     65536    /* bytes of a refused body */


typedef struct ngx_http_webhook_call_s  ngx_http_webhook_call_t;


/* One action of a call, once its templates are rendered. */

typedef struct {
    ngx_http_webhook_call_t      *call;
    ngx_uint_t                    number;       /* 1.. */
    ngx_uint_t                    method;
    ngx_str_t                     method_name;
    ngx_str_t                     uri;          /* as rendered, escaped */
    ngx_str_t                     path;         /* of it, as nginx has it:
                                                   unescaped */
    ngx_str_t                     args;
    ngx_str_t                     body;
    unsigned                      has_body:1;

    unsigned                      done:1;
    unsigned                      answered:1;   /* status came as a header */
    unsigned                      complete:1;   /* and the end of the body */
    unsigned                      broken:1;     /* or not, though it should */
    ngx_uint_t                    status;       /* 0: none */
    uint64_t                      begun;        /* usec */
    uint32_t                      total;        /* usec */

    size_t                        start_len;
    u_char                        start[NGX_HTTP_WEBHOOK_ANSWER_START];
} ngx_http_webhook_act_t;


/*
 * A call, from the reading of its headers to the end of the request.  It is
 * found through the pool's cleanup, for module contexts are lost at internal
 * redirects.
 */

struct ngx_http_webhook_call_s {
    ngx_http_request_t           *request;
    ngx_http_webhook_receiver_t  *receiver;     /* NULL: no such hook */
    ngx_str_t                     path;         /* masked, if receiver is
                                                   known by it */

    u_char                       *body;
    size_t                        body_len;
    size_t                        body_size;

    ngx_uint_t                    refused;      /* status to answer once the
                                                   body was thrown away */
    size_t                        drained;      /* bytes of it so far */

    webhook_json_doc_t           *doc;

    ngx_http_webhook_act_t       *acts;
    ngx_uint_t                    nacts;
    ngx_uint_t                    current;      /* index of the running one */

    ngx_uint_t                    status;       /* of the answer, 0: none yet */
    ngx_str_t                     error;        /* the sentence in it */
    ngx_str_t                     detail;       /* what the API said, for the
                                                   history */
    uint64_t                      begun;        /* usec, a clock's */
    uint64_t                      wall;         /* ms since 1970 */

    ngx_str_t                     instead;      /* of core's error page */

    unsigned                      masked:1;     /* request line, unparsed URI */
    unsigned                      masked_uri:1;
    unsigned                      dry_run:1;
    unsigned                      running:1;    /* actions do */
    unsigned                      woken:1;      /* the running one ended */
    unsigned                      gone:1;       /* the caller left */
    unsigned                      logged:1;
    unsigned                      replaced:1;   /* core's error page */
};


/* receive.c */

/* The call of a request, or NULL. */
ngx_http_webhook_call_t *ngx_http_webhook_call_get(ngx_http_request_t *r);

/* The same, made where there is none; NULL on lack of memory. */
ngx_http_webhook_call_t *ngx_http_webhook_call_make(ngx_http_request_t *r);

/*
 * Ends a call: logs and counts it and sends the answer.  Returns what is to be
 * returned from the content handler or given to ngx_http_finalize_request().
 * error is a sentence that need not live on, NULL with 200.
 */
ngx_int_t ngx_http_webhook_call_end(ngx_http_webhook_call_t *call,
    ngx_uint_t status, ngx_str_t *error);

/* Called when the body is whole; goes on with checks and actions. */
void ngx_http_webhook_call_body(ngx_http_webhook_call_t *call);

/* Microseconds of a clock that never runs backwards. */
uint64_t ngx_http_webhook_receive_clock(void);


/* receive_mask.c */

/* Handlers of the phases POST_READ; SERVER_REWRITE and REWRITE; LOG. */
ngx_int_t ngx_http_webhook_receive_mask(ngx_http_request_t *r);
ngx_int_t ngx_http_webhook_receive_mask_late(ngx_http_request_t *r);
ngx_int_t ngx_http_webhook_receive_mask_log(ngx_http_request_t *r);

/* Finds out where ordinary locations stand below receiving ones. */
ngx_int_t ngx_http_webhook_receive_mask_init(ngx_conf_t *cf,
    ngx_http_webhook_main_conf_t *wmcf);

/* Masks all that a request in a receiving location can show of its URL. */
ngx_int_t ngx_http_webhook_receive_mask_all(ngx_http_webhook_call_t *call);


/* receive_body.c */

/*
 * Reads the body into call->body, receiver->body_max bytes at most, and calls
 * ngx_http_webhook_call_body(); or, if call->refused is set, throws it away and
 * answers call->error.  For the content handler to return.
 */
ngx_int_t ngx_http_webhook_receive_body(ngx_http_webhook_call_t *call);


/* receive_check.c */

/* 0, or the status to answer, with its sentence in *error (of the pool). */
ngx_uint_t ngx_http_webhook_receive_check_headers(
    ngx_http_webhook_call_t *call, ngx_str_t *error);

/* The same for the body; on success call->acts are filled in. */
ngx_uint_t ngx_http_webhook_receive_check_body(ngx_http_webhook_call_t *call,
    ngx_str_t *error);

/* True where the caller asks for a dry run. */
ngx_uint_t ngx_http_webhook_receive_dry_run(ngx_http_request_t *r);

/* Makes a sentence in the request's pool; "" on lack of memory. */
void ngx_cdecl ngx_http_webhook_receive_say(ngx_http_request_t *r,
    ngx_str_t *text, const char *fmt, ...);


/* receive_action.c */

/*
 * Starts an action; when it ended, its done is set and the main request's
 * write event handler is called.  NGX_OK or NGX_ERROR.
 */
ngx_int_t ngx_http_webhook_receive_act(ngx_http_webhook_act_t *act);

/* Filters for the output of actions: true where r is one of them. */
ngx_uint_t ngx_http_webhook_receive_act_header(ngx_http_request_t *r);
ngx_uint_t ngx_http_webhook_receive_act_body(ngx_http_request_t *r,
    ngx_chain_t *in);


/* receive_answer.c */

/* Sends JSON; allow adds "Allow: POST". */
ngx_int_t ngx_http_webhook_receive_send(ngx_http_request_t *r,
    ngx_uint_t status, ngx_str_t *json);

/* Make the texts of answers in the request's pool; NGX_OK or NGX_ERROR. */
ngx_int_t ngx_http_webhook_receive_error_json(ngx_http_request_t *r,
    ngx_str_t *error, ngx_str_t *json);
ngx_int_t ngx_http_webhook_receive_dry_json(ngx_http_webhook_call_t *call,
    ngx_str_t *json);

/* The request id: $request_id, the same for logs, answers and actions. */
ngx_int_t ngx_http_webhook_receive_request_id_init(ngx_conf_t *cf);
void ngx_http_webhook_receive_request_id(ngx_http_request_t *r,
    ngx_str_t *value);
ngx_uint_t ngx_http_webhook_receive_request_id_index(void);

/* Makes core's error page of a receiving location the JSON that a caller
   expects: called from the filters. */
ngx_int_t ngx_http_webhook_receive_instead_header(ngx_http_request_t *r);
ngx_uint_t ngx_http_webhook_receive_instead_body(ngx_http_request_t *r,
    ngx_chain_t *in, ngx_chain_t **out);


/* receive_log.c */

/* Hands the call to the store; the answer does not wait for it. */
void ngx_http_webhook_receive_log(ngx_http_webhook_call_t *call);


#endif /* NGX_HTTP_WEBHOOK_RECEIVE_INT_H */
