
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * CRC-32C (Castagnoli), as in iSCSI and ext4: finds what a disk has changed.
 * It is no protection against somebody who changes bytes on purpose.
 */

#ifndef WEBHOOK_CRC_H
#define WEBHOOK_CRC_H

#include <stddef.h>
#include <stdint.h>


typedef struct {
    uint32_t  table[8][256];
    unsigned  quick;            /* the processor has an instruction for it */
} webhook_crc_t;


/* Fills in the tables, 8 kB, and looks at the processor; afterwards any thread
   may use it. */
void webhook_crc_init(webhook_crc_t *crc);

/* The sum of len bytes at data behind those of which "sum" is that; 0 is that
   of none. */
uint32_t webhook_crc(const webhook_crc_t *crc, uint32_t sum, const void *data,
    size_t len);


#endif /* WEBHOOK_CRC_H */
