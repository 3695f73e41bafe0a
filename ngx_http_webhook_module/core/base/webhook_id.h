
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Names for things: event ids (RFC 9562, UUIDv7), short names for long texts
 * (UUIDv8), and the 64-bit ids that stand for endpoint and receiver names in
 * keys.
 */

#ifndef WEBHOOK_ID_H
#define WEBHOOK_ID_H

#include "core/base/webhook_str.h"


#define WEBHOOK_ID_LEN       16         /* bytes of an id */
#define WEBHOOK_ID_TEXT_LEN  36         /* 8-4-4-4-12 hexadecimal digits */


typedef struct {
    unsigned char  bytes[WEBHOOK_ID_LEN];
} webhook_id_t;


/*
 * A source of ids, one for each process: ids of one source ascend, also
 * within a microsecond and over a clock that steps back; those of several
 * sources on one machine are in the order of their times to a microsecond.
 * Zero it before the first use, and again after a fork.  Not for several
 * threads at once.
 */

typedef struct {
    uint64_t       tick;                /* time of the last id, ms / 4096 */
    unsigned char  random[2048];        /* drawn ahead, to spare calls */
    size_t         left;
} webhook_id_source_t;


/*
 * Makes the next id; now is wall-clock microseconds since 1970.  Returns
 * WEBHOOK_OK, or WEBHOOK_ERROR if no randomness could be had (then *id must
 * not be used).
 */
int webhook_id_make(webhook_id_source_t *src, uint64_t now, webhook_id_t *id);

/*
 * Makes the id that stands for a row of texts: the same texts have the same id
 * on every machine, others another (UUIDv8 of their SHA-256).  Not for events,
 * whose ids tell their time.
 */
void webhook_id_hash(const webhook_str_t *texts, uint32_t count,
    webhook_id_t *id);

/*
 * Makes a UUIDv7 of this time (ms since 1970) out of an id that tells none: all
 * other bits stay, so the same id gives the same one again.
 */
void webhook_id_timed(const webhook_id_t *old, uint64_t ms, webhook_id_t *id);

/* 1 if an id was made from something else than the time (UUIDv8). */
static inline int
webhook_id_untimed(const webhook_id_t *id)
{
    return id->bytes[6] >> 4 == 8;
}

/* Writes the 36 characters of an id (no NUL). */
void webhook_id_text(const webhook_id_t *id,
    unsigned char text[WEBHOOK_ID_TEXT_LEN]);

/* Reads an id's text, in either case of letters; WEBHOOK_ERROR if it is none
   (then *id is undefined).  The version is not looked at. */
int webhook_id_parse(const webhook_str_t *text, webhook_id_t *id);

/* The milliseconds since 1970 that an id carries. */
uint64_t webhook_id_time(const webhook_id_t *id);

/* The key that stands for a name: the first 8 bytes of its SHA-256, as a
   big-endian number, never 0.  The same on every machine. */
uint64_t webhook_id_name(const webhook_str_t *name);


#endif /* WEBHOOK_ID_H */
