
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What listen and send share: a preset of "verify" with its key.
 */

#ifndef WEBHOOKCTL_SIGN_H
#define WEBHOOKCTL_SIGN_H

#include "webhookctl/webhookctl.h"
#include "core/signature/webhook_key.h"
#include "core/signature/webhook_sign.h"
#include "core/signature/verify/webhook_verify.h"


#define CTL_SIGN_HEADERS  4             /* that a signature takes */


typedef struct {
    webhook_verifier_t   verifier;
    webhook_preset_t     row;           /* with what parameters say */
    webhook_key_t        key;
    webhook_scheme_t     scheme;
    webhook_part_t       parts[WEBHOOK_SCHEME_PARTS];
    char                *words;         /* of --verify, taken apart */
} ctl_sign_t;


typedef struct {
    char                 name[128];
    char                 value[1400];
    int                  secret;        /* the value is not to be shown */
} ctl_header_t;


/* Reads --verify and --key; preset stays NULL without them.  0, or the exit
   status. */
int ctl_sign_init(ctl_t *ctl, ctl_sign_t *s);
void ctl_sign_free(ctl_sign_t *s);

/* Makes the headers that a sender of the preset sends with a call to url, of
   which those of twilio get a digest of the body; *n is their number.  0, or
   the exit status. */
int ctl_sign_make(ctl_sign_t *s, webhook_str_t *body, webhook_buf_t *url,
    const char *id, ctl_header_t headers[CTL_SIGN_HEADERS], unsigned *n);


#endif /* WEBHOOKCTL_SIGN_H */
