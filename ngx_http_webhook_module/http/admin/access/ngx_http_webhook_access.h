
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Who asks, and what he may: bearer tokens of webhook_tokens, and what
 * webhook_permission finds in variables.  Event loop.
 */

#ifndef NGX_WEBHOOK_ACCESS_H
#define NGX_WEBHOOK_ACCESS_H

#include "http/runtime/registered/ngx_http_webhook_registered.h"


#define NGX_WEBHOOK_CALLER_MAX    255       /* bytes of a caller's name */


/* What a caller may: bits.  Who may set, may view, and sees payloads. */

#define NGX_WEBHOOK_MAY_VIEW      0x0001    /* read, with secrets masked */
#define NGX_WEBHOOK_MAY_SET       0x0002    /* all */
#define NGX_WEBHOOK_MAY_PAYLOAD   0x0004    /* see payloads */


/* A caller.  The texts live as long as the request. */

typedef struct {
    ngx_uint_t     may;             /* NGX_WEBHOOK_MAY_... */
    ngx_str_t      name;            /* who it is, for "by" and the audit: valid
                                       UTF-8; empty: nobody says */
    ngx_str_t      company;         /* empty: none, and then "all" is set */
    unsigned       all:1;           /* of all companies, and of none */
    unsigned       token:1;         /* a bearer token vouches for it */
    unsigned       known:1;         /* it is somebody, though it may nothing */
    u_char         digest[32];      /* of who it is: the token, or name and
                                       company; what is counted for a caller
                                       goes by this */
} ngx_webhook_access_t;


/* webhook_permission: what a variable has to say.  Each may be NULL. */

typedef struct ngx_webhook_permission_s {
    ngx_http_complex_value_t   *setting;
    ngx_http_complex_value_t   *view;
    ngx_http_complex_value_t   *payload;
    ngx_http_complex_value_t   *company;
    ngx_http_complex_value_t   *name;
    ngx_webhook_source_pos_t    source_pos;
} ngx_webhook_permission_t;


/*
 * Finds out who asks: NGX_OK and what it may, or a status: 401 for nobody, and
 * for a token that is unknown or has ended; 403 for somebody who may nothing.
 * Then *why is a sentence, and access->known tells whether it is somebody.
 * NGX_ERROR on lack of memory.
 */
ngx_int_t ngx_webhook_access_find(ngx_http_request_t *r,
    ngx_webhook_access_t *access, const char **why);

/*
 * Whether a request that changes something comes from where it should, and not
 * from a page of another site in somebody's browser: NGX_OK, or 403 and *why.
 */
ngx_int_t ngx_webhook_access_site(ngx_http_request_t *r,
    ngx_webhook_access_t *access, const char **why);

/* 1 if what is of this company (empty: of none, and all that stands in
   nginx.conf) is the caller's to see; else it is answered with 404. */
ngx_uint_t ngx_webhook_access_sees(ngx_webhook_access_t *access,
    const webhook_str_t *company);

/* What the store is asked for: things of the caller's company, or anybody's;
   "which" is never WEBHOOK_COMPANY_NONE. */
void ngx_webhook_access_whose(ngx_webhook_access_t *access,
    webhook_company_t *whose);


#endif /* NGX_WEBHOOK_ACCESS_H */
