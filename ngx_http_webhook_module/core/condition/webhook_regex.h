
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Regular expressions over hostile text: PCRE2, compiled to machine code where
 * that can be had, with bounds on the time and memory that a match may take.
 */

#ifndef WEBHOOK_REGEX_H
#define WEBHOOK_REGEX_H

#include "core/base/webhook_error.h"
#include "core/base/webhook_str.h"


#define WEBHOOK_REGEX_MAX_PATTERN  4096     /* bytes */
#define WEBHOOK_REGEX_MAX_SUBJECT  65536

/*
 * What a match may take, and several together, is counted in units of work,
 * which are about half a nanosecond each: by what it does and not by a clock,
 * so that it is the same on a busy machine.
 */
#define WEBHOOK_REGEX_WORK         20000000     /* of a match at most: 10 ms */


typedef struct webhook_regex_s  webhook_regex_t;


/*
 * Compiles a pattern: UTF-8, "$" matches at the very end only (a line end
 * behind it would slip through), \C is not allowed.  Returns NULL with *err
 * filled in.  Immutable once made, for any number of threads.
 */
webhook_regex_t *webhook_regex_compile(const webhook_str_t *pattern,
    webhook_error_t *err);
void webhook_regex_free(webhook_regex_t *regex);

/* Bytes of memory that it takes, compiled. */
size_t webhook_regex_size(const webhook_regex_t *regex);

/*
 * 1 if the pattern matches somewhere in the text, 0 if not; text that is not
 * UTF-8 is matched in its valid parts.  WEBHOOK_NOMEM; WEBHOOK_LIMIT if the
 * text is longer than WEBHOOK_REGEX_MAX_SUBJECT, or the match ran into one
 * of its bounds, or into *work, which is what all may take together that it is
 * handed to: what the match took is subtracted, and it is 0 once that is
 * spent.
 */
int webhook_regex_match(const webhook_regex_t *regex,
    const webhook_str_t *text, size_t *work);


#endif /* WEBHOOK_REGEX_H */
