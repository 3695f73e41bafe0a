
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Conditions: comparisons, joined by "||" and "&&", with "!" and brackets.
 *
 *   status in (paid, "part paid", 3) && !(test exists || amount < 5)
 *
 * "!" binds closer than "&&", and "&&" closer than "||".  "!" stands before a
 * bracket or a comparison and takes all of that: !a == 1 is !(a == 1).
 *
 * A comparison is "path op value", "path exists" or "path in (value, ...)";
 * op is == != > >= < <= or ~.  Of a path, a step that begins with a bracket or
 * has any of = ! < > ~ & or white space stands in quotes (webhook_path.h).
 *
 * A value stands bare, or between ' or ", where a backslash before the same
 * quote takes its meaning away and any other backslash is itself.  A bare value
 * ends at white space, "&&", "||" or ")", and at the commas of "in"; it has no
 * quotes, and but for "~" none of = ! < > ~ | & (.  A bare regular expression
 * may have brackets in pairs.
 *
 * A literal that is a bare number is compared as a number, exactly and
 * whatever its length, with numbers and strings that are one, both as JSON
 * writes them.  Any other literal is compared as text, byte by byte: with what
 * a string says, or with the source text of true, false, a list or an object.
 * No number is compared with text: none of == != > >= < <= holds where the
 * literal is a number and the value is none, or the value is a number and the
 * literal is none.  The bare words true and false are text that cannot be
 * ordered; null, bare, is JSON's null and nothing else.  "in" holds where "=="
 * does for one of its values.
 *
 * No comparison with a missing value holds, "!=" neither, so that "!" before
 * it does.  null is there: it has an empty text, which "==" and "!=" see, and
 * is in no order and matched by no regular expression.  "~" is PCRE2 within
 * limits of length and time, and sees a number as text.
 *
 * What cannot be told neither holds nor does "!" make it hold: a match that
 * runs into its limits, and a value in a document that could not be read.  The
 * whole then holds only if it would in either case.
 */

#ifndef WEBHOOK_CONDITION_H
#define WEBHOOK_CONDITION_H

#include "core/json/webhook_value.h"


#define WEBHOOK_CONDITION_MAX_LEN     8192      /* bytes of a text */
#define WEBHOOK_CONDITION_MAX_PARTS   64        /* comparisons */
#define WEBHOOK_CONDITION_MAX_VALUES  256       /* values in all, of "in" too */
#define WEBHOOK_CONDITION_MAX_DEPTH   16        /* brackets in brackets */

/* What it may take, in units of about half a nanosecond (webhook_regex.h):
   10 ms. */
#define WEBHOOK_CONDITION_WORK        20000000

/* And for each byte of a document that it is about, where who wrote it is
   trusted: values may be long, and lists, too. */
#define WEBHOOK_CONDITION_WORK_BYTE   64


/* What may have been meant in another way: bits. */

#define WEBHOOK_CONDITION_MIXED       0x01      /* "&&" beside "||" without
                                                   brackets */
#define WEBHOOK_CONDITION_NOT         0x02      /* "!" before a comparison */
#define WEBHOOK_CONDITION_QUOTED      0x04      /* a whole number in quotes,
                                                   which no number is equal
                                                   to */


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

/* The bits above. */
unsigned webhook_condition_doubts(const webhook_condition_t *cond);

/* Appends the condition with the brackets that say how it is read.  Returns
   the buffer's state. */
int webhook_condition_show(const webhook_condition_t *cond,
    webhook_buf_t *out);

/* How many regular expressions it has, and the bytes of memory that they
   take. */
uint32_t webhook_condition_expressions(const webhook_condition_t *cond,
    size_t *size);

/*
 * Returns 1 (holds), 0 (does not), WEBHOOK_NOMEM, or WEBHOOK_LIMIT where it
 * cannot be told since a regular expression ran into its limits (to be counted
 * and taken as false).  What cannot change the result any more is not looked
 * at.  Any thread.
 *
 * *work is what this evaluation and all others may take that it is handed to,
 * each comparison a little and regular expressions what they do: what it took
 * is subtracted.  Once it is 0 nothing more can be told, and nothing is looked
 * up any more.  NULL stands for WEBHOOK_CONDITION_WORK for this one alone.
 */
int webhook_condition_eval(const webhook_condition_t *cond,
    webhook_lookup_pt lookup, void *ctx, size_t *work);


/*
 * Of many conditions about one payload most can be told not to hold by a
 * number.  A condition that has "path == literal", "path in (...)", or a number
 * that the value is above or below, by itself or joined to others by "&&"
 * alone, does not hold unless the value there has the mark of a literal, as a
 * text or as a number, or a rank as this number has or above or below it.  What
 * has the same mark or rank may still be another value.
 */

#define WEBHOOK_CONDITION_MARKED      256       /* bytes: the longest value
                                                   that marks are made of */

/* Bits that tell what a mark is: so none of a text or number is 0. */
#define WEBHOOK_CONDITION_MARK_KIND   3
#define WEBHOOK_CONDITION_MARK_ORDER  0         /* a rank in its upper bits */
#define WEBHOOK_CONDITION_MARK_TEXT   1
#define WEBHOOK_CONDITION_MARK_NUMBER 2
#define WEBHOOK_CONDITION_MARK_SET    3         /* of several: a bit for each */

#define WEBHOOK_CONDITION_MARK_LEAST  4         /* of a rank: the least one */
#define WEBHOOK_CONDITION_MARK_RANK   3         /* where it stands, in bits */

typedef struct {
    uint32_t                     text;          /* 0: it is none */
    uint32_t                     number;        /* 0: it is none */
    uint32_t                     set;           /* the bits of both */
    uint32_t                     rank;          /* of a number */
} webhook_condition_marks_t;

/* 1 with *mark and *path, which lasts as long as the condition; 0 where it has
   no such comparison. */
int webhook_condition_needs(const webhook_condition_t *cond,
    const webhook_path_t **path, uint32_t *mark);

/* The marks of a value that is not unread.  WEBHOOK_OK, WEBHOOK_LIMIT where it
   is longer than that, WEBHOOK_NOMEM. */
int webhook_condition_marks(const webhook_value_t *v,
    webhook_condition_marks_t *marks);

/* 0 if a condition that needs this mark cannot hold with such a value. */

static inline int
webhook_condition_may(uint32_t mark, const webhook_condition_marks_t *marks)
{
    uint32_t  rank;

    switch (mark & WEBHOOK_CONDITION_MARK_KIND) {

    case WEBHOOK_CONDITION_MARK_SET:
        return (mark & marks->set) != 0;

    case WEBHOOK_CONDITION_MARK_ORDER:
        rank = mark >> WEBHOOK_CONDITION_MARK_RANK;

        return marks->number
               && (mark & WEBHOOK_CONDITION_MARK_LEAST ? marks->rank >= rank
                                                       : marks->rank <= rank);

    default:
        return mark == marks->text || mark == marks->number;
    }
}


#endif /* WEBHOOK_CONDITION_H */
