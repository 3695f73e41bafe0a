
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * By the processor's instruction, where there is one; else eight bytes at a time,
 * each through a table of its own.
 */

#include "store/journal/webhook_crc.h"

#include <string.h>


#define WEBHOOK_CRC_POLYNOMIAL  0x82f63b78U


static unsigned webhook_crc_quick(void);
static uint32_t webhook_crc_quickly(uint32_t sum, const unsigned char *p,
    size_t len);


void
webhook_crc_init(webhook_crc_t *crc)
{
    uint32_t  i, k, sum;

    for (i = 0; i < 256; i++) {
        sum = i;

        for (k = 0; k < 8; k++) {
            sum = (sum >> 1) ^ ((sum & 1) ? WEBHOOK_CRC_POLYNOMIAL : 0);
        }

        crc->table[0][i] = sum;
    }

    for (i = 0; i < 256; i++) {
        for (k = 1; k < 8; k++) {
            sum = crc->table[k - 1][i];
            crc->table[k][i] = (sum >> 8) ^ crc->table[0][sum & 0xff];
        }
    }

    crc->quick = webhook_crc_quick();
}


uint32_t
webhook_crc(const webhook_crc_t *crc, uint32_t sum, const void *data,
    size_t len)
{
    uint32_t              low, high;
    const unsigned char  *p;

    p = data;
    sum = ~sum;

    if (crc->quick) {
        return ~webhook_crc_quickly(sum, p, len);
    }

    for ( /* void */ ; len >= 8; len -= 8, p += 8) {

        low = sum ^ ((uint32_t) p[0] | (uint32_t) p[1] << 8
                     | (uint32_t) p[2] << 16 | (uint32_t) p[3] << 24);
        high = (uint32_t) p[4] | (uint32_t) p[5] << 8
               | (uint32_t) p[6] << 16 | (uint32_t) p[7] << 24;

        sum = crc->table[7][low & 0xff] ^ crc->table[6][low >> 8 & 0xff]
              ^ crc->table[5][low >> 16 & 0xff] ^ crc->table[4][low >> 24]
              ^ crc->table[3][high & 0xff] ^ crc->table[2][high >> 8 & 0xff]
              ^ crc->table[1][high >> 16 & 0xff] ^ crc->table[0][high >> 24];
    }

    for ( /* void */ ; len; len--) {
        sum = (sum >> 8) ^ crc->table[0][(sum ^ *p++) & 0xff];
    }

    return ~sum;
}


#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))


static unsigned
webhook_crc_quick(void)
{
    __builtin_cpu_init();

    return __builtin_cpu_supports("sse4.2") != 0;
}


__attribute__((target("sse4.2")))
static uint32_t
webhook_crc_quickly(uint32_t sum, const unsigned char *p, size_t len)
{
    uint64_t  word, wide;

    wide = sum;

    for ( /* void */ ; len >= 8; len -= 8, p += 8) {
        memcpy(&word, p, 8);
        wide = __builtin_ia32_crc32di(wide, word);
    }

    sum = (uint32_t) wide;

    for ( /* void */ ; len; len--) {
        sum = __builtin_ia32_crc32qi(sum, *p++);
    }

    return sum;
}


#else


static unsigned
webhook_crc_quick(void)
{
    return 0;
}


static uint32_t
webhook_crc_quickly(uint32_t sum, const unsigned char *p, size_t len)
{
    (void) p;
    (void) len;

    return sum;
}


#endif
