
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Strings of a payload that are JSON themselves, as a sender puts them into a
 * field of a form.
 */

#ifndef NGX_WEBHOOK_PARSE_JSON_H
#define NGX_WEBHOOK_PARSE_JSON_H

#include "http/inbound/call/ngx_http_webhook_call.h"


/*
 * Puts what the strings at receiver->parse_json hold in their place, one path
 * after the other, and reads the payload anew within the limits that hold for
 * all of it.  What is missing, empty or no string is left.  Returns 0, or the
 * status to answer with its sentence; call->doc is NULL then.  Any thread.
 */
ngx_uint_t ngx_webhook_parse_json(ngx_webhook_call_t *call, ngx_str_t *error);


#endif /* NGX_WEBHOOK_PARSE_JSON_H */
