
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Strings and growing buffers for the two lower floors, which know no nginx
 * type.
 *
 * A webhook_str_t is a view: it owns nothing and is not NUL-terminated.  Its
 * layout is that of nginx's ngx_str_t, so that http/ can pass one for the
 * other without a copy (a static check there makes sure of it, "may_alias"
 * tells the compiler).
 */

#ifndef WEBHOOK_STR_H
#define WEBHOOK_STR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>


#define WEBHOOK_OK      0
#define WEBHOOK_ERROR  -1       /* the caller's error text or code says why */
#define WEBHOOK_NOMEM  -2       /* allocation failed */
#define WEBHOOK_LIMIT  -3       /* a stated bound was exceeded */


typedef struct {
    size_t          len;
    unsigned char  *data;
} __attribute__((may_alias)) webhook_str_t;


/*
 * A buffer that grows up to a bound.  Starts zeroed but for "max"; once an
 * append failed it stays failed, so that a row of appends needs one check at
 * the end.
 */

typedef struct {
    unsigned char  *data;       /* malloc()ed, owned by the buffer; or lent */
    size_t          len;        /* bytes in use */
    size_t          size;       /* bytes allocated */
    size_t          max;        /* bytes it may hold at most, 0: no bound */
    int             failed;     /* 0, WEBHOOK_NOMEM or WEBHOOK_LIMIT */
    int             lent;       /* data is */
} webhook_buf_t;


#define webhook_str(text)  { sizeof(text) - 1, (unsigned char *) text }


/* 1 if both hold the same bytes, else 0. */
int webhook_str_eq(const webhook_str_t *a, const webhook_str_t *b);

/*
 * A text that is looked for in others, letters of ASCII in either case.  What it
 * takes grows with the other text alone, whatever both are.
 */

#define WEBHOOK_STR_FIND_MAX  128       /* bytes */

typedef struct {
    unsigned char   text[WEBHOOK_STR_FIND_MAX];     /* in small letters */
    unsigned char   back[WEBHOOK_STR_FIND_MAX];
    size_t          len;
} webhook_str_find_t;

/* WEBHOOK_OK, or WEBHOOK_LIMIT where it is longer. */
int webhook_str_find_init(webhook_str_find_t *f, const webhook_str_t *text);

/* 1 if it stands there; an empty one does anywhere. */
int webhook_str_find(const webhook_str_find_t *f, const void *data,
    size_t len);

/* Prepares an empty buffer that may hold max bytes (0: no bound). */
void webhook_buf_init(webhook_buf_t *b, size_t max);

/* The same, with size bytes of the caller's at data, which have to be there
   until the buffer is freed: they are used as long as they suffice.  What is in
   the buffer has to be copied then, and not taken. */
void webhook_buf_init_over(webhook_buf_t *b, size_t max, void *data,
    size_t size);

/*
 * Append len bytes (not from the buffer itself; data may be NULL if len is 0),
 * one byte, or the decimal digits of n, with a minus sign if need be.  Return
 * WEBHOOK_OK, else what is kept in b->failed; then nothing was added.
 */
int webhook_buf_add(webhook_buf_t *b, const void *data, size_t len);
int webhook_buf_byte(webhook_buf_t *b, unsigned char c);
int webhook_buf_number(webhook_buf_t *b, int64_t n);

/* Makes room for len bytes more without adding any; same returns. */
int webhook_buf_reserve(webhook_buf_t *b, size_t len);

/* Frees what the buffer holds and leaves it empty, not failed, with the same
   bound; freeing it twice does no harm. */
void webhook_buf_free(webhook_buf_t *b);


#endif /* WEBHOOK_STR_H */
