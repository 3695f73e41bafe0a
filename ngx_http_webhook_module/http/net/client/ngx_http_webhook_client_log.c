
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What an exchange has to say: its error and address, and nginx's own lines
 * about its connection, which come to us first.  They are the text of the
 * error, and so no line of the log for each of a thousand refusals.
 */

#include "http/net/client/ngx_http_webhook_client_int.h"


static void ngx_webhook_client_log_writer(ngx_log_t *log, ngx_uint_t level,
    u_char *buf, size_t len);


/* When a fault of this process or system was logged last. */

static time_t  ngx_webhook_client_logged_at;


void
ngx_webhook_client_log(ngx_webhook_client_t *x)
{
    x->log = *x->exchange->log;

    x->log.writer = ngx_webhook_client_log_writer;
    x->log.wdata = x;
    x->log.handler = NULL;
    x->log.next = NULL;
    x->log.action = NULL;

    if (x->log.log_level < NGX_LOG_INFO) {
        x->log.log_level = NGX_LOG_INFO;
    }
}


void ngx_cdecl
ngx_webhook_client_error(ngx_webhook_client_t *x, const char *fmt, ...)
{
    u_char   *p;
    va_list   args;

    va_start(args, fmt);
    p = ngx_vslprintf(x->error, x->error + sizeof(x->error), fmt, args);
    va_end(args);

    x->exchange->error.data = x->error;
    x->exchange->error.len = p - x->error;
}


void
ngx_webhook_client_logged(ngx_webhook_client_t *x, const char *what)
{
    if (x->logged_len == 0) {
        ngx_webhook_client_error(x, "%s", what);
        return;
    }

    ngx_webhook_client_error(x, "%s: %*s", what, x->logged_len, x->logged);
}


void
ngx_webhook_client_address(ngx_webhook_client_t *x, ngx_str_t *address)
{
    size_t  len;

    len = ngx_min(address->len, sizeof(x->address));

    ngx_memcpy(x->address, address->data, len);

    x->exchange->address.data = x->address;
    x->exchange->address.len = len;
}


/*
 * Takes a line that nginx wrote: "TIME [LEVEL] PID#TID: *NUMBER TEXT".  The
 * text is kept, and goes on as information; what is amiss in this process or
 * system goes on as an error, once a second.
 */

static void
ngx_webhook_client_log_writer(ngx_log_t *log, ngx_uint_t level, u_char *buf,
    size_t len)
{
    u_char                  *p, *last;
    ngx_err_t                err;
    ngx_webhook_client_t    *x;
    ngx_webhook_redacted_t   redacted;
    ngx_webhook_exchange_t  *exchange;

    x = log->wdata;
    exchange = x->exchange;

    /* connect() and others are judged by it */

    err = ngx_errno;

    last = buf + len;

    while (last > buf && (last[-1] == LF || last[-1] == CR)) {
        last--;
    }

    p = ngx_strlchr(buf, last, '#');

    if (p) {
        p = ngx_strlchr(p, last, ' ');
    }

    p = p ? p + 1 : buf;

    if (p < last && *p == '*') {
        while (p < last && *p++ != ' ') { /* void */ }
    }

    if (level == NGX_LOG_DEBUG) {
        ngx_log_error_core(NGX_LOG_DEBUG, exchange->log, 0, "%*s",
                           (size_t) (last - p), p);

    } else {
        x->logged_len = ngx_min((size_t) (last - p), sizeof(x->logged));
        ngx_memcpy(x->logged, p, x->logged_len);

        if (level > NGX_LOG_ALERT
            || ngx_webhook_client_logged_at == ngx_time())
        {
            level = NGX_LOG_INFO;

        } else {
            level = NGX_LOG_ERR;
            ngx_webhook_client_logged_at = ngx_time();
        }

        /* it may quote a name out of a certificate */

        ngx_log_error(level, exchange->log, 0, "webhook client: %V%s%s",
                      ngx_webhook_redacted(&redacted, p, last - p),
                      log->action ? " while " : "",
                      log->action ? log->action : "");
    }

    ngx_set_errno(err);
}
