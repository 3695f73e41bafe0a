
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The rows of objects, of the audit, and of what is done once; and their keys.
 * Data is not in a row: it is a blob, which the row tells of.
 */

#ifndef WEBHOOK_STORE_ROW_OBJECT_H
#define WEBHOOK_STORE_ROW_OBJECT_H

#include "store/lmdb/layout/webhook_store_row.h"


#define WEBHOOK_KEY_OBJECT         17
#define WEBHOOK_KEY_OBJECT_NAME    17
#define WEBHOOK_KEY_OBJECT_LIST    17
#define WEBHOOK_KEY_CHANGE         8
#define WEBHOOK_KEY_AUDIT          8
#define WEBHOOK_KEY_AUDIT_COMPANY  16
#define WEBHOOK_KEY_ANSWER         WEBHOOK_ONCE_LEN
#define WEBHOOK_KEY_ANSWER_END     (8 + WEBHOOK_ONCE_LEN)
#define WEBHOOK_KEY_ANSWER_CALLER  16

/* What their values take. */
#define WEBHOOK_OBJECT_DIGEST      16
#define WEBHOOK_AUDIT_SUM          16       /* bytes before it, and with it */
#define WEBHOOK_ANSWER_SUM         (WEBHOOK_ONCE_LEN + 16)
#define WEBHOOK_ANSWER_SUM_OLD     (WEBHOOK_ONCE_LEN + 8)

/* In the place of a kind, in the lists: objects that were removed, by the
   change; and endpoints of those that were while deliveries waited. */
#define WEBHOOK_OBJECT_REMOVED     254
#define WEBHOOK_OBJECT_DRAIN       255


typedef struct {
    webhook_str_t   id;
    webhook_str_t   company;
    webhook_str_t   name;
    webhook_str_t   by;
    uint64_t        version;
    uint64_t        change;
    uint64_t        made;               /* the change that made it */
    uint64_t        created;
    uint64_t        updated;
    uint64_t        blob;
    uint32_t        len;
    unsigned        removed:1;
    unsigned        shared:1;           /* the cluster has it */
} webhook_object_row_t;


typedef struct {
    uint64_t        wall;
    uint64_t        age;                /* age time */
    webhook_str_t   company;
    uint64_t        blob;
    uint32_t        len;
} webhook_audit_row_t;


typedef struct {
    uint64_t        caller;
    uint64_t        number;             /* among those of the caller */
    uint64_t        end;                /* age time */
    unsigned char   body[WEBHOOK_ONCE_LEN];
    uint64_t        blob;
    uint32_t        len;
} webhook_answer_row_t;


/* A company in keys; 0: none. */

static inline uint64_t
webhook_key_company(const webhook_str_t *company)
{
    return company->len ? webhook_id_name(company) : 0;
}


static inline void
webhook_key_object(unsigned char *key, unsigned kind, const webhook_str_t *id)
{
    webhook_id_t  digest;

    webhook_id_hash(id, 1, &digest);

    key[0] = (unsigned char) kind;
    memcpy(key + 1, digest.bytes, WEBHOOK_OBJECT_DIGEST);
}


static inline void
webhook_key_object_name(unsigned char *key, unsigned kind,
    const webhook_str_t *company, const webhook_str_t *name)
{
    webhook_id_t   digest;
    webhook_str_t  texts[2];

    texts[0] = *company;
    texts[1] = *name;

    webhook_id_hash(texts, 2, &digest);

    key[0] = (unsigned char) kind;
    memcpy(key + 1, digest.bytes, WEBHOOK_OBJECT_DIGEST);
}


static inline void
webhook_key_object_list(unsigned char *key, unsigned kind, uint64_t company,
    uint64_t made)
{
    key[0] = (unsigned char) kind;
    webhook_set_u64(key + 1, company);
    webhook_set_u64(key + 9, made);
}


/* Of a company or a caller. */

static inline void
webhook_key_numbered(unsigned char *key, uint64_t whose, uint64_t number)
{
    webhook_set_u64(key, whose);
    webhook_set_u64(key + 8, number);
}


static inline void
webhook_key_answer_end(unsigned char *key, uint64_t end,
    const unsigned char *answer)
{
    webhook_set_u64(key, end);
    memcpy(key + 8, answer, WEBHOOK_ONCE_LEN);
}


/* Each writes a record into WEBHOOK_ROW_MAX bytes and returns its length, or
   0 where a bound is exceeded. */
size_t webhook_row_write_object(unsigned char *buf,
    const webhook_object_row_t *r);
size_t webhook_row_write_audit(unsigned char *buf,
    const webhook_audit_row_t *r);
size_t webhook_row_write_answer(unsigned char *buf,
    const webhook_answer_row_t *r);

/* Each reads a record; texts are views into it.  0 or MDB_CORRUPTED. */
int webhook_row_read_object(const MDB_val *v, webhook_object_row_t *r);
int webhook_row_read_audit(const MDB_val *v, webhook_audit_row_t *r);
int webhook_row_read_answer(const MDB_val *v, webhook_answer_row_t *r);


#endif /* WEBHOOK_STORE_ROW_OBJECT_H */
