
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What came of sends over time, for charts: "range" of a query.  Event loop.
 */

#ifndef NGX_WEBHOOK_RINGS_H
#define NGX_WEBHOOK_RINGS_H

#include "http/admin/routes/common/ngx_http_webhook_scope.h"


/*
 * Reads "range" ("1h", "24h", "7d"; 1h unless set) and answers an object as
 * "Rings" of openapi.json has it; or what "made" makes of that, which takes over
 * the reference, and returns NULL on lack of memory: any thread.  keys: of these endpoints, in memory that lasts as long as the
 * request; none: of all that there are or were.  Of more than one question to
 * the store takes (WEBHOOK_RINGS_ENDPOINTS) those behind the first are left out,
 * and the object says how many.
 */
ngx_int_t ngx_webhook_rings(ngx_webhook_api_t *api, const uint64_t *keys,
    ngx_uint_t n, json_t *(*made)(ngx_webhook_api_t *api, json_t *rings));


#endif /* NGX_WEBHOOK_RINGS_H */
