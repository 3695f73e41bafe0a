
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Marks: what is equal by "==" has the same.  They are hashes with no secret in
 * them; who chooses values and literals that share one brings about a look at
 * the condition itself, and no more.
 *
 * Ranks: of two numbers the greater one has no lower rank.  They are the power
 * of ten and the first digits.
 */

#include "core/condition/webhook_condition_int.h"


#define WEBHOOK_CONDITION_BASIS   UINT32_C(2166136261)      /* FNV-1a */
#define WEBHOOK_CONDITION_PRIME   UINT32_C(16777619)

#define WEBHOOK_CONDITION_BITS    30            /* of a set */

#define WEBHOOK_CONDITION_POWERS  511           /* of ten, up and down */
#define WEBHOOK_CONDITION_DIGITS  5             /* of a rank, which take */
#define WEBHOOK_CONDITION_SHIFT   17            /*   so many bits */
#define WEBHOOK_CONDITION_ZERO    (UINT32_C(1) << 27)   /* the rank of 0 */


static const webhook_condition_part_t *webhook_condition_telling(
    const webhook_condition_node_t *node, int order);
static int webhook_condition_tells(const webhook_condition_part_t *part,
    int order);
static uint32_t webhook_condition_mark(
    const webhook_condition_literal_t *literal);
static uint32_t webhook_condition_mark_bit(uint32_t mark);
static uint32_t webhook_condition_mark_text(const webhook_str_t *text);
static uint32_t webhook_condition_mark_number(const webhook_decimal_t *d);
static uint32_t webhook_condition_mark_byte(uint32_t mark, unsigned char c);
static uint32_t webhook_condition_rank(const webhook_decimal_t *d);


int
webhook_condition_needs(const webhook_condition_t *cond,
    const webhook_path_t **path, uint32_t *mark)
{
    uint32_t                         i;
    const webhook_condition_part_t  *part;

    part = webhook_condition_telling(cond->root, 0);

    if (part == NULL) {
        part = webhook_condition_telling(cond->root, 1);
    }

    if (part == NULL) {
        return 0;
    }

    *path = part->path;

    switch (part->op) {

    case WEBHOOK_CONDITION_GT:
    case WEBHOOK_CONDITION_GE:
        *mark = webhook_condition_rank(&part->literals->number)
                << WEBHOOK_CONDITION_MARK_RANK | WEBHOOK_CONDITION_MARK_LEAST;
        return 1;

    case WEBHOOK_CONDITION_LT:
    case WEBHOOK_CONDITION_LE:
        *mark = webhook_condition_rank(&part->literals->number)
                << WEBHOOK_CONDITION_MARK_RANK;
        return 1;

    default:
        break;
    }

    if (part->nliterals == 1) {
        *mark = webhook_condition_mark(part->literals);
        return 1;
    }

    *mark = WEBHOOK_CONDITION_MARK_SET;

    for (i = 0; i < part->nliterals; i++) {
        *mark |= webhook_condition_mark_bit(
                                  webhook_condition_mark(&part->literals[i]));
    }

    return 1;
}


/* The first comparison that has to hold for the whole and asks for values, or
   (order) for a number above or below one; as deep as brackets may be
   written. */

static const webhook_condition_part_t *
webhook_condition_telling(const webhook_condition_node_t *node, int order)
{
    const webhook_condition_node_t  *n;
    const webhook_condition_part_t  *part;

    if (node->negated || node->type == WEBHOOK_CONDITION_OR) {
        return NULL;
    }

    if (node->type == WEBHOOK_CONDITION_PART) {
        return webhook_condition_tells(node->part, order) ? node->part : NULL;
    }

    for (n = node->first; n; n = n->next) {
        part = webhook_condition_telling(n, order);

        if (part) {
            return part;
        }
    }

    return NULL;
}


static int
webhook_condition_tells(const webhook_condition_part_t *part, int order)
{
    uint32_t  i;

    switch (part->op) {

    case WEBHOOK_CONDITION_EQ:
    case WEBHOOK_CONDITION_IN:

        for (i = 0; i < part->nliterals; i++) {
            if (part->literals[i].type == WEBHOOK_CONDITION_NULL) {
                return 0;
            }
        }

        return !order;

    case WEBHOOK_CONDITION_GT:
    case WEBHOOK_CONDITION_GE:
    case WEBHOOK_CONDITION_LT:
    case WEBHOOK_CONDITION_LE:
        return order && part->literals->type == WEBHOOK_CONDITION_NUMBER;

    default:
        return 0;
    }
}


int
webhook_condition_marks(const webhook_value_t *v,
    webhook_condition_marks_t *marks)
{
    int                rc, number;
    webhook_str_t      text;
    webhook_buf_t      scratch;
    webhook_decimal_t  d;

    memset(marks, 0, sizeof(webhook_condition_marks_t));

    if (v->missing) {
        return WEBHOOK_OK;
    }

    if (v->span.len > WEBHOOK_CONDITION_MARKED) {
        return WEBHOOK_LIMIT;
    }

    webhook_buf_init(&scratch, 0);

    rc = webhook_value_view(v, &scratch, &text);

    if (rc == WEBHOOK_OK) {

        number = (!v->is_text && v->type == WEBHOOK_JSON_NUMBER);

        if (!number) {
            marks->text = webhook_condition_mark_text(&text);
        }

        if ((number || v->is_text || v->type == WEBHOOK_JSON_STRING)
            && webhook_decimal_parse(&text, &d) == WEBHOOK_OK)
        {
            marks->number = webhook_condition_mark_number(&d);
            marks->rank = webhook_condition_rank(&d);
        }

        marks->set = webhook_condition_mark_bit(marks->text)
                     | webhook_condition_mark_bit(marks->number);
    }

    webhook_buf_free(&scratch);

    return (rc == WEBHOOK_NOMEM) ? WEBHOOK_NOMEM : WEBHOOK_OK;
}


static uint32_t
webhook_condition_mark(const webhook_condition_literal_t *literal)
{
    return (literal->type == WEBHOOK_CONDITION_NUMBER)
           ? webhook_condition_mark_number(&literal->number)
           : webhook_condition_mark_text(&literal->text);
}


/* The bit of a mark in a set of them. */

static uint32_t
webhook_condition_mark_bit(uint32_t mark)
{
    return mark ? (uint32_t) 4 << (mark >> 2) % WEBHOOK_CONDITION_BITS : 0;
}


static uint32_t
webhook_condition_mark_text(const webhook_str_t *text)
{
    size_t    i;
    uint32_t  mark;

    mark = WEBHOOK_CONDITION_BASIS;

    for (i = 0; i < text->len; i++) {
        mark = webhook_condition_mark_byte(mark, text->data[i]);
    }

    return (mark & ~(uint32_t) WEBHOOK_CONDITION_MARK_KIND)
           | WEBHOOK_CONDITION_MARK_TEXT;
}


/* However it is written. */

static uint32_t
webhook_condition_mark_number(const webhook_decimal_t *d)
{
    size_t                zeros;
    unsigned              i;
    uint32_t              mark;
    const unsigned char  *p;

    mark = webhook_condition_mark_byte(WEBHOOK_CONDITION_BASIS,
                                       d->negative != 0);

    for (i = 0; i < 64; i += 8) {
        mark = webhook_condition_mark_byte(mark, (unsigned char)
                                                 ((uint64_t) d->point >> i));
    }

    zeros = 0;

    for (p = d->digits; p && p < d->last; p++) {

        if (*p == '.') {
            continue;
        }

        if (*p == '0') {
            zeros++;
            continue;
        }

        for ( /* void */ ; zeros; zeros--) {
            mark = webhook_condition_mark_byte(mark, '0');
        }

        mark = webhook_condition_mark_byte(mark, *p);
    }

    return (mark & ~(uint32_t) WEBHOOK_CONDITION_MARK_KIND)
           | WEBHOOK_CONDITION_MARK_NUMBER;
}


static uint32_t
webhook_condition_mark_byte(uint32_t mark, unsigned char c)
{
    return (mark ^ c) * WEBHOOK_CONDITION_PRIME;
}


static uint32_t
webhook_condition_rank(const webhook_decimal_t *d)
{
    int64_t               power;
    uint32_t              n, size;
    const unsigned char  *p;

    if (d->digits == NULL) {
        return WEBHOOK_CONDITION_ZERO;
    }

    power = d->point;
    p = d->digits;
    size = 0;

    for (n = 0; n < WEBHOOK_CONDITION_DIGITS; n++) {

        if (p < d->last && *p == '.') {
            p++;
        }

        size = size * 10 + (p < d->last ? (uint32_t) (*p++ - '0') : 0);
    }

    if (power > WEBHOOK_CONDITION_POWERS) {
        power = WEBHOOK_CONDITION_POWERS;
        size = (UINT32_C(1) << WEBHOOK_CONDITION_SHIFT) - 1;

    } else if (power < -WEBHOOK_CONDITION_POWERS) {
        power = -WEBHOOK_CONDITION_POWERS;
        size = 0;
    }

    size |= (uint32_t) (power + WEBHOOK_CONDITION_POWERS)
            << WEBHOOK_CONDITION_SHIFT;

    return d->negative ? WEBHOOK_CONDITION_ZERO - size
                       : WEBHOOK_CONDITION_ZERO + size;
}
