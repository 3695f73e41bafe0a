
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is registered, for those who let people register: changes that are
 * judged, sealed, kept in the store and in force in all workers before their
 * handler is called; definitions that are opened; what a worker has compiled.
 * Event loop.
 *
 * Who calls has seen to it before that the caller may do this (view or
 * setting, and whose), that bodies are bounded, and that a write is allowed
 * from where it comes.
 */

#ifndef NGX_WEBHOOK_REGISTRY_H
#define NGX_WEBHOOK_REGISTRY_H

#include "http/runtime/registered/ngx_http_webhook_registered.h"

#include <jansson.h>


typedef struct ngx_webhook_registry_change_s  ngx_webhook_registry_change_t;

typedef void (*ngx_webhook_registry_pt)(ngx_webhook_registry_change_t *c);


typedef enum {
    NGX_WEBHOOK_REGISTRY_MAKE = 0,  /* body: a definition */
    NGX_WEBHOOK_REGISTRY_PATCH,     /* body: a merge patch (RFC 7396) */
    NGX_WEBHOOK_REGISTRY_ROTATE,    /* body: what a rotation takes */
    NGX_WEBHOOK_REGISTRY_APPROVE,   /* confirm on: it may be sent events */
    NGX_WEBHOOK_REGISTRY_REMOVE,
    NGX_WEBHOOK_REGISTRY_TRY        /* body: a definition, which is judged and
                                       compiled, and not kept */
} ngx_webhook_registry_action_e;


typedef enum {
    NGX_WEBHOOK_REGISTRY_OK = 0,
    NGX_WEBHOOK_REGISTRY_KNOWN,     /* once: done before, "answer" is the first
                                       one */
    NGX_WEBHOOK_REGISTRY_DIFFERS,   /* once: of another body */
    NGX_WEBHOOK_REGISTRY_PROBLEMS,  /* "problems" tell */
    NGX_WEBHOOK_REGISTRY_STALE,     /* it is at "version" */
    NGX_WEBHOOK_REGISTRY_OWED,      /* "pending" and "sending" are */
    NGX_WEBHOOK_REGISTRY_TAKEN,     /* the name is, in that company */
    NGX_WEBHOOK_REGISTRY_NOT_FOUND,
    NGX_WEBHOOK_REGISTRY_LIMIT,     /* "limit" of webhook_registry is reached */
    NGX_WEBHOOK_REGISTRY_QUOTA,     /* the company's quota is */
    NGX_WEBHOOK_REGISTRY_LARGE,     /* the definition is over 128k */
    NGX_WEBHOOK_REGISTRY_FULL,      /* the store is */
    NGX_WEBHOOK_REGISTRY_LOCKED,    /* no key opens what is kept of it, or there
                                       is none to seal it with */
    NGX_WEBHOOK_REGISTRY_UNKNOWN,   /* the store failed in the middle of the
                                       commit: it may be changed, or not */
    NGX_WEBHOOK_REGISTRY_AWAY,      /* the cluster is: nothing was changed */
    NGX_WEBHOOK_REGISTRY_LATE,      /* the cluster has it, and the store of this
                                       node will have it later */
    NGX_WEBHOOK_REGISTRY_UNAVAILABLE    /* nothing was changed; also: there is no
                                           memory */
} ngx_webhook_registry_result_e;


/* What is wrong with a member. */

typedef struct {
    ngx_str_t                      pointer;     /* RFC 6901; empty: the whole */
    ngx_str_t                      text;        /* a sentence */
    unsigned                       warning:1;   /* it is no mistake */
    unsigned                       plain:1;     /* the text has nothing of what
                                                   is registered in it */
} ngx_webhook_registry_problem_t;


/*
 * A change.  It lives in memory of its own, until destroy(), which its handler
 * calls; who goes before that sets "handler" to
 * ngx_webhook_registry_change_destroy, and the change goes on.
 */

struct ngx_webhook_registry_change_s {
    ngx_pool_t                    *pool;        /* for all that it refers to */
    ngx_log_t                     *log;
    ngx_webhook_main_conf_t       *wmcf;

    /* in */
    ngx_webhook_registry_action_e  action;
    webhook_object_e               kind;
    ngx_str_t                      id;          /* not with MAKE and TRY */
    webhook_company_t              whose;       /* whose objects the caller may
                                                   change; of MAKE and TRY: if
                                                   ONE, the object is its */
    ngx_str_t                      by;          /* who changes it */
    json_t                        *body;        /* or NULL; destroy() gives up
                                                   the reference */
    uint64_t                       expect;      /* version, or
                                                   WEBHOOK_OBJECT_ANY */
    unsigned                       cancel:1;    /* with REMOVE */
    unsigned                       apart:1;     /* of a cluster: once is known to
                                                   this node alone */
    webhook_once_t                 once;        /* key, body, caller, keep; all
                                                   zero: none */
    /*
     * Called once the change was judged and before it is kept, with "object",
     * "definition" and "made" as they will be: makes "answer", sealed, which is
     * kept in the same commit.  NGX_OK or NGX_ERROR (no memory).  NULL: there
     * is no answer.
     */
    ngx_int_t                    (*make_answer)(
                                       ngx_webhook_registry_change_t *c);
    ngx_webhook_registry_pt        handler;     /* never from within post() */
    void                          *data;

    /* out */
    ngx_webhook_registry_result_e  result;
    ngx_str_t                      answer;      /* that was made, or the first
                                                   one, in pool */
    webhook_object_t               object;      /* as it is now; without data */
    json_t                        *definition;  /* with its secrets, for
                                                   webhook_definition_show(); of
                                                   REMOVE as it was */
    json_t                        *made;        /* a secret or token that was
                                                   made, which is shown once; or
                                                   NULL */
    ngx_webhook_object_t          *compiled;    /* or NULL; the change's until
                                                   destroy() */
    ngx_array_t                    problems;    /* ..._registry_problem_t: also
                                                   warnings where it is OK */
    uint64_t                       version;
    uint64_t                       pending;
    uint64_t                       sending;
};

/* Makes one; NULL where there is no memory.  wmcf->registry is not NULL. */
ngx_webhook_registry_change_t *ngx_webhook_registry_change_create(
    ngx_webhook_main_conf_t *wmcf, ngx_log_t *log);

void ngx_webhook_registry_change_post(ngx_webhook_registry_change_t *c);

/* Wipes and frees it; it must not be under way. */
void ngx_webhook_registry_change_destroy(ngx_webhook_registry_change_t *c);


/*
 * The definition of an object of the store (of OBJECTS), with its secrets, as a
 * new reference.  Where no key opens what is sealed *held tells so, and the
 * clear part is returned; NULL where it cannot be read or there is no memory,
 * with *held set too.
 */
json_t *ngx_webhook_registry_open(ngx_webhook_main_conf_t *wmcf,
    const webhook_object_t *object, ngx_webhook_why_t *held);


/* What this worker has compiled of an object. */

typedef struct {
    uint64_t                       version;
    uint64_t                       change;
    ngx_webhook_why_t              why;         /* it does not act, until the
                                                   turn of the event loop
                                                   ends */
    ngx_webhook_confirmed_e        unconfirmed;
} ngx_webhook_registry_state_t;

/* NGX_OK, or NGX_DECLINED where the worker has no such object. */
ngx_int_t ngx_webhook_registry_state(ngx_webhook_main_conf_t *wmcf,
    webhook_object_e kind, ngx_str_t *id, ngx_webhook_registry_state_t *state);

/* In a worker: before its event loop starts (after the dispatcher), and when it
   exits (before the store queue). */
ngx_int_t ngx_webhook_registry_init(ngx_cycle_t *cycle,
    ngx_webhook_main_conf_t *wmcf);
void ngx_webhook_registry_exit(ngx_cycle_t *cycle);


#endif /* NGX_WEBHOOK_REGISTRY_H */
