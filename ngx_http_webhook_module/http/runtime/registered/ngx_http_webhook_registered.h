
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What was registered while nginx runs, as low rooms see it: the endpoints and
 * receivers that a worker has compiled, and whether there are newer ones.
 *
 * A set is all of them as of one change of the store.  It and its objects are
 * never changed once they were made, but for the counts of who holds them: a
 * newer set shares with the older one all that did not change.  Sets and
 * objects are taken and released on the event loop alone; a thread may read a
 * set or an object that the work it runs for has taken.
 *
 * A set does not hold each of its objects: they are held once, from the first
 * set that has them to the last, so that a change costs as much as has changed.
 * What a set has that the next one has not goes with it, once nobody has it or
 * an older one any more.
 *
 * Nobody acts by an older change than one that somebody was told of: capture
 * (before fan-out), an attempt to one that is not nginx.conf's (before it
 * begins) and a call (before its receiver is looked for) ask
 * ngx_webhook_registered_await(), and wait where that says so.  Where the store
 * cannot tell, what concerns nginx.conf's endpoints goes on without.  The number of the last change is in shared memory and is set
 * before a change is answered, so that no worker is waited for.
 *
 * What is not configured costs nothing: where there is no webhook_registry,
 * wmcf->registry is NULL, no set is ever there, and await() returns at once.
 */

#ifndef NGX_WEBHOOK_REGISTERED_H
#define NGX_WEBHOOK_REGISTERED_H

#include "http/model/ngx_http_webhook.h"
#include "http/model/ngx_http_webhook_bounds.h"
#include "http/runtime/ngx_http_webhook_held.h"
#include "store/webhook_op_object.h"


typedef struct ngx_webhook_registered_s        ngx_webhook_registered_t;
typedef struct ngx_webhook_registered_group_s  ngx_webhook_registered_group_t;
typedef struct ngx_webhook_registered_rest_s   ngx_webhook_registered_rest_t;
typedef struct ngx_webhook_object_s            ngx_webhook_object_t;
typedef struct ngx_webhook_registry_conf_s     ngx_webhook_registry_conf_t;


/* webhook_registry { }: wmcf->registry, or NULL. */

struct ngx_webhook_registry_conf_s {
    ngx_webhook_bounds_t          bounds;       /* of receivers; first member */
    ngx_webhook_source_pos_t      source_pos;

    void                         *keys;         /* webhook_seal_ring_t, in
                                                   secret memory; NULL: no
                                                   secret can be kept */

    /* limit, quota */
    ngx_uint_t                    endpoints;
    ngx_uint_t                    receivers;
    ngx_uint_t                    fanout;       /* deliveries of an event to
                                                   what was registered */
    ngx_uint_t                    quota;        /* endpoints a company, */
    ngx_uint_t                    backlog;      /*   and deliveries that wait
                                                   for them */
    ngx_uint_t                    requests;     /* of the API a company, in */
    ngx_msec_t                    requests_per; /*   so many ms; 0: no bound */

    /* address, schemes */
    webhook_address_rules_t       address;      /* instead of webhook_address,
                                                   and alone */
    ngx_array_t                  *ports;        /* in_port_t; NULL: any */
    unsigned                      http:1;
    unsigned                      https:1;
    unsigned                      addressed:1;  /* "address" was written */
    ngx_flag_t                    confirm;

    webhook_path_t               *company;      /* with a root that says
                                                   nothing; NULL: events have
                                                   none but by "company=" */
    ngx_shm_zone_t               *zone;         /* of this room */
};


/* With "confirm on": whether where an endpoint goes was confirmed. */

typedef enum {
    NGX_WEBHOOK_CONFIRMED = 0,                  /* or it needs not be */
    NGX_WEBHOOK_UNCONFIRMED_NEW,                /* it never was: it gets no
                                                   events yet */
    NGX_WEBHOOK_UNCONFIRMED_NOW            /* it goes elsewhere now, or is
                                                   older than "confirm on": its
                                                   events wait */
} ngx_webhook_confirmed_e;


/* Why something that was registered does not act: a word for programs, which
   stays what it is, and a sentence; both NULL: it acts.  The words are "locked",
   "unfit", "damaged", "unread", "unconfirmed" and "unconfirmed_url". */

typedef struct {
    const char                   *code;
    const char                   *text;
} ngx_webhook_why_t;


/* A compiled object, in memory that is counted (held->pool). */

struct ngx_webhook_object_s {
    ngx_webhook_held_t           *held;

    webhook_object_e              kind;
    uint64_t                      key;          /* webhook_id_name(id): as the
                                                   store knows an endpoint */
    ngx_str_t                     id;           /* ep_..., rc_... */
    ngx_str_t                     company;      /* empty: none */
    ngx_str_t                     name;
    uint64_t                      version;      /* of it */
    uint64_t                      change;       /* among all */

    ngx_webhook_endpoint_t       *endpoint;     /* of an endpoint: its name is
                                                   the id; NULL: it cannot be
                                                   built */
    ngx_webhook_receiver_t       *receiver;     /* of a receiver, the same */
    u_char                       *types;        /* of an endpoint: a bit for
                                                   each of wmcf->types */

    /*
     * Why it must not act, a sentence, or NULL.  An endpoint gets its events
     * all the same, and they wait, unless "endpoint" is NULL; a receiver
     * answers 503.
     */
    const char                   *reason;
    const char                   *code;         /* of the reason, as
                                                   ngx_webhook_why_t has it */
    ngx_webhook_confirmed_e       unconfirmed;  /* nothing is sent to it, but
                                                   challenges and tests */
    ngx_uint_t                    expressions;  /* regular ones in it */
};


/* What the payload of an event has to have for a filter of an endpoint to hold
   (webhook_condition_needs()). */

typedef struct {
    uint32_t                      path;         /* number of one of the paths,
                                                   and 1; 0: nothing is known */
    uint32_t                      mark;         /* of the value there */
} ngx_webhook_listener_need_t;


/*
 * Endpoints that ask for a type; "n" of them, in the order of their keys.  What
 * their filters need stands beside each other, so that an event which most of
 * them do not want is not looked for in all of their memory.
 */

typedef struct {
    ngx_webhook_object_t        **objects;
    ngx_webhook_listener_need_t  *needs;        /* of each of these */
    const webhook_path_t        **paths;        /* each once, of "data" */
    ngx_uint_t                    n;
    ngx_uint_t                    npaths;
    ngx_uint_t                    filtered;     /* objects that have filters */
    ngx_uint_t                    expressions;  /* in how many of them there
                                                   are regular ones */
} ngx_webhook_listeners_t;


/* The endpoints of a company, or of none, in sets where they are the same. */

struct ngx_webhook_registered_group_s {
    ngx_str_t                     company;
    ngx_webhook_object_t        **objects;      /* by key */
    ngx_uint_t                    n;
    ngx_uint_t                    ntypes;
    ngx_webhook_listeners_t      *listeners[1]; /* by the number of a type;
                                                   NULL: nobody asked so far */
};


/* What the set before has, and this one has not. */

struct ngx_webhook_registered_rest_s {
    ngx_pool_t                   *pool;         /* of this */
    ngx_array_t                   objects;      /* ..._object_t * */
    ngx_array_t                   groups;       /* ..._group_t * */
};


struct ngx_webhook_registered_s {
    ngx_uint_t                    refs;
    ngx_pool_t                   *pool;         /* of the arrays */
    ngx_webhook_main_conf_t      *wmcf;

    uint64_t                      change;       /* as of which it is */
    ngx_array_t                   endpoints;    /* ..._object_t *, by key */
    ngx_array_t                   receivers;    /* ..._object_t *, by key */
    ngx_array_t                   apis;         /* ..._object_t *: receivers
                                                   that have one, by its id */
    ngx_array_t                   url_tokens;   /* ..._registered_token_t, by
                                                   digest */
    ngx_array_t                   groups;       /* ..._group_t *, by company */
    uint32_t                     *asked;        /* by the number of a type: how
                                                   many ask for it */
    uint32_t                     *expressions;  /* and in how many of these
                                                   there are regular ones */

    uint64_t                     *ids;          /* ascending: the configured
                                                   endpoints and these, but
                                                   those that must not act or
                                                   are not confirmed */
    ngx_uint_t                    nids;
    ngx_msec_t                    total;        /* the longest time-out of an
                                                   endpoint of it, or of one
                                                   that was there before */

    /* of this room, and of the one that makes sets */
    ngx_webhook_registered_t     *base;         /* that it was made of, or
                                                   NULL */
    ngx_array_t                   made;         /* ..._group_t *, that base has
                                                   not */
    ngx_webhook_registered_rest_t  *rest;       /* before swap() of base, then
                                                   of this one */
    ngx_webhook_registered_t     *newer;        /* NULL: it is the newest */
    unsigned                      swapped:1;
    unsigned                      older:1;      /* there is one yet */
    unsigned                      whole:1;      /* the newer one shares nothing
                                                   with it */
};


typedef struct {
    u_char                        digest[NGX_WEBHOOK_DIGEST_LEN];
    ngx_webhook_object_t         *object;
    time_t                        expires;      /* 0: never */
} ngx_webhook_registered_token_t;


/*
 * Who waits for the newest change.  In memory of the waiter's, which calls
 * forget() if it goes before its handler was called.  The handler is called
 * from the event loop, never from within await(); "failed" is 1 where the store
 * could not tell, and then nobody may act.
 */

typedef struct ngx_webhook_registered_waiter_s
                                            ngx_webhook_registered_waiter_t;

struct ngx_webhook_registered_waiter_s {
    void                        (*handler)(ngx_webhook_registered_waiter_t *w);
    void                         *data;

    /* of this unit */
    ngx_queue_t                   queue;
    uint64_t                      change;       /* that it waits for */
    unsigned                      waits:1;
    unsigned                      failed:1;
};

/* NGX_OK: what the worker has is the newest; NGX_AGAIN: the handler will be
   called once it is. */
ngx_int_t ngx_webhook_registered_await(ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_registered_waiter_t *w);

/* The same for who sends to an endpoint: nobody waits for what concerns one of
   nginx.conf. */
ngx_int_t ngx_webhook_registered_await_target(ngx_webhook_main_conf_t *wmcf,
    uint64_t id, ngx_webhook_registered_waiter_t *w);

void ngx_webhook_registered_forget(ngx_webhook_registered_waiter_t *w);

/* 1 if there is a newer change than this worker's. */
ngx_uint_t ngx_webhook_registered_behind(ngx_webhook_main_conf_t *wmcf);


/*
 * The set of this worker, taken; NULL where there is none.  An object lasts as
 * long as its set, and for who needs it longer as long as object->held is held.
 */
ngx_webhook_registered_t *ngx_webhook_registered_hold(
    ngx_webhook_main_conf_t *wmcf);
void ngx_webhook_registered_release(ngx_webhook_registered_t *set);

/*
 * To whom deliveries go: the endpoint of nginx.conf with this id, or the one
 * that this worker knows as registered, also where it is a receiver's API;
 * NULL: there is none, or it must not act, or it is not confirmed.  Who needs it for longer than this
 * turn holds endpoint->held.
 */
ngx_webhook_endpoint_t *ngx_webhook_registered_target(
    ngx_webhook_main_conf_t *wmcf, uint64_t id);

/* The objects of a set, which may be NULL; NULL: there is no such. */
ngx_webhook_object_t *ngx_webhook_registered_endpoint(
    ngx_webhook_registered_t *set, uint64_t key);
ngx_webhook_object_t *ngx_webhook_registered_receiver(
    ngx_webhook_registered_t *set, uint64_t key);
ngx_webhook_object_t *ngx_webhook_registered_by_token(
    ngx_webhook_registered_t *set, ngx_str_t *token);

/* 1 if deliveries to an endpoint with this id and name, as the store knows it,
   are those of an object of the set, whether that acts or not. */
ngx_uint_t ngx_webhook_registered_owns(ngx_webhook_registered_t *set,
    uint64_t id, webhook_str_t *name);

/* How many may ask for a type (of wmcf->types), whatever the company; 1 where
   this worker does not know yet. */
ngx_uint_t ngx_webhook_registered_asks(ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_type_t *type);

/* In how many of them there are regular expressions, by which it is to be
   judged whether they get it. */
ngx_uint_t ngx_webhook_registered_expressions(ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_type_t *type);

/* 1 if there are some in those whom an event of a company (empty: of none) may
   go to. */
ngx_uint_t ngx_webhook_registered_judges(ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_type_t *type, ngx_str_t *company);

/*
 * Who asks for events of a type: first those without a company, which get all
 * events, then those of the event's company (empty: none).  Any thread that may
 * read the set; the result lasts as long as that.  NGX_OK, or NGX_ERROR on lack
 * of memory.
 */
ngx_int_t ngx_webhook_registered_listeners(ngx_webhook_registered_t *set,
    ngx_webhook_type_t *type, ngx_str_t *company,
    ngx_webhook_listeners_t listeners[2]);


/* 1 if text can be a company: 1 to 64 of [A-Za-z0-9_.-].  Any thread. */
ngx_uint_t ngx_webhook_company_valid(ngx_str_t *text);

/* The store has told its last change, of whatever process: with each batch,
   before handlers are called. */
void ngx_webhook_registered_changed(uint64_t change);

/*
 * Whoever wants to know of each new set, right before those who wait are woken:
 * a few, when a worker begins.  The objects are those that are new in it.
 */
typedef void (*ngx_webhook_registered_pt)(ngx_webhook_registered_t *set,
    ngx_webhook_object_t **objects, ngx_uint_t n);

void ngx_webhook_registered_hear(ngx_webhook_registered_pt handler);


/*
 * For http/admin/registry.  The zone of the directive; what loads, which is
 * called where this worker is behind, and calls swap() or failed() later; a
 * set's memory once nobody has it.
 */
ngx_int_t ngx_webhook_registered_zone(ngx_conf_t *cf,
    ngx_webhook_main_conf_t *wmcf);

void ngx_webhook_registered_init(ngx_webhook_main_conf_t *wmcf,
    void (*load)(void), ngx_log_t *log);
void ngx_webhook_registered_exit(void);

/* The group of a company, or of none (empty); NULL: there is none. */
ngx_webhook_registered_group_t *ngx_webhook_registered_group(
    ngx_webhook_registered_t *set, ngx_str_t *company);

/* A new set, held once, with nothing in it, and what will be left of base, which
   may be NULL; NULL: there is no memory.  Objects are entered without being
   held. */
ngx_webhook_registered_t *ngx_webhook_registered_create(
    ngx_webhook_main_conf_t *wmcf, ngx_webhook_registered_t *base,
    ngx_log_t *log);

/* A group with room for n objects, which the caller enters, for a set; and the
   end of that. */
ngx_webhook_registered_group_t *ngx_webhook_registered_group_create(
    ngx_str_t *company, ngx_uint_t n, ngx_uint_t ntypes, ngx_log_t *log);
void ngx_webhook_registered_group_free(ngx_webhook_registered_group_t *group);

/* The last change that somebody told, before a load begins. */
uint64_t ngx_webhook_registered_known(void);

/* Takes over the reference to set; it is as of "known" at least.  The objects
   are those that its base has not; they are held. */
void ngx_webhook_registered_swap(ngx_webhook_registered_t *set,
    uint64_t known, ngx_webhook_object_t **objects, ngx_uint_t n);

/* The load that was asked for did not come to an end. */
void ngx_webhook_registered_failed(void);


#endif /* NGX_WEBHOOK_REGISTERED_H */
