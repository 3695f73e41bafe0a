
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The questions by which senders make sure, before their first call, that
 * there is a receiver who wants it: a table, as that of presets is.  A question
 * goes in, an answer comes out; nothing is sent here.
 *
 *   webhook_handshake.c           the table
 *   webhook_handshake_query.c     asked in a query: meta, dropbox, msgraph
 *   webhook_handshake_header.c    asked in headers: cloudevents, asana
 *   webhook_handshake_signed.c    asked in a signed body: slack, zoom, twitch,
 *                                 discord
 *   webhook_handshake_sns.c       and sns, which is answered by a request
 *   webhook_handshake_ping.c      asked in a body that is not signed:
 *                                 woocommerce
 *   webhook_handshake_text.c      what questions are read with
 *
 * Answers hold nothing of the question but what was checked to be plain, and
 * are bounded.
 *
 * All functions are reentrant and may run on any thread; none blocks.
 */

#ifndef WEBHOOK_HANDSHAKE_H
#define WEBHOOK_HANDSHAKE_H

#include "core/signature/webhook_key.h"


#define WEBHOOK_HANDSHAKE_TEXT_MAX   256    /* bytes of a challenge or name */
#define WEBHOOK_HANDSHAKE_TOKEN_MAX  1024   /* and of one that is a sentence */
#define WEBHOOK_HANDSHAKE_TOPIC_MAX  320    /* and of the name of a topic */
#define WEBHOOK_HANDSHAKE_BODY_MAX   16384  /* bytes of a body that may be one:
                                               a larger one is a call */
#define WEBHOOK_HANDSHAKE_HEADERS    3
#define WEBHOOK_HANDSHAKE_NOTE_MAX   512    /* bytes of a note */


typedef enum {
    WEBHOOK_HANDSHAKE_NONE = 0,     /* no handshake: an ordinary call */
    WEBHOOK_HANDSHAKE_ANSWER,       /* to be answered as the answer says */
    WEBHOOK_HANDSHAKE_REFUSED,      /* a handshake that is not granted */
    WEBHOOK_HANDSHAKE_FAULT         /* no memory, or OpenSSL failed */
} webhook_handshake_e;


typedef enum {
    WEBHOOK_HANDSHAKE_GET = 0,
    WEBHOOK_HANDSHAKE_POST,
    WEBHOOK_HANDSHAKE_OPTIONS
} webhook_handshake_method_e;


/* When there is enough of a call to ask. */

typedef enum {
    WEBHOOK_HANDSHAKE_BY_HEAD = 0,  /* by headers and query, unsigned */
    WEBHOOK_HANDSHAKE_BY_BODY,      /* by the body, unsigned */
    WEBHOOK_HANDSHAKE_SIGNED        /* after webhook_verify() said OK */
} webhook_handshake_stage_e;


/* What a receiver grants, as its configuration says. */

typedef struct {

    /* meta: the verify tokens, literal */
    const webhook_key_t     *tokens;
    unsigned                 ntokens;

    /*
     * cloudevents: the senders' names that may call ("*" stands for all, and a
     * name that begins with "*." for all below it); how many calls a minute
     * are granted, 0 for any number.
     */
    const webhook_str_t     *origins;
    size_t                   norigins;
    uint32_t                 rate;

    /* sns: whether a subscription is confirmed */
    unsigned                 confirm:1;
} webhook_handshake_conf_t;


typedef struct {
    webhook_handshake_method_e  method;

    /* finds a header, as that of webhook_verify_call_t */
    int                       (*header)(void *data, const webhook_str_t *name,
                                    webhook_str_t *value);
    void                       *data;

    webhook_str_t               args;       /* the query as it came */
    webhook_str_t               body;       /* not of BY_HEAD */
    const webhook_key_t        *key;        /* SIGNED: the one that signed this
                                               very call; else NULL */
    int64_t                     now;        /* Unix seconds */

    const webhook_handshake_conf_t  *conf;
} webhook_question_t;


/* Headers are views: names are static, values are of the question or live as
   long as the answer. */

typedef struct {
    const char              *name;
    webhook_str_t            value;
} webhook_handshake_header_t;


typedef struct {
    unsigned                    status;     /* 200; 204 */
    const char                 *type;       /* of the body, static; NULL:
                                               application/json */
    webhook_buf_t               body;       /* may be empty */
    webhook_handshake_header_t  headers[WEBHOOK_HANDSHAKE_HEADERS];
    unsigned                    nheaders;
    unsigned char               text[16];   /* a header's value of our own */

    webhook_buf_t               note;       /* a sentence for the log and the
                                               history, or empty */
    webhook_buf_t               confirm;    /* what is to be asked for of the
                                               sender, by GET: path and query;
                                               or empty.  It is a secret */
} webhook_handshake_answer_t;


typedef struct {
    webhook_str_t               name;
    webhook_handshake_stage_e   stage;
    webhook_handshake_method_e  method;
    unsigned                    preset:1;   /* comes with the preset of this
                                               name */
    unsigned                    named:1;    /* may be named in a configuration;
                                               without "preset", it has to */

    /* for webhook_handshake_ask() alone */
    webhook_handshake_e       (*ask)(const webhook_question_t *question,
                                   webhook_handshake_answer_t *answer);
} webhook_handshake_t;


/*
 * A handshake by its name; NULL if there is none.  What each of them asks and
 * is answered stands in the table in webhook_handshake.c.
 */
const webhook_handshake_t *webhook_handshake_find(const webhook_str_t *name);

/*
 * Appends the names of those that may be named (named is 1) or that come with
 * a preset alone (0), "meta, cloudevents, ... and asana", for an error's text.
 * Returns the buffer's state.
 */
int webhook_handshake_names(webhook_buf_t *out, int named);

/*
 * Asks whether a call is this handshake.  stage and method are the caller's to
 * compare.  answer is filled in with ANSWER, and to be freed by
 * webhook_handshake_free() in any case.
 */
webhook_handshake_e webhook_handshake_ask(const webhook_handshake_t *handshake,
    const webhook_question_t *question, webhook_handshake_answer_t *answer);

void webhook_handshake_free(webhook_handshake_answer_t *answer);


#endif /* WEBHOOK_HANDSHAKE_H */
