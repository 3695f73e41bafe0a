
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The presets: what each sender does, a row each.
 *
 *   webhook_presets.c        finds one by its name
 *   webhook_presets_core.c   those of general use, and the first there were
 *   webhook_presets_asia.c   those of Viet Nam, Thailand and around
 *   webhook_presets_west.c   those of Europe and America
 *   webhook_presets_rest.c   others
 *   webhook_presets_twilio.c and others: functions of rows
 *
 * Reentrant; any thread.
 */

#ifndef WEBHOOK_PRESETS_H
#define WEBHOOK_PRESETS_H

#include "core/signature/verify/webhook_verify.h"


/* A preset by its name; NULL if there is none. */
const webhook_preset_t *webhook_preset_find(const webhook_str_t *name);

/* The one behind another in the order of names, or the first for NULL; NULL
   behind the last. */
const webhook_preset_t *webhook_preset_next(const webhook_preset_t *last);

/* Appends the names of all, "basic, bearer, ... and zoom", for an error's
   text.  Returns the buffer's state. */
int webhook_preset_names(webhook_buf_t *out);


#endif /* WEBHOOK_PRESETS_H */
