
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What receivers may do that were registered, as it stands in
 * webhook_registry { }; and whether a receiver keeps to that, when it is made.
 */

#ifndef NGX_WEBHOOK_CONF_BOUNDS_H
#define NGX_WEBHOOK_CONF_BOUNDS_H

#include "http/conf/field/ngx_http_webhook_conf_field.h"
#include "http/model/ngx_http_webhook_bounds.h"


/*
 * The fields, up to ngx_webhook_null_field, for a block whose conf begins with
 * a ngx_webhook_bounds_t, which ngx_webhook_bounds_begin() has made ready:
 *
 *   actions PREFIX methods=POST,PATCH,PUT [company=header:NAME]
 *   emit PATTERN...
 *   durable_api URL
 *   receive URL
 */
extern const ngx_webhook_field_t  ngx_webhook_bounds_fields[];

/* Makes bounds ready, which were zeroed: NGX_OK or NGX_ERROR. */
ngx_int_t ngx_webhook_bounds_begin(ngx_webhook_build_t *b,
    ngx_webhook_bounds_t *bounds);

/*
 * Once all is read: companies says that registered things may have one, for
 * which each "actions" needs its "company=".  NGX_OK or NGX_ERROR, said.  That
 * the locations of the prefixes are internal is for those to look at who know
 * locations.
 */
ngx_int_t ngx_webhook_bounds_done(ngx_webhook_build_t *b,
    ngx_webhook_bounds_t *bounds, ngx_uint_t companies);


#endif /* NGX_WEBHOOK_CONF_BOUNDS_H */
