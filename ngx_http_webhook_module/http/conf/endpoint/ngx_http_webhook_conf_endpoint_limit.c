
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_endpoint { limit, retry, breaker }: how much an endpoint is asked to
 * bear, and when it is asked again.
 */

#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint_limit.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_param.h"
#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint.h"


#define NGX_WEBHOOK_ATTEMPTS_MAX  1000
#define NGX_WEBHOOK_FACTOR_MAX    100000            /* thousandths */
#define NGX_WEBHOOK_GAP_MAX       (366 * 24 * 60 * 60 * UINT64_C(1000))
#define NGX_WEBHOOK_INFLIGHT      64
#define NGX_WEBHOOK_INFLIGHT_MAX  65535
#define NGX_WEBHOOK_RATE_MAX      1000000
#define NGX_WEBHOOK_BURST_MAX     1000000
#define NGX_WEBHOOK_RETRY_AFTER   (60 * 60 * UINT64_C(1000))
#define NGX_WEBHOOK_BREAK_MAX     1000000
#define NGX_WEBHOOK_BREAK_TIME    (24 * 60 * 60 * UINT64_C(1000))


static char *ngx_webhook_endpoint_limit(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_endpoint_retry(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static ngx_int_t ngx_webhook_endpoint_retry_time(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_t *ep, ngx_str_t *arg, ngx_uint_t *first);
static char *ngx_webhook_endpoint_breaker(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static ngx_int_t ngx_webhook_endpoint_number(ngx_webhook_build_t *b,
    ngx_str_t *arg, ngx_str_t *value, ngx_int_t max, ngx_uint_t *n);
static ngx_int_t ngx_webhook_endpoint_thousandths(ngx_webhook_build_t *b,
    ngx_str_t *arg, ngx_str_t *value, uint32_t min, uint32_t max, uint32_t *n);


const ngx_webhook_field_t  ngx_webhook_endpoint_limit_fields[] = {

    { ngx_string("limit"),
      NGX_CONF_1MORE,
      ngx_webhook_endpoint_limit,
      0,
      NULL },

    { ngx_string("retry"),
      NGX_CONF_1MORE,
      ngx_webhook_endpoint_retry,
      0,
      NULL },

    { ngx_string("breaker"),
      NGX_CONF_1MORE,
      ngx_webhook_endpoint_breaker,
      0,
      NULL },

      ngx_webhook_null_field
};


ngx_int_t
ngx_webhook_endpoint_limit_create(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_conf_t *ecf)
{
    ngx_webhook_endpoint_t  *ep;

    ep = ecf->endpoint;

    /*
     * set by ngx_pcalloc():
     *
     *     ep->rate = 0;
     *     ep->retry.max = 0;
     *     ep->retry.jitter = 0;
     *     ep->gone_ignore = 0;
     *     ep->break_failures = 0;
     *     ep->break_percent = 0;
     */

    ep->inflight = NGX_WEBHOOK_INFLIGHT;

    ep->retry.attempts = 12;
    ep->retry.first = 60000;
    ep->retry.factor = 2000;
    ep->retry_after = NGX_WEBHOOK_RETRY_AFTER;

    ep->break_window = 60000;
    ep->break_open_timeout = 30000;

    return NGX_OK;
}


ngx_int_t
ngx_webhook_endpoint_limit_finish(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_conf_t *ecf)
{
    ecf->endpoint->retry_pos = ecf->retry ? ecf->retry_pos
                                            : ecf->endpoint->source_pos;

    return NGX_OK;
}


ngx_int_t
ngx_webhook_endpoint_limit_check(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_t *ep)
{
    if (b->wmcf->cluster == NULL) {

        if (!ep->limit_shared && !ep->order_shared) {
            return NGX_OK;
        }

        ngx_webhook_build_at(NGX_LOG_EMERG, b,
                             ep->limit_shared ? &ep->limit_pos
                                              : &ep->order_pos,
                             "\"scope=cluster\" in \"%s\" of "
                             "webhook_endpoint \"%V\" needs "
                             "\"webhook_cluster\"",
                             ep->limit_shared ? "limit" : "order_by",
                             &ep->name);
        return NGX_ERROR;
    }

    if (ep->timeout.total < b->wmcf->cluster_send) {
        return NGX_OK;
    }

    ngx_webhook_build_at(NGX_LOG_EMERG, b, &ep->timeout_pos,
                         "\"total=\" in \"timeout\" of webhook_endpoint "
                         "\"%V\" is %M ms, which has to be less than %M ms: "
                         "\"lease=\" of \"webhook_cluster\" without two "
                         "heartbeats", &ep->name, ep->timeout.total,
                         b->wmcf->cluster_send);

    return NGX_ERROR;
}


/* limit inflight=N rate=100r/s burst=N scope=node|cluster */

static char *
ngx_webhook_endpoint_limit(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_endpoint_conf_t *ecf = conf;

    ngx_int_t                choice;
    ngx_str_t               *value, s;
    ngx_uint_t               i, n;
    ngx_webhook_endpoint_t  *ep;

    if (ecf->limit) {
        return "is duplicate";
    }

    ecf->limit = 1;

    if (ngx_webhook_conf_params(b, 1, "inflight= rate= burst= scope=")
        != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    ep = ecf->endpoint;
    value = b->args->elts;

    ngx_webhook_conf_source_pos(b, &ep->limit_pos);

    for (i = 1; i < b->args->nelts; i++) {

        if (ngx_webhook_conf_param(&value[i], "inflight=", &s)) {

            if (ngx_webhook_endpoint_number(b, &value[i], &s,
                                            NGX_WEBHOOK_INFLIGHT_MAX,
                                            &ep->inflight)
                != NGX_OK)
            {
                return NGX_CONF_ERROR;
            }

            continue;
        }

        if (ngx_webhook_conf_param(&value[i], "rate=", &s)) {

            if (ngx_webhook_endpoint_rate(b, &value[i], &s, ep) != NGX_OK) {
                return NGX_CONF_ERROR;
            }

            continue;
        }

        if (ngx_webhook_conf_param(&value[i], "scope=", &s)) {
            choice = ngx_webhook_conf_choice(b, &value[i], &s, "node cluster");
            if (choice == NGX_ERROR) {
                return NGX_CONF_ERROR;
            }

            ep->limit_shared = choice;
            continue;
        }

        (void) ngx_webhook_conf_param(&value[i], "burst=", &s);

        if (ngx_webhook_endpoint_number(b, &value[i], &s,
                                        NGX_WEBHOOK_BURST_MAX, &n) != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }

        ep->burst = n;
    }

    if (ep->rate == 0) {
        return ep->burst ? "has a \"burst=\" without a \"rate=\""
                         : NGX_CONF_OK;
    }

    if (ep->burst == 0) {

        /*
         * What a timer that is a little late leaves unused has to come later,
         * or the rate would not be reached: 50 ms of it
         */

        ep->burst = (uint32_t) ((uint64_t) ep->rate * 50 / ep->per);
        ep->burst = ngx_max(ep->burst, 1);
    }

    return NGX_CONF_OK;
}


/* "100r/s", "30r/m", "10r/h" */

ngx_int_t
ngx_webhook_endpoint_rate(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, ngx_webhook_endpoint_t *ep)
{
    ngx_int_t  n;

    if (value->len > 3 && ngx_strncmp(value->data + value->len - 3, "r/s", 3)
                          == 0)
    {
        ep->per = 1000;

    } else if (value->len > 3
               && ngx_strncmp(value->data + value->len - 3, "r/m", 3) == 0)
    {
        ep->per = 60 * 1000;

    } else if (value->len > 3
               && ngx_strncmp(value->data + value->len - 3, "r/h", 3) == 0)
    {
        ep->per = 60 * 60 * 1000;

    } else {
        goto invalid;
    }

    n = ngx_atoi(value->data, value->len - 3);

    if (n < 1 || n > NGX_WEBHOOK_RATE_MAX) {
        goto invalid;
    }

    ep->rate = n;

    return NGX_OK;

invalid:

    ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                           "invalid \"%V\", it must be from 1 to %d, as in "
                           "\"rate=100r/s\", \"rate=30r/m\" or \"rate=10r/h\"",
                           arg, NGX_WEBHOOK_RATE_MAX);

    return NGX_ERROR;
}


/*
 * retry attempts=N first=TIME factor=N max=TIME jitter=N retry_after=TIME|off
 *       gone=pause|ignore
 */

static char *
ngx_webhook_endpoint_retry(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_endpoint_conf_t *ecf = conf;

    ngx_int_t                choice;
    ngx_str_t               *value, s;
    ngx_uint_t               i, n, first;
    webhook_schedule_t      *retry;
    ngx_webhook_endpoint_t  *ep;

    if (ecf->retry) {
        return "is duplicate";
    }

    ecf->retry = 1;

    ngx_webhook_conf_source_pos(b, &ecf->retry_pos);

    if (ngx_webhook_conf_params(b, 1, "attempts= first= factor= max= jitter= "
                                "retry_after= gone= disable_after=")
        != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    ep = ecf->endpoint;
    retry = &ep->retry;
    value = b->args->elts;
    first = 0;

    for (i = 1; i < b->args->nelts; i++) {

        if (ngx_webhook_conf_param(&value[i], "attempts=", &s)) {

            if (ngx_webhook_endpoint_number(b, &value[i], &s,
                                            NGX_WEBHOOK_ATTEMPTS_MAX, &n)
                != NGX_OK)
            {
                return NGX_CONF_ERROR;
            }

            retry->attempts = n;
            continue;
        }

        if (ngx_webhook_conf_param(&value[i], "factor=", &s)) {

            if (ngx_webhook_endpoint_thousandths(b, &value[i], &s, 1000,
                                                NGX_WEBHOOK_FACTOR_MAX,
                                                &retry->factor)
                != NGX_OK)
            {
                return NGX_CONF_ERROR;
            }

            continue;
        }

        if (ngx_webhook_conf_param(&value[i], "jitter=", &s)) {

            if (ngx_webhook_endpoint_thousandths(b, &value[i], &s, 0, 1000,
                                                 &retry->jitter) != NGX_OK)
            {
                return NGX_CONF_ERROR;
            }

            continue;
        }

        if (ngx_webhook_conf_param(&value[i], "gone=", &s)) {
            choice = ngx_webhook_conf_choice(b, &value[i], &s, "pause ignore");
            if (choice == NGX_ERROR) {
                return NGX_CONF_ERROR;
            }

            ep->gone_ignore = choice;
            continue;
        }

        if (ngx_webhook_endpoint_retry_time(b, ep, &value[i], &first)
            != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    if (first && retry->max && retry->max < retry->first) {
        return "has a \"max=\" that is less than its \"first=\"";
    }

    return NGX_CONF_OK;
}


/* retry_after=TIME|off first=TIME max=TIME */

static ngx_int_t
ngx_webhook_endpoint_retry_time(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_t *ep, ngx_str_t *arg, ngx_uint_t *first)
{
    uint64_t   *ms;
    ngx_str_t   s;

    if (ngx_strcmp(arg->data, "retry_after=off") == 0) {
        ep->retry_after = 0;
        return NGX_OK;
    }

    if (ngx_strcmp(arg->data, "disable_after=off") == 0) {
        ep->disable_after = 0;
        return NGX_OK;
    }

    if (ngx_webhook_conf_param(arg, "retry_after=", &s)) {
        ms = &ep->retry_after;

    } else if (ngx_webhook_conf_param(arg, "disable_after=", &s)) {
        ms = &ep->disable_after;

    } else if (ngx_webhook_conf_param(arg, "first=", &s)) {
        ms = &ep->retry.first;
        *first = 1;

    } else {
        (void) ngx_webhook_conf_param(arg, "max=", &s);
        ms = &ep->retry.max;
    }

    if (ngx_webhook_conf_msec(&s, NGX_WEBHOOK_GAP_MAX, ms) != NGX_OK) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                 "invalid time \"%V\", it must be from 1ms to "
                                 "366d", arg);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* breaker [failures=N] [percent=N] [window=TIME] [hold=TIME] */

static char *
ngx_webhook_endpoint_breaker(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_endpoint_conf_t *ecf = conf;

    uint64_t                *ms;
    uint32_t                *field;
    ngx_int_t                max;
    ngx_str_t               *value, s;
    ngx_uint_t               i, n, window;
    ngx_webhook_endpoint_t  *ep;

    if (ecf->breaker) {
        return "is duplicate";
    }

    ecf->breaker = 1;

    if (ngx_webhook_conf_params(b, 1, "failures= percent= window= hold=")
        != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    ep = ecf->endpoint;
    value = b->args->elts;
    window = 0;

    for (i = 1; i < b->args->nelts; i++) {

        field = NULL;
        max = 0;

        if (ngx_webhook_conf_param(&value[i], "failures=", &s)) {
            field = &ep->break_failures;
            max = NGX_WEBHOOK_BREAK_MAX;

        } else if (ngx_webhook_conf_param(&value[i], "percent=", &s)) {
            field = &ep->break_percent;
            max = 100;
            s.len -= (s.data[s.len - 1] == '%');
        }

        if (field) {

            if (ngx_webhook_endpoint_number(b, &value[i], &s, max, &n)
                != NGX_OK)
            {
                return NGX_CONF_ERROR;
            }

            *field = n;
            continue;
        }

        if (ngx_webhook_conf_param(&value[i], "window=", &s)) {
            ms = &ep->break_window;
            window = 1;

        } else {
            (void) ngx_webhook_conf_param(&value[i], "hold=", &s);
            ms = &ep->break_open_timeout;
        }

        if (ngx_webhook_conf_msec(&s, NGX_WEBHOOK_BREAK_TIME, ms) != NGX_OK) {
            ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                 "invalid time \"%V\", it must be from 1ms to "
                                 "1d", &value[i]);
            return NGX_CONF_ERROR;
        }
    }

    if (ep->break_failures == 0 && ep->break_percent == 0) {
        return "needs \"failures=\" or \"percent=\"";
    }

    if (window && ep->break_percent == 0) {
        return "has a \"window=\" without a \"percent=\"";
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_webhook_endpoint_number(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, ngx_int_t max, ngx_uint_t *n)
{
    ngx_int_t  i;

    i = ngx_atoi(value->data, value->len);

    if (i < 1 || i > max) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                "invalid \"%V\", it must be from 1 to %i", arg,
                                max);
        return NGX_ERROR;
    }

    *n = i;

    return NGX_OK;
}


/* "1.5" as 1500. */

static ngx_int_t
ngx_webhook_endpoint_thousandths(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, uint32_t min, uint32_t max, uint32_t *n)
{
    ngx_int_t  i;

    i = ngx_atofp(value->data, value->len, 3);

    if (i == NGX_ERROR || i < (ngx_int_t) min || i > (ngx_int_t) max) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                            "invalid \"%V\", it must be from %uD to %uD, with "
                            "up to 3 decimals", arg, min / 1000, max / 1000);
        return NGX_ERROR;
    }

    *n = i;

    return NGX_OK;
}
