
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Conditions: "path op value", with "&&" between several, which all must
 * hold.
 *
 * op is == != > >= < <= ~ or exists (which has no value).  A value stands
 * bare, or between ' or ", where a backslash before the same quote takes its
 * meaning away and any other backslash is itself.  A bare value ends at white
 * space or "&&"; it has no quotes, and but for "~" none of = ! < > ~ | & ( ).
 *
 * The comparison is numeric when the literal is a bare number and the value a
 * number or a numeric string, both as JSON writes them; it is exact, whatever
 * their length.  Otherwise it is by text, byte by byte: of a string what it
 * says, of any other value its source text.  The bare words true and false are
 * text that cannot be ordered; null, bare, is JSON's null and nothing else.
 *
 * A condition on a missing path is false (so is "!=").  null is there: it has
 * an empty text, which "==" and "!=" see, and is in no order and matched by
 * no regular expression.  "~" is PCRE2 within limits of length and time: a
 * match that runs into one is false and reported.
 */

#ifndef WEBHOOK_CONDITION_H
#define WEBHOOK_CONDITION_H

#include "core/json/webhook_value.h"


#define WEBHOOK_CONDITION_MAX_LEN    8192       /* bytes of a text */
#define WEBHOOK_CONDITION_MAX_PARTS  64         /* between "&&" */


typedef struct webhook_condition_s  webhook_condition_t;


/*
 * Compiles text, which is copied; NULL with *err filled in.  Immutable once
 * made, for any number of threads.
 */
webhook_condition_t *webhook_condition_compile(const webhook_str_t *text,
    webhook_error_t *err);
void webhook_condition_free(webhook_condition_t *cond);

/* Calls visit for every path, as webhook_template_paths() does. */
int webhook_condition_paths(const webhook_condition_t *cond,
    int (*visit)(void *ctx, const webhook_path_t *path), void *ctx);

/*
 * Returns 1 (holds), 0 (does not), WEBHOOK_NOMEM, or WEBHOOK_LIMIT when a
 * regular expression ran into its match limit (to be counted and taken as
 * false).  Parts behind one that does not hold are not looked at.  Any thread.
 */
int webhook_condition_eval(const webhook_condition_t *cond,
    webhook_lookup_pt lookup, void *ctx);


#endif /* WEBHOOK_CONDITION_H */
