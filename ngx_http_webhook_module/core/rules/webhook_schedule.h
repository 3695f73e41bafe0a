
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * When a failed delivery is sent again.  Pure arithmetic.
 */

#ifndef WEBHOOK_SCHEDULE_H
#define WEBHOOK_SCHEDULE_H

#include <stdint.h>


typedef struct {
    uint32_t  attempts;         /* sends in all, the first included, 1.. */
    uint64_t  first;            /* gap after the first send, ms */
    uint32_t  factor;           /* in thousandths: 2000 doubles */
    uint64_t  max;              /* longest gap, ms, before the jitter is
                                   added; 0: no bound */
    uint32_t  jitter;           /* in thousandths of the gap, only added */
} webhook_schedule_t;


/*
 * The gap in ms after send number "sent" (1 for the first), counted from the
 * end of that send; random is any 32-bit random number, used for jitter
 * alone.  Returns 0 when no send is left: the delivery is dead; else at least
 * 1.  A gap that would overflow is capped at ten years.  Any thread.
 */
uint64_t webhook_schedule_gap(const webhook_schedule_t *s, uint32_t sent,
    uint32_t random);


#endif /* WEBHOOK_SCHEDULE_H */
