
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of store/journal/webhook_crc: the vectors of RFC 3720, B.4, and that pieces
 * of any length make no difference; by the processor's instruction, if it has one,
 * and without it.
 */

#include "tap.h"
#include "store/journal/webhook_crc.h"


static webhook_crc_t  crc;


static void
check(const char *how)
{
    size_t         i, wrong;
    unsigned char  data[100];

    tap_ok(webhook_crc(&crc, 0, "", 0) == 0, "%s: of nothing", how);
    tap_ok(webhook_crc(&crc, 0, "123456789", 9) == 0xe3069283,
           "%s: of digits", how);

    memset(data, 0, 32);
    tap_ok(webhook_crc(&crc, 0, data, 32) == 0x8a9136aa, "%s: of zeroes", how);

    memset(data, 0xff, 32);
    tap_ok(webhook_crc(&crc, 0, data, 32) == 0x62a8ab43, "%s: of ones", how);

    for (i = 0; i < sizeof(data); i++) {
        data[i] = (unsigned char) i;
    }

    tap_ok(webhook_crc(&crc, 0, data, 32) == 0x46dd794e, "%s: of 0 to 31",
           how);

    wrong = 0;

    for (i = 0; i <= sizeof(data); i++) {
        wrong += webhook_crc(&crc, webhook_crc(&crc, 0, data, i), data + i,
                             sizeof(data) - i)
                 != webhook_crc(&crc, 0, data, sizeof(data));
    }

    tap_ok(wrong == 0, "%s: in two pieces, cut anywhere", how);
}


int
main(void)
{
    webhook_crc_init(&crc);

    if (crc.quick) {
        check("by an instruction");
        crc.quick = 0;
    }

    check("by tables");

    return tap_done();
}
