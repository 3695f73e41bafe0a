
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


static int webhook_journal_clean_open(webhook_journal_t *j, const char *path,
    int *fd);
static int webhook_journal_clean_chunk(webhook_journal_t *j, int fd,
    size_t first);
static void webhook_journal_clean_needed(const webhook_journal_t *j,
    size_t first, unsigned char *needed);
static void webhook_journal_clean_mark(unsigned char *needed, size_t first,
    size_t offset, size_t len);


int
webhook_journal_clean(webhook_journal_t *j, const char *path)
{
    int     rc, fd;
    size_t  i, blocks;

    /* a descriptor of its own: a sync that fails is told to each of them once,
       and who appends has to hear of it, too */

    rc = webhook_journal_clean_open(j, path, &fd);
    if (rc) {
        return rc;
    }

    blocks = j->size / WEBHOOK_JOURNAL_BLOCK;

    for (i = 0; rc == 0 && i < blocks; i += WEBHOOK_JOURNAL_CHUNK) {
        rc = webhook_journal_clean_chunk(j, fd, i);
    }

    if (rc == 0 && fdatasync(fd) == -1) {
        rc = errno;
    }

    close(fd);

    pthread_mutex_lock(&j->mutex);

    for (i = 0; i < blocks; i++) {
        if (j->blocks[i] == WEBHOOK_JOURNAL_ZEROED) {
            j->blocks[i] = rc ? WEBHOOK_JOURNAL_WRITTEN
                              : WEBHOOK_JOURNAL_CLEAN;
        }
    }

    pthread_mutex_unlock(&j->mutex);

    return rc;
}


static int
webhook_journal_clean_open(webhook_journal_t *j, const char *path, int *fd)
{
    int          rc;
    struct stat  own, sb;

    *fd = open(path, O_WRONLY|O_NOFOLLOW|O_CLOEXEC);
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
webhook_journal_clean_chunk(webhook_journal_t *j, int fd, size_t first)
{
    int            rc;
    size_t         i, from, n;
    unsigned char  needed[WEBHOOK_JOURNAL_CHUNK];

    static const unsigned char
                   zeroes[WEBHOOK_JOURNAL_CHUNK * WEBHOOK_JOURNAL_BLOCK];

    n = j->size / WEBHOOK_JOURNAL_BLOCK - first;

    if (n > WEBHOOK_JOURNAL_CHUNK) {
        n = WEBHOOK_JOURNAL_CHUNK;
    }

    pthread_mutex_lock(&j->mutex);

    webhook_journal_clean_needed(j, first, needed);

    rc = 0;

    for (i = 0; rc == 0 && i < n; /* void */ ) {

        for (from = i;
             i < n && !needed[i]
             && j->blocks[first + i] == WEBHOOK_JOURNAL_WRITTEN;
             i++)
        {
            /* void */
        }

        if (i == from) {
            i++;
            continue;
        }

        rc = webhook_journal_write(fd, zeroes,
                                   (i - from) * WEBHOOK_JOURNAL_BLOCK,
                                   (first + from) * WEBHOOK_JOURNAL_BLOCK);

        if (rc == 0) {
            memset(j->blocks + first + from, WEBHOOK_JOURNAL_ZEROED, i - from);
        }
    }

    pthread_mutex_unlock(&j->mutex);

    return rc;
}


static void
webhook_journal_clean_needed(const webhook_journal_t *j, size_t first,
    unsigned char *needed)
{
    size_t                          i;
    const webhook_journal_place_t  *place;

    memset(needed, 0, WEBHOOK_JOURNAL_CHUNK);

    webhook_journal_clean_mark(needed, first, j->offset, j->taken);

    for (i = 0; i < j->used; i++) {
        place = &j->places[(j->first + i)
                           % (j->size / WEBHOOK_JOURNAL_BLOCK)];

        webhook_journal_clean_mark(needed, first, place->offset, place->len);
    }
}


static void
webhook_journal_clean_mark(unsigned char *needed, size_t first, size_t offset,
    size_t len)
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
        needed[from - first] = 1;
    }
}
