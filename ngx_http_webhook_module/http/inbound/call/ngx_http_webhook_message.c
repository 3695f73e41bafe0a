
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/inbound/call/ngx_http_webhook_message.h"


static void ngx_webhook_message_printable(ngx_str_t *text);


void ngx_cdecl
ngx_webhook_message(ngx_webhook_call_t *call, ngx_str_t *text, const char *fmt,
    ...)
{
    u_char   *p;
    va_list   args;

    p = ngx_pnalloc(call->pool, NGX_WEBHOOK_ERROR_MAX);
    if (p == NULL) {
        ngx_str_null(text);
        return;
    }

    text->data = p;

    va_start(args, fmt);
    p = ngx_vslprintf(p, p + NGX_WEBHOOK_ERROR_MAX, fmt, args);
    va_end(args);

    text->len = p - text->data;

    ngx_webhook_message_printable(text);
}


void ngx_cdecl
ngx_webhook_message_warn(ngx_webhook_call_t *call, const char *fmt,
    ...)
{
    u_char                 *p, text[NGX_WEBHOOK_ERROR_MAX];
    va_list                 args;
    ngx_webhook_warning_t  *warning, **next;

    va_start(args, fmt);
    p = ngx_vslprintf(text, text + NGX_WEBHOOK_ERROR_MAX, fmt, args);
    va_end(args);

    warning = ngx_palloc(call->pool, sizeof(ngx_webhook_warning_t)
                                     + (p - text));
    if (warning == NULL) {
        return;
    }

    warning->next = NULL;
    warning->text.data = (u_char *) (warning + 1);
    warning->text.len = p - text;
    ngx_memcpy(warning->text.data, text, p - text);

    for (next = &call->warnings; *next; next = &(*next)->next) {
        /* void */
    }

    *next = warning;

    if (!call->away) {
        ngx_webhook_message_warnings(call);
    }
}


void
ngx_webhook_message_warnings(ngx_webhook_call_t *call)
{
    ngx_webhook_warning_t  *warning;

    for (warning = call->warnings; warning; warning = warning->next) {
        ngx_log_error(NGX_LOG_WARN, call->request->connection->log, 0,
                      "webhook receiver \"%V\": %V", &call->receiver->name,
                      &warning->text);
    }

    call->warnings = NULL;
}


/* A log line is one line; what is not UTF-8 is mended where JSON is made. */

static void
ngx_webhook_message_printable(ngx_str_t *text)
{
    size_t  i;

    for (i = 0; i < text->len; i++) {
        if (text->data[i] < 0x20 || text->data[i] == 0x7f) {
            text->data[i] = ' ';
        }
    }
}
