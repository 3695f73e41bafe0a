
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Times as they are typed.
 */

#ifndef WEBHOOKCTL_WHEN_H
#define WEBHOOKCTL_WHEN_H

#include <stdint.h>


/*
 * A date or time, local where it does not say otherwise, so that what is shown
 * can be given back; or a span before now: 90s, 15m, 2h, 7d.  In ms since 1970.
 * -1: it is none.
 */
int ctl_when(const char *text, uint64_t *wall);


#endif /* WEBHOOKCTL_WHEN_H */
