
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What it takes to check and to build a part of the configuration from text,
 * whether that is read from nginx.conf or was registered while nginx runs.
 * Whoever has the text fills in the structure; what builds does not see where
 * the text comes from but for "registered": something that was registered is
 * built on the event loop, where no file is read and no name is looked up, and
 * by somebody who is not to see what the host has.
 */

#ifndef NGX_WEBHOOK_BUILD_H
#define NGX_WEBHOOK_BUILD_H

#include "http/model/ngx_http_webhook.h"


typedef struct ngx_webhook_build_s  ngx_webhook_build_t;

/*
 * Takes a message.  The place is NULL where it is about the text that is being
 * built, else it is about something that was built before; err is an errno, or
 * 0.  A level of NGX_LOG_WARN is no mistake.
 */
typedef void (*ngx_webhook_build_say_pt)(ngx_webhook_build_t *b,
    ngx_uint_t level, ngx_err_t err, ngx_webhook_source_pos_t *pos,
    ngx_str_t *text);

struct ngx_webhook_build_s {
    ngx_pool_t                       *pool;     /* of what is built */
    ngx_pool_t                       *temp_pool;    /* of what is not kept */
    ngx_log_t                        *log;      /* what is no message: there is
                                                   no memory, OpenSSL's */
    ngx_cycle_t                      *cycle;    /* prefix, name of the host,
                                                   modules */
    ngx_webhook_main_conf_t          *wmcf;

    /* The text: a field's name and its values, each with a NUL behind it, in
       memory that lasts as long as the pool. */
    ngx_array_t                      *args;     /* of ngx_str_t */
    ngx_webhook_source_pos_t          source_pos;   /* where it stands */

    /* Where the text comes from. */
    ngx_webhook_build_say_pt          say;
    void                             *data;     /* say's, and of the others */

    /* Overwrites a secret where it was read from; NULL: it stands nowhere but
       in args. */
    void                            (*hide)(ngx_webhook_build_t *b,
                                         ngx_str_t *secret);
    /* 1 if nginx has a variable of that name; NULL: none can be named. */
    ngx_uint_t                      (*variable)(ngx_webhook_build_t *b,
                                         const webhook_str_t *name);
    /* Gives ssl a client certificate from files, logged; NULL: none can be
       given. */
    ngx_int_t                       (*certificate)(ngx_webhook_build_t *b,
                                         ngx_ssl_t *ssl, ngx_str_t *cert,
                                         ngx_str_t *key, ngx_str_t *passwords);

    /* What it may refer to. */
    ngx_array_t                      *upstreams;    /* of ngx_http_upstream_
                                                       srv_conf_t *; NULL: no
                                                       upstream {} */
    const webhook_address_rules_t    *address;  /* around an endpoint's own */
    ngx_resolver_t                   *resolver; /* NULL: none is set */
    ngx_msec_t                        resolver_timeout;

    /* What several share: NULL in them while there is none. */
    ngx_array_t                     **peers;    /* of ..._peer_t * */
    struct ngx_webhook_secret_s     **secrets;
    ngx_array_t                     **map_users;

    unsigned                          registered:1;

    /* Of something registered: what a receiver may do, whose it is (or
       empty), and its memory. */
    const ngx_webhook_bounds_t       *bounds;   /* NULL: no receiver can be
                                                   registered */
    ngx_str_t                         company;
    ngx_webhook_held_t               *held;     /* or NULL */
    unsigned                          idle:1;   /* it must not act: where it
                                                   leads is not judged */
    ngx_uint_t                        expressions;  /* regular ones so far, */
    size_t                            expressions_size; /* and their bytes,
                                                   compiled */
};


/* Fills in the resolver of a level of nginx.conf, which is that of http {}. */
void ngx_webhook_build_resolver(ngx_webhook_build_t *b,
    ngx_http_core_loc_conf_t *clcf);

/* Says what is wrong with the text that is being built, with the text of an
   errno unless that is 0. */
void ngx_cdecl ngx_webhook_build_log(ngx_uint_t level, ngx_webhook_build_t *b,
    ngx_err_t err, const char *fmt, ...);

/* Says what is wrong with what stands at a place. */
void ngx_cdecl ngx_webhook_build_at(ngx_uint_t level, ngx_webhook_build_t *b,
    ngx_webhook_source_pos_t *pos, const char *fmt, ...);


#endif /* NGX_WEBHOOK_BUILD_H */
