
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_cpu, and the threads that are there without it.
 */

#include "http/conf/main/ngx_http_webhook_conf_cpu.h"
#include "http/conf/read/ngx_http_webhook_conf_build.h"
#include "http/conf/value/ngx_http_webhook_conf_param.h"


#define NGX_WEBHOOK_CPU_THREADS  2
#define NGX_WEBHOOK_CPU_MOST     1024
#define NGX_WEBHOOK_CPU_MEMORY   (256 * 1024 * 1024)


extern ngx_module_t  ngx_thread_pool_module;




/* webhook_cpu [pool] [threads=N] [memory=SIZE]; */

char *
ngx_webhook_cpu_threads(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webhook_main_conf_t *wmcf = conf;

    ssize_t               size;
    ngx_int_t             n;
    ngx_str_t            *value, text;
    ngx_uint_t            i;
    ngx_webhook_build_t   b;

    if (wmcf->cpu_set) {
        return "is duplicate";
    }

    wmcf->cpu_set = 1;

    ngx_webhook_conf_build(cf, &b);

    value = cf->args->elts;

    /* what has a "=" in it is no name of a pool */

    i = value[1].len
        && !ngx_strlchr(value[1].data, value[1].data + value[1].len, '=');

    if (ngx_webhook_conf_params(&b, 1 + i, "threads= memory=") != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_strncmp(value[i].data, "threads=", 8) == 0) {

            n = ngx_atoi(value[i].data + 8, value[i].len - 8);

            if (n < 1 || n > NGX_WEBHOOK_CPU_MOST) {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                                   "invalid \"%V\", it must be a number "
                                   "from 1 to %d", &value[i],
                                   NGX_WEBHOOK_CPU_MOST);
                return NGX_CONF_ERROR;
            }

            wmcf->cpu_threads = n;
            continue;
        }

        if (ngx_strncmp(value[i].data, "memory=", 7) == 0) {

            text.data = value[i].data + 7;
            text.len = value[i].len - 7;

            size = ngx_parse_size(&text);

            if (size == NGX_ERROR || size < 1024 * 1024) {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                                   "invalid \"%V\", it must be a size of 1m "
                                   "or more", &value[i]);
                return NGX_CONF_ERROR;
            }

            wmcf->cpu_memory = size;
            continue;
        }

        /* one of thread_pool's, which core looks for once all is read */

        wmcf->cpu = ngx_thread_pool_add(cf, &value[i]);
        if (wmcf->cpu == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


ngx_int_t
ngx_webhook_conf_cpu(ngx_conf_t *cf, ngx_webhook_main_conf_t *wmcf)
{
    static ngx_str_t  name = ngx_string("webhook_cpu");

    if (wmcf->store == NULL && !wmcf->receive) {
        return NGX_OK;
    }

    if (wmcf->cpu_threads == 0) {
        wmcf->cpu_threads = NGX_WEBHOOK_CPU_THREADS;
    }

    if (wmcf->cpu_memory == 0) {
        wmcf->cpu_memory = NGX_WEBHOOK_CPU_MEMORY;
    }

    if (wmcf->cpu) {
        return NGX_OK;
    }

    if (ngx_thread_pool_get(cf->cycle, &name) == NULL
        && ngx_webhook_conf_pool(cf, &name, wmcf->cpu_threads) != NGX_OK)
    {
        return NGX_ERROR;
    }

    wmcf->cpu = ngx_thread_pool_add(cf, &name);

    return wmcf->cpu ? NGX_OK : NGX_ERROR;
}


/*
 * Core makes pools by its directive alone: this one is read as if it stood in
 * the configuration.
 */

ngx_int_t
ngx_webhook_conf_pool(ngx_conf_t *cf, ngx_str_t *name, ngx_uint_t threads)
{
    u_char         text[sizeof("threads=") + NGX_INT_T_LEN];
    ngx_str_t      value[3];
    ngx_array_t    args, *saved;
    ngx_command_t *cmd;
    char          *rv;

    ngx_str_set(&value[0], "thread_pool");
    value[1] = *name;
    value[2].data = text;
    value[2].len = ngx_sprintf(text, "threads=%ui%Z", threads) - text - 1;

    args.elts = value;
    args.nelts = 3;
    args.size = sizeof(ngx_str_t);
    args.nalloc = 3;
    args.pool = cf->pool;

    for (cmd = ngx_thread_pool_module.commands; cmd->name.len; cmd++) {

        if (cmd->name.len != value[0].len
            || ngx_memcmp(cmd->name.data, value[0].data, value[0].len) != 0)
        {
            continue;
        }

        saved = cf->args;
        cf->args = &args;

        rv = cmd->set(cf, cmd, NULL);

        cf->args = saved;

        return rv == NGX_CONF_OK ? NGX_OK : NGX_ERROR;
    }

    return NGX_ERROR;
}
