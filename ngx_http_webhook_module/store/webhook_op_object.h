
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Objects: endpoints and receivers that were registered at run time; who
 * changed what, and which answers a repeated request gets once more.
 */

#ifndef WEBHOOK_OP_OBJECT_H
#define WEBHOOK_OP_OBJECT_H

#include <stdint.h>

#include "core/base/webhook_str.h"


#define WEBHOOK_COMPANY_MAX         64          /* bytes each */
#define WEBHOOK_OBJECT_ID_MAX       64
#define WEBHOOK_OBJECT_NAME_MAX     255
#define WEBHOOK_OBJECT_BY_MAX       255
#define WEBHOOK_OBJECT_DATA_MAX     (128 * 1024)
#define WEBHOOK_AUDIT_DATA_MAX      (16 * 1024)
#define WEBHOOK_ONCE_ANSWER_MAX     (128 * 1024)

#define WEBHOOK_ONCE_CALLER_MAX     1000        /* answers of one caller */


/* Whose things are asked for; all zero: anybody's. */

typedef enum {
    WEBHOOK_COMPANY_ANY = 0,
    WEBHOOK_COMPANY_NONE,           /* those that have no company */
    WEBHOOK_COMPANY_ONE             /* those of "name" */
} webhook_company_e;

typedef struct {
    webhook_company_e  which;
    webhook_str_t      name;        /* 1 .. 64 bytes */
} webhook_company_t;

/* 1 if something that has this company, or none, is asked for. */
int webhook_company_match(const webhook_company_t *asked,
    const webhook_str_t *company);


/* What an object is.  The numbers are kept: new ones go to the end. */

typedef enum {
    WEBHOOK_OBJECT_ENDPOINT = 0,
    WEBHOOK_OBJECT_RECEIVER
} webhook_object_e;

#define WEBHOOK_OBJECT_KINDS  2


/*
 * An object, or what is left of one that was removed: then it has kind, id,
 * company, by, change and updated, and neither name nor data.
 */

typedef struct {
    webhook_object_e  kind;
    webhook_str_t     id;           /* 1 .. 64 bytes; chosen by the caller, for
                                       whom none comes twice; see CHANGES */
    webhook_str_t     company;      /* up to 64 bytes; empty: none; it never
                                       changes */
    webhook_str_t     name;         /* 1 .. 255 bytes, unique among those of
                                       the kind in the company */
    webhook_str_t     by;           /* who changed it last; up to 255 bytes */
    webhook_str_t     data;         /* up to 128k; the store does not look into
                                       it; secrets in it are sealed */
    uint64_t          version;      /* of its settings, from 1 */
    uint64_t          change;       /* its number among all changes, from 1;
                                       each is given once */
    uint64_t          created;      /* wall */
    uint64_t          updated;      /* wall */
    unsigned          removed:1;
    unsigned          shared:1;     /* out: it came from the cluster */
} webhook_object_t;


/*
 * What is done once however often it is asked for: the same key within "keep"
 * is a repeat, of which nothing is done, and which gets the answer that the
 * first one was given, kept in the very commit in which that was done.  The
 * caller seals it, for it may hold secrets.  A key with another body is told
 * ("differs") and gets no answer.  Of one caller 1000 are known, and what takes
 * a 256th of the store's size, or 1M where that is more: beyond it, its oldest
 * are forgotten.  EXPIRE forgets those whose time is over.
 */

#define WEBHOOK_ONCE_LEN  32        /* bytes of a digest */

typedef struct {
    unsigned char  key[WEBHOOK_ONCE_LEN];   /* in: who asks for what */
    unsigned char  body[WEBHOOK_ONCE_LEN];  /* in: what was said */
    uint64_t       caller;          /* in: webhook_id_name() of who asks */
    uint64_t       keep;            /* in: ms; 0: there is no key */
    webhook_str_t  answer;          /* in: for the first; up to 128k */

    unsigned       known:1;         /* out: it is a repeat */
    unsigned       differs:1;       /* out: of another body */
    unsigned       replace:1;       /* in: nothing is known, and what is kept
                                       under the key is kept no longer: for who
                                       has begun something with it, and goes
                                       on */
    webhook_str_t  first;           /* out: if known and not differs */
} webhook_once_t;


/*
 * What any operation that writes may have with it (webhook_op_t.recorded): a
 * record of the audit, and an answer, which are kept in the very transaction of
 * what they are about, where its result is OK; else neither is.  A key that is
 * known makes the operation DUPLICATE, and nothing is done.  FULL, and nothing
 * is done, where there is hardly room for outcomes and an answer is to be kept.
 * UNAVAILABLE for what is over a bound.  OBJECT, TASK and RECORD have members of
 * their own for this.
 */

typedef struct {
    uint64_t           wall;        /* in: now */
    webhook_str_t      company;     /* in: up to 64 bytes; empty: none */
    webhook_str_t      audit;       /* in: up to 16k; empty: no record */
    webhook_once_t     once;        /* in and out */
} webhook_recorded_t;


/*
 * OBJECT.  Makes an object, changes or removes it, with the record of the audit
 * and the answer, all in one commit.
 *
 *   OK          done: version and change tell what it is now
 *   DUPLICATE   once.known: it was done before; or taken: another object of
 *               the kind and company has the name; or neither: to be made, but
 *               the id is or was in use
 *   STALE       to be changed or removed, but is at another version, or
 *               change (version and change tell); or with "owed": to be
 *               removed without "cancel", while deliveries wait or are under
 *               way (pending and sending tell how many)
 *   NOT_FOUND   to be changed or removed, but there is none of that id in that
 *               company
 *   FULL        bound 1: there are max_all, 2: max_company; 0: the store is
 *               above its high-water mark, where none is made; they can be
 *               changed as long as outcomes can be kept, and removed, for that
 *               may be what empties it
 *   UNAVAILABLE also for what is over a bound
 *
 * An object's deliveries are those to the endpoint that is named as its id is,
 * or "receiver:" and its id.  Removed with "cancel", those that wait are
 * cancelled by EXPIRE, in its own time; none is leased from then on.  What
 * is kept of them stays, under the old id.  The endpoint of an object that is
 * there is never an orphan (EXPIRE), that of a removed one is one at once.
 *
 * A repeat of what was done finds, without a key, DUPLICATE or STALE.
 *
 * With "shared" the object is as the cluster has it: it is made, changed or
 * removed, whatever is here, at the version that it has there, with none of the
 * bounds, and what waits for a removed one is cancelled; DUPLICATE where it is
 * at that version, with that data.  Its name may be that of another one here until that is put,
 * too.  "shared" is kept in the same commit (SHIP_STATE, change).
 */

#define WEBHOOK_OBJECT_MAKE  0              /* for expect */
#define WEBHOOK_OBJECT_ANY   UINT64_MAX

typedef struct {
    webhook_object_t  object;       /* in: kind, id, company, name, by, data;
                                       to be removed: kind, id, company, by */
    uint64_t          wall;         /* in: now: created, updated, the audit's */
    uint64_t          expect;       /* in: the version that it has to be at;
                                       WEBHOOK_OBJECT_MAKE: it is not there;
                                       WEBHOOK_OBJECT_ANY: whichever */
    uint64_t          expect_change;    /* in: the change that it has to be
                                           at, too; 0: whichever */
    unsigned          remove:1;     /* in */
    unsigned          cancel:1;     /* in: also while deliveries are owed */
    unsigned          same:1;       /* in: the settings are the same, and only
                                       sealed anew: version, by, updated and
                                       the name stay, the change rises */
    uint32_t          max_all;      /* in: most of the kind; 0: no bound; both
                                       are looked at where one is made */
    uint32_t          max_company;  /* in: the same, of its company; or of none
                                       where it has none */
    webhook_str_t     audit;        /* in: up to 16k, whose company is the
                                       object's; empty: no record */
    unsigned          past:1;       /* in: from another store: version,
                                       created, updated and removed of "object"
                                       are kept; expect is
                                       WEBHOOK_OBJECT_MAKE */
    uint64_t          shared;       /* in: from the cluster: the change of its
                                       registry; version, created, updated and
                                       removed of "object" are kept; 0: it is
                                       not */
    unsigned          apart:1;      /* in: with shared: "shared" itself is not
                                       kept, for not all up to it is here */
    webhook_once_t    once;         /* in and out */

    uint64_t          version;      /* out: OK, STALE */
    uint64_t          change;       /* out: OK, STALE */
    unsigned          taken:1;      /* out */
    unsigned          owed:1;       /* out */
    unsigned          bound:2;      /* out */
    uint64_t          pending;      /* out */
    uint64_t          sending;      /* out */
} webhook_op_object_t;


/*
 * OBJECTS.  One object by its id, NOT_FOUND if there is no such in the company
 * that is asked for, or it was removed (with "gone" what is left of that is
 * told); or those of a kind, page by page, in
 * the order in which they were made (of any company: one company after the
 * other).  Work a call is bounded; go on while "more" is set.  Who does sees
 * each once that is there all the while.  A cursor is the engine's, as that of
 * LIST.
 */

#define WEBHOOK_OBJECT_CURSOR  24

typedef struct {
    webhook_object_e   kind;        /* in */
    webhook_str_t      id;          /* in: that one alone; empty: a page */
    webhook_company_t  company;     /* in */
    unsigned char      cursor[WEBHOOK_OBJECT_CURSOR];   /* in and out */
    unsigned           from:1;      /* in: start behind the cursor */
    unsigned           more:1;      /* out: cursor is set, go on */
    unsigned           brief:1;     /* in: without data */
    unsigned           gone:1;      /* in: by its id, also one that was removed,
                                       while that is known */
    uint32_t           max;         /* in */
    size_t             max_bytes;   /* in: of data; one always is returned; 0:
                                       no bound */

    webhook_object_t  *objects;     /* out */
    uint32_t           count;
    uint32_t           damaged;     /* that could not be read */
} webhook_op_objects_t;


/*
 * CHANGES.  Objects of all kinds, and what is left of removed ones, in the
 * order in which they were changed last, behind a change.  One that changes
 * meanwhile comes later in the row, so that who starts with 0 and goes on from
 * "next" while "more" is set has seen each as it is at "last" or later.
 *
 * What is left of removed ones is kept of the last 100,000, or of fewer in a
 * small store.  Where one behind "since" is forgotten, "lost" tells, and there
 * is no other answer: who has been away for so long starts with 0, and forgets
 * what does not come any more.  Who goes on from there says so with "whole",
 * for what was forgotten before does not matter to him.
 */

typedef struct {
    uint64_t           since;       /* in: 0: from the start */
    uint64_t           whole;       /* in: the "last" of the first call, if
                                       since was 0 in that; 0: it was not, or
                                       this is the first */
    uint32_t           max;         /* in */
    size_t             max_bytes;   /* in: as OBJECTS */

    webhook_object_t  *objects;     /* out: by change */
    uint32_t           count;
    uint32_t           damaged;     /* that could not be read: they are passed
                                       over */
    uint64_t           next;        /* out: since, for the next call */
    uint64_t           last;        /* out: the last change that there was */
    unsigned           more:1;      /* out */
    unsigned           lost:1;      /* out */
} webhook_op_changes_t;


/*
 * RECORD.  Writes a record of the audit that goes with no OBJECT or TASK, and
 * an answer.  DUPLICATE if that is known; with ask nothing is written, and
 * NOT_FOUND tells that it is not known.  FULL where an object could not be
 * changed.
 */

typedef struct {
    uint64_t           wall;        /* in */
    webhook_str_t      company;     /* in: up to 64 bytes; empty: none */
    webhook_str_t      data;        /* in: up to 16k; empty: only the answer */
    webhook_once_t     once;        /* in and out */
    unsigned           ask:1;       /* in: only whether once is known */
    uint64_t           past;        /* in: from another store, the number that
                                       it had there, which it keeps if it is
                                       above all that are here; DUPLICATE if
                                       that very record has it here; 0: it is
                                       new */
    uint64_t           number;      /* out: of the record */
} webhook_op_record_t;


/*
 * AUDIT.  Records, the newest or the oldest first, page by page.  Each stays
 * for options.keep_audit (0: a year); then EXPIRE removes it.  Of one company
 * no more are kept than take a 64th of the store's size, or 1M where that is
 * more: its oldest go, so that none can drive out another's.
 */

typedef struct {
    uint64_t           number;      /* ascends with time */
    uint64_t           wall;
    webhook_str_t      company;     /* empty: none */
    webhook_str_t      data;
} webhook_audit_t;

typedef struct {
    webhook_company_t  company;     /* in */
    uint64_t           before;      /* in: numbers below it; 0: the newest; out,
                                       if more: to go on */
    uint64_t           after;       /* the same, if "oldest": numbers above */
    unsigned           oldest:1;    /* in: the oldest first */
    unsigned           more:1;      /* out */
    uint32_t           max;         /* in */
    size_t             max_bytes;   /* in: as OBJECTS */

    webhook_audit_t   *records;     /* out */
    uint32_t           count;
    uint32_t           damaged;     /* that could not be read */
} webhook_op_audit_t;


#endif /* WEBHOOK_OP_OBJECT_H */
