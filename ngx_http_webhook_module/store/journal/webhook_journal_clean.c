
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Overwriting what is not needed any more in a journal.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store/journal/webhook_journal_clean.h"
#include "store/journal/webhook_journal_int.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>


#define WEBHOOK_JOURNAL_CHUNK  ((size_t) 32)    /* blocks at a time */
#define WEBHOOK_JOURNAL_SLICE  ((size_t) 128)   /* blocks in a call */


/* Why a block stays. */

typedef enum {
    WEBHOOK_JOURNAL_FREE = 0,               /* it does not */
    WEBHOOK_JOURNAL_TAKEN,                  /* by what is being appended */
    WEBHOOK_JOURNAL_NEEDED
} webhook_journal_stay_e;


static int webhook_journal_clean_open(webhook_journal_t *j, const char *path,
    int *fd);
static int webhook_journal_clean_chunk(webhook_journal_t *j, int fd,
    webhook_journal_clean_t *c, size_t *zeroed);
static void webhook_journal_clean_needed(const webhook_journal_t *j,
    size_t first, unsigned char *stay);
static void webhook_journal_clean_mark(unsigned char *stay, size_t first,
    size_t offset, size_t len, webhook_journal_stay_e why);
static void webhook_journal_clean_synced(webhook_journal_t *j, size_t first,
    size_t last, int rc);


int
webhook_journal_clean(webhook_journal_t *j, const char *path, uint64_t upto,
    webhook_journal_clean_t *c)
{
    int     rc, fd;
    size_t  first, blocks, zeroed;

    first = c->next;
    zeroed = 0;

    /* a descriptor of its own: a sync that fails is told to each of them once,
       and who appends has to hear of it, too */

    rc = webhook_journal_clean_open(j, path, &fd);

    if (rc) {
        c->next = 0;
        return rc;
    }

    if (first == 0) {

        /* a batch stays as long as one of its records is needed */

        pthread_mutex_lock(&j->mutex);
        c->left = (upto > j->done);
        pthread_mutex_unlock(&j->mutex);
    }

    blocks = j->size / WEBHOOK_JOURNAL_BLOCK;

    while (rc == 0 && c->next < blocks && zeroed < WEBHOOK_JOURNAL_SLICE) {
        rc = webhook_journal_clean_chunk(j, fd, c, &zeroed);
    }

    if (rc == 0 && zeroed && fdatasync(fd) == -1) {
        rc = errno;
    }

    close(fd);

    webhook_journal_clean_synced(j, first, c->next, rc);

    if (rc == 0 && c->next < blocks) {
        return EINPROGRESS;
    }

    c->next = 0;

    return (rc == 0 && c->left) ? EAGAIN : rc;
}


static int
webhook_journal_clean_open(webhook_journal_t *j, const char *path, int *fd)
{
    int          rc;
    struct stat  own, sb;

    *fd = open(path, O_WRONLY|O_NOFOLLOW|O_CLOEXEC
                     |(j->direct ? O_DIRECT : 0));
    if (*fd == -1) {
        return errno;
    }

    if (fstat(*fd, &sb) == -1 || fstat(j->fd, &own) == -1) {
        rc = errno;

    } else {
        rc = (sb.st_ino == own.st_ino && sb.st_dev == own.st_dev) ? 0 : ENOENT;
    }

    if (rc) {
        close(*fd);
    }

    return rc;
}


/* Under the lock, so that nobody begins to append there meanwhile. */

static int
webhook_journal_clean_chunk(webhook_journal_t *j, int fd,
    webhook_journal_clean_t *c, size_t *zeroed)
{
    int            rc;
    size_t         i, from, n, first;
    unsigned char  stay[WEBHOOK_JOURNAL_CHUNK];

    static const unsigned char
                   zeroes[WEBHOOK_JOURNAL_CHUNK * WEBHOOK_JOURNAL_BLOCK]
                   __attribute__((aligned(WEBHOOK_JOURNAL_ALIGN)));

    first = c->next;
    n = j->size / WEBHOOK_JOURNAL_BLOCK - first;

    if (n > WEBHOOK_JOURNAL_CHUNK) {
        n = WEBHOOK_JOURNAL_CHUNK;
    }

    c->next += n;

    pthread_mutex_lock(&j->mutex);

    webhook_journal_clean_needed(j, first, stay);

    rc = 0;

    for (i = 0; rc == 0 && i < n; /* void */ ) {

        for (from = i;
             i < n && stay[i] == WEBHOOK_JOURNAL_FREE
             && j->blocks[first + i] == WEBHOOK_JOURNAL_WRITTEN;
             i++)
        {
            /* void */
        }

        if (i == from) {

            if (stay[i] == WEBHOOK_JOURNAL_TAKEN
                && j->blocks[first + i] == WEBHOOK_JOURNAL_WRITTEN)
            {
                c->left = 1;
            }

            i++;
            continue;
        }

        rc = webhook_journal_write(fd, zeroes,
                                   (i - from) * WEBHOOK_JOURNAL_BLOCK,
                                   (first + from) * WEBHOOK_JOURNAL_BLOCK);

        if (rc == 0) {
            memset(j->blocks + first + from, WEBHOOK_JOURNAL_ZEROED, i - from);
            *zeroed += i - from;
        }
    }

    pthread_mutex_unlock(&j->mutex);

    return rc;
}


static void
webhook_journal_clean_needed(const webhook_journal_t *j, size_t first,
    unsigned char *stay)
{
    size_t                          i;
    const webhook_journal_place_t  *place;

    memset(stay, WEBHOOK_JOURNAL_FREE, WEBHOOK_JOURNAL_CHUNK);

    webhook_journal_clean_mark(stay, first, j->offset, j->taken,
                               WEBHOOK_JOURNAL_TAKEN);

    for (i = 0; i < j->used; i++) {
        place = &j->places[(j->first + i)
                           % (j->size / WEBHOOK_JOURNAL_BLOCK)];

        webhook_journal_clean_mark(stay, first, place->offset, place->len,
                                   WEBHOOK_JOURNAL_NEEDED);
    }
}


static void
webhook_journal_clean_mark(unsigned char *stay, size_t first, size_t offset,
    size_t len, webhook_journal_stay_e why)
{
    size_t  from, to;

    from = offset / WEBHOOK_JOURNAL_BLOCK;
    to = (offset + len) / WEBHOOK_JOURNAL_BLOCK;

    if (from < first) {
        from = first;
    }

    if (to > first + WEBHOOK_JOURNAL_CHUNK) {
        to = first + WEBHOOK_JOURNAL_CHUNK;
    }

    for ( /* void */ ; from < to; from++) {
        stay[from - first] = (unsigned char) why;
    }
}


/* Those that were appended to meanwhile are WRITTEN again. */

static void
webhook_journal_clean_synced(webhook_journal_t *j, size_t first, size_t last,
    int rc)
{
    size_t  i;

    pthread_mutex_lock(&j->mutex);

    for (i = first; i < last; i++) {
        if (j->blocks[i] == WEBHOOK_JOURNAL_ZEROED) {
            j->blocks[i] = rc ? WEBHOOK_JOURNAL_WRITTEN
                              : WEBHOOK_JOURNAL_CLEAN;
        }
    }

    pthread_mutex_unlock(&j->mutex);
}
