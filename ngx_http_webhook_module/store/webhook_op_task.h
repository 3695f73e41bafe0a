
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Much at a time: tasks over all deliveries that a filter means, a little a
 * transaction; how many those are; one delivery that is sent anew; and what is
 * kept of an event or a call, removed.
 */

#ifndef WEBHOOK_OP_TASK_H
#define WEBHOOK_OP_TASK_H

#include "store/webhook_op_history.h"
#include "store/webhook_op_object.h"


/*
 * TASK makes a task, which outlives every process.  It is about the deliveries
 * that its filter means, of events that happened before the task was made, each
 * of which it comes to once, the oldest event first.  Nothing is done yet: that
 * are the steps.
 *
 *   RETRY    what waits is due now; so is what is dead or was cancelled, with
 *            all its sends before it again
 *   CANCEL   what waits is cancelled, and what is dead and blocks its order key
 *   REPLAY   of each that is over there is a new event, with the same wire id,
 *            type, company and body, and one delivery, which is due now
 *   PURGE    the events go, with all that is kept of them, whether or not it
 *            is owed; one that is being sent goes once that is over.  With
 *            "calls" what is kept of calls goes, too, by company, since and
 *            until of the filter.  With a path, those alone go that have the
 *            value there (webhook_media_find()): in any body of an event's; in
 *            the body of a call, or of one of its actions, as far as that was
 *            kept.  Those whose body cannot be looked into, since it was cut,
 *            is not what its type says, or is too large, stay, and count as
 *            failed.  The value is kept until the task is over, and not told
 *
 * DUPLICATE where "once" or the id is known.  FULL with "bound": two tasks of
 * that company are under way already; without it: "once" is asked for, and there
 * is hardly room for outcomes.  UNAVAILABLE for what is over a bound.
 */

typedef enum {
    WEBHOOK_TASK_RETRY = 0,         /* the numbers are kept */
    WEBHOOK_TASK_CANCEL,
    WEBHOOK_TASK_REPLAY,
    WEBHOOK_TASK_PURGE
} webhook_task_kind_e;

#define WEBHOOK_TASK_KINDS  4

typedef enum {
    WEBHOOK_TASK_RUNNING = 0,       /* the numbers are kept */
    WEBHOOK_TASK_DONE,
    WEBHOOK_TASK_ENDED              /* before it was done: by TASK_END, or as
                                       what comes next is damaged */
} webhook_task_state_e;

#define WEBHOOK_TASK_STATES   3

#define WEBHOOK_TASK_BY_MAX     255 /* bytes */
#define WEBHOOK_TASK_PATH_MAX   255 /* bytes */
#define WEBHOOK_TASK_VALUE_MAX  512 /* bytes */
#define WEBHOOK_TASK_RUN_MAX  2     /* of a company, under way at a time */
#define WEBHOOK_TASK_KEEP     1000  /* that are over: the last ones */

typedef struct {
    webhook_id_t         id;        /* in */
    webhook_task_kind_e  kind;      /* in */
    webhook_filter_t     filter;    /* in: endpoint, state, type, company, least,
                                       most, since, until */
    unsigned             calls:1;   /* in: PURGE */
    webhook_str_t        path;      /* in: PURGE; up to 255 bytes, which
                                       webhook_path_compile() takes; empty:
                                       whatever its bodies are */
    webhook_str_t        value;     /* in: with a path, 1 .. 512 bytes */
    uint64_t             expected;  /* in: how many there are, as COUNT said;
                                       kept, and 0: not known */
    webhook_str_t        company;   /* in: whose task it is */
    webhook_str_t        by;        /* in: who made it; 255 bytes are kept */
    uint64_t             wall;      /* in: now */
    webhook_str_t        audit;     /* in: up to 16k; empty: no record */
    webhook_once_t       once;      /* in and out */

    unsigned             bound:1;   /* out */
} webhook_op_task_t;


#define WEBHOOK_TASK_FOUND  16      /* events, or calls, of one look for a
                                       value */

typedef struct {
    webhook_id_t         ids[WEBHOOK_TASK_FOUND];
    uint32_t             before[WEBHOOK_TASK_FOUND];
                                    /* each: of those that could not be looked
                                       into the number before it */
    uint32_t             count;     /* that have the value */
    uint32_t             unread;    /* that could not be looked into */
    unsigned             over:1;    /* there is no other */
    unsigned             stuck:1;   /* what comes next cannot be read */
} webhook_task_found_t;


/*
 * TASK_STEP goes on with a task, a little: others who write wait for about a
 * millisecond.  It takes the one that has waited longest of those that no other
 * process goes on with: who made a step has the task for two seconds more.  Any
 * process may make steps, at any time: where one was killed, another goes on
 * with what is not done.  OK, also where there is nothing to do.
 *
 * What a step is to deal with is looked for before it, for bodies are never
 * searched under the writer's lock.  TASK_LOOK does that, and reads alone: where
 * it sets "todo", a TASK_STEP with all that it has set makes the step.  One that
 * nobody looked for looks itself, before its batch is written.  If somebody else
 * made a step in between, none is made.
 */

typedef struct {
    uint64_t             wall;      /* in: now */
    uint32_t             backlog;   /* in: as COPY has it, of each company; a
                                       task that replays, or retries what is
                                       over, waits until there is room */
    const webhook_id_t  *only;      /* in: of this task; NULL: of any */

    unsigned             todo:1;    /* out, of TASK_LOOK: there is a step to be
                                       made */
    unsigned             made:1;    /* out: a step was made, */
    webhook_id_t         id;        /* out: of this task */
    uint32_t             count;     /* out: deliveries, events or calls that
                                       were dealt with */
    unsigned             over:1;    /* out: that was its last step */
    uint64_t             wait;      /* out: ms until there may be another one;
                                       WEBHOOK_NEVER: no task is under way, or
                                       not that one */

    unsigned             seen:1;    /* the store's own */
    webhook_id_t         seen_id;
    unsigned             seen_pass; /* events, or calls */
    unsigned char        seen_from[WEBHOOK_CURSOR_LEN];
    unsigned char        seen_to[WEBHOOK_CURSOR_LEN];
    webhook_task_found_t found;
} webhook_op_task_step_t;


/* TASK_END ends a task before it is done; what it did stays done.  NOT_FOUND
   also where it is another company's; DUPLICATE if it is over. */

typedef struct {
    webhook_id_t         id;
    webhook_company_t    company;
    uint64_t             wall;      /* now */
    webhook_str_t        audit;     /* as TASK has it */
} webhook_op_task_end_t;


/* TASKS.  The newest first, as LIST, or one by its id, NOT_FOUND if there is no
   such. */

typedef struct {
    webhook_id_t          id;
    webhook_task_kind_e   kind;
    webhook_task_state_e  state;
    webhook_filter_t      filter;
    unsigned              calls:1;
    webhook_str_t         path;
    webhook_str_t         value;    /* the store's own: empty in TASKS */
    webhook_str_t         company;
    webhook_str_t         by;
    uint64_t              created;  /* wall */
    uint64_t              ended;    /* wall; 0: it is under way */
    uint64_t              expected; /* as TASK was told */
    uint64_t              done;     /* so far: deliveries, of PURGE events and
                                       calls */
    uint64_t              failed;   /* that could not: damaged, not to be
                                       looked into, or under way and not to be
                                       stopped */
    uint64_t              reached;  /* wall: it has come to events of then */
    unsigned              full:1;   /* it waits for room in the store */
} webhook_task_t;

typedef struct {
    const webhook_id_t   *id;       /* in: that task alone; or NULL */
    unsigned char         cursor[WEBHOOK_CURSOR_LEN];
    unsigned              from:1;
    unsigned              more:1;
    webhook_company_t     company;  /* in: whose tasks */
    uint32_t              max;      /* in */

    webhook_task_t       *tasks;    /* out */
    uint32_t              count;
    uint32_t              damaged;  /* that could not be read */
} webhook_op_tasks_t;


/* COUNT.  How many deliveries such a task would come to now.  Work a call is
   bounded: go on while filter.more, with filter.from, and add up.  Of PURGE by
   a value it counts events, and not calls. */

typedef struct {
    webhook_task_kind_e   kind;     /* in */
    webhook_filter_t      filter;   /* in and out; oldest first */
    webhook_str_t         path;     /* in: as TASK has them */
    webhook_str_t         value;
    uint64_t              count;    /* out */
    uint64_t              unread;   /* out: that cannot be looked into */
} webhook_op_count_t;


/* COPY.  A new event of one delivery, as REPLAY of a task makes it, whatever
   state that is in; under an id of the caller's, so that it can be repeated.
   OK; DUPLICATE if that id is there; NOT_FOUND; FULL above the high-water
   mark. */

typedef struct {
    webhook_id_t          event;
    uint64_t              endpoint;
    webhook_id_t          id;       /* of the new one */
    uint32_t              backlog;  /* as PUT_EVENT has it, where ENDPOINT was
                                       registered: what is over it is FULL */

    unsigned              over:1;   /* out: that is the reason of FULL */
} webhook_op_copy_t;


/* PURGE.  All that is kept of an event goes, whether or not it is owed, or of a
   call.  STALE, with nothing changed, while one of its deliveries is being
   sent; NOT_FOUND.  An event of many deliveries goes in several steps, so that
   nobody waits long: with the first of them it is gone for whoever asks, and
   while "more" is set PURGE is to be applied again, or EXPIRE removes the rest;
   who finds nothing then (NOT_FOUND) knows that it is done. */

typedef struct {
    webhook_id_t          id;
    unsigned              call:1;   /* it is a call's */
    webhook_company_t     company;  /* of others it is NOT_FOUND */

    unsigned              more:1;   /* out: something of it is left */
} webhook_op_purge_t;


/* "retry", "cancel", "replay", "purge"; "running", "done", "ended". */
const char *webhook_task_kind_name(webhook_task_kind_e kind);
const char *webhook_task_state_name(webhook_task_state_e state);


#endif /* WEBHOOK_OP_TASK_H */
