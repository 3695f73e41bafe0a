
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#ifndef PCRE2_CODE_UNIT_WIDTH
#define PCRE2_CODE_UNIT_WIDTH  8
#endif

#include "core/condition/webhook_regex.h"

#include <pcre2.h>
#include <pthread.h>
#include <stdlib.h>


/*
 * PCRE2's own match limit counts anew for each place where the match could
 * begin, and takes a step over the whole text for one.  So what bounds a match
 * is a callout before each item of the pattern, which sums up the ways between
 * them.
 */

#define WEBHOOK_REGEX_BEGIN           1000          /* before the first step */
#define WEBHOOK_REGEX_STEP            16            /* a callout by itself */
#define WEBHOOK_REGEX_INTERPRETED     10            /* times slower */
#define WEBHOOK_REGEX_LEAVES          4             /* a match leaves that part
                                                       of the work to others */

#define WEBHOOK_REGEX_MATCH_LIMIT     1000000
#define WEBHOOK_REGEX_DEPTH_LIMIT     10000
#define WEBHOOK_REGEX_HEAP_LIMIT      2048          /* kB */

#define WEBHOOK_REGEX_STACK_MIN       (64 * 1024)
#define WEBHOOK_REGEX_STACK_MAX       (1024 * 1024)


struct webhook_regex_s {
    pcre2_code  *code;
    int          jit;               /* there is machine code */
    int          back;              /* there are back references */
};


typedef struct {
    size_t       left;              /* of the work */
    size_t       step;
    size_t       position;          /* in the text, of the last callout */
} webhook_regex_work_t;


/* What a match needs beside the pattern: one of each thread. */

typedef struct {
    pcre2_match_data     *data;         /* NULL until there is need of it */
    pcre2_match_context  *context;
} webhook_regex_tools_t;


static webhook_regex_tools_t *webhook_regex_tools(void);
static void webhook_regex_tools_init(void);
static void webhook_regex_tools_free(void *p);
static int webhook_regex_run(const webhook_regex_t *regex,
    const webhook_str_t *text, webhook_regex_work_t *work);
static int webhook_regex_step(pcre2_callout_block *block, void *ctx);
static int webhook_regex_retry(const webhook_regex_t *regex,
    const webhook_str_t *text, pcre2_match_data *data,
    pcre2_match_context *context);


static __thread webhook_regex_tools_t  *webhook_regex_mine;

/* which frees them where a thread ends, and no more */
static pthread_once_t  webhook_regex_once = PTHREAD_ONCE_INIT;
static pthread_key_t   webhook_regex_key;
static int             webhook_regex_keyed;


webhook_regex_t *
webhook_regex_compile(const webhook_str_t *pattern, webhook_error_t *err)
{
    int               rc;
    size_t            size;
    uint32_t          back;
    PCRE2_SIZE        offset;
    webhook_regex_t  *regex;
    unsigned char     text[128];

    if (pattern->len > WEBHOOK_REGEX_MAX_PATTERN) {
        webhook_error_set(err, "a regular expression is longer than %d bytes",
                          WEBHOOK_REGEX_MAX_PATTERN);
        return NULL;
    }

    regex = calloc(1, sizeof(webhook_regex_t));
    if (regex == NULL) {
        webhook_error_set(err, "out of memory");
        return NULL;
    }

    regex->code = pcre2_compile(pattern->data, pattern->len,
                                PCRE2_UTF|PCRE2_MATCH_INVALID_UTF
                                |PCRE2_AUTO_CALLOUT
                                |PCRE2_DOLLAR_ENDONLY
                                |PCRE2_NEVER_BACKSLASH_C,
                                &rc, &offset, NULL);

    if (regex->code == NULL) {
        free(regex);

        if (pcre2_get_error_message(rc, text, sizeof(text)) < 0) {
            text[0] = '\0';
        }

        webhook_error_set(err, "a regular expression is wrong at its offset "
                          "%zu: %s", (size_t) offset, text);
        return NULL;
    }

    /* not every machine, security policy or pattern allows machine code */

    (void) pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE);

    size = 0;
    (void) pcre2_pattern_info(regex->code, PCRE2_INFO_JITSIZE, &size);

    back = 0;
    (void) pcre2_pattern_info(regex->code, PCRE2_INFO_BACKREFMAX, &back);

    regex->jit = (size != 0);
    regex->back = (back != 0);

    return regex;
}


void
webhook_regex_free(webhook_regex_t *regex)
{
    if (regex) {
        pcre2_code_free(regex->code);
        free(regex);
    }
}


size_t
webhook_regex_size(const webhook_regex_t *regex)
{
    size_t  code, jit;

    code = 0;
    (void) pcre2_pattern_info(regex->code, PCRE2_INFO_SIZE, &code);

    jit = 0;
    (void) pcre2_pattern_info(regex->code, PCRE2_INFO_JITSIZE, &jit);

    return sizeof(webhook_regex_t) + code + jit;
}


int
webhook_regex_match(const webhook_regex_t *regex, const webhook_str_t *text,
    size_t *work)
{
    int                    rc;
    size_t                 least, limit, factor;
    webhook_regex_work_t   w;

    if (text->len > WEBHOOK_REGEX_MAX_SUBJECT) {
        return WEBHOOK_LIMIT;
    }

    /* the text is looked through where it is not UTF-8, and for a place to
       begin at, in no steps */

    least = WEBHOOK_REGEX_BEGIN + 2 * text->len;

    if (*work <= least) {
        *work = 0;
        return WEBHOOK_LIMIT;
    }

    *work -= least;

    factor = regex->jit ? 1 : WEBHOOK_REGEX_INTERPRETED;

    /* what else is asked can be told, also where this cannot */

    limit = *work - *work / WEBHOOK_REGEX_LEAVES;

    if (limit > WEBHOOK_REGEX_WORK) {
        limit = WEBHOOK_REGEX_WORK;
    }

    w.left = limit / factor;
    w.step = WEBHOOK_REGEX_STEP;
    w.position = 0;

    if (regex->back) {
        /* they may compare much, in vain and unseen */
        w.step += text->len / 2;
    }

    rc = webhook_regex_run(regex, text, &w);

    *work -= w.left ? limit - w.left * factor : limit;

    if (rc >= 0) {
        return 1;
    }

    switch (rc) {

    case PCRE2_ERROR_NOMATCH:
        return 0;

    case PCRE2_ERROR_NOMEMORY:
        return WEBHOOK_NOMEM;

    default:
        return WEBHOOK_LIMIT;
    }
}


/* Those of this thread; NULL on lack of memory. */

static webhook_regex_tools_t *
webhook_regex_tools(void)
{
    webhook_regex_tools_t  *tools;

    tools = webhook_regex_mine;

    if (tools == NULL) {

        tools = calloc(1, sizeof(webhook_regex_tools_t));
        if (tools == NULL) {
            return NULL;
        }

        tools->context = pcre2_match_context_create(NULL);

        if (tools->context == NULL) {
            free(tools);
            return NULL;
        }

        (void) pcre2_set_match_limit(tools->context,
                                     WEBHOOK_REGEX_MATCH_LIMIT);
        (void) pcre2_set_depth_limit(tools->context,
                                     WEBHOOK_REGEX_DEPTH_LIMIT);
        (void) pcre2_set_heap_limit(tools->context, WEBHOOK_REGEX_HEAP_LIMIT);

        webhook_regex_mine = tools;

        (void) pthread_once(&webhook_regex_once, webhook_regex_tools_init);

        if (webhook_regex_keyed) {
            (void) pthread_setspecific(webhook_regex_key, tools);
        }
    }

    if (tools->data == NULL) {
        tools->data = pcre2_match_data_create(1, NULL);
    }

    return tools->data ? tools : NULL;
}


static void
webhook_regex_tools_init(void)
{
    webhook_regex_keyed = (pthread_key_create(&webhook_regex_key,
                                              webhook_regex_tools_free)
                           == 0);
}


static void
webhook_regex_tools_free(void *p)
{
    webhook_regex_tools_t *tools = p;

    webhook_regex_mine = NULL;

    pcre2_match_context_free(tools->context);
    pcre2_match_data_free(tools->data);
    free(tools);
}


static int
webhook_regex_run(const webhook_regex_t *regex, const webhook_str_t *text,
    webhook_regex_work_t *work)
{
    int                     rc;
    webhook_str_t           s;
    webhook_regex_tools_t  *tools;

    tools = webhook_regex_tools();
    if (tools == NULL) {
        return PCRE2_ERROR_NOMEMORY;
    }

    (void) pcre2_set_callout(tools->context, webhook_regex_step, work);

    s = *text;

    if (s.len == 0) {
        s.data = (unsigned char *) "";
    }

    rc = pcre2_match(regex->code, s.data, s.len, 0, 0, tools->data,
                     tools->context);

    if (rc == PCRE2_ERROR_JIT_STACKLIMIT) {
        rc = webhook_regex_retry(regex, &s, tools->data, tools->context);
    }

    if (!regex->jit) {

        /* up to all of its heap stays with it */

        pcre2_match_data_free(tools->data);
        tools->data = NULL;
    }

    return rc;
}


static int
webhook_regex_step(pcre2_callout_block *block, void *ctx)
{
    size_t                 way, position;
    webhook_regex_work_t  *work;

    work = ctx;
    position = block->current_position;

    way = (position > work->position) ? position - work->position
                                      : work->position - position;
    way += work->step;

    if (way >= work->left) {
        work->left = 0;
        return PCRE2_ERROR_CALLOUT;
    }

    work->left -= way;
    work->position = position;

    return 0;
}


/* Few patterns and texts need more than the 32 kB that a match starts with. */

static int
webhook_regex_retry(const webhook_regex_t *regex, const webhook_str_t *text,
    pcre2_match_data *data, pcre2_match_context *context)
{
    int               rc;
    pcre2_jit_stack  *stack;

    stack = pcre2_jit_stack_create(WEBHOOK_REGEX_STACK_MIN,
                                   WEBHOOK_REGEX_STACK_MAX, NULL);
    if (stack == NULL) {
        return PCRE2_ERROR_NOMEMORY;
    }

    pcre2_jit_stack_assign(context, NULL, stack);

    rc = pcre2_match(regex->code, text->data, text->len, 0, 0, data, context);

    pcre2_jit_stack_assign(context, NULL, NULL);
    pcre2_jit_stack_free(stack);

    return rc;
}
