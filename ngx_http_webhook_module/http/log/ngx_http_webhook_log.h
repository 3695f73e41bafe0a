
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_log: a line for each attempt to send something, in JSON or as a format
 * says.  Lines gather in memory and are written by a thread, so that a disk that
 * is slow holds nobody up; where it is so slow that two buffers are full, lines
 * are lost, which is counted and told.  The file is opened anew as all logs are.
 * Event loop.
 */

#ifndef NGX_WEBHOOK_LOG_H
#define NGX_WEBHOOK_LOG_H

#include "http/model/ngx_http_webhook.h"
#include "core/base/webhook_trace.h"


#define NGX_WEBHOOK_LOG_FORMAT_MAX  4096        /* bytes of a format */


typedef struct ngx_webhook_log_s  ngx_webhook_log_t;


/* An attempt that is over.  All of it is the caller's. */

typedef struct {
    webhook_id_t           *event;
    webhook_id_t           *wire;               /* the id it is sent under */
    uint64_t                wall;               /* ms since 1970: it began */
    ngx_str_t              *type;
    ngx_str_t              *endpoint;           /* its name, or id */
    ngx_uint_t              number;             /* of the send, from 1 */
    const char             *outcome;            /* "delivered" ... */
    ngx_uint_t              status;             /* 0: no answer */
    ngx_str_t              *address;            /* may be empty */
    ngx_str_t              *error;              /* may be empty */
    size_t                  bytes;              /* of the body */
    uint32_t                connect;            /* usec each */
    uint32_t                tls;
    uint32_t                first_byte;
    uint32_t                total;
    uint64_t                delay;              /* ms until the next; 0: none */
    webhook_trace_t         trace;              /* as it was sent; zero: it was
                                                   not */
} ngx_webhook_log_entry_t;


/*
 * While the configuration is read: a log into a file of nginx's, with a format
 * ("json", or text with variables), buffers of so many bytes, written after so
 * many ms at the latest.  NULL, and *error is a sentence unless there is no
 * memory.
 */
ngx_webhook_log_t *ngx_webhook_log_create(ngx_conf_t *cf,
    ngx_open_file_t *file, ngx_str_t *format, size_t size, ngx_msec_t flush,
    const char **error, ngx_str_t *what);

/* NGX_OK if the file has no other buffer, once all is read. */
ngx_int_t ngx_webhook_log_alone(ngx_webhook_log_t *log);


/* 1 where there is a log. */
ngx_uint_t ngx_webhook_log_on(void);

void ngx_webhook_log(ngx_webhook_log_entry_t *entry);


/* In a worker: before its event loop starts, and when it exits. */
void ngx_webhook_log_init(ngx_cycle_t *cycle, ngx_webhook_main_conf_t *wmcf);
void ngx_webhook_log_exit(void);


#endif /* NGX_WEBHOOK_LOG_H */
