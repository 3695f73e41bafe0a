
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The routes of the API: for each group a table, of which the frame makes one.
 */

#ifndef NGX_WEBHOOK_ROUTES_H
#define NGX_WEBHOOK_ROUTES_H

#include "http/admin/api/ngx_http_webhook_api.h"


/* The tables, up to NULL. */
extern const ngx_webhook_route_t  *ngx_webhook_routes[];


#endif /* NGX_WEBHOOK_ROUTES_H */
