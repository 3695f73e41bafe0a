
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The keys of the store's tables.  All numbers in them are big-endian, so that
 * they sort as numbers.
 */

#ifndef WEBHOOK_STORE_KEY_H
#define WEBHOOK_STORE_KEY_H

#include "core/base/webhook_codec.h"
#include "store/webhook_store.h"


/* Lanes of the due index: within an endpoint, what goes first. */

typedef enum {
    WEBHOOK_LANE_FIRST = 0,             /* first sends */
    WEBHOOK_LANE_RETRY,
    WEBHOOK_LANE_LEASE,                 /* time is the lease's end */
    WEBHOOK_LANE_BLOCK,                 /* dead, and their key waits for what
                                           becomes of them; time of death */
    WEBHOOK_LANE_FENCED,                /* first sends of which the cluster
                                           knows, ... */
    WEBHOOK_LANE_FENCED_RETRY,          /* ... and such retries */
    WEBHOOK_LANE_TURN,                  /* the cluster knows of it, and has yet
                                           to say that it goes first */
    WEBHOOK_LANE_UNTOLD                 /* the same, and it has no number */
} webhook_lane_e;


/* Classes of what is finished, in the order in which they make room: events
   by the worst of their deliveries, and calls. */

typedef enum {
    WEBHOOK_CLASS_DELIVERED = 0,
    WEBHOOK_CLASS_CALL,
    WEBHOOK_CLASS_CANCELLED,
    WEBHOOK_CLASS_DEAD
} webhook_class_e;

#define WEBHOOK_CLASSES  4


#define WEBHOOK_META_PAUSED      "paused"       /* in "meta": nothing is sent */
#define WEBHOOK_META_PAUSED_LEN  (sizeof(WEBHOOK_META_PAUSED) - 1)

#define WEBHOOK_META_CLUSTER      "cluster"
#define WEBHOOK_META_CLUSTER_LEN  (sizeof(WEBHOOK_META_CLUSTER) - 1)
#define WEBHOOK_META_SHUT         "shut"
#define WEBHOOK_META_SHUT_LEN     (sizeof(WEBHOOK_META_SHUT) - 1)
#define WEBHOOK_META_SHARE        "share"
#define WEBHOOK_META_SHARE_LEN    (sizeof(WEBHOOK_META_SHARE) - 1)
#define WEBHOOK_META_TURN         "turn"
#define WEBHOOK_META_TURN_LEN     (sizeof(WEBHOOK_META_TURN) - 1)

#define WEBHOOK_KEY_DELIVERY  24
#define WEBHOOK_KEY_ATTEMPT   26
#define WEBHOOK_KEY_DUE       33
#define WEBHOOK_KEY_HEAD      16
#define WEBHOOK_KEY_PARKED    24
#define WEBHOOK_KEY_WAKE      16
#define WEBHOOK_KEY_ENDPOINT  8
#define WEBHOOK_KEY_FINISHED  25
#define WEBHOOK_KEY_RECEIVER  24
#define WEBHOOK_KEY_OWNER     4
#define WEBHOOK_KEY_DEDUPE    40
#define WEBHOOK_KEY_REPEAT    48
#define WEBHOOK_KEY_QUARANTINE  8
#define WEBHOOK_KEY_LISTED    25
#define WEBHOOK_KEY_RING      12
#define WEBHOOK_KEY_TASK      16
#define WEBHOOK_KEY_OUTBOX    8
#define WEBHOOK_KEY_SHUT      (WEBHOOK_META_SHUT_LEN + 8)
#define WEBHOOK_KEY_SHARE     (WEBHOOK_META_SHARE_LEN + 8)
#define WEBHOOK_KEY_TURN      (WEBHOOK_META_TURN_LEN + 8)
#define WEBHOOK_KEY_MAX         511     /* of LMDB */
#define WEBHOOK_KEY_IDEMPOTENCY      (2 * WEBHOOK_IDEMPOTENCY_LEN)
#define WEBHOOK_KEY_IDEMPOTENCY_END  (8 + WEBHOOK_KEY_IDEMPOTENCY)


static inline void
webhook_key_delivery(unsigned char *key, const webhook_id_t *id,
    uint64_t endpoint)
{
    memcpy(key, id->bytes, 16);
    webhook_set_u64(key + 16, endpoint);
}


static inline void
webhook_key_attempt(unsigned char *key, const webhook_id_t *id,
    uint64_t endpoint, uint32_t number)
{
    webhook_key_delivery(key, id, endpoint);
    webhook_set_u16(key + 24, (uint16_t) (number < 0xffff ? number : 0xffff));
}


static inline void
webhook_key_due(unsigned char *key, uint64_t endpoint, webhook_lane_e lane,
    uint64_t time, const webhook_id_t *id)
{
    webhook_set_u64(key, endpoint);
    key[8] = (unsigned char) lane;
    webhook_set_u64(key + 9, time);
    memcpy(key + 17, id->bytes, 16);
}


static inline void
webhook_key_head(unsigned char *key, uint64_t endpoint, uint64_t order)
{
    webhook_set_u64(key, endpoint);
    webhook_set_u64(key + 8, order);
}


static inline void
webhook_key_parked(unsigned char *key, uint64_t endpoint, uint64_t order,
    uint64_t place)
{
    webhook_key_head(key, endpoint, order);
    webhook_set_u64(key + 16, place);
}


static inline void
webhook_key_wake(unsigned char *key, uint64_t time, uint64_t endpoint)
{
    webhook_set_u64(key, time);
    webhook_set_u64(key + 8, endpoint);
}


static inline void
webhook_key_finished(unsigned char *key, webhook_class_e class, uint64_t time,
    const webhook_id_t *id)
{
    key[0] = (unsigned char) class;
    webhook_set_u64(key + 1, time);
    memcpy(key + 9, id->bytes, 16);
}


static inline void
webhook_key_receiver(unsigned char *key, uint64_t receiver,
    const webhook_id_t *id)
{
    webhook_set_u64(key, receiver);
    memcpy(key + 8, id->bytes, 16);
}


static inline void
webhook_key_listed(unsigned char *key, uint64_t endpoint,
    webhook_state_e state, const webhook_id_t *id)
{
    webhook_set_u64(key, endpoint);
    key[8] = (unsigned char) state;
    memcpy(key + 9, id->bytes, 16);
}


static inline void
webhook_key_ring(unsigned char *key, uint64_t endpoint, uint32_t hour)
{
    webhook_set_u64(key, endpoint);
    webhook_set_u32(key + 8, hour);
}


static inline void
webhook_key_shut(unsigned char *key, uint64_t endpoint)
{
    memcpy(key, WEBHOOK_META_SHUT, WEBHOOK_META_SHUT_LEN);
    webhook_set_u64(key + WEBHOOK_META_SHUT_LEN, endpoint);
}


static inline void
webhook_key_share(unsigned char *key, uint64_t endpoint)
{
    memcpy(key, WEBHOOK_META_SHARE, WEBHOOK_META_SHARE_LEN);
    webhook_set_u64(key + WEBHOOK_META_SHARE_LEN, endpoint);
}


static inline void
webhook_key_turn(unsigned char *key, uint64_t endpoint)
{
    memcpy(key, WEBHOOK_META_TURN, WEBHOOK_META_TURN_LEN);
    webhook_set_u64(key + WEBHOOK_META_TURN_LEN, endpoint);
}


static inline void
webhook_key_dedupe(unsigned char *key, uint64_t scope,
    const unsigned char *digest)
{
    webhook_set_u64(key, scope);
    memcpy(key + 8, digest, 32);
}


static inline void
webhook_key_idempotency(unsigned char *key, const webhook_idempotency_t *i)
{
    memcpy(key, i->key, WEBHOOK_IDEMPOTENCY_LEN);
    memcpy(key + WEBHOOK_IDEMPOTENCY_LEN, i->body, WEBHOOK_IDEMPOTENCY_LEN);
}


static inline void
webhook_key_idempotency_end(unsigned char *key, uint64_t end,
    const unsigned char *idempotency)
{
    webhook_set_u64(key, end);
    memcpy(key + 8, idempotency, WEBHOOK_KEY_IDEMPOTENCY);
}


#endif /* WEBHOOK_STORE_KEY_H */
