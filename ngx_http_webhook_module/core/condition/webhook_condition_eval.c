
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Whether a condition holds: yes, no, or it cannot be told, as in Kleene's
 * logic of three values.
 */

#include "core/condition/webhook_condition_int.h"


#define WEBHOOK_CONDITION_STEP    200   /* work: a value is found */
#define WEBHOOK_CONDITION_DECODE  12    /* a byte of a string with escapes */


typedef struct {
    webhook_lookup_pt    lookup;
    void                *ctx;
    size_t              *work;
    webhook_buf_t        scratch;
} webhook_condition_eval_t;


static int webhook_condition_node(webhook_condition_eval_t *e,
    const webhook_condition_node_t *node);
static int webhook_condition_joined(webhook_condition_eval_t *e,
    const webhook_condition_node_t *node);
static int webhook_condition_found(webhook_condition_eval_t *e,
    const webhook_condition_part_t *part);
static int webhook_condition_spend(webhook_condition_eval_t *e, size_t work);
static int webhook_condition_holds(webhook_condition_eval_t *e,
    const webhook_condition_part_t *part, const webhook_value_t *v);
static int webhook_condition_literal(webhook_condition_op_e op,
    const webhook_condition_literal_t *literal, const webhook_value_t *v,
    const webhook_str_t *text);
static int webhook_condition_compare(const webhook_str_t *a,
    const webhook_str_t *b);


int
webhook_condition_eval(const webhook_condition_t *cond,
    webhook_lookup_pt lookup, void *ctx, size_t *work)
{
    int                        rc;
    size_t                     own;
    webhook_condition_eval_t   e;

    own = WEBHOOK_CONDITION_WORK;

    e.lookup = lookup;
    e.ctx = ctx;
    e.work = work ? work : &own;

    webhook_buf_init(&e.scratch, 0);

    rc = webhook_condition_node(&e, cond->root);

    webhook_buf_free(&e.scratch);

    /* who looks up knows what could not be read */

    return (rc == WEBHOOK_ERROR) ? 0 : rc;
}


/*
 * 1, 0 or WEBHOOK_NOMEM; WEBHOOK_LIMIT and WEBHOOK_ERROR where it cannot be
 * told.
 */

static int
webhook_condition_node(webhook_condition_eval_t *e,
    const webhook_condition_node_t *node)
{
    int  rc;

    rc = (node->type == WEBHOOK_CONDITION_PART)
         ? webhook_condition_found(e, node->part)
         : webhook_condition_joined(e, node);

    if (node->negated && (rc == 0 || rc == 1)) {
        return !rc;
    }

    return rc;
}


static int
webhook_condition_joined(webhook_condition_eval_t *e,
    const webhook_condition_node_t *node)
{
    int                              rc, all, decides;
    const webhook_condition_node_t  *n;

    decides = (node->type == WEBHOOK_CONDITION_OR);
    all = !decides;

    for (n = node->first; n; n = n->next) {
        rc = webhook_condition_node(e, n);

        if (rc == decides || rc == WEBHOOK_NOMEM) {
            return rc;
        }

        if (rc == WEBHOOK_LIMIT
            || (rc == WEBHOOK_ERROR && all != WEBHOOK_LIMIT))
        {
            all = rc;
        }
    }

    return all;
}


static int
webhook_condition_found(webhook_condition_eval_t *e,
    const webhook_condition_part_t *part)
{
    int              rc;
    webhook_value_t  v;

    if (webhook_condition_spend(e, WEBHOOK_CONDITION_STEP) != WEBHOOK_OK) {
        return WEBHOOK_LIMIT;
    }

    memset(&v, 0, sizeof(webhook_value_t));

    rc = e->lookup(e->ctx, part->path, &v);

    if (rc != WEBHOOK_OK) {
        return (rc == WEBHOOK_NOMEM) ? WEBHOOK_NOMEM : WEBHOOK_ERROR;
    }

    if (v.missing) {
        return v.unread ? WEBHOOK_ERROR : 0;
    }

    return webhook_condition_holds(e, part, &v);
}


/* WEBHOOK_LIMIT: that is all. */

static int
webhook_condition_spend(webhook_condition_eval_t *e, size_t work)
{
    if (*e->work <= work) {
        *e->work = 0;
        return WEBHOOK_LIMIT;
    }

    *e->work -= work;

    return WEBHOOK_OK;
}


static int
webhook_condition_holds(webhook_condition_eval_t *e,
    const webhook_condition_part_t *part, const webhook_value_t *v)
{
    int            rc;
    uint32_t       i;
    webhook_str_t  text;

    if (part->op == WEBHOOK_CONDITION_EXISTS) {
        return 1;
    }

    if (webhook_condition_spend(e, v->span.len) != WEBHOOK_OK) {
        return WEBHOOK_LIMIT;
    }

    rc = webhook_value_view(v, &e->scratch, &text);

    if (rc != WEBHOOK_OK) {
        return (rc == WEBHOOK_NOMEM) ? WEBHOOK_NOMEM : 0;
    }

    if (text.len && text.data == e->scratch.data
        && webhook_condition_spend(e, v->span.len * WEBHOOK_CONDITION_DECODE)
           != WEBHOOK_OK)
    {
        return WEBHOOK_LIMIT;
    }

    if (part->op == WEBHOOK_CONDITION_MATCH) {

        if (!v->is_text && v->type == WEBHOOK_JSON_NULL) {
            return 0;
        }

        return webhook_regex_match(part->regex, &text, e->work);
    }

    if (part->op != WEBHOOK_CONDITION_IN) {
        return webhook_condition_literal(part->op, part->literals, v, &text);
    }

    for (i = 0; i < part->nliterals; i++) {

        /* the text is read anew for each number */

        if (i && part->literals[i].type == WEBHOOK_CONDITION_NUMBER
            && webhook_condition_spend(e, text.len) != WEBHOOK_OK)
        {
            return WEBHOOK_LIMIT;
        }

        if (webhook_condition_literal(WEBHOOK_CONDITION_EQ,
                                      &part->literals[i], v, &text))
        {
            return 1;
        }
    }

    return 0;
}


static int
webhook_condition_literal(webhook_condition_op_e op,
    const webhook_condition_literal_t *literal, const webhook_value_t *v,
    const webhook_str_t *text)
{
    int                rc, null;
    webhook_decimal_t  number;

    null = (!v->is_text && v->type == WEBHOOK_JSON_NULL);

    if (literal->type == WEBHOOK_CONDITION_NULL) {
        return (op == WEBHOOK_CONDITION_EQ) ? null : !null;
    }

    if (null && op != WEBHOOK_CONDITION_EQ && op != WEBHOOK_CONDITION_NE) {
        return 0;
    }

    if (literal->type == WEBHOOK_CONDITION_NUMBER) {

        if ((!v->is_text && v->type != WEBHOOK_JSON_NUMBER
             && v->type != WEBHOOK_JSON_STRING)
            || webhook_decimal_parse(text, &number) != WEBHOOK_OK)
        {
            return 0;
        }

        rc = webhook_decimal_compare(&number, &literal->number);

    } else if (!v->is_text && v->type == WEBHOOK_JSON_NUMBER) {
        return 0;

    } else {
        rc = webhook_condition_compare(text, &literal->text);
    }

    switch (op) {

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


static int
webhook_condition_compare(const webhook_str_t *a, const webhook_str_t *b)
{
    int     rc;
    size_t  len;

    len = a->len < b->len ? a->len : b->len;

    rc = len ? memcmp(a->data, b->data, len) : 0;

    if (rc) {
        return rc;
    }

    return (a->len > b->len) - (a->len < b->len);
}
