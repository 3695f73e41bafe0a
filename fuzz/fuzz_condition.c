
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Fuzzes conditions.  The input is a condition, a NUL, and a JSON text whose
 * values it is about; paths that begin with "text" are the JSON's own bytes.
 */

#include "core/condition/webhook_condition.h"
#include "core/scalar/webhook_decimal.h"
#include "lib/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>


typedef struct {
    webhook_json_doc_t  *doc;
    webhook_str_t        text;
} fuzz_values_t;


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static int
lookup(void *ctx, const webhook_path_t *path, webhook_value_t *v)
{
    fuzz_values_t         *values;
    webhook_json_value_t   found;
    const webhook_str_t   *root;

    values = ctx;
    root = webhook_path_step(path, 0);

    if (root->len == 4 && memcmp(root->data, "text", 4) == 0) {
        v->is_text = 1;
        v->type = WEBHOOK_JSON_STRING;
        v->span = values->text;

        return WEBHOOK_OK;
    }

    if (values->doc && webhook_path_find(path, 0, values->doc, NULL, &found)
                       == WEBHOOK_OK)
    {
        webhook_value_from_json(v, &found);

    } else {
        webhook_value_from_json(v, NULL);
    }

    return WEBHOOK_OK;
}


/*
 * Both texts as numbers, once exactly and once as doubles: where these are
 * apart or both are short integers, they are right.
 */

static void
check_numbers(const webhook_str_t *x, const webhook_str_t *y)
{
    int                 rc;
    char               *a, *b;
    double              da, db;
    webhook_decimal_t   p, q;

    if (webhook_decimal_parse(x, &p) != WEBHOOK_OK
        || webhook_decimal_parse(y, &q) != WEBHOOK_OK)
    {
        return;
    }

    rc = webhook_decimal_compare(&p, &q);

    check(webhook_decimal_compare(&q, &p) == -rc);
    check(webhook_decimal_compare(&p, &p) == 0);

    a = strndup((char *) x->data, x->len);
    b = strndup((char *) y->data, y->len);
    check(a != NULL && b != NULL);

    da = strtod(a, NULL);
    db = strtod(b, NULL);

    if (da < db) {
        check(rc < 0);

    } else if (da > db) {
        check(rc > 0);

    } else if (x->len < 15 && y->len < 15 && strpbrk(a, ".eE") == NULL
               && strpbrk(b, ".eE") == NULL)
    {
        check(rc == 0);
    }

    free(a);
    free(b);
}


/* "!" gives the opposite of what is known, and what is not known is neither. */

static void
check_negated(const webhook_str_t *text, fuzz_values_t *values, int rc)
{
    webhook_buf_t         buf;
    webhook_str_t         negated;
    webhook_error_t       err;
    webhook_condition_t  *cond;

    webhook_buf_init(&buf, 0);
    webhook_buf_add(&buf, "!(", 2);
    webhook_buf_add(&buf, text->data, text->len);
    webhook_buf_byte(&buf, ')');

    negated.data = buf.data;
    negated.len = buf.len;

    cond = webhook_condition_compile(&negated, &err);

    /* too deep or too long, or a bare regular expression has a bracket */

    if (cond && memchr(text->data, '~', text->len) == NULL) {
        check(webhook_condition_eval(cond, lookup, values, NULL)
              == (rc == 0 || rc == 1 ? !rc : rc));
    }

    webhook_condition_free(cond);
    webhook_buf_free(&buf);
}


/* What is shown says the same, and with all its brackets is in no doubt. */

static void
check_shown(const webhook_condition_t *cond, fuzz_values_t *values, int rc)
{
    webhook_buf_t         buf, again;
    webhook_str_t         text;
    webhook_error_t       err;
    webhook_condition_t  *shown;

    webhook_buf_init(&buf, 0);
    webhook_buf_init(&again, 0);

    check(webhook_condition_show(cond, &buf) == WEBHOOK_OK);

    text.data = buf.data;
    text.len = buf.len;

    shown = webhook_condition_compile(&text, &err);

    if (shown) {
        check(webhook_condition_eval(shown, lookup, values, NULL) == rc);
        check((webhook_condition_doubts(shown) & ~WEBHOOK_CONDITION_QUOTED)
              == 0);

        check(webhook_condition_show(shown, &again) == WEBHOOK_OK);
        check(buf.len == again.len
              && memcmp(buf.data, again.data, buf.len) == 0);

        webhook_condition_free(shown);

    } else {
        check(strstr(err.text, "stands in more than") != NULL
              || strstr(err.text, "is longer than") != NULL);
    }

    webhook_buf_free(&buf);
    webhook_buf_free(&again);
}


/* What a value's marks rule out does not hold. */

static void
check_marks(const webhook_condition_t *cond, fuzz_values_t *values, int rc)
{
    uint32_t                    mark;
    webhook_value_t             v;
    const webhook_path_t       *path;
    webhook_condition_marks_t   marks;

    if (!webhook_condition_needs(cond, &path, &mark)) {
        return;
    }

    memset(&v, 0, sizeof(v));

    check(lookup(values, path, &v) == WEBHOOK_OK);

    if (webhook_condition_marks(&v, &marks) == WEBHOOK_OK
        && !webhook_condition_may(mark, &marks))
    {
        check(rc != 1);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int                   rc;
    unsigned char        *end;
    fuzz_values_t         values;
    webhook_str_t         text, json;
    webhook_error_t       err;
    webhook_condition_t  *cond;

    text.data = (unsigned char *) data;
    text.len = size;

    json.data = NULL;
    json.len = 0;

    end = size ? memchr(data, '\0', size) : NULL;

    if (end) {
        text.len = end - text.data;
        json.data = end + 1;
        json.len = size - text.len - 1;
    }

    check_numbers(&text, &json);

    memset(&err, 0, sizeof(webhook_error_t));

    cond = webhook_condition_compile(&text, &err);

    if (cond == NULL) {
        check(err.text[0] != '\0');
        check(memchr(err.text, '\0', sizeof(err.text)) != NULL);
        return 0;
    }

    values.doc = NULL;
    values.text = json;

    (void) webhook_json_read(&json, NULL, &values.doc, NULL);

    rc = webhook_condition_eval(cond, lookup, &values, NULL);

    check(rc == 0 || rc == 1 || rc == WEBHOOK_LIMIT);
    check(webhook_condition_eval(cond, lookup, &values, NULL) == rc);

    check_negated(&text, &values, rc);
    check_shown(cond, &values, rc);
    check_marks(cond, &values, rc);

    webhook_json_free(values.doc);
    webhook_condition_free(cond);

    return 0;
}
