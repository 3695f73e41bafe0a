
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/signature/presets/webhook_presets_int.h"


static int webhook_preset_before(const webhook_str_t *a,
    const webhook_str_t *b);


static const webhook_preset_t *const  webhook_preset_groups[] = {
    webhook_presets_core,
    webhook_presets_asia,
    webhook_presets_west,
    webhook_presets_rest
};

#define WEBHOOK_PRESET_GROUPS                                                 \
    (sizeof(webhook_preset_groups) / sizeof(webhook_preset_groups[0]))


const webhook_preset_t *
webhook_preset_find(const webhook_str_t *name)
{
    unsigned                 i;
    const webhook_preset_t  *p;

    for (i = 0; i < WEBHOOK_PRESET_GROUPS; i++) {
        for (p = webhook_preset_groups[i]; p->name.len; p++) {
            if (webhook_str_eq(name, &p->name)) {
                return p;
            }
        }
    }

    return NULL;
}


const webhook_preset_t *
webhook_preset_next(const webhook_preset_t *last)
{
    unsigned                 i;
    const webhook_preset_t  *p, *next;

    next = NULL;

    for (i = 0; i < WEBHOOK_PRESET_GROUPS; i++) {
        for (p = webhook_preset_groups[i]; p->name.len; p++) {

            if ((last == NULL || webhook_preset_before(&last->name, &p->name))
                && (next == NULL
                    || webhook_preset_before(&p->name, &next->name)))
            {
                next = p;
            }
        }
    }

    return next;
}


static int
webhook_preset_before(const webhook_str_t *a, const webhook_str_t *b)
{
    int     rc;
    size_t  len;

    len = a->len < b->len ? a->len : b->len;
    rc = memcmp(a->data, b->data, len);

    return rc ? rc < 0 : a->len < b->len;
}


int
webhook_preset_names(webhook_buf_t *out)
{
    const webhook_preset_t  *p, *next;

    p = webhook_preset_next(NULL);

    while (p) {
        (void) webhook_buf_add(out, p->name.data, p->name.len);

        next = webhook_preset_next(p);

        if (next) {
            if (webhook_preset_next(next)) {
                (void) webhook_buf_add(out, ", ", 2);

            } else {
                (void) webhook_buf_add(out, " and ", 5);
            }
        }

        p = next;
    }

    return out->failed;
}
