
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Comparisons, as they are written.
 */

#include "core/condition/webhook_condition_int.h"


typedef struct {
    webhook_str_t                 text;
    webhook_condition_op_e        op;
} webhook_condition_op_t;


static int webhook_condition_path(webhook_condition_text_t *t,
    webhook_condition_part_t *part);
static int webhook_condition_op(webhook_condition_text_t *t,
    webhook_condition_part_t *part);
static int webhook_condition_word(const webhook_condition_text_t *t,
    const char *word, const char *behind);
static int webhook_condition_values(webhook_condition_text_t *t,
    webhook_condition_part_t *part);
static int webhook_condition_value(webhook_condition_text_t *t,
    webhook_condition_part_t *part);
static int webhook_condition_quoted(webhook_condition_text_t *t,
    webhook_condition_literal_t *literal);
static int webhook_condition_bare(webhook_condition_text_t *t,
    webhook_condition_part_t *part, webhook_condition_literal_t *literal);
static int webhook_condition_bare_ends(const webhook_condition_text_t *t,
    const webhook_condition_part_t *part, uint32_t *nested);
static int webhook_condition_bare_type(webhook_condition_text_t *t,
    webhook_condition_part_t *part, webhook_condition_literal_t *literal);
static int webhook_condition_digits(const webhook_str_t *text);


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


int
webhook_condition_part(webhook_condition_text_t *t,
    webhook_condition_part_t *part)
{
    int  rc;

    part->source.data = t->p;
    part->literals = t->literals;

    if (webhook_condition_path(t, part) != WEBHOOK_OK
        || webhook_condition_op(t, part) != WEBHOOK_OK)
    {
        return WEBHOOK_ERROR;
    }

    switch (part->op) {

    case WEBHOOK_CONDITION_EXISTS:
        rc = WEBHOOK_OK;
        break;

    case WEBHOOK_CONDITION_IN:
        rc = webhook_condition_values(t, part);
        break;

    default:
        rc = webhook_condition_value(t, part);
        break;
    }

    if (rc != WEBHOOK_OK) {
        return WEBHOOK_ERROR;
    }

    part->source.len = t->p - part->source.data;

    if (part->op == WEBHOOK_CONDITION_MATCH) {
        part->regex = webhook_regex_compile(&part->literals->text, t->err);

        if (part->regex == NULL) {
            return WEBHOOK_ERROR;
        }
    }

    return WEBHOOK_OK;
}


/* A path ends at white space or at the first character of an operator, but for
   those in quotes. */

static int
webhook_condition_path(webhook_condition_text_t *t,
    webhook_condition_part_t *part)
{
    size_t           len;
    webhook_str_t    text;
    webhook_error_t  reason;

    text.data = t->p;

    while (t->p < t->last && *t->p > ' '
           && strchr("=!<>~&", *t->p) == NULL)
    {
        len = (t->p == text.data || t->p[-1] == '.')
              ? webhook_path_quoted(t->p, t->last) : 0;

        t->p += len ? len : 1;
    }

    text.len = t->p - text.data;

    if (text.len && *text.data == ')') {
        webhook_error_set(t->err, "a comparison is missing at offset %zu",
                          (size_t) (text.data - t->start));
        return WEBHOOK_ERROR;
    }

    part->path = webhook_path_compile(&text, &reason);

    if (part->path == NULL) {
        webhook_error_set(t->err, "%s, in the condition at offset %zu",
                          reason.text, (size_t) (text.data - t->start));
        return WEBHOOK_ERROR;
    }

    return WEBHOOK_OK;
}


static int
webhook_condition_op(webhook_condition_text_t *t,
    webhook_condition_part_t *part)
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

    if (webhook_condition_word(t, "exists", "&|)")) {
        t->p += sizeof("exists") - 1;
        part->op = WEBHOOK_CONDITION_EXISTS;

        return WEBHOOK_OK;
    }

    if (webhook_condition_word(t, "in", "(")) {
        t->p += sizeof("in") - 1;
        part->op = WEBHOOK_CONDITION_IN;

        return WEBHOOK_OK;
    }

    webhook_error_set(t->err, "one of == != > >= < <= ~ exists in is missing "
                      "at offset %zu", webhook_condition_offset(t));

    return WEBHOOK_ERROR;
}


/* 1 if a word comes next, and then white space, the end or one of these. */

static int
webhook_condition_word(const webhook_condition_text_t *t, const char *word,
    const char *behind)
{
    size_t  len;

    len = strlen(word);

    if ((size_t) (t->last - t->p) < len || memcmp(t->p, word, len) != 0) {
        return 0;
    }

    return t->p + len == t->last
           || t->p[len] <= ' '
           || strchr(behind, t->p[len]) != NULL;
}


/* (value, ...) */

static int
webhook_condition_values(webhook_condition_text_t *t,
    webhook_condition_part_t *part)
{
    size_t  offset;

    webhook_condition_space(t);

    offset = webhook_condition_offset(t);

    if (t->p == t->last || *t->p != '(') {
        webhook_error_set(t->err, "\"(\" is missing at offset %zu: values are "
                          "written as in \"in (1, 2)\"", offset);
        return WEBHOOK_ERROR;
    }

    do {
        t->p++;

        if (webhook_condition_value(t, part) != WEBHOOK_OK) {
            return WEBHOOK_ERROR;
        }

        webhook_condition_space(t);

    } while (t->p < t->last && *t->p == ',');

    if (t->p == t->last) {
        webhook_error_set(t->err, "the bracket at offset %zu has no end",
                          offset);
        return WEBHOOK_ERROR;
    }

    if (*t->p != ')') {
        webhook_error_set(t->err, "\",\" or \")\" is missing at offset %zu",
                          webhook_condition_offset(t));
        return WEBHOOK_ERROR;
    }

    t->p++;

    return WEBHOOK_OK;
}


static int
webhook_condition_value(webhook_condition_text_t *t,
    webhook_condition_part_t *part)
{
    webhook_condition_literal_t  *literal;

    if (t->literals == t->last_literal) {
        webhook_error_set(t->err, "a condition has more than %d values",
                          WEBHOOK_CONDITION_MAX_VALUES);
        return WEBHOOK_ERROR;
    }

    literal = t->literals++;
    part->nliterals++;

    webhook_condition_space(t);

    if (t->p == t->last || (*t->p != '\'' && *t->p != '"')) {
        return webhook_condition_bare(t, part, literal);
    }

    if (webhook_condition_quoted(t, literal) != WEBHOOK_OK) {
        return WEBHOOK_ERROR;
    }

    if (part->op != WEBHOOK_CONDITION_MATCH
        && webhook_condition_digits(&literal->text))
    {
        t->cond->doubts |= WEBHOOK_CONDITION_QUOTED;
    }

    return WEBHOOK_OK;
}


/*
 * The byte behind a backslash is never looked at as a quote, so that a regular
 * expression may end in an escaped backslash.
 */

static int
webhook_condition_quoted(webhook_condition_text_t *t,
    webhook_condition_literal_t *literal)
{
    unsigned char  quote, *p, *dst;

    quote = *t->p;
    dst = t->quoted;

    literal->type = WEBHOOK_CONDITION_TEXT;
    literal->text.data = dst;

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
        webhook_error_set(t->err, "the quote at offset %zu has no end",
                          webhook_condition_offset(t));
        return WEBHOOK_ERROR;
    }

    literal->text.len = dst - literal->text.data;

    t->quoted = dst;
    t->p = p + 1;

    return WEBHOOK_OK;
}


static int
webhook_condition_bare(webhook_condition_text_t *t,
    webhook_condition_part_t *part, webhook_condition_literal_t *literal)
{
    uint32_t     nested;
    const char  *no;

    /* what looks like more of a condition should not pass for a text */

    no = (part->op == WEBHOOK_CONDITION_MATCH) ? "'\"" : "'\"=!<>~|&(";

    nested = 0;
    literal->text.data = t->p;

    while (t->p < t->last && !webhook_condition_bare_ends(t, part, &nested)) {

        if (part->op == WEBHOOK_CONDITION_MATCH && *t->p == '\\'
            && t->last - t->p > 1
            && (t->p[1] == '\\' || t->p[1] == '(' || t->p[1] == ')'))
        {
            t->p += 2;
            continue;
        }

        if (strchr(no, *t->p) != NULL) {
            webhook_error_set(t->err, "a value that has the character at "
                              "offset %zu needs quotes",
                              webhook_condition_offset(t));
            return WEBHOOK_ERROR;
        }

        t->p++;
    }

    literal->text.len = t->p - literal->text.data;

    if (literal->text.len == 0) {
        webhook_error_set(t->err, "a value is missing at offset %zu",
                          webhook_condition_offset(t));
        return WEBHOOK_ERROR;
    }

    return webhook_condition_bare_type(t, part, literal);
}


/*
 * A regular expression has brackets of its own: the one that ends it has none
 * to close in it.  Outside of brackets they are all its own.
 */

static int
webhook_condition_bare_ends(const webhook_condition_text_t *t,
    const webhook_condition_part_t *part, uint32_t *nested)
{
    unsigned char  c;

    c = *t->p;

    if (c <= ' ' || webhook_condition_twice(t, '&')
        || webhook_condition_twice(t, '|'))
    {
        return 1;
    }

    if (part->op != WEBHOOK_CONDITION_MATCH) {
        return c == ')' || (c == ',' && part->op == WEBHOOK_CONDITION_IN);
    }

    if (c == '(') {
        (*nested)++;

    } else if (c == ')') {

        if (*nested == 0) {
            return t->depth != 0;
        }

        (*nested)--;
    }

    return 0;
}


static int
webhook_condition_bare_type(webhook_condition_text_t *t,
    webhook_condition_part_t *part, webhook_condition_literal_t *literal)
{
    webhook_str_t  null = webhook_str("null");
    webhook_str_t  yes = webhook_str("true");
    webhook_str_t  not = webhook_str("false");

    if (part->op == WEBHOOK_CONDITION_MATCH) {
        return WEBHOOK_OK;
    }

    if (webhook_decimal_parse(&literal->text, &literal->number)
        == WEBHOOK_OK)
    {
        literal->type = WEBHOOK_CONDITION_NUMBER;
        return WEBHOOK_OK;
    }

    if (webhook_str_eq(&literal->text, &null)) {
        literal->type = WEBHOOK_CONDITION_NULL;

    } else if (!webhook_str_eq(&literal->text, &yes)
               && !webhook_str_eq(&literal->text, &not))
    {
        return WEBHOOK_OK;
    }

    if (part->op == WEBHOOK_CONDITION_EQ || part->op == WEBHOOK_CONDITION_NE
        || part->op == WEBHOOK_CONDITION_IN)
    {
        return WEBHOOK_OK;
    }

    webhook_error_set(t->err, "\"%.*s\" is neither more nor less than "
                      "anything, at offset %zu", (int) literal->text.len,
                      literal->text.data,
                      (size_t) (literal->text.data - t->start));

    return WEBHOOK_ERROR;
}


/* 1 for a whole number: what a value is hardly meant to be as text alone. */

static int
webhook_condition_digits(const webhook_str_t *text)
{
    size_t  i;

    if (text->len == 0 || (text->data[0] == '0' && text->len > 1)) {
        return 0;
    }

    for (i = 0; i < text->len; i++) {
        if (text->data[i] < '0' || text->data[i] > '9') {
            return 0;
        }
    }

    return 1;
}


void
webhook_condition_space(webhook_condition_text_t *t)
{
    while (t->p < t->last
           && (*t->p == ' ' || *t->p == '\t' || *t->p == '\r'
               || *t->p == '\n'))
    {
        t->p++;
    }
}


size_t
webhook_condition_offset(const webhook_condition_text_t *t)
{
    return t->p - t->start;
}


int
webhook_condition_twice(const webhook_condition_text_t *t, unsigned char c)
{
    return t->last - t->p > 1 && t->p[0] == c && t->p[1] == c;
}
