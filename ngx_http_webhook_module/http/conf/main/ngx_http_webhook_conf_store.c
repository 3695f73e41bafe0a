
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_store.
 */

#include "http/conf/main/ngx_http_webhook_conf_store.h"
#include "http/conf/read/ngx_http_webhook_conf_build.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_param.h"


#define NGX_WEBHOOK_STORE_TOP    ((off_t) 16384 << 30)
#define NGX_WEBHOOK_BACKLOG_TOP  (60 * 60 * UINT64_C(1000))
#define NGX_WEBHOOK_KEEP_MAX     (3660 * 24 * 60 * 60 * UINT64_C(1000))
#define NGX_WEBHOOK_JOURNAL_PART  32    /* of the store, at most */
#define NGX_WEBHOOK_ORPHANS_MIN  (2 * 24 * 60 * 60 * UINT64_C(1000))


/* webhook_store as it is read. */

typedef struct {
    ngx_webhook_main_conf_t  *wmcf;

    unsigned                  warn:1;           /* what was given */
    unsigned                  high:1;
    unsigned                  wait:1;
} ngx_webhook_store_args_t;


static ngx_int_t ngx_webhook_store_path(ngx_conf_t *cf,
    ngx_webhook_main_conf_t *wmcf);
static char *ngx_webhook_store_size(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data);
static char *ngx_webhook_store_keep(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data);
static char *ngx_webhook_store_orphans(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data);
static char *ngx_webhook_store_keep_bytes(ngx_webhook_build_t *b,
    ngx_str_t *arg, ngx_str_t *value, void *data);
static char *ngx_webhook_store_idempotency_rows(ngx_webhook_build_t *b,
    ngx_str_t *arg, ngx_str_t *value, void *data);
static char *ngx_webhook_store_dedupe_rows(ngx_webhook_build_t *b,
    ngx_str_t *arg, ngx_str_t *value, void *data);
static char *ngx_webhook_store_high_water(ngx_webhook_build_t *b,
    ngx_str_t *arg, ngx_str_t *value, void *data);
static char *ngx_webhook_store_warn(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data);
static char *ngx_webhook_store_journal(ngx_webhook_build_t *b,
    ngx_str_t *arg, ngx_str_t *value, void *data);
static char *ngx_webhook_store_full_wait(ngx_webhook_build_t *b,
    ngx_str_t *arg, ngx_str_t *value, void *data);
static char *ngx_webhook_store_full(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data);
static ngx_int_t ngx_webhook_store_percent(ngx_webhook_build_t *b,
    ngx_str_t *param, ngx_str_t *s, ngx_uint_t *percent);
static ngx_int_t ngx_webhook_store_rows(ngx_webhook_build_t *b,
    ngx_str_t *param, ngx_str_t *s, uint64_t *rows);


static const ngx_webhook_option_t  ngx_webhook_store_options[] = {
    { "size=",             ngx_webhook_store_size },
    { "keep=",             ngx_webhook_store_keep },
    { "keep_bytes=",       ngx_webhook_store_keep_bytes },
    { "warn=",             ngx_webhook_store_warn },
    { "high_water=",       ngx_webhook_store_high_water },
    { "full=",             ngx_webhook_store_full },
    { "full_wait=",        ngx_webhook_store_full_wait },
    { "dedupe_rows=",      ngx_webhook_store_dedupe_rows },
    { "idempotency_rows=", ngx_webhook_store_idempotency_rows },
    { "orphans=",          ngx_webhook_store_orphans },
    { "journal=",          ngx_webhook_store_journal },
    { NULL, NULL }
};


char *
ngx_webhook_store(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webhook_main_conf_t *wmcf = conf;

    ngx_webhook_build_t       build, *b;
    ngx_webhook_store_args_t  args;

    if (wmcf->store) {
        return "is duplicate";
    }

    b = ngx_webhook_conf_build(cf, &build);

    if (ngx_webhook_store_path(cf, wmcf) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (ngx_webhook_conf_params(b, 2,
                                "size= keep= keep_bytes= warn= "
                                "high_water= full= full_wait= "
                                "dedupe_rows= idempotency_rows= "
                                "orphans= journal=")
        != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(&args, sizeof(ngx_webhook_store_args_t));

    args.wmcf = wmcf;

    if (ngx_webhook_conf_options(b, 2, ngx_webhook_store_options, &args)
        != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    if (args.wait && wmcf->full != NGX_WEBHOOK_FULL_BLOCK) {
        return "has a \"full_wait=\" without \"full=block\"";
    }

    if (wmcf->journal > wmcf->size / NGX_WEBHOOK_JOURNAL_PART) {
        return "has a \"journal=\" that is more than a 32nd of its size";
    }

    if (wmcf->keep_bytes > wmcf->size) {
        return "has a \"keep_bytes=\" that is more than its size";
    }

    if (wmcf->warn_water > wmcf->high_water) {

        if (args.warn && args.high) {
            return "has a \"warn=\" above its \"high_water=\"";
        }

        wmcf->warn_water = wmcf->high_water;
    }

    return NGX_CONF_OK;
}


/*
 * The master makes the directory and gives it to the workers' user; so it must
 * not be anything else, and what goes wrong there has neither file nor line.
 */

static ngx_int_t
ngx_webhook_store_path(ngx_conf_t *cf, ngx_webhook_main_conf_t *wmcf)
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
                           "the path of the store is fixed: it cannot contain "
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


static char *
ngx_webhook_store_size(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data)
{
    ngx_webhook_store_args_t *args = data;

    off_t  size;

    size = ngx_parse_offset(value);

    if (size == NGX_ERROR) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                            "invalid size \"%V\", it is written as in \"64m\" "
                            "or \"4g\"", arg);
        return NGX_CONF_ERROR;
    }

    if (size < WEBHOOK_STORE_SIZE_MIN) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                  "\"%V\" is too small, the least is %dm", arg,
                                  WEBHOOK_STORE_SIZE_MIN / (1024 * 1024));
        return NGX_CONF_ERROR;
    }

    if (size > NGX_WEBHOOK_STORE_TOP) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                               "\"%V\" is too large, the most is 16384g", arg);
        return NGX_CONF_ERROR;
    }

    args->wmcf->size = size;

    return NGX_CONF_OK;
}


static char *
ngx_webhook_store_keep(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data)
{
    ngx_webhook_store_args_t *args = data;

    if (ngx_webhook_conf_msec(value, NGX_WEBHOOK_KEEP_MAX, &args->wmcf->keep)
        != NGX_OK)
    {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                             "invalid time \"%V\", it must be from 1ms to ten "
                             "years, as in \"7d\" or \"12h\"", arg);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_webhook_store_orphans(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data)
{
    ngx_webhook_store_args_t *args = data;

    if (value->len == 3 && ngx_strncmp(value->data, "off", 3) == 0) {
        args->wmcf->orphans = 0;
        return NGX_CONF_OK;
    }

    if (ngx_webhook_conf_msec(value, NGX_WEBHOOK_KEEP_MAX,
                              &args->wmcf->orphans)
        != NGX_OK
        || args->wmcf->orphans < NGX_WEBHOOK_ORPHANS_MIN)
    {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                            "invalid time \"%V\", it must be \"off\", or from "
                            "2d to ten years", arg);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_webhook_store_keep_bytes(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data)
{
    ngx_webhook_store_args_t *args = data;

    off_t  size;

    size = ngx_parse_offset(value);

    if (size == NGX_ERROR || size == 0) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                            "invalid size \"%V\", it is written as in \"64m\" "
                            "or \"4g\"", arg);
        return NGX_CONF_ERROR;
    }

    args->wmcf->keep_bytes = size;

    return NGX_CONF_OK;
}


static char *
ngx_webhook_store_journal(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data)
{
    ngx_webhook_store_args_t *args = data;

    off_t  size;

    if (value->len == 3 && ngx_strncmp(value->data, "off", 3) == 0) {
        args->wmcf->journal = 0;
        return NGX_CONF_OK;
    }

    size = ngx_parse_offset(value);

    if (size < WEBHOOK_STORE_JOURNAL_MIN || size > WEBHOOK_STORE_JOURNAL_MAX) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "invalid \"%V\", it must be \"off\", or a size "
                              "from 1m to 64m, as in \"8m\"", arg);
        return NGX_CONF_ERROR;
    }

    args->wmcf->journal = size;

    return NGX_CONF_OK;
}


static char *
ngx_webhook_store_idempotency_rows(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data)
{
    ngx_webhook_store_args_t *args = data;

    return ngx_webhook_store_rows(b, arg, value, &args->wmcf->idempotency_rows)
           == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static char *
ngx_webhook_store_dedupe_rows(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data)
{
    ngx_webhook_store_args_t *args = data;

    return ngx_webhook_store_rows(b, arg, value, &args->wmcf->dedupe_rows)
           == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static char *
ngx_webhook_store_high_water(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data)
{
    ngx_webhook_store_args_t *args = data;

    args->high = 1;

    return ngx_webhook_store_percent(b, arg, value, &args->wmcf->high_water)
           == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static char *
ngx_webhook_store_warn(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data)
{
    ngx_webhook_store_args_t *args = data;

    args->warn = 1;

    return ngx_webhook_store_percent(b, arg, value, &args->wmcf->warn_water)
           == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static char *
ngx_webhook_store_full_wait(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data)
{
    ngx_webhook_store_args_t *args = data;

    args->wait = 1;

    if (ngx_webhook_conf_msec(value, NGX_WEBHOOK_BACKLOG_TOP,
                              &args->wmcf->full_wait)
        != NGX_OK)
    {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                               "invalid \"%V\", it must be a time of up to 1h",
                               arg);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_webhook_store_full(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data)
{
    ngx_webhook_store_args_t *args = data;

    ngx_uint_t  i;

    static ngx_str_t  names[] = {
        ngx_string("drop"),
        ngx_string("refuse"),
        ngx_string("block")
    };

    for (i = 0; i < 3; i++) {
        if (value->len == names[i].len
            && ngx_strncmp(value->data, names[i].data, value->len) == 0)
        {
            args->wmcf->full = i;
            return NGX_CONF_OK;
        }
    }

    ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                          "invalid \"%V\", it must be \"drop\", \"refuse\" or "
                          "\"block\"", arg);

    return NGX_CONF_ERROR;
}


static ngx_int_t
ngx_webhook_store_rows(ngx_webhook_build_t *b, ngx_str_t *param, ngx_str_t *s,
    uint64_t *rows)
{
    ngx_int_t  n;

    n = ngx_atoi(s->data, s->len);

    if (n == NGX_ERROR || n == 0) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0, "invalid number \"%V\"",
                              param);
        return NGX_ERROR;
    }

    *rows = n;

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_store_percent(ngx_webhook_build_t *b, ngx_str_t *param,
    ngx_str_t *s, ngx_uint_t *percent)
{
    ngx_int_t  n;

    n = NGX_ERROR;

    if (s->len && s->data[s->len - 1] == '%') {
        n = ngx_atoi(s->data, s->len - 1);
    }

    if (n < 10 || n > 99) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                "invalid \"%V\", it must be from 10%% to 99%%",
                                param);
        return NGX_ERROR;
    }

    *percent = n;

    return NGX_OK;
}
