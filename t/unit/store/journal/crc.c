
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of store/journal/webhook_crc: the vectors of RFC 3720, B.4, and that pieces
 * of any length make no difference.
 */

#include "tap.h"
#include "store/journal/webhook_crc.h"


static webhook_crc_t  crc;


int
main(void)
{
    size_t         i, wrong;
    unsigned char  data[100];

    webhook_crc_init(&crc);

    tap_ok(webhook_crc(&crc, 0, "", 0) == 0, "of nothing");
    tap_ok(webhook_crc(&crc, 0, "123456789", 9) == 0xe3069283, "of digits");

    memset(data, 0, 32);
    tap_ok(webhook_crc(&crc, 0, data, 32) == 0x8a9136aa, "of zeroes");

    memset(data, 0xff, 32);
    tap_ok(webhook_crc(&crc, 0, data, 32) == 0x62a8ab43, "of ones");

    for (i = 0; i < sizeof(data); i++) {
        data[i] = (unsigned char) i;
    }

    tap_ok(webhook_crc(&crc, 0, data, 32) == 0x46dd794e, "of 0 to 31");

    wrong = 0;

    for (i = 0; i <= sizeof(data); i++) {
        wrong += webhook_crc(&crc, webhook_crc(&crc, 0, data, i), data + i,
                             sizeof(data) - i)
                 != webhook_crc(&crc, 0, data, sizeof(data));
    }

    tap_ok(wrong == 0, "in two pieces, cut anywhere");

    return tap_done();
}
