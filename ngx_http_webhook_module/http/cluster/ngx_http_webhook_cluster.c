
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Which worker ships, and what it needs for that.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "http/cluster/ngx_http_webhook_cluster.h"
#include "http/cluster/ngx_http_webhook_cluster_int.h"
#include "http/runtime/ngx_http_webhook_clock.h"
#include "http/runtime/ngx_http_webhook_metrics.h"
#include "http/runtime/ngx_http_webhook_store_queue.h"

#include <fcntl.h>
#include <sys/random.h>
#include <time.h>


#define NGX_WEBHOOK_CLUSTER_LOOK  1000      /* ms between looks at the lock */
#define NGX_WEBHOOK_CLUSTER_HEAR  50        /* ms between looks at what others
                                               wait for */
#define NGX_WEBHOOK_CLUSTER_LOCK  "/shipper"
#define NGX_WEBHOOK_CLUSTER_BOOT  "/proc/sys/kernel/random/boot_id"


static void ngx_webhook_cluster_look(ngx_event_t *ev);
static ngx_uint_t ngx_webhook_cluster_lock(ngx_webhook_cluster_t *c);
static int ngx_webhook_cluster_set_lock(ngx_webhook_cluster_t *c, short type);
static void ngx_webhook_cluster_begin(ngx_webhook_cluster_t *c);
static void ngx_webhook_cluster_end(ngx_webhook_cluster_t *c);
static void ngx_webhook_cluster_hear(ngx_event_t *ev);
static void ngx_webhook_cluster_hurry(ngx_webhook_cluster_t *c);
static void ngx_webhook_cluster_watch(ngx_webhook_cluster_t *c);
static void ngx_webhook_cluster_tell(ngx_webhook_cluster_t *c,
    const webhook_shipper_news_t *news);
static void ngx_webhook_cluster_none(void);
static void ngx_webhook_cluster_boot(ngx_webhook_cluster_t *c);
static void ngx_webhook_cluster_shared(void *ctx);
static uint64_t ngx_webhook_cluster_clock(void *ctx);
static uint64_t ngx_webhook_cluster_wall(void *ctx);
static int ngx_webhook_cluster_random(void *ctx, void *buf, size_t len);


static ngx_webhook_cluster_t  ngx_webhook_cluster;


ngx_int_t
ngx_webhook_cluster_init(ngx_cycle_t *cycle, ngx_webhook_main_conf_t *wmcf,
    void (*wake)(ngx_msec_t ms))
{
    size_t                  len;
    ngx_uint_t              i;
    ngx_webhook_cluster_t  *c;

    c = &ngx_webhook_cluster;

    ngx_memzero(c, sizeof(ngx_webhook_cluster_t));

    c->fd = NGX_INVALID_FILE;

    if (wmcf->cluster == NULL) {
        ngx_webhook_cluster_none();
        return NGX_OK;
    }

    len = wmcf->store->name.len;

    c->path.data = ngx_pnalloc(cycle->pool,
                               len + sizeof(NGX_WEBHOOK_CLUSTER_LOCK));
    if (c->path.data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(c->path.data, wmcf->store->name.data, len);
    ngx_memcpy(c->path.data + len, NGX_WEBHOOK_CLUSTER_LOCK,
               sizeof(NGX_WEBHOOK_CLUSTER_LOCK));

    c->path.len = len + sizeof(NGX_WEBHOOK_CLUSTER_LOCK) - 1;

    c->log = cycle->log;
    c->wake = wake;

    /* the event loop opens no file */

    c->fd = open((char *) c->path.data, O_RDWR|O_CREAT|O_CLOEXEC, 0600);

    if (c->fd == NGX_INVALID_FILE) {
        ngx_log_error(NGX_LOG_ALERT, c->log, ngx_errno,
                      "webhook cluster: " ngx_open_file_n " \"%V\" failed, "
                      "this worker cannot ship", &c->path);
        return NGX_OK;
    }

    ngx_webhook_cluster_boot(c);

    for (i = 0; i < 2; i++) {
        c->machines[i].cluster = c;
        c->machines[i].beats = i;

        if (ngx_webhook_machine_init(&c->machines[i], cycle) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    c->look.handler = ngx_webhook_cluster_look;
    c->look.data = c;
    c->look.log = cycle->log;
    c->look.cancelable = 1;

    c->hear.handler = ngx_webhook_cluster_hear;
    c->hear.data = c;
    c->hear.log = cycle->log;
    c->hear.cancelable = 1;

    if (ngx_webhook_link_init(cycle, wmcf->cluster) != NGX_OK) {
        return NGX_ERROR;
    }

    c->conf = wmcf->cluster;

    /* the first worker first, as a rule */

    ngx_add_timer(&c->look, ngx_worker ? 200 : 1);

    return NGX_OK;
}


void
ngx_webhook_cluster_exit(void)
{
    ngx_webhook_cluster_t  *c;

    c = &ngx_webhook_cluster;

    c->closing = 1;

    if (c->conf && c->look.timer_set) {
        ngx_del_timer(&c->look);
    }

    if (c->conf && c->hear.timer_set) {
        ngx_del_timer(&c->hear);
    }

    (void) ngx_webhook_machine_stop(&c->machines[0]);
    (void) ngx_webhook_machine_stop(&c->machines[1]);
}


void
ngx_webhook_cluster_last(void)
{
    ngx_webhook_cluster_t  *c;

    c = &ngx_webhook_cluster;

    if (c->conf && ngx_webhook_cluster_lock(c)) {
        c->leaves = ngx_webhook_leave_last(c);
    }
}


void
ngx_webhook_cluster_free(void)
{
    ngx_webhook_cluster_t      *c;
    webhook_cluster_options_t   o;

    c = &ngx_webhook_cluster;

    if (c->conf == NULL) {
        return;
    }

    if (c->leaves) {
        ngx_webhook_cluster_options(c->conf, &o);
        ngx_webhook_leave(c, &o);
    }

    /* the threads have ended before, and the store queue has called all handlers:
       nothing is under way */

    ngx_webhook_cluster_end(c);

    ngx_webhook_link_exit();

    c->conf = NULL;
}


static void
ngx_webhook_cluster_look(ngx_event_t *ev)
{
    ngx_uint_t              still;
    ngx_webhook_cluster_t  *c;

    c = ev->data;

    if (c->shipper && (ngx_exiting || ngx_terminate)) {

        /* the others need not wait for the last connection of this worker */

        c->closing = 1;

        still = ngx_webhook_machine_stop(&c->machines[0]);
        still &= ngx_webhook_machine_stop(&c->machines[1]);

        if (still) {
            ngx_webhook_cluster_end(c);
            return;
        }

    } else if (c->shipper) {
        ngx_webhook_cluster_watch(c);

    } else if (!ngx_exiting && !ngx_terminate
               && ngx_webhook_store_queue_ready()
               && ngx_webhook_cluster_lock(c))
    {
        ngx_webhook_cluster_begin(c);
    }

    ngx_add_timer(&c->look, NGX_WEBHOOK_CLUSTER_LOOK);
}


/* 1 if this worker has the lock, which goes with its process. */

static ngx_uint_t
ngx_webhook_cluster_lock(ngx_webhook_cluster_t *c)
{
    return ngx_webhook_cluster_set_lock(c, F_WRLCK) == 0;
}


static int
ngx_webhook_cluster_set_lock(ngx_webhook_cluster_t *c, short type)
{
    struct flock  fl;

    ngx_memzero(&fl, sizeof(struct flock));

    fl.l_type = type;
    fl.l_whence = SEEK_SET;

    return fcntl(c->fd, F_OFD_SETLK, &fl);
}


static void
ngx_webhook_cluster_begin(ngx_webhook_cluster_t *c)
{
    ngx_uint_t                  i;
    webhook_shipper_options_t   o;
    webhook_cluster_options_t   co;

    ngx_memzero(&o, sizeof(webhook_shipper_options_t));

    o.name.data = c->conf->node.data;
    o.name.len = c->conf->node.len;
    o.boot.data = c->boot;
    o.boot.len = c->boot_len;
    o.version.data = (u_char *) NGX_WEBHOOK_VERSION;
    o.version.len = sizeof(NGX_WEBHOOK_VERSION) - 1;
    o.lease = (uint32_t) c->conf->lease;
    o.beat = (uint32_t) c->conf->beat;
    o.history = 1;
    o.clock = ngx_webhook_cluster_clock;
    o.wall = ngx_webhook_cluster_wall;
    o.random = ngx_webhook_cluster_random;
    o.shared = ngx_webhook_cluster_shared;
    o.log = ngx_webhook_cluster_log;
    o.ctx = c;

    ngx_webhook_cluster_options(c->conf, &co);

    c->shipper = webhook_shipper_create(&o);

    for (i = 0; c->shipper && i < 2; i++) {
        c->machines[i].handle = webhook_cluster_open(&co);
    }

    if (c->shipper == NULL || c->machines[0].handle == NULL
        || c->machines[1].handle == NULL)
    {
        ngx_log_error(NGX_LOG_ALERT, c->log, 0,
                      "webhook cluster: nothing can be shipped for lack of "
                      "memory");
        ngx_webhook_cluster_end(c);
        return;
    }

    ngx_memzero(&c->session, sizeof(webhook_cluster_session_t));
    ngx_memzero(&c->told, sizeof(webhook_shipper_news_t));

    ngx_log_error(NGX_LOG_NOTICE, c->log, 0,
                  "webhook cluster: this worker ships for node \"%V\"",
                  &c->conf->node);

    ngx_webhook_machine_go(&c->machines[0]);
    ngx_webhook_machine_go(&c->machines[1]);

    ngx_add_timer(&c->hear, NGX_WEBHOOK_CLUSTER_HEAR);
}


/* What others wait for is looked for at once. */

static void
ngx_webhook_cluster_hear(ngx_event_t *ev)
{
    ngx_webhook_cluster_t      *c;
    ngx_webhook_cluster_shm_t   shm;

    c = ev->data;

    if (c->closing || c->shipper == NULL) {
        return;
    }

    ngx_webhook_cluster_see(c->conf, &shm);

    if (shm.want > shm.change) {
        webhook_shipper_hear(c->shipper, shm.want);
        ngx_webhook_machine_hurry(&c->machines[0]);
    }

    if (shm.ordered != c->ordered) {
        c->ordered = shm.ordered;
        ngx_webhook_cluster_hurry(c);
    }

    ngx_add_timer(&c->hear, NGX_WEBHOOK_CLUSTER_HEAR);
}


void
ngx_webhook_cluster_urge(void)
{
    ngx_webhook_cluster_t  *c;

    c = &ngx_webhook_cluster;

    if (c->shipper && !c->closing) {
        ngx_webhook_cluster_hurry(c);
        return;
    }

    ngx_webhook_cluster_ordered(c->conf);
}


ngx_webhook_cluster_conf_t *
ngx_webhook_cluster_conf(void)
{
    return ngx_webhook_cluster.closing ? NULL : ngx_webhook_cluster.conf;
}


/* Something is to be told at once, if it can be. */

static void
ngx_webhook_cluster_hurry(ngx_webhook_cluster_t *c)
{
    webhook_shipper_news_t  news;

    webhook_shipper_news(c->shipper, &news);

    if (news.settled && !news.away) {
        ngx_webhook_machine_hurry(&c->machines[0]);
    }
}


/* Nothing is under way. */

static void
ngx_webhook_cluster_end(ngx_webhook_cluster_t *c)
{
    ngx_uint_t  i;

    if (c->shipper) {
        webhook_shipper_free(c->shipper);
        c->shipper = NULL;
    }

    for (i = 0; i < 2; i++) {
        if (c->machines[i].handle) {
            webhook_cluster_close(c->machines[i].handle);
            c->machines[i].handle = NULL;
        }
    }

    (void) ngx_webhook_cluster_set_lock(c, F_UNLCK);
}


static void
ngx_webhook_cluster_watch(ngx_webhook_cluster_t *c)
{
    webhook_shipper_news_t  news;

    webhook_shipper_news(c->shipper, &news);

    if (news.doubled && !c->doubled) {
        ngx_log_error(NGX_LOG_ALERT, c->log, 0,
                      "webhook cluster: another store is node \"%V\"; what "
                      "was shipped by this one is not sent here",
                      &c->conf->node);
    }

    c->doubled = news.doubled;

    ngx_webhook_cluster_tell(c, &news);
}


/* What came since the last look, and what is. */

static void
ngx_webhook_cluster_tell(ngx_webhook_cluster_t *c,
    const webhook_shipper_news_t *news)
{
    webhook_shipper_news_t  *told;

    told = &c->told;

    ngx_webhook_count(NGX_WEBHOOK_CLUSTER_SHIPPED,
                      news->shipped - told->shipped);
    ngx_webhook_count(NGX_WEBHOOK_CLUSTER_TAKEN, news->taken - told->taken);
    ngx_webhook_count(NGX_WEBHOOK_CLUSTER_MOVED, news->moved - told->moved);
    ngx_webhook_count(NGX_WEBHOOK_CLUSTER_REFUSED,
                      news->refused - told->refused);
    ngx_webhook_count(NGX_WEBHOOK_CLUSTER_FAILED,
                      news->failures - told->failures);

    ngx_webhook_gauge(NGX_WEBHOOK_CLUSTER_JOINED, news->settled);
    ngx_webhook_gauge(NGX_WEBHOOK_CLUSTER_AWAY, news->away);
    ngx_webhook_gauge(NGX_WEBHOOK_CLUSTER_DOUBLED, news->doubled);
    ngx_webhook_gauge(NGX_WEBHOOK_CLUSTER_WAITING, news->waiting);
    ngx_webhook_gauge(NGX_WEBHOOK_CLUSTER_LAG, news->lag);
    ngx_webhook_gauge(NGX_WEBHOOK_CLUSTER_LEASE, news->left);
    ngx_webhook_gauge(NGX_WEBHOOK_CLUSTER_CLOCK,
                      (ngx_uint_t) (news->ahead < 0 ? -news->ahead
                                                    : news->ahead));
    ngx_webhook_gauge(NGX_WEBHOOK_CLUSTER_UNREAD, news->unread);
    ngx_webhook_gauge(NGX_WEBHOOK_CLUSTER_LIMITED, news->limited);
    ngx_webhook_gauge(NGX_WEBHOOK_CLUSTER_ORDERED, news->ordered);

    *told = *news;
}


/* Nothing is told of a cluster that was left by a reload. */

static void
ngx_webhook_cluster_none(void)
{
    ngx_uint_t  i;

    for (i = NGX_WEBHOOK_CLUSTER_JOINED; i <= NGX_WEBHOOK_CLUSTER_ORDERED; i++)
    {
        ngx_webhook_gauge(i, 0);
    }
}


static void
ngx_webhook_cluster_boot(ngx_webhook_cluster_t *c)
{
    int      fd;
    ssize_t  n;

    fd = open(NGX_WEBHOOK_CLUSTER_BOOT, O_RDONLY|O_CLOEXEC);
    if (fd == -1) {
        return;
    }

    n = read(fd, c->boot, sizeof(c->boot));

    if (n > 0 && c->boot[n - 1] == '\n') {
        n--;
    }

    c->boot_len = n > 0 ? (size_t) n : 0;

    (void) ngx_close_file(fd);
}


static void
ngx_webhook_cluster_shared(void *ctx)
{
    ngx_webhook_cluster_t *c = ctx;

    c->wake(1);
}


static uint64_t
ngx_webhook_cluster_clock(void *ctx)
{
    return ngx_webhook_clock_boot();
}


static uint64_t
ngx_webhook_cluster_wall(void *ctx)
{
    struct timespec  ts;

    clock_gettime(CLOCK_REALTIME, &ts);

    return (uint64_t) ts.tv_sec * 1000 + (uint64_t) ts.tv_nsec / 1000000;
}


static int
ngx_webhook_cluster_random(void *ctx, void *buf, size_t len)
{
    return getrandom(buf, len, GRND_NONBLOCK) == (ssize_t) len;
}
