
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_endpoint NAME { }: who is told of which events, and how.
 */

#include "ngx_http_webhook_conf.h"
#include "ngx_http_webhook_client.h"


#define NGX_HTTP_WEBHOOK_ATTEMPTS_MAX  1000
#define NGX_HTTP_WEBHOOK_FACTOR_MAX    100000       /* thousandths */
#define NGX_HTTP_WEBHOOK_GAP_MAX       (366 * 24 * 60 * 60 * UINT64_C(1000))
#define NGX_HTTP_WEBHOOK_TIMEOUT_MAX   (60 * 60 * UINT64_C(1000))
#define NGX_HTTP_WEBHOOK_INFLIGHT      64
#define NGX_HTTP_WEBHOOK_INFLIGHT_MAX  65535
#define NGX_HTTP_WEBHOOK_HEADERS_MAX   32768        /* bytes of own headers */


/* An endpoint while its block is read. */

typedef struct {
    ngx_http_webhook_endpoint_t  *endpoint;
    ngx_http_webhook_tls_t        tls;
    ngx_http_webhook_place_t      url_place;
    ngx_http_webhook_place_t      tls_place;

    unsigned                      success:1;    /* what was given */
    unsigned                      retry:1;
    unsigned                      timeout:1;
    unsigned                      limit:1;
    unsigned                      tls_set:1;
} ngx_http_webhook_endpoint_conf_t;


static char *ngx_http_webhook_endpoint_done(ngx_conf_t *cf,
    ngx_http_webhook_endpoint_conf_t *ecf);
static char *ngx_http_webhook_endpoint_head(ngx_conf_t *cf,
    ngx_http_webhook_endpoint_t *ep, ngx_str_t *uri);
static char *ngx_http_webhook_endpoint_thousandths(ngx_conf_t *cf,
    ngx_str_t *arg, ngx_str_t *value, uint32_t min, uint32_t max,
    uint32_t *n);


char *
ngx_http_webhook_endpoint(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_webhook_main_conf_t *wmcf = conf;

    char                              *rv;
    ngx_str_t                          success = ngx_string("200");
    ngx_http_webhook_endpoint_t       *ep;
    ngx_http_webhook_endpoint_conf_t   ecf;

    ep = ngx_pcalloc(cf->pool, sizeof(ngx_http_webhook_endpoint_t));
    if (ep == NULL) {
        return NGX_CONF_ERROR;
    }

    if (ngx_http_webhook_conf_named(cf, (ngx_http_webhook_named_t *) ep)
        != NGX_OK
        || ngx_http_webhook_conf_insert(cf, &wmcf->endpoints,
                                        (ngx_http_webhook_named_t *) ep,
                                        &cmd->name)
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    if (ngx_array_init(&ep->events, cf->pool, 4,
                       sizeof(ngx_http_webhook_wanted_t))
        != NGX_OK
        || ngx_array_init(&ep->headers, cf->pool, 2,
                          sizeof(ngx_http_webhook_header_t))
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    if (webhook_status_set_parse(ngx_http_webhook_str(&success), &ep->success)
        != WEBHOOK_OK)
    {
        return NGX_CONF_ERROR;
    }

    ep->retry.attempts = 12;
    ep->retry.first = 60000;
    ep->retry.factor = 2000;
    ep->retry.max = 0;
    ep->retry.jitter = 0;

    ep->timeout.connect = 5000;
    ep->timeout.send = 5000;
    ep->timeout.read = 15000;
    ep->timeout.total = 15000;

    ep->inflight = NGX_HTTP_WEBHOOK_INFLIGHT;

    ngx_memzero(&ecf, sizeof(ngx_http_webhook_endpoint_conf_t));

    ecf.endpoint = ep;
    ecf.tls.verify = 1;

    rv = ngx_http_webhook_conf_block(cf, NGX_HTTP_WEBHOOK_ENDPOINT_CONF, &ecf);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    return ngx_http_webhook_endpoint_done(cf, &ecf);
}


static char *
ngx_http_webhook_endpoint_done(ngx_conf_t *cf,
    ngx_http_webhook_endpoint_conf_t *ecf)
{
    ngx_str_t                     uri;
    ngx_http_webhook_endpoint_t  *ep;

    ep = ecf->endpoint;

    if (ep->url.data == NULL) {
        ngx_http_webhook_conf_error(NGX_LOG_EMERG, cf, &ep->place,
                                    "webhook_endpoint \"%V\" has no \"url\"",
                                    &ep->name);
        return NGX_CONF_ERROR;
    }

    if (ecf->tls_set
        && (ep->url.len < 8
            || ngx_strncasecmp(ep->url.data, (u_char *) "https://", 8) != 0))
    {
        ngx_http_webhook_conf_error(NGX_LOG_EMERG, cf, &ecf->tls_place,
                                    "\"tls\" needs an https:// url, which "
                                    "webhook_endpoint \"%V\" has not",
                                    &ep->name);
        return NGX_CONF_ERROR;
    }

    ep->target = ngx_http_webhook_target_create(cf, &ep->url, &ecf->tls,
                                                &ecf->url_place, &uri);
    if (ep->target == NULL) {
        return NGX_CONF_ERROR;
    }

    return ngx_http_webhook_endpoint_head(cf, ep, &uri);
}


/*
 * The beginning of every request to the endpoint; the courier adds what
 * differs from one send to the next, and the empty line.
 */

static char *
ngx_http_webhook_endpoint_head(ngx_conf_t *cf,
    ngx_http_webhook_endpoint_t *ep, ngx_str_t *uri)
{
    size_t                      len;
    u_char                     *p;
    ngx_str_t                  *host, agent;
    ngx_uint_t                  i;
    ngx_http_webhook_header_t  *header;

    ngx_str_set(&agent, "User-Agent: ngx_http_webhook/"
                        NGX_HTTP_WEBHOOK_VERSION CRLF);

    host = ngx_http_webhook_target_host(ep->target);

    len = sizeof("POST  HTTP/1.1" CRLF) - 1 + uri->len
          + sizeof("Host: " CRLF) - 1 + host->len;

    header = ep->headers.elts;

    for (i = 0; i < ep->headers.nelts; i++) {
        len += header[i].name.len + sizeof(": " CRLF) - 1
               + header[i].value.len;

        if (header[i].name.len == sizeof("User-Agent") - 1
            && ngx_strncasecmp(header[i].name.data, (u_char *) "User-Agent",
                               sizeof("User-Agent") - 1)
               == 0)
        {
            agent.len = 0;
        }
    }

    len += agent.len;

    p = ngx_pnalloc(cf->pool, len);
    if (p == NULL) {
        return NGX_CONF_ERROR;
    }

    ep->head.data = p;

    p = ngx_sprintf(p, "POST %V HTTP/1.1" CRLF "Host: %V" CRLF "%V", uri,
                    host, &agent);

    for (i = 0; i < ep->headers.nelts; i++) {
        p = ngx_sprintf(p, "%V: %V" CRLF, &header[i].name, &header[i].value);
    }

    ep->head.len = p - ep->head.data;

    return NGX_CONF_OK;
}


char *
ngx_http_webhook_endpoint_url(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_webhook_endpoint_conf_t *ecf = conf;

    ngx_str_t  *value;

    if (ecf->endpoint->url.data) {
        return "is duplicate";
    }

    value = cf->args->elts;

    ecf->endpoint->url = value[1];

    ngx_http_webhook_conf_place(cf, &ecf->url_place);

    return NGX_CONF_OK;
}


char *
ngx_http_webhook_endpoint_events(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_webhook_endpoint_conf_t *ecf = conf;

    ngx_str_t                  *value;
    ngx_uint_t                  i;
    ngx_http_webhook_wanted_t  *wanted;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (!webhook_pattern_valid(ngx_http_webhook_str(&value[i]))) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid pattern \"%V\": it must be an event "
                               "type, its first words and \".*\", or \"*\"",
                               &value[i]);
            return NGX_CONF_ERROR;
        }

        wanted = ngx_array_push(&ecf->endpoint->events);
        if (wanted == NULL) {
            return NGX_CONF_ERROR;
        }

        wanted->pattern = value[i];

        ngx_http_webhook_conf_place(cf, &wanted->place);
    }

    return NGX_CONF_OK;
}


char *
ngx_http_webhook_endpoint_header(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_webhook_endpoint_conf_t *ecf = conf;

    u_char                      c;
    size_t                      len;
    ngx_str_t                  *value, s;
    ngx_uint_t                  i;
    ngx_http_webhook_header_t  *header;

    value = cf->args->elts;

    if (!ngx_http_webhook_conf_header_name(&value[1])) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" cannot be a header of an endpoint: it is "
                           "no header name or is set by the module",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    s = value[2];

    while (s.len && (*s.data == ' ' || *s.data == '\t')) {
        s.data++;
        s.len--;
    }

    while (s.len && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t')) {
        s.len--;
    }

    /* the value is not shown: it may be a credential */

    for (i = 0; i < s.len; i++) {
        c = s.data[i];

        if ((c < 0x20 && c != '\t') || c == 0x7f) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "the value of the header \"%V\" has a control "
                               "character", &value[1]);
            return NGX_CONF_ERROR;
        }
    }

    header = ecf->endpoint->headers.elts;
    len = value[1].len + s.len;

    for (i = 0; i < ecf->endpoint->headers.nelts; i++) {
        len += header[i].name.len + header[i].value.len;
    }

    if (len > NGX_HTTP_WEBHOOK_HEADERS_MAX) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "the headers of webhook_endpoint \"%V\" are longer "
                           "than %d bytes", &ecf->endpoint->name,
                           NGX_HTTP_WEBHOOK_HEADERS_MAX);
        return NGX_CONF_ERROR;
    }

    header = ngx_array_push(&ecf->endpoint->headers);
    if (header == NULL) {
        return NGX_CONF_ERROR;
    }

    header->name = value[1];
    header->value = s;

    return NGX_CONF_OK;
}


char *
ngx_http_webhook_endpoint_success(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_webhook_endpoint_conf_t *ecf = conf;

    ngx_str_t  *value;

    if (ecf->success) {
        return "is duplicate";
    }

    ecf->success = 1;

    value = cf->args->elts;

    if (webhook_status_set_parse(ngx_http_webhook_str(&value[1]),
                                 &ecf->endpoint->success)
        != WEBHOOK_OK)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid status codes \"%V\": they are written as "
                           "in \"200,202\" or \"2xx\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


char *
ngx_http_webhook_endpoint_retry(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_webhook_endpoint_conf_t *ecf = conf;

    char                *rv;
    uint64_t            *ms;
    ngx_int_t            n;
    ngx_str_t           *value, s;
    ngx_uint_t           i;
    webhook_schedule_t  *retry;

    if (ecf->retry) {
        return "is duplicate";
    }

    ecf->retry = 1;

    retry = &ecf->endpoint->retry;
    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_http_webhook_conf_param(&value[i], "attempts=", &s)) {

            n = ngx_atoi(s.data, s.len);

            if (n < 1 || n > NGX_HTTP_WEBHOOK_ATTEMPTS_MAX) {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                                   "invalid \"%V\", it must be from 1 to %d",
                                   &value[i], NGX_HTTP_WEBHOOK_ATTEMPTS_MAX);
                return NGX_CONF_ERROR;
            }

            retry->attempts = n;
            continue;
        }

        if (ngx_http_webhook_conf_param(&value[i], "factor=", &s)) {

            rv = ngx_http_webhook_endpoint_thousandths(cf, &value[i], &s, 1000,
                                                NGX_HTTP_WEBHOOK_FACTOR_MAX,
                                                &retry->factor);
            if (rv != NGX_CONF_OK) {
                return rv;
            }

            continue;
        }

        if (ngx_http_webhook_conf_param(&value[i], "jitter=", &s)) {

            rv = ngx_http_webhook_endpoint_thousandths(cf, &value[i], &s, 0,
                                                       1000, &retry->jitter);
            if (rv != NGX_CONF_OK) {
                return rv;
            }

            continue;
        }

        if (ngx_http_webhook_conf_param(&value[i], "first=", &s)) {
            ms = &retry->first;

        } else if (ngx_http_webhook_conf_param(&value[i], "max=", &s)) {
            ms = &retry->max;

        } else {
            return ngx_http_webhook_conf_invalid(cf, &value[i]);
        }

        if (ngx_http_webhook_conf_msec(&s, NGX_HTTP_WEBHOOK_GAP_MAX, ms)
            != NGX_OK)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid time \"%V\", it must be from 1ms to "
                               "366d", &value[i]);
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


/* "1.5" as 1500. */

static char *
ngx_http_webhook_endpoint_thousandths(ngx_conf_t *cf, ngx_str_t *arg,
    ngx_str_t *value, uint32_t min, uint32_t max, uint32_t *n)
{
    ngx_int_t  i;

    i = ngx_atofp(value->data, value->len, 3);

    if (i == NGX_ERROR || i < (ngx_int_t) min || i > (ngx_int_t) max) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid \"%V\", it must be from %uD to %uD, with "
                           "up to 3 decimals", arg, min / 1000, max / 1000);
        return NGX_CONF_ERROR;
    }

    *n = i;

    return NGX_CONF_OK;
}


char *
ngx_http_webhook_endpoint_timeout(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_webhook_endpoint_conf_t *ecf = conf;

    uint64_t                     ms;
    ngx_str_t                   *value, s;
    ngx_uint_t                   i;
    ngx_msec_t                  *field;
    ngx_http_webhook_timeout_t  *timeout;

    if (ecf->timeout) {
        return "is duplicate";
    }

    ecf->timeout = 1;

    timeout = &ecf->endpoint->timeout;
    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_http_webhook_conf_param(&value[i], "connect=", &s)) {
            field = &timeout->connect;

        } else if (ngx_http_webhook_conf_param(&value[i], "send=", &s)) {
            field = &timeout->send;

        } else if (ngx_http_webhook_conf_param(&value[i], "read=", &s)) {
            field = &timeout->read;

        } else if (ngx_http_webhook_conf_param(&value[i], "total=", &s)) {
            field = &timeout->total;

        } else {
            return ngx_http_webhook_conf_invalid(cf, &value[i]);
        }

        if (ngx_http_webhook_conf_msec(&s, NGX_HTTP_WEBHOOK_TIMEOUT_MAX, &ms)
            != NGX_OK)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid time \"%V\", it must be from 1ms to "
                               "1h", &value[i]);
            return NGX_CONF_ERROR;
        }

        *field = ms;
    }

    return NGX_CONF_OK;
}


char *
ngx_http_webhook_endpoint_limit(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_webhook_endpoint_conf_t *ecf = conf;

    ngx_int_t    n;
    ngx_str_t   *value, s;
    ngx_uint_t   i;

    if (ecf->limit) {
        return "is duplicate";
    }

    ecf->limit = 1;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (!ngx_http_webhook_conf_param(&value[i], "inflight=", &s)) {
            return ngx_http_webhook_conf_invalid(cf, &value[i]);
        }

        n = ngx_atoi(s.data, s.len);

        if (n < 1 || n > NGX_HTTP_WEBHOOK_INFLIGHT_MAX) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid \"%V\", it must be from 1 to %d",
                               &value[i], NGX_HTTP_WEBHOOK_INFLIGHT_MAX);
            return NGX_CONF_ERROR;
        }

        ecf->endpoint->inflight = n;
    }

    return NGX_CONF_OK;
}


char *
ngx_http_webhook_endpoint_tls(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_webhook_endpoint_conf_t *ecf = conf;

    ngx_str_t   *value, *field, s;
    ngx_uint_t   i;

    if (ecf->tls_set) {
        return "is duplicate";
    }

    ecf->tls_set = 1;

    ngx_http_webhook_conf_place(cf, &ecf->tls_place);

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_http_webhook_conf_param(&value[i], "verify=", &s)) {

            if (s.len == 2 && ngx_strncmp(s.data, "on", 2) == 0) {
                ecf->tls.verify = 1;

            } else if (s.len == 3 && ngx_strncmp(s.data, "off", 3) == 0) {
                ecf->tls.verify = 0;

            } else {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                                   "invalid \"%V\", it must be \"verify=on\" "
                                   "or \"verify=off\"", &value[i]);
                return NGX_CONF_ERROR;
            }

            continue;
        }

        if (ngx_http_webhook_conf_param(&value[i], "ca=", &s)) {
            field = &ecf->tls.ca;

        } else if (ngx_http_webhook_conf_param(&value[i], "name=", &s)) {
            field = &ecf->tls.name;

        } else if (ngx_http_webhook_conf_param(&value[i], "cert=", &s)) {
            field = &ecf->tls.cert;

        } else if (ngx_http_webhook_conf_param(&value[i], "key=", &s)) {
            field = &ecf->tls.key;

        } else {
            return ngx_http_webhook_conf_invalid(cf, &value[i]);
        }

        if (s.len == 0 || field->len) {
            return ngx_http_webhook_conf_invalid(cf, &value[i]);
        }

        if (field != &ecf->tls.name
            && ngx_conf_full_name(cf->cycle, &s, 1) != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }

        *field = s;
    }

    if ((ecf->tls.cert.len == 0) != (ecf->tls.key.len == 0)) {
        return "must have both \"cert=\" and \"key=\" or none of them";
    }

    if (ecf->tls.ca.len && !ecf->tls.verify) {
        return "has a \"ca=\" that \"verify=off\" leaves without use";
    }

    return NGX_CONF_OK;
}
