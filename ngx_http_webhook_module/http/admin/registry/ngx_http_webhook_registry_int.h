
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Between the registry's files:
 *
 *   registry.c           the life of a worker: what is read, in pieces
 *   registry_look.c      an object of the store, opened
 *   registry_taken.c     an object that is read, and compiled or not
 *   registry_set.c       a set, of an older one and what has changed
 *   registry_ids.c       whose deliveries are sent by a set
 *   registry_group.c     the companies of a set
 *   registry_compile.c   an object, of what the store has
 *   registry_idle.c      one that must not act, of what is left of it
 *   registry_allowed.c   what nobody may register who is a stranger
 *   registry_change.c    changes on their way into the store
 *   registry_share.c     the same of a node of a cluster
 *   registry_judge.c     what a change comes to, before it is kept
 *   registry_rekey.c     what was sealed with an older key is sealed anew
 */

#ifndef NGX_WEBHOOK_REGISTRY_INT_H
#define NGX_WEBHOOK_REGISTRY_INT_H

#include "http/admin/registry/ngx_http_webhook_registry.h"
#include "http/conf/field/ngx_http_webhook_conf_given.h"
#include "http/cluster/ngx_http_webhook_link.h"
#include "http/runtime/ngx_http_webhook_store_queue.h"
#include "core/definition/webhook_definition.h"


/* An object that a load found to have changed. */

typedef struct {
    webhook_object_e              kind;
    uint64_t                      key;
    uint64_t                      change;
    ngx_webhook_object_t         *object;       /* NULL: it was removed */
} ngx_webhook_registry_found_t;


#define NGX_WEBHOOK_REGISTRY_TOLD  10           /* objects that are named in
                                                   the log a load */
#define NGX_WEBHOOK_REGISTRY_FEW   16           /* changes that are made to
                                                   copies of what there is; else
                                                   all is put in order anew */


/* The registry of a worker, registry.c's. */

typedef struct {
    ngx_webhook_main_conf_t   *wmcf;
    ngx_log_t                 *log;
    ngx_event_t                event;           /* the next piece */
    ngx_event_t                again;

    /* The load under way. */
    ngx_webhook_job_t         *job;             /* with the page; NULL: none */
    ngx_pool_t                *pool;
    ngx_array_t                found;           /* ..._registry_found_t */
    uint64_t                   known;           /* before it began */
    uint64_t                   since;
    uint64_t                   whole;           /* not 0: of a load of all, the
                                                   last change as it began */
    uint32_t                   next;            /* object of the page */
    ngx_uint_t                 locked;          /* objects that do not act,
                                                   for want of a key, */
    ngx_uint_t                 unfit;           /* since they do not fit
                                                   nginx.conf, */
    ngx_uint_t                 damaged;         /* or are damaged */
    ngx_uint_t                 unread;          /* rows that the store could
                                                   not read */
    unsigned                   active:1;
    unsigned                   all:1;           /* the load is of all */
    unsigned                   failing:1;       /* the last one failed */
} ngx_webhook_registry_ctx_t;


/*
 * 1 if this worker tells what all of them find: the first one does, and not
 * while it exits, since what was sealed with a key of the next configuration is
 * nothing to be told of.
 */

static ngx_inline ngx_uint_t
ngx_webhook_registry_tells(void)
{
    return ngx_worker == 0 && !ngx_exiting;
}


/* An object that is compiled. */

typedef struct {
    ngx_webhook_main_conf_t      *wmcf;
    ngx_log_t                    *log;
    const webhook_object_t       *object;       /* id, company, name ... */
    json_t                       *definition;   /* the caller's */
    unsigned                      masked:1;     /* its secrets are missing, */
    unsigned                      headless:1;   /* its headers, too */
    ngx_str_t                     reason;       /* why it must not act, or
                                                   empty: where it leads is not
                                                   judged then, */
    const char                   *code;         /* and its word */
    ngx_pool_t                   *pool;         /* of the texts of problems */
    ngx_array_t                  *problems;     /* ..._registry_problem_t */
} ngx_webhook_registry_compile_t;


/* look.c */

/* The definition of an object, as webhook_definition_open() returns it. */
int ngx_webhook_registry_opened(ngx_webhook_main_conf_t *wmcf,
    const webhook_object_t *object, json_t **definition);


/* taken.c */

/* An object of the load under way, held once; NULL: no memory. */
ngx_webhook_object_t *ngx_webhook_registry_taken(
    ngx_webhook_registry_ctx_t *ctx, const webhook_object_t *object);


/* compile.c */

/*
 * Compiles it, into memory of its own, held once by the caller.  NULL: there is
 * a problem that is no warning, or no memory, and then there is no such
 * problem.
 */
ngx_webhook_object_t *ngx_webhook_registry_compile(
    ngx_webhook_registry_compile_t *c);

/* The first problem that is no warning, or NULL. */
ngx_webhook_registry_problem_t *ngx_webhook_registry_mistake(
    ngx_webhook_registry_compile_t *c);

/* Adds a problem; text is copied. */
ngx_int_t ngx_webhook_registry_problem(ngx_webhook_registry_compile_t *c,
    ngx_uint_t warning, const char *pointer, ngx_str_t *text);


/* idle.c */

/*
 * Compiles one that must not act for c->reason, of what is left of its
 * definition: an endpoint gets its events, which wait, and a receiver is found
 * by its URL, and answers 503.  Returns what compile() does.
 */
ngx_webhook_object_t *ngx_webhook_registry_idle(
    ngx_webhook_registry_compile_t *c);

/* What is wrong with one that was kept and could not be compiled, as a sentence
   without a secret in it, in c->pool; NULL: no memory. */
ngx_str_t *ngx_webhook_registry_unfit(ngx_webhook_registry_compile_t *c);


/* allowed.c */

/* What is wrong with where a URL of an endpoint that was built leads, as a
   sentence; NULL: nothing. */
const char *ngx_webhook_registry_allowed(ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_peer_t *peer);


/* Whether where it goes was confirmed, if that is needed: by "approved" of its
   definition, which judge.c makes. */
ngx_webhook_confirmed_e ngx_webhook_registry_unconfirmed(
    ngx_webhook_main_conf_t *wmcf, webhook_object_e kind,
    const json_t *definition);


/* set.c */

/*
 * A new set, held once, of the old one (or NULL) and what was found; of several
 * finds of one object the last counts: those that do are the first *n of found
 * then.  Objects are not held; swap() holds those of found.  NULL: no memory.
 */
ngx_webhook_registered_t *ngx_webhook_registry_set(
    ngx_webhook_main_conf_t *wmcf, ngx_webhook_registered_t *old,
    ngx_array_t *found, ngx_uint_t *n, uint64_t change, ngx_log_t *log);


/* ids.c */

/* Fills in apis, ids and total of a new set, which has room for them: anew; or of
   the old one, with n that have changed. */
void ngx_webhook_registry_ids(ngx_webhook_registered_t *set);
void ngx_webhook_registry_ids_few(ngx_webhook_registered_t *set,
    ngx_webhook_registered_t *old, ngx_webhook_registry_found_t *found,
    ngx_uint_t n);


/* group.c */

/* Fills in the groups of a new set, and how many ask for each type; found are n
   that changed since the old one.  NGX_OK or NGX_ERROR. */
ngx_int_t ngx_webhook_registry_groups(ngx_webhook_registered_t *set,
    ngx_webhook_registered_t *old, ngx_webhook_registry_found_t *found,
    ngx_uint_t n, ngx_log_t *log);


/* judge.c */

/*
 * Makes of a change and of the object as it was (NULL with MAKE and TRY) the
 * definition, which it compiles.  Sets c->result and c->problems; OK: "object",
 * "definition", "made" and "compiled" are set.
 */
void ngx_webhook_registry_judge(ngx_webhook_registry_change_t *c,
    const json_t *old);

/* The record of the audit, up to WEBHOOK_AUDIT_DATA_MAX bytes, to be freed by
   free(); NULL: no memory. */
char *ngx_webhook_registry_audit(ngx_webhook_registry_change_t *c,
    const json_t *old);


/* A change under way. */

#define NGX_WEBHOOK_REGISTRY_TRIES  5


typedef struct ngx_webhook_registry_job_s  ngx_webhook_registry_job_t;

struct ngx_webhook_registry_job_s {
    ngx_webhook_registry_change_t    public;    /* first member */
    ngx_webhook_job_t                job;
    ngx_webhook_link_call_t          call;      /* the same, to the cluster */
    ngx_webhook_link_wait_t          wait;
    ngx_event_t                      event;     /* the end */
    ngx_webhook_registered_waiter_t  waiter;
    json_t                          *old;       /* as it is kept; or NULL */
    webhook_object_t                 kept;      /* of that: version, change,
                                                   shared */
    webhook_buf_t                    data;
    char                            *audit;
    ngx_uint_t                       tries;
    char                             id[WEBHOOK_DEFINITION_ID + 1];

    void                           (*again)(ngx_webhook_registry_job_t *rj);
                                                /* somebody was faster */
    void                           (*shared)(ngx_webhook_registry_job_t *rj);
                                                /* the cluster has it, and the
                                                   store; or c->result tells */
};


/* share.c: the handler is called, soon; and: */
void ngx_webhook_registry_finish(ngx_webhook_registry_job_t *rj,
    ngx_webhook_registry_result_e result);

/* The change goes to the cluster, and from there to the store. */
void ngx_webhook_registry_share(ngx_webhook_registry_job_t *rj);


/* rekey.c */

/* Seals these (of ngx_str_t, ids, which are copied) anew, one after the
   other. */
void ngx_webhook_registry_rekey(ngx_webhook_main_conf_t *wmcf,
    webhook_object_e kind, const webhook_str_t *id, ngx_log_t *log);
void ngx_webhook_registry_rekey_exit(void);


#endif /* NGX_WEBHOOK_REGISTRY_INT_H */
