
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Presets: other senders.
 */

#include "core/signature/presets/webhook_presets_int.h"


const webhook_preset_t  webhook_presets_rest[] = {

    { .name = { 0, NULL } }
};
