
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Conditions: "path op value", with "&&" between several.  This room may
 * call webhook_template (paths and values), webhook_json and PCRE2.
 *
 * op is == != > >= < <= ~ or exists (no value).  The comparison is numeric
 * when the literal is a bare number and the value a number or a numeric
 * string, by text otherwise; a literal may be quoted with ' or ", true, false
 * and null are bare words that equal the JSON values.  A condition on a
 * missing path is false (so is "!=").  "~" is PCRE2 with match limits; a match
 * that runs into a limit is false and reported.
 */

#ifndef WEBHOOK_CONDITION_H
#define WEBHOOK_CONDITION_H

#include "webhook_template.h"


typedef struct webhook_condition_s  webhook_condition_t;


/* Compiles text; NULL with *err filled in.  Immutable once made. */
webhook_condition_t *webhook_condition_compile(const webhook_str_t *text,
    webhook_error_t *err);
void webhook_condition_free(webhook_condition_t *cond);

/* Calls visit for every path, as webhook_template_paths() does. */
int webhook_condition_paths(const webhook_condition_t *cond,
    int (*visit)(void *ctx, const webhook_path_t *path), void *ctx);

/*
 * Returns 1 (holds), 0 (does not), WEBHOOK_NOMEM, or WEBHOOK_LIMIT when a
 * regular expression ran into its match limit (to be counted and taken as
 * false).
 */
int webhook_condition_eval(const webhook_condition_t *cond,
    webhook_lookup_pt lookup, void *ctx);


#endif /* WEBHOOK_CONDITION_H */
