
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Two buffers: lines gather in one while a thread writes the other.  A thread
 * has a descriptor of its own, so that the file may be opened anew meanwhile;
 * what it has then goes to the old one.
 */

#include "http/log/ngx_http_webhook_log_int.h"
#include "http/runtime/ngx_http_webhook_metrics.h"
#include "http/runtime/threads/ngx_http_webhook_thread.h"


#define NGX_WEBHOOK_LOG_QUIET  60000            /* ms between two lines about
                                                   what was lost */


/* What the thread has. */

typedef struct {
    ngx_fd_t                fd;
    u_char                 *data;
    size_t                  len;
    ngx_err_t               err;
} ngx_webhook_log_task_t;


typedef struct {
    ngx_webhook_log_t      *conf;
    ngx_log_t              *log;
    ngx_webhook_thread_t    thread;
    ngx_webhook_log_task_t  task;

    u_char                 *buf;                /* that lines go to, */
    u_char                 *other;              /*   and the thread's */
    size_t                  len;
    ngx_uint_t              lines;              /* in buf */
    ngx_uint_t              away;               /* in the thread's */
    webhook_buf_t           line;

    ngx_event_t             timer;
    ngx_uint_t              lost;               /* since it was told */
    ngx_msec_t              told;
    unsigned                telling:1;          /* it was told once */
} ngx_webhook_logger_t;


static void ngx_webhook_log_hand_over(ngx_webhook_logger_t *l);
static void ngx_webhook_log_run(void *data);
static void ngx_webhook_log_done(void *data);
static void ngx_webhook_log_timer(ngx_event_t *ev);
static void ngx_webhook_log_write_out(ngx_webhook_logger_t *l);
static ngx_err_t ngx_webhook_log_write_all(ngx_fd_t fd, u_char *data,
    size_t len);
static void ngx_webhook_log_lose(ngx_webhook_logger_t *l, ngx_uint_t lines,
    ngx_err_t err);
static void ngx_webhook_log_flush(ngx_open_file_t *file, ngx_log_t *log);


/* of this process */
static ngx_webhook_logger_t  ngx_webhook_logger;


ngx_webhook_log_t *
ngx_webhook_log_create(ngx_conf_t *cf, ngx_open_file_t *file,
    ngx_str_t *format, size_t size, ngx_msec_t flush, const char **error,
    ngx_str_t *what)
{
    ngx_webhook_log_t  *log;

    *error = NULL;

    log = ngx_pcalloc(cf->pool, sizeof(ngx_webhook_log_t));
    if (log == NULL) {
        return NULL;
    }

    log->file = file;
    log->size = size;
    log->flush = flush;

    if (ngx_webhook_log_compile(cf->pool, format, &log->parts, error, what)
        != NGX_OK)
    {
        return NULL;
    }

    /* what another would do with its buffer, it would do with ours */

    if (file->flush || file->data) {
        *error = "is the file of another log that is buffered";
        *what = file->name;
        return NULL;
    }

    file->flush = ngx_webhook_log_flush;

    return log;
}


ngx_int_t
ngx_webhook_log_alone(ngx_webhook_log_t *log)
{
    return (log->file->flush == ngx_webhook_log_flush
            && log->file->data == NULL)
           ? NGX_OK : NGX_ERROR;
}


ngx_uint_t
ngx_webhook_log_on(void)
{
    return ngx_webhook_logger.buf != NULL;
}


void
ngx_webhook_log_init(ngx_cycle_t *cycle, ngx_webhook_main_conf_t *wmcf)
{
    u_char                *p;
    ngx_webhook_logger_t  *l;

    l = &ngx_webhook_logger;

    ngx_memzero(l, sizeof(ngx_webhook_logger_t));

    if (wmcf->log == NULL || wmcf->store == NULL) {
        return;
    }

    l->conf = wmcf->log;
    l->log = cycle->log;

    l->thread.name = "webhook log";
    l->thread.run = ngx_webhook_log_run;
    l->thread.done = ngx_webhook_log_done;
    l->thread.data = l;

    p = ngx_palloc(cycle->pool, 2 * l->conf->size);

    if (p == NULL
        || ngx_webhook_thread_create(&l->thread, cycle->log) != NGX_OK)
    {
        ngx_log_error(NGX_LOG_ALERT, cycle->log, 0,
                      "webhook_log is not written by this worker, for lack "
                      "of %s", p ? "a thread" : "memory");
        return;
    }

    l->buf = p;
    l->other = p + l->conf->size;

    webhook_buf_init(&l->line, l->conf->size);

    l->timer.handler = ngx_webhook_log_timer;
    l->timer.data = l;
    l->timer.log = cycle->log;
    l->timer.cancelable = 1;
}


/* The threads have ended by now; what was away is written. */

void
ngx_webhook_log_exit(void)
{
    ngx_webhook_logger_t  *l;

    l = &ngx_webhook_logger;

    if (l->buf == NULL) {
        return;
    }

    if (l->timer.timer_set) {
        ngx_del_timer(&l->timer);
    }

    ngx_webhook_log_write_out(l);

    webhook_buf_free(&l->line);

    l->buf = NULL;
}


void
ngx_webhook_log(ngx_webhook_log_entry_t *entry)
{
    ngx_webhook_logger_t  *l;

    l = &ngx_webhook_logger;

    if (l->buf == NULL) {
        return;
    }

    l->line.len = 0;

    ngx_webhook_log_line(l->conf, entry, &l->line);

    if (l->line.failed) {
        webhook_buf_free(&l->line);
        ngx_webhook_log_lose(l, 1, NGX_ENOMEM);
        return;
    }

    if (l->line.len > l->conf->size - l->len) {

        ngx_webhook_log_hand_over(l);

        if (l->line.len > l->conf->size - l->len) {
            ngx_webhook_log_lose(l, 1, 0);
            return;
        }
    }

    ngx_memcpy(l->buf + l->len, l->line.data, l->line.len);

    l->len += l->line.len;
    l->lines++;

    if (!l->timer.timer_set) {
        ngx_add_timer(&l->timer, l->conf->flush);
    }
}


/* Does nothing while the thread is at the other buffer. */

static void
ngx_webhook_log_hand_over(ngx_webhook_logger_t *l)
{
    u_char                  *p;
    ngx_webhook_log_task_t  *task;

    if (l->thread.busy || l->len == 0) {
        return;
    }

    task = &l->task;

    task->fd = fcntl(l->conf->file->fd, F_DUPFD_CLOEXEC, 0);

    if (task->fd == NGX_INVALID_FILE) {
        ngx_webhook_log_lose(l, l->lines, ngx_errno);
        l->len = 0;
        l->lines = 0;
        return;
    }

    task->data = l->buf;
    task->len = l->len;

    l->away = l->lines;

    p = l->buf;
    l->buf = l->other;
    l->other = p;

    l->len = 0;
    l->lines = 0;

    ngx_webhook_thread_begin(&l->thread);
}


static void
ngx_webhook_log_run(void *data)
{
    ngx_webhook_logger_t *l = data;

    ngx_webhook_log_task_t  *task;

    task = &l->task;

    task->err = ngx_webhook_log_write_all(task->fd, task->data, task->len);

    (void) ngx_close_file(task->fd);
}


static void
ngx_webhook_log_done(void *data)
{
    ngx_webhook_logger_t *l = data;

    if (l->task.err) {
        ngx_webhook_log_lose(l, l->away, l->task.err);
    }

    if (l->lines && !l->timer.timer_set) {
        ngx_add_timer(&l->timer, l->conf->flush);
    }
}


static void
ngx_webhook_log_timer(ngx_event_t *ev)
{
    ngx_webhook_logger_t  *l;

    l = ev->data;

    ngx_webhook_log_hand_over(l);

    if (l->lines && !l->thread.busy) {
        ngx_add_timer(&l->timer, l->conf->flush);
    }
}


/* Here and now: before the file is opened anew, and at the end. */

static void
ngx_webhook_log_write_out(ngx_webhook_logger_t *l)
{
    ngx_err_t  err;

    if (l->len == 0) {
        return;
    }

    err = ngx_webhook_log_write_all(l->conf->file->fd, l->buf, l->len);

    if (err) {
        ngx_webhook_log_lose(l, l->lines, err);
    }

    l->len = 0;
    l->lines = 0;
}


/* 0, or an errno: then some of it may have been written. */

static ngx_err_t
ngx_webhook_log_write_all(ngx_fd_t fd, u_char *data, size_t len)
{
    ssize_t  n;

    while (len) {

        n = ngx_write_fd(fd, data, len);

        if (n == -1) {

            if (ngx_errno == NGX_EINTR) {
                continue;
            }

            return ngx_errno;
        }

        data += n;
        len -= n;
    }

    return 0;
}


/* err: 0 where both buffers are full. */

static void
ngx_webhook_log_lose(ngx_webhook_logger_t *l, ngx_uint_t lines, ngx_err_t err)
{
    ngx_webhook_count(NGX_WEBHOOK_LOG_LOST, lines);

    l->lost += lines;

    if (l->telling && ngx_current_msec - l->told < NGX_WEBHOOK_LOG_QUIET) {
        return;
    }

    ngx_log_error(NGX_LOG_ERR, l->log, err,
                  "%ui lines of webhook_log \"%V\" are lost%s", l->lost,
                  &l->conf->file->name,
                  err ? "" : ": its disk is too slow");

    l->lost = 0;
    l->told = ngx_current_msec;
    l->telling = 1;
}


/* Core is about to open the file anew, or to leave. */

static void
ngx_webhook_log_flush(ngx_open_file_t *file, ngx_log_t *log)
{
    if (ngx_webhook_logger.buf && ngx_webhook_logger.conf->file == file) {
        ngx_webhook_log_write_out(&ngx_webhook_logger);
    }
}
