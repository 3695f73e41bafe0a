
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Presets: Viet Nam, Thailand and around.
 */

#include "core/signature/presets/webhook_presets_int.h"


const webhook_preset_t  webhook_presets_asia[] = {

    { .name = { 0, NULL } }
};
