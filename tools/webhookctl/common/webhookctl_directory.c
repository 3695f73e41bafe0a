
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A directory, opened step by step.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE                     /* O_PATH, readlinkat() of it */
#endif

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "webhookctl/common/webhookctl_directory.h"


#define CTL_LINKS  16                   /* of root's, on the way to a file */


static int ctl_directory_link(int fd, char *rest, size_t size);


int
ctl_directory(const char *path)
{
    int           fd, next, links;
    char          rest[PATH_MAX], name[NAME_MAX + 1];
    char         *p;
    size_t        len;
    struct stat   sb;

    if (strlen(path) >= sizeof(rest)) {
        errno = ENAMETOOLONG;
        return -1;
    }

    strcpy(rest, path);

    fd = open(rest[0] == '/' ? "/" : ".", O_PATH|O_DIRECTORY|O_CLOEXEC);
    links = 0;

    while (fd != -1) {

        for (p = rest; *p == '/'; p++) { /* void */ }

        len = strcspn(p, "/");

        if (len == 0) {
            return fd;
        }

        next = -1;

        if (len > NAME_MAX) {
            errno = ENAMETOOLONG;

        } else {
            memcpy(name, p, len);
            name[len] = '\0';

            memmove(rest, p + len, strlen(p + len) + 1);

            next = openat(fd, name, O_PATH|O_NOFOLLOW|O_CLOEXEC);
        }

        if (next != -1 && fstat(next, &sb) == -1) {
            ctl_directory_shut(next);
            next = -1;
        }

        if (next != -1 && S_ISLNK(sb.st_mode)) {

            if (sb.st_uid != 0 || ++links > CTL_LINKS) {
                errno = ELOOP;

            } else if (ctl_directory_link(next, rest, sizeof(rest)) == 0) {

                /* what it says is relative to where it stands */

                close(next);

                if (rest[0] != '/') {
                    continue;
                }

                close(fd);
                fd = open("/", O_PATH|O_DIRECTORY|O_CLOEXEC);
                continue;
            }

            ctl_directory_shut(next);
            next = -1;

        } else if (next != -1 && !S_ISDIR(sb.st_mode)) {
            close(next);
            errno = ENOTDIR;
            next = -1;
        }

        ctl_directory_shut(fd);
        fd = next;
    }

    return -1;
}


/* Puts what a link says before the rest of a path. */

static int
ctl_directory_link(int fd, char *rest, size_t size)
{
    char     text[PATH_MAX];
    size_t   len;
    ssize_t  n;

    n = readlinkat(fd, "", text, sizeof(text));

    if (n == -1) {
        return -1;
    }

    len = strlen(rest);

    if ((size_t) n + 1 + len >= size) {
        errno = ENAMETOOLONG;
        return -1;
    }

    memmove(rest + n + 1, rest, len + 1);
    memcpy(rest, text, (size_t) n);
    rest[n] = '/';

    return 0;
}


void
ctl_directory_shut(int fd)
{
    int  err;

    err = errno;
    close(fd);
    errno = err;
}
