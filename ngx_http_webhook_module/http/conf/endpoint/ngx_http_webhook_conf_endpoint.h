
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The fields of an endpoint, which are the directives inside of
 * webhook_endpoint { }, in parts of one concern each:
 *
 *   conf_endpoint.c         the whole; url, events, success, timeout
 *   conf_endpoint_tls.c     tls
 *   conf_endpoint_format.c    format, envelope, body, header, filter, order_by
 *   conf_endpoint_sign.c    secret, sign, auth
 *   conf_endpoint_limit.c   limit, retry, breaker
 *   conf_endpoint_network.c   address, allow, deny, proxy
 *
 * A part has a table of fields, for which conf is an
 * ngx_webhook_endpoint_conf_t.
 */

#ifndef NGX_WEBHOOK_CONF_ENDPOINT_H
#define NGX_WEBHOOK_CONF_ENDPOINT_H

#include "http/conf/field/ngx_http_webhook_conf_field.h"
#include "http/net/peer/ngx_http_webhook_peer.h"


/* The first "total=" of endpoints, in milliseconds. */
#define NGX_WEBHOOK_TIMEOUT_TOTAL  15000


/* An endpoint while its fields are built. */

typedef struct {
    ngx_webhook_endpoint_t   *endpoint;
    ngx_webhook_tls_t         tls;
    ngx_webhook_source_pos_t  url_pos;
    ngx_webhook_source_pos_t  tls_pos;
    ngx_webhook_source_pos_t  retry_pos;

    unsigned                  success:1;        /* what was given */
    unsigned                  retry:1;
    unsigned                  timeout:1;
    unsigned                  limit:1;
    unsigned                  breaker:1;
    unsigned                  tls_set:1;
    unsigned                  format:1;
    unsigned                  envelope:1;
    unsigned                  address:1;
} ngx_webhook_endpoint_conf_t;


/*
 * Builds an endpoint from the fields that b was given (conf_given.h), into
 * b->pool: NULL where something is wrong with it, which is said.  Its text has
 * to last as long as the pool; secrets in it are overwritten.
 */
ngx_webhook_endpoint_t *ngx_webhook_endpoint_build(ngx_webhook_build_t *b,
    ngx_str_t *name);

/* Its fields, up to NULL. */
const ngx_webhook_field_t **ngx_webhook_endpoint_tables(void);

/* All defaults of an endpoint whose id, name and place are set: NGX_OK or
   NGX_ERROR. */
ngx_int_t ngx_webhook_endpoint_begin(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_conf_t *ecf);

/* The end of its fields: NGX_CONF_OK or NGX_CONF_ERROR.  The path and arguments
   of its URL are put into uri. */
char *ngx_webhook_endpoint_done(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_conf_t *ecf, ngx_str_t *uri);

/* What is to be looked at in an endpoint when all is known: NGX_OK or
   NGX_ERROR. */
ngx_int_t ngx_webhook_endpoint_check(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_t *ep);


#endif /* NGX_WEBHOOK_CONF_ENDPOINT_H */
