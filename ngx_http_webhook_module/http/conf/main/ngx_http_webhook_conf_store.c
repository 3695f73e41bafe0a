
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_store.
 */

#include "http/conf/main/ngx_http_webhook_conf_store.h"
#include "http/conf/conf/ngx_http_webhook_conf_args.h"
#include "http/conf/conf/ngx_http_webhook_conf_param.h"


#define NGX_HTTP_WEBHOOK_STORE_TOP    ((off_t) 16384 << 30)
#define NGX_HTTP_WEBHOOK_WAIT_TOP     (60 * 60 * UINT64_C(1000))
#define NGX_HTTP_WEBHOOK_KEEP_MAX     (3660 * 24 * 60 * 60 * UINT64_C(1000))
#define NGX_HTTP_WEBHOOK_ORPHANS_MIN  (2 * 24 * 60 * 60 * UINT64_C(1000))


static ngx_int_t ngx_http_webhook_store_path(ngx_conf_t *cf,
    ngx_http_webhook_main_conf_t *wmcf);
static ngx_int_t ngx_http_webhook_store_percent(ngx_conf_t *cf,
    ngx_str_t *param, ngx_str_t *s, ngx_uint_t *percent);
static ngx_int_t ngx_http_webhook_store_rows(ngx_conf_t *cf, ngx_str_t *param,
    ngx_str_t *s, uint64_t *rows);
static ngx_int_t ngx_http_webhook_store_full(ngx_conf_t *cf, ngx_str_t *param,
    ngx_str_t *s, ngx_http_webhook_main_conf_t *wmcf);


char *
ngx_http_webhook_store(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_webhook_main_conf_t *wmcf = conf;

    off_t        size;
    ngx_str_t   *value, *wait, s;
    ngx_uint_t   i, warn, high;

    if (wmcf->store) {
        return "is duplicate";
    }

    if (ngx_http_webhook_store_path(cf, wmcf) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (ngx_http_webhook_conf_params(cf, 2,
                                     "size= keep= keep_bytes= warn= "
                                     "high_water= full= full_wait= "
                                     "dedupe_rows= idempotency_rows= "
                                     "orphans=")
        != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;
    warn = 0;
    high = 0;
    wait = NULL;

    for (i = 2; i < cf->args->nelts; i++) {

        if (ngx_http_webhook_conf_param(&value[i], "size=", &s)) {

            size = ngx_parse_offset(&s);

            if (size == NGX_ERROR) {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                                   "invalid size \"%V\", it is written as in "
                                   "\"64m\" or \"4g\"", &value[i]);
                return NGX_CONF_ERROR;
            }

            if (size < WEBHOOK_STORE_SIZE_MIN) {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                                   "\"%V\" is too small, the least is %dm",
                                   &value[i],
                                   WEBHOOK_STORE_SIZE_MIN / (1024 * 1024));
                return NGX_CONF_ERROR;
            }

            if (size > NGX_HTTP_WEBHOOK_STORE_TOP) {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                                   "\"%V\" is too large, the most is 16384g",
                                   &value[i]);
                return NGX_CONF_ERROR;
            }

            wmcf->size = size;
            continue;
        }

        if (ngx_http_webhook_conf_param(&value[i], "keep=", &s)) {

            if (ngx_http_webhook_conf_msec(&s, NGX_HTTP_WEBHOOK_KEEP_MAX,
                                           &wmcf->keep)
                != NGX_OK)
            {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                                   "invalid time \"%V\", it must be from 1ms "
                                   "to ten years, as in \"7d\" or \"12h\"",
                                   &value[i]);
                return NGX_CONF_ERROR;
            }

            continue;
        }

        if (ngx_http_webhook_conf_param(&value[i], "orphans=", &s)) {

            if (s.len == 3 && ngx_strncmp(s.data, "off", 3) == 0) {
                wmcf->orphans = 0;
                continue;
            }

            if (ngx_http_webhook_conf_msec(&s, NGX_HTTP_WEBHOOK_KEEP_MAX,
                                           &wmcf->orphans)
                != NGX_OK
                || wmcf->orphans < NGX_HTTP_WEBHOOK_ORPHANS_MIN)
            {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                                   "invalid time \"%V\", it must be \"off\", "
                                   "or from 2d to ten years", &value[i]);
                return NGX_CONF_ERROR;
            }

            continue;
        }

        if (ngx_http_webhook_conf_param(&value[i], "keep_bytes=", &s)) {

            size = ngx_parse_offset(&s);

            if (size == NGX_ERROR || size == 0) {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                                   "invalid size \"%V\", it is written as in "
                                   "\"64m\" or \"4g\"", &value[i]);
                return NGX_CONF_ERROR;
            }

            wmcf->keep_bytes = size;
            continue;
        }

        if (ngx_http_webhook_conf_param(&value[i], "idempotency_rows=", &s)) {

            if (ngx_http_webhook_store_rows(cf, &value[i], &s,
                                            &wmcf->idempotency_rows)
                != NGX_OK)
            {
                return NGX_CONF_ERROR;
            }

            continue;
        }

        if (ngx_http_webhook_conf_param(&value[i], "dedupe_rows=", &s)) {

            if (ngx_http_webhook_store_rows(cf, &value[i], &s,
                                            &wmcf->dedupe_rows)
                != NGX_OK)
            {
                return NGX_CONF_ERROR;
            }

            continue;
        }

        if (ngx_http_webhook_conf_param(&value[i], "high_water=", &s)) {

            if (ngx_http_webhook_store_percent(cf, &value[i], &s,
                                               &wmcf->high_water)
                != NGX_OK)
            {
                return NGX_CONF_ERROR;
            }

            high = 1;
            continue;
        }

        if (ngx_http_webhook_conf_param(&value[i], "warn=", &s)) {

            if (ngx_http_webhook_store_percent(cf, &value[i], &s,
                                               &wmcf->warn_water)
                != NGX_OK)
            {
                return NGX_CONF_ERROR;
            }

            warn = 1;
            continue;
        }

        if (ngx_http_webhook_conf_param(&value[i], "full=", &s)) {

            if (ngx_http_webhook_store_full(cf, &value[i], &s, wmcf)
                != NGX_OK)
            {
                return NGX_CONF_ERROR;
            }

            continue;
        }

        (void) ngx_http_webhook_conf_param(&value[i], "full_wait=", &s);

        if (ngx_http_webhook_conf_msec(&s, NGX_HTTP_WEBHOOK_WAIT_TOP,
                                       &wmcf->full_wait)
            != NGX_OK)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid \"%V\", it must be a time of up to "
                               "1h", &value[i]);
            return NGX_CONF_ERROR;
        }

        wait = &value[i];
    }

    if (wait && wmcf->full != NGX_HTTP_WEBHOOK_FULL_BLOCK) {
        return "has a \"full_wait=\" without \"full=block\"";
    }

    if (wmcf->keep_bytes > wmcf->size) {
        return "has a \"keep_bytes=\" that is more than its size";
    }

    if (wmcf->warn_water > wmcf->high_water) {

        if (warn && high) {
            return "has a \"warn=\" above its \"high_water=\"";
        }

        wmcf->warn_water = wmcf->high_water;
    }

    wmcf->pool = ngx_thread_pool_add(cf, NULL);
    if (wmcf->pool == NULL) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/*
 * The master makes the directory and gives it to the workers' user; so it must
 * not be anything else, and what goes wrong there has neither file nor line.
 */

static ngx_int_t
ngx_http_webhook_store_path(ngx_conf_t *cf,
    ngx_http_webhook_main_conf_t *wmcf)
{
    u_char           *p;
    ngx_str_t        *value, s;
    ngx_path_t       *path;
    ngx_file_info_t   fi;

    value = cf->args->elts;
    s = value[1];

    if (s.len == 0 || ngx_strlchr(s.data, s.data + s.len, '=')) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"webhook_store\" has no path, as in "
                           "\"webhook_store /var/lib/nginx/webhook %V\"", &s);
        return NGX_ERROR;
    }

    if (ngx_strlchr(s.data, s.data + s.len, '$')) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "the path of the store is fixed: it cannot have a "
                           "\"$\", as in \"%V\"", &s);
        return NGX_ERROR;
    }

    while (s.len > 1 && s.data[s.len - 1] == '/') {
        s.data[--s.len] = '\0';
    }

    if (ngx_conf_full_name(cf->cycle, &s, 0) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_file_info(s.data, &fi) != NGX_FILE_ERROR) {

        if (!ngx_is_dir(&fi)) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "the store \"%V\" is not a directory", &s);
            return NGX_ERROR;
        }

    } else if (ngx_errno == NGX_ENOENT || ngx_errno == NGX_ENOTDIR) {

        for (p = s.data + s.len - 1; *p != '/'; p--) { /* void */ }

        *p = '\0';

        if (p != s.data
            && (ngx_file_info(s.data, &fi) == NGX_FILE_ERROR
                || !ngx_is_dir(&fi)))
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "the store cannot be made: there is no "
                               "directory \"%s\"", s.data);
            return NGX_ERROR;
        }

        *p = '/';
    }

    path = ngx_pcalloc(cf->pool, sizeof(ngx_path_t));
    if (path == NULL) {
        return NGX_ERROR;
    }

    path->name = s;
    path->data = wmcf;
    path->conf_file = cf->conf_file->file.name.data;
    path->line = cf->conf_file->line;

    wmcf->store = path;

    return ngx_add_path(cf, &wmcf->store);
}


static ngx_int_t
ngx_http_webhook_store_rows(ngx_conf_t *cf, ngx_str_t *param, ngx_str_t *s,
    uint64_t *rows)
{
    ngx_int_t  n;

    n = ngx_atoi(s->data, s->len);

    if (n == NGX_ERROR || n == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid number \"%V\"",
                           param);
        return NGX_ERROR;
    }

    *rows = n;

    return NGX_OK;
}


static ngx_int_t
ngx_http_webhook_store_percent(ngx_conf_t *cf, ngx_str_t *param, ngx_str_t *s,
    ngx_uint_t *percent)
{
    ngx_int_t  n;

    n = NGX_ERROR;

    if (s->len && s->data[s->len - 1] == '%') {
        n = ngx_atoi(s->data, s->len - 1);
    }

    if (n < 10 || n > 99) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid \"%V\", it must be from 10%% to 99%%",
                           param);
        return NGX_ERROR;
    }

    *percent = n;

    return NGX_OK;
}


static ngx_int_t
ngx_http_webhook_store_full(ngx_conf_t *cf, ngx_str_t *param, ngx_str_t *s,
    ngx_http_webhook_main_conf_t *wmcf)
{
    ngx_uint_t  i;

    static ngx_str_t  names[] = {
        ngx_string("drop"),
        ngx_string("refuse"),
        ngx_string("block")
    };

    for (i = 0; i < 3; i++) {
        if (s->len == names[i].len
            && ngx_strncmp(s->data, names[i].data, s->len) == 0)
        {
            wmcf->full = i;
            return NGX_OK;
        }
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid \"%V\", it must be \"drop\", \"refuse\" or "
                       "\"block\"", param);

    return NGX_ERROR;
}
