
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/condition/webhook_condition.h"
#include "core/scalar/webhook_decimal.h"
#include "core/condition/webhook_regex.h"

#include <stdlib.h>


typedef enum {
    WEBHOOK_CONDITION_EQ = 0,
    WEBHOOK_CONDITION_NE,
    WEBHOOK_CONDITION_GT,
    WEBHOOK_CONDITION_GE,
    WEBHOOK_CONDITION_LT,
    WEBHOOK_CONDITION_LE,
    WEBHOOK_CONDITION_MATCH,
    WEBHOOK_CONDITION_EXISTS
} webhook_condition_op_e;


typedef enum {
    WEBHOOK_CONDITION_TEXT = 0,
    WEBHOOK_CONDITION_NUMBER,
    WEBHOOK_CONDITION_NULL
} webhook_condition_literal_e;


typedef struct {
    webhook_path_t               *path;
    webhook_condition_op_e        op;
    webhook_condition_literal_e   type;
    webhook_str_t                 literal;
    webhook_decimal_t             number;       /* of the literal */
    webhook_regex_t              *regex;
} webhook_condition_part_t;


struct webhook_condition_s {
    uint32_t                      n;
    webhook_condition_part_t      parts[];
    /* the text follows, with quoted literals taken out of their quotes */
};


typedef struct {
    unsigned char                *start;
    unsigned char                *p;
    unsigned char                *last;
} webhook_condition_text_t;


typedef struct {
    webhook_str_t                 text;
    webhook_condition_op_e        op;
} webhook_condition_op_t;


static int webhook_condition_part(webhook_condition_text_t *t,
    webhook_condition_part_t *part, webhook_error_t *err);
static int webhook_condition_path(webhook_condition_text_t *t,
    webhook_condition_part_t *part, webhook_error_t *err);
static int webhook_condition_op(webhook_condition_text_t *t,
    webhook_condition_part_t *part, webhook_error_t *err);
static int webhook_condition_quoted(webhook_condition_text_t *t,
    webhook_condition_part_t *part, webhook_error_t *err);
static int webhook_condition_bare(webhook_condition_text_t *t,
    webhook_condition_part_t *part, webhook_error_t *err);
static void webhook_condition_space(webhook_condition_text_t *t);
static int webhook_condition_and(const webhook_condition_text_t *t);
static int webhook_condition_holds(const webhook_condition_part_t *part,
    const webhook_value_t *v, webhook_buf_t *scratch);
static int webhook_condition_compare(const webhook_condition_part_t *part,
    const webhook_value_t *v, const webhook_str_t *text);


/* Longer ones first. */

static const webhook_condition_op_t  webhook_condition_ops[] = {
    { webhook_str("=="), WEBHOOK_CONDITION_EQ },
    { webhook_str("!="), WEBHOOK_CONDITION_NE },
    { webhook_str(">="), WEBHOOK_CONDITION_GE },
    { webhook_str("<="), WEBHOOK_CONDITION_LE },
    { webhook_str(">"), WEBHOOK_CONDITION_GT },
    { webhook_str("<"), WEBHOOK_CONDITION_LT },
    { webhook_str("~"), WEBHOOK_CONDITION_MATCH }
};


webhook_condition_t *
webhook_condition_compile(const webhook_str_t *text, webhook_error_t *err)
{
    size_t                     i, n, size;
    webhook_condition_t       *cond;
    webhook_condition_text_t   t;

    if (text->len > WEBHOOK_CONDITION_MAX_LEN) {
        webhook_error_set(err, "a condition is longer than %d bytes",
                          WEBHOOK_CONDITION_MAX_LEN);
        return NULL;
    }

    /* an upper bound: one in quotes counts too */

    n = 1;

    for (i = 1; i < text->len; i++) {
        if (text->data[i] == '&' && text->data[i - 1] == '&') {
            n++;
        }
    }

    if (n > WEBHOOK_CONDITION_MAX_PARTS) {
        n = WEBHOOK_CONDITION_MAX_PARTS;
    }

    size = sizeof(webhook_condition_t) + n * sizeof(webhook_condition_part_t);

    cond = calloc(1, size + text->len);
    if (cond == NULL) {
        webhook_error_set(err, "out of memory");
        return NULL;
    }

    t.start = (unsigned char *) cond + size;
    t.p = t.start;
    t.last = t.start + text->len;

    if (text->len) {
        memcpy(t.start, text->data, text->len);
    }

    for ( ;; ) {

        if (cond->n == n) {
            webhook_error_set(err, "a condition has more than %d parts",
                              WEBHOOK_CONDITION_MAX_PARTS);
            break;
        }

        /* counted at once, so that it is freed whatever follows */

        if (webhook_condition_part(&t, &cond->parts[cond->n++], err)
            != WEBHOOK_OK)
        {
            break;
        }

        webhook_condition_space(&t);

        if (t.p == t.last) {
            return cond;
        }

        if (!webhook_condition_and(&t)) {
            webhook_error_set(err, "\"&&\" or the end is missing at offset "
                              "%zu", (size_t) (t.p - t.start));
            break;
        }

        t.p += 2;
    }

    webhook_condition_free(cond);

    return NULL;
}


static int
webhook_condition_part(webhook_condition_text_t *t,
    webhook_condition_part_t *part, webhook_error_t *err)
{
    if (webhook_condition_path(t, part, err) != WEBHOOK_OK
        || webhook_condition_op(t, part, err) != WEBHOOK_OK)
    {
        return WEBHOOK_ERROR;
    }

    if (part->op == WEBHOOK_CONDITION_EXISTS) {
        return WEBHOOK_OK;
    }

    webhook_condition_space(t);

    if (t->p < t->last && (*t->p == '\'' || *t->p == '"')) {

        if (webhook_condition_quoted(t, part, err) != WEBHOOK_OK) {
            return WEBHOOK_ERROR;
        }

    } else if (webhook_condition_bare(t, part, err) != WEBHOOK_OK) {
        return WEBHOOK_ERROR;
    }

    if (part->op == WEBHOOK_CONDITION_MATCH) {
        part->regex = webhook_regex_compile(&part->literal, err);

        if (part->regex == NULL) {
            return WEBHOOK_ERROR;
        }
    }

    return WEBHOOK_OK;
}


/* A path ends at white space or at the first character of an operator. */

static int
webhook_condition_path(webhook_condition_text_t *t,
    webhook_condition_part_t *part, webhook_error_t *err)
{
    webhook_str_t    text;
    webhook_error_t  reason;

    webhook_condition_space(t);

    text.data = t->p;

    while (t->p < t->last && *t->p > ' '
           && strchr("=!<>~&", *t->p) == NULL)
    {
        t->p++;
    }

    text.len = t->p - text.data;

    part->path = webhook_path_compile(&text, &reason);

    if (part->path == NULL) {
        webhook_error_set(err, "%s, in the condition at offset %zu",
                          reason.text, (size_t) (text.data - t->start));
        return WEBHOOK_ERROR;
    }

    return WEBHOOK_OK;
}


static int
webhook_condition_op(webhook_condition_text_t *t,
    webhook_condition_part_t *part, webhook_error_t *err)
{
    size_t                         i, left;
    unsigned char                 *p, *end;
    const webhook_condition_op_t  *op;

    webhook_condition_space(t);

    p = t->p;
    left = t->last - p;

    for (i = 0;
         i < sizeof(webhook_condition_ops) / sizeof(webhook_condition_ops[0]);
         i++)
    {
        op = &webhook_condition_ops[i];

        if (left < op->text.len
            || memcmp(p, op->text.data, op->text.len) != 0)
        {
            continue;
        }

        end = p + op->text.len;

        /* "=~", "=>", "!==" and the like are slips */

        if (end < t->last && *end && strchr("=!<>~", *end) != NULL) {
            break;
        }

        t->p = end;
        part->op = op->op;

        return WEBHOOK_OK;
    }

    if (left >= sizeof("exists") - 1
        && memcmp(p, "exists", sizeof("exists") - 1) == 0
        && (left == sizeof("exists") - 1 || p[6] <= ' ' || p[6] == '&'))
    {
        t->p += sizeof("exists") - 1;
        part->op = WEBHOOK_CONDITION_EXISTS;

        return WEBHOOK_OK;
    }

    webhook_error_set(err, "one of == != > >= < <= ~ exists is missing at "
                      "offset %zu", (size_t) (t->p - t->start));

    return WEBHOOK_ERROR;
}


/*
 * Takes a literal out of its quotes where it stands: it gets no longer.  The
 * byte behind a backslash is never looked at as a quote, so that a regular
 * expression may end in an escaped backslash.
 */

static int
webhook_condition_quoted(webhook_condition_text_t *t,
    webhook_condition_part_t *part, webhook_error_t *err)
{
    unsigned char  quote, *p, *dst;

    quote = *t->p;
    dst = t->p;

    part->type = WEBHOOK_CONDITION_TEXT;
    part->literal.data = dst;

    for (p = t->p + 1; p < t->last && *p != quote; p++) {

        if (*p == '\\' && t->last - p > 1) {

            if (p[1] != quote) {
                *dst++ = *p;
            }

            p++;
        }

        *dst++ = *p;
    }

    if (p >= t->last) {
        webhook_error_set(err, "the quote at offset %zu has no end",
                          (size_t) (t->p - t->start));
        return WEBHOOK_ERROR;
    }

    part->literal.len = dst - part->literal.data;
    t->p = p + 1;

    return WEBHOOK_OK;
}


static int
webhook_condition_bare(webhook_condition_text_t *t,
    webhook_condition_part_t *part, webhook_error_t *err)
{
    const char     *no;
    webhook_str_t   null = webhook_str("null");
    webhook_str_t   yes = webhook_str("true");
    webhook_str_t   not = webhook_str("false");

    /* what looks like more of a condition should not pass for a text */

    no = (part->op == WEBHOOK_CONDITION_MATCH) ? "'\"" : "'\"=!<>~|&()";

    part->literal.data = t->p;

    while (t->p < t->last && *t->p > ' ' && !webhook_condition_and(t)) {

        if (strchr(no, *t->p) != NULL) {
            webhook_error_set(err, "a value that has the character at offset "
                              "%zu needs quotes",
                              (size_t) (t->p - t->start));
            return WEBHOOK_ERROR;
        }

        t->p++;
    }

    part->literal.len = t->p - part->literal.data;

    if (part->literal.len == 0) {
        webhook_error_set(err, "a value is missing at offset %zu",
                          (size_t) (t->p - t->start));
        return WEBHOOK_ERROR;
    }

    if (part->op == WEBHOOK_CONDITION_MATCH) {
        return WEBHOOK_OK;
    }

    if (webhook_decimal_parse(&part->literal, &part->number) == WEBHOOK_OK) {
        part->type = WEBHOOK_CONDITION_NUMBER;
        return WEBHOOK_OK;
    }

    if (webhook_str_eq(&part->literal, &null)) {
        part->type = WEBHOOK_CONDITION_NULL;

    } else if (!webhook_str_eq(&part->literal, &yes)
               && !webhook_str_eq(&part->literal, &not))
    {
        return WEBHOOK_OK;
    }

    if (part->op == WEBHOOK_CONDITION_EQ || part->op == WEBHOOK_CONDITION_NE) {
        return WEBHOOK_OK;
    }

    webhook_error_set(err, "\"%.*s\" is neither more nor less than anything, "
                      "at offset %zu", (int) part->literal.len,
                      part->literal.data,
                      (size_t) (part->literal.data - t->start));

    return WEBHOOK_ERROR;
}


static void
webhook_condition_space(webhook_condition_text_t *t)
{
    while (t->p < t->last
           && (*t->p == ' ' || *t->p == '\t' || *t->p == '\r'
               || *t->p == '\n'))
    {
        t->p++;
    }
}


/* 1 if "&&" comes next. */

static int
webhook_condition_and(const webhook_condition_text_t *t)
{
    return t->last - t->p > 1 && t->p[0] == '&' && t->p[1] == '&';
}


void
webhook_condition_free(webhook_condition_t *cond)
{
    uint32_t  i;

    if (cond == NULL) {
        return;
    }

    for (i = 0; i < cond->n; i++) {
        webhook_path_free(cond->parts[i].path);
        webhook_regex_free(cond->parts[i].regex);
    }

    free(cond);
}


int
webhook_condition_paths(const webhook_condition_t *cond,
    int (*visit)(void *ctx, const webhook_path_t *path), void *ctx)
{
    int       rc;
    uint32_t  i;

    for (i = 0; i < cond->n; i++) {
        rc = visit(ctx, cond->parts[i].path);

        if (rc) {
            return rc;
        }
    }

    return 0;
}


int
webhook_condition_eval(const webhook_condition_t *cond,
    webhook_lookup_pt lookup, void *ctx)
{
    int              rc;
    uint32_t         i;
    webhook_buf_t    scratch;
    webhook_value_t  v;

    webhook_buf_init(&scratch, 0);

    rc = 1;

    for (i = 0; i < cond->n && rc == 1; i++) {
        memset(&v, 0, sizeof(webhook_value_t));

        switch (lookup(ctx, cond->parts[i].path, &v)) {

        case WEBHOOK_OK:
            rc = webhook_condition_holds(&cond->parts[i], &v, &scratch);
            break;

        case WEBHOOK_NOMEM:
            rc = WEBHOOK_NOMEM;
            break;

        default:
            rc = 0;
        }
    }

    webhook_buf_free(&scratch);

    return rc;
}


static int
webhook_condition_holds(const webhook_condition_part_t *part,
    const webhook_value_t *v, webhook_buf_t *scratch)
{
    int            rc, null;
    webhook_str_t  text;

    if (v->missing) {
        return 0;
    }

    if (part->op == WEBHOOK_CONDITION_EXISTS) {
        return 1;
    }

    null = (!v->is_text && v->type == WEBHOOK_JSON_NULL);

    if (part->type == WEBHOOK_CONDITION_NULL) {
        return (part->op == WEBHOOK_CONDITION_EQ) ? null : !null;
    }

    if (null
        && part->op != WEBHOOK_CONDITION_EQ
        && part->op != WEBHOOK_CONDITION_NE)
    {
        return 0;
    }

    rc = webhook_value_view(v, scratch, &text);

    if (rc != WEBHOOK_OK) {
        return (rc == WEBHOOK_NOMEM) ? WEBHOOK_NOMEM : 0;
    }

    if (part->op == WEBHOOK_CONDITION_MATCH) {
        return webhook_regex_match(part->regex, &text);
    }

    rc = webhook_condition_compare(part, v, &text);

    switch (part->op) {

    case WEBHOOK_CONDITION_EQ:
        return rc == 0;

    case WEBHOOK_CONDITION_NE:
        return rc != 0;

    case WEBHOOK_CONDITION_GT:
        return rc > 0;

    case WEBHOOK_CONDITION_GE:
        return rc >= 0;

    case WEBHOOK_CONDITION_LT:
        return rc < 0;

    case WEBHOOK_CONDITION_LE:
        return rc <= 0;

    default:
        return 0;
    }
}


/* Less than, equal to or greater than 0: the value stands to the literal. */

static int
webhook_condition_compare(const webhook_condition_part_t *part,
    const webhook_value_t *v, const webhook_str_t *text)
{
    int                rc;
    size_t             len;
    webhook_decimal_t  number;

    if (part->type == WEBHOOK_CONDITION_NUMBER
        && (v->is_text || v->type == WEBHOOK_JSON_NUMBER
            || v->type == WEBHOOK_JSON_STRING)
        && webhook_decimal_parse(text, &number) == WEBHOOK_OK)
    {
        return webhook_decimal_compare(&number, &part->number);
    }

    len = text->len < part->literal.len ? text->len : part->literal.len;

    rc = len ? memcmp(text->data, part->literal.data, len) : 0;

    if (rc) {
        return rc;
    }

    return (text->len > part->literal.len) - (text->len < part->literal.len);
}
