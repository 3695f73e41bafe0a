
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The groups of presets, and the functions that rows name.
 */

#ifndef WEBHOOK_PRESETS_INT_H
#define WEBHOOK_PRESETS_INT_H

#include "core/signature/presets/webhook_presets.h"
#include "core/signature/verify/webhook_verify_engine.h"


/* A group ends with a row without a name. */

extern const webhook_preset_t  webhook_presets_core[];
extern const webhook_preset_t  webhook_presets_asia[];
extern const webhook_preset_t  webhook_presets_west[];
extern const webhook_preset_t  webhook_presets_rest[];


const char *webhook_sns_check(const webhook_verifier_t *verifier);

webhook_verify_e webhook_verify_mercadopago(webhook_verify_t *v);
webhook_verify_e webhook_verify_msgraph(webhook_verify_t *v);
webhook_verify_e webhook_verify_sns(webhook_verify_t *v);
webhook_verify_e webhook_verify_twilio(webhook_verify_t *v);
webhook_verify_e webhook_verify_hubspot(webhook_verify_t *v);
webhook_verify_e webhook_verify_adyen(webhook_verify_t *v);
webhook_verify_e webhook_verify_kbank(webhook_verify_t *v);

const char *webhook_adyen_check(const webhook_verifier_t *verifier);


#endif /* WEBHOOK_PRESETS_INT_H */
