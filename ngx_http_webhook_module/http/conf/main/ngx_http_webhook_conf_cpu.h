
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Directive webhook_cpu.
 */

#ifndef NGX_WEBHOOK_CONF_CPU_H
#define NGX_WEBHOOK_CONF_CPU_H

#include "http/model/ngx_http_webhook.h"


char *ngx_webhook_cpu_threads(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* Makes the threads of webhook_cpu, where they may be needed. */
ngx_int_t ngx_webhook_conf_cpu(ngx_conf_t *cf, ngx_webhook_main_conf_t *wmcf);

/* Makes a thread pool of this name, as thread_pool does. */
ngx_int_t ngx_webhook_conf_pool(ngx_conf_t *cf, ngx_str_t *name,
    ngx_uint_t threads);


#endif /* NGX_WEBHOOK_CONF_CPU_H */
