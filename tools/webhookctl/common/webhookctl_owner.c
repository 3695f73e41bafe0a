
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * As whom webhookctl works.
 *
 * The directory of a store belongs to the workers' user, and so does all that
 * is in it: whoever has taken over a worker may have put there what he likes.
 * So a root shell is root no more before anything in it is opened.  What the
 * caller wants written elsewhere is opened before that, as the caller.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE                     /* O_PATH, setgroups() */
#endif

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "webhookctl/webhookctl.h"


#define CTL_LINKS  16                   /* of root's, on the way to a file */


static const char *ctl_owner_file(const char *store);
static int ctl_owner_files(int dir, const char *path, uid_t owner);
static int ctl_owner_drop(const struct stat *sb);
static int ctl_owner_access(ctl_t *ctl, int write);
static int ctl_owner_directory(const ctl_t *ctl);
static int ctl_owner_none(const ctl_t *ctl);
static int ctl_directory(const char *path);
static int ctl_directory_link(int fd, char *rest, size_t size);
static void ctl_shut(int fd);
static int ctl_target_output(ctl_t *ctl);
static int ctl_target_flush(int fd);
static int ctl_target_open(ctl_t *ctl, const char *file, const char **name);


/*
 * The store's directory is the present one afterwards for who was root, so
 * that nobody can put another in its place meanwhile.
 */

int
ctl_become_owner(ctl_t *ctl, int write)
{
    int          fd, rc;
    char        *directory;
    struct stat  sb;
    const char  *file;

    file = write ? NULL : ctl_owner_file(ctl->store);

    if (geteuid() != 0) {
        ctl->path = ctl->store;
        return file ? 0 : ctl_owner_access(ctl, write);
    }

    directory = NULL;

    if (file && file != ctl->store) {
        directory = strndup(ctl->store, (size_t) (file - ctl->store));

        if (directory == NULL) {
            ctl_say("no memory for a name");
            return -1;
        }
    }

    fd = ctl_directory(directory ? directory : file ? "." : ctl->store);

    free(directory);

    if (fd == -1) {

        if ((errno == ENOENT || errno == ENOTDIR)
            && ctl->command->store != CTL_RESTORE)
        {
            return ctl_owner_none(ctl);
        }

        if (errno == ELOOP) {
            ctl_say("\"%s\" leads over a link that is not root's; name the "
                    "directory itself", ctl->store);
            return -1;
        }
    }

    if (fd == -1 || fstat(fd, &sb) == -1 || fchdir(fd) == -1) {
        ctl_say("cannot look at \"%s\": %s", ctl->store, strerror(errno));

        if (fd != -1) {
            close(fd);
        }

        return -1;
    }

    if (!file && ctl->command->store != CTL_RESTORE
        && faccessat(fd, "data.mdb", F_OK, AT_SYMLINK_NOFOLLOW) == -1
        && errno == ENOENT)
    {
        rc = ctl_owner_none(ctl);

    } else if ((sb.st_mode & S_IWOTH)
               || (sb.st_uid == 0 && sb.st_gid && (sb.st_mode & S_IWGRP)))
    {
        ctl_say("\"%s\" may be written by others than its owner: nothing in "
                "it is touched; chmod 700 it", ctl->store);
        rc = -1;

    } else {
        rc = ctl_owner_files(fd, ctl->store, sb.st_uid);

        if (rc == 0 && sb.st_uid) {
            rc = ctl_owner_drop(&sb);
        }
    }

    close(fd);

    if (rc != 0) {
        return rc;
    }

    if (file) {
        ctl->path = file;
        return 0;
    }

    ctl->path = ".";

    return ctl_owner_access(ctl, write);
}


/* The name in its directory, if that of a file is given: one that was set
   aside, or a copy. */

static const char *
ctl_owner_file(const char *store)
{
    const char   *name;
    struct stat   sb;

    if (lstat(store, &sb) == -1 || !S_ISREG(sb.st_mode)) {
        return NULL;
    }

    name = strrchr(store, '/');

    return name ? name + 1 : store;
}


/* What is odd is refused, before it is found out what it was meant for. */

static int
ctl_owner_files(int dir, const char *path, uid_t owner)
{
    unsigned     i;
    struct stat  sb;

    static const char  *names[] = { "data.mdb", "lock.mdb", "owners" };

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {

        if (fstatat(dir, names[i], &sb, AT_SYMLINK_NOFOLLOW) == -1) {

            if (errno == ENOENT) {
                continue;
            }

            ctl_say("cannot look at \"%s/%s\": %s", path, names[i],
                    strerror(errno));
            return -1;
        }

        if (!S_ISREG(sb.st_mode)) {
            ctl_say("\"%s/%s\" is %s: nothing in \"%s\" is touched", path,
                    names[i], S_ISLNK(sb.st_mode) ? "a link" : "no file",
                    path);
            return -1;
        }

        if (sb.st_uid != owner) {
            ctl_say("\"%s/%s\" belongs to user %lu and not, as its directory "
                    "does, to user %lu: nothing is touched; chown it", path,
                    names[i], (unsigned long) sb.st_uid,
                    (unsigned long) owner);
            return -1;
        }
    }

    return 0;
}


/*
 * Becomes the owner of the directory for good.  The group is that user's own:
 * the directory's may be root's, who made it.
 */

static int
ctl_owner_drop(const struct stat *sb)
{
    gid_t           gid;
    struct passwd  *pw;

    pw = getpwuid(sb->st_uid);

    if (pw) {
        gid = pw->pw_gid;

    } else {
        gid = sb->st_gid ? sb->st_gid : (gid_t) sb->st_uid;
    }

    if (setgroups(0, NULL) == -1 || setresgid(gid, gid, gid) == -1
        || setresuid(sb->st_uid, sb->st_uid, sb->st_uid) == -1)
    {
        ctl_say("cannot become the store's owner (user %lu): %s",
                (unsigned long) sb->st_uid, strerror(errno));
        return -1;
    }

    return 0;
}


static int
ctl_owner_access(ctl_t *ctl, int write)
{
    int          n;
    char         file[PATH_MAX];
    struct stat  sb;

    if (ctl->command->store == CTL_RESTORE) {
        return ctl_owner_directory(ctl);
    }

    n = snprintf(file, sizeof(file), "%s/data.mdb", ctl->path);

    if (n < 0 || (size_t) n >= sizeof(file)) {
        ctl_say("the name of the store is too long");
        return -1;
    }

    if (stat(file, &sb) == -1) {

        if (errno == ENOENT || errno == ENOTDIR) {
            return ctl_owner_none(ctl);
        }

        ctl_say("cannot look at \"%s/data.mdb\": %s", ctl->store,
                strerror(errno));
        return -1;
    }

    if (access(file, write ? R_OK|W_OK : R_OK) == -1) {
        ctl_say("cannot %s \"%s/data.mdb\": %s; run it as the store's owner "
                "or as root", write ? "write" : "read", ctl->store,
                strerror(errno));
        return -1;
    }

    return 0;
}


/* What is restored is to be the directory's owner's. */

static int
ctl_owner_directory(const ctl_t *ctl)
{
    struct stat  sb;

    if (stat(ctl->path, &sb) == -1 || access(ctl->path, W_OK|X_OK) == -1) {
        ctl_say("cannot write \"%s\": %s", ctl->store, strerror(errno));
        return -1;
    }

    if (!S_ISDIR(sb.st_mode)) {
        ctl_say("\"%s\" is no directory", ctl->store);
        return -1;
    }

    if (sb.st_uid != geteuid()) {
        ctl_say("\"%s\" belongs to user %lu: restore it as that user or as "
                "root", ctl->store, (unsigned long) sb.st_uid);
        return -1;
    }

    return 0;
}


static int
ctl_owner_none(const ctl_t *ctl)
{
    ctl_say("there is no store in \"%s\"; name its directory with -s STORE",
            ctl->store);
    return -1;
}


/*
 * Opens a directory (O_PATH) over no link that another than root has made, or
 * returns -1 with errno set: ELOOP for such a link.
 */

static int
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
            ctl_shut(next);
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

            ctl_shut(next);
            next = -1;

        } else if (next != -1 && !S_ISDIR(sb.st_mode)) {
            close(next);
            errno = ENOTDIR;
            next = -1;
        }

        ctl_shut(fd);
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


/* Closes, and leaves errno as it is. */

static void
ctl_shut(int fd)
{
    int  err;

    err = errno;
    close(fd);
    errno = err;
}


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
            ctl_shut(fd);
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

        ctl_shut(dir);
    }

    if (errno == EEXIST) {
        ctl_say("\"%s\" exists, and nothing is written over; name a new file",
                file);

    } else if (errno == ELOOP) {
        ctl_say("\"%s\" leads over a link that is not root's; name a file "
                "without it", file);

    } else {
        ctl_say("the store cannot be copied to \"%s\": %s", file,
                strerror(errno));
    }

    return -1;
}
