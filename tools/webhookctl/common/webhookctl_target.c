
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A file that a command writes: made as the caller, before webhookctl works as
 * the store's owner, and taken away again if that fails.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE                     /* O_PATH, O_TMPFILE */
#endif

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "webhookctl/webhookctl.h"
#include "webhookctl/common/webhookctl_directory.h"


static int ctl_target_output(ctl_t *ctl);
static int ctl_target_flush(int fd);
static int ctl_target_open(ctl_t *ctl, const char *file, const char **name);


int
ctl_target(ctl_t *ctl)
{
    int          dir, rc, status;
    pid_t        pid;
    const char  *name;

    if (strcmp(ctl->argv[1], "-") == 0) {
        dir = -1;
        name = NULL;

        if (ctl_target_output(ctl) != 0) {
            return 1;
        }

    } else {
        dir = ctl_target_open(ctl, ctl->argv[1], &name);
        if (dir == -1) {
            return 1;
        }
    }

    /* he who goes on may not be able to take half a file away again */

    fflush(NULL);

    pid = fork();

    if (pid == 0) {

        if (dir != -1) {
            close(dir);
        }

        return -1;
    }

    rc = 1;

    if (pid == -1) {
        ctl_say("cannot begin: %s", strerror(errno));

    } else {

        while (waitpid(pid, &status, 0) == -1 && errno == EINTR) { /* void */ }

        if (WIFSIGNALED(status)) {
            ctl_say("ended by signal %d", WTERMSIG(status));

        } else {
            rc = WEXITSTATUS(status);
        }
    }

    if (dir == -1) {

        if (rc == 0) {
            rc = ctl_target_flush(ctl->target);
        }

        close(ctl->target);

        return rc;
    }

    close(ctl->target);

    if (rc == 0 && fsync(dir) == -1 && errno != EINVAL) {

        /* some file systems cannot, and need not */

        ctl_say("cannot write the directory of \"%s\": %s", ctl->argv[1],
                strerror(errno));
        rc = 1;
    }

    if (rc) {
        (void) unlinkat(dir, name, 0);
    }

    close(dir);

    return rc;
}


/* A copy is not written from its beginning to its end: for the standard output
   it is a file without a name first. */

static int
ctl_target_output(ctl_t *ctl)
{
    char         name[PATH_MAX];
    const char  *tmp;

    if (isatty(STDOUT_FILENO)) {
        ctl_say("the standard output is a terminal; name a file");
        return -1;
    }

    tmp = getenv("TMPDIR");

    if (tmp == NULL || *tmp == '\0') {
        tmp = "/var/tmp";
    }

    ctl->target = open(tmp, O_TMPFILE|O_RDWR|O_CLOEXEC, 0600);

    if (ctl->target == -1
        && snprintf(name, sizeof(name), "%s/webhookctl-XXXXXX", tmp)
           < (int) sizeof(name))
    {
        ctl->target = mkstemp(name);

        if (ctl->target != -1) {
            (void) unlink(name);
        }
    }

    if (ctl->target == -1) {
        ctl_say("cannot make a file in \"%s\": %s; TMPDIR names another "
                "directory", tmp, strerror(errno));
        return -1;
    }

    return 0;
}


static int
ctl_target_flush(int fd)
{
    size_t   done;
    ssize_t  n, out;
    char     chunk[65536];

    if (lseek(fd, 0, SEEK_SET) == -1) {
        ctl_say("cannot read the copy: %s", strerror(errno));
        return 1;
    }

    while ((n = read(fd, chunk, sizeof(chunk))) > 0) {

        for (done = 0; done < (size_t) n; done += (size_t) out) {
            out = write(STDOUT_FILENO, chunk + done, (size_t) n - done);

            if (out == -1) {

                if (errno != EINTR) {
                    ctl_say("cannot write: %s", strerror(errno));
                    return 1;
                }

                out = 0;
            }
        }
    }

    if (n == -1) {
        ctl_say("cannot read the copy: %s", strerror(errno));
        return 1;
    }

    return 0;
}


/* Makes the file as the caller; returns its directory. */

static int
ctl_target_open(ctl_t *ctl, const char *file, const char **name)
{
    int          fd, dir;
    char         path[PATH_MAX];
    const char  *slash;
    struct stat  sb, store;

    slash = strrchr(file, '/');
    *name = slash ? slash + 1 : file;

    dir = -1;

    if (**name == '\0') {
        errno = EISDIR;

    } else if (slash && (size_t) (slash - file) + 2 > sizeof(path)) {
        errno = ENAMETOOLONG;

    } else {

        if (slash) {
            memcpy(path, file, (size_t) (slash - file) + 1);
            path[slash - file + 1] = '\0';

        } else {
            strcpy(path, ".");
        }

        fd = geteuid() == 0 ? ctl_directory(path)
                            : open(path, O_PATH|O_DIRECTORY|O_CLOEXEC);

        if (fd != -1) {
            dir = openat(fd, ".", O_RDONLY|O_DIRECTORY|O_CLOEXEC);
            ctl_directory_shut(fd);
        }
    }

    if (dir != -1
        && fstat(dir, &sb) == 0 && stat(ctl->store, &store) == 0
        && sb.st_ino == store.st_ino && sb.st_dev == store.st_dev)
    {
        ctl_say("\"%s\" would be in the store itself; name a file elsewhere",
                file);
        close(dir);
        return -1;
    }

    if (dir != -1) {
        ctl->target = openat(dir, *name,
                             O_WRONLY|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC,
                             0600);

        if (ctl->target != -1) {

            /* the umask may have taken bits away */

            (void) fchmod(ctl->target, 0600);

            return dir;
        }

        ctl_directory_shut(dir);
    }

    if (errno == EEXIST) {
        ctl_say("\"%s\" exists, and is not overwritten; name a new file",
                file);

    } else if (errno == ELOOP) {
        ctl_say("\"%s\" leads through a link that does not belong to root; "
                "name a file without it", file);

    } else {
        ctl_say("the store cannot be copied to \"%s\": %s", file,
                strerror(errno));
    }

    return -1;
}
