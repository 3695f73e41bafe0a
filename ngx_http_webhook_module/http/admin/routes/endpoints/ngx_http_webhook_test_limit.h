
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How often endpoints may be tried: so many times a minute a company, and so
 * many at a time, over all workers.  In shared memory.  Challenges that nobody
 * asked for have turns of their own.  Event loop.
 */

#ifndef NGX_WEBHOOK_TEST_LIMIT_H
#define NGX_WEBHOOK_TEST_LIMIT_H

#include <ngx_config.h>
#include <ngx_core.h>


#define NGX_WEBHOOK_TEST_MINUTE    30
#define NGX_WEBHOOK_TEST_TOGETHER  2
#define NGX_WEBHOOK_TEST_SPAN      60000        /* ms */

/* By which who gets it knows that it is none that happened. */
#define NGX_WEBHOOK_TEST_HEADER    "webhook-test: 1" CRLF


/* Makes the shared memory zone and puts it into *zone, while the configuration
   is read: NGX_OK or NGX_ERROR.  A worker takes it (NULL: there is none) when it
   begins: the static pointer is the process's, and a configuration that was
   refused leaves nothing behind. */
ngx_int_t ngx_webhook_test_limit_zone(ngx_conf_t *cf, ngx_shm_zone_t **zone);
void ngx_webhook_test_limit_attach(ngx_shm_zone_t *zone);

/*
 * Takes a turn for whoever has this key, for a request that is over after so many
 * ms ("total" of the endpoint's time-outs): NGX_OK and *turn, to be given back; NGX_DECLINED and the ms after which there may be
 * one.
 */
ngx_int_t ngx_webhook_test_limit_take(uint64_t key, ngx_msec_t total,
    ngx_uint_t *turn, ngx_msec_t *wait);

/* How many there may be yet in this minute. */
ngx_uint_t ngx_webhook_test_limit_left(uint64_t key);

void ngx_webhook_test_limit_give(uint64_t key, ngx_uint_t turn);


#endif /* NGX_WEBHOOK_TEST_LIMIT_H */
