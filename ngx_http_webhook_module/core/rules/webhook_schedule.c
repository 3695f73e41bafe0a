
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/rules/webhook_schedule.h"


#define WEBHOOK_SCHEDULE_CAP  (3650ULL * 24 * 3600 * 1000)  /* ten years, ms */


/*
 * The gap is kept with 32 binary places, so that a factor such as 1.1 does not
 * lose a part of a millisecond at each step; doubling is exact.
 */

uint64_t
webhook_schedule_gap(const webhook_schedule_t *s, uint32_t sent,
    uint32_t random)
{
    uint32_t           i;
    uint64_t           cap, ms;
    unsigned __int128  gap, next;

    if (sent == 0 || sent >= s->attempts) {
        return 0;
    }

    cap = WEBHOOK_SCHEDULE_CAP;

    if (s->max && s->max < cap) {
        cap = s->max;
    }

    ms = (s->first < cap) ? s->first : cap;
    gap = (unsigned __int128) ms << 32;

    for (i = 1; i < sent; i++) {

        next = gap * s->factor / 1000;

        if (next >> 32 >= cap) {
            gap = (unsigned __int128) cap << 32;
            break;
        }

        if (next == gap) {
            break;
        }

        gap = next;
    }

    ms = (uint64_t) (gap >> 32);

    if (s->jitter) {
        gap = (unsigned __int128) ms * s->jitter / 1000;
        gap = gap * random / UINT32_MAX + ms;

        ms = (gap < WEBHOOK_SCHEDULE_CAP) ? (uint64_t) gap
                                          : WEBHOOK_SCHEDULE_CAP;
    }

    /* 0 would say that no send is left */

    return ms ? ms : 1;
}
