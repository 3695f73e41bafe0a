
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * As whom webhookctl works.
 *
 * The directory of a store belongs to the workers' user, and so does all that
 * is in it: whoever has taken over a worker may have put there what he likes.
 * So a root shell is root no more before anything in it is opened.  What the
 * caller wants written elsewhere is opened before that, as the caller
 * (webhookctl_target.c).
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
#include <unistd.h>

#include "webhookctl/webhookctl.h"
#include "webhookctl/common/webhookctl_directory.h"


static const char *ctl_owner_file(const char *store);
static int ctl_owner_files(int dir, const char *path, uid_t owner);
static int ctl_owner_drop(const struct stat *sb);
static int ctl_owner_access(ctl_t *ctl, int write);
static int ctl_owner_directory(const ctl_t *ctl);
static int ctl_owner_none(const ctl_t *ctl);


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
            ctl_say("\"%s\" leads through a link that does not belong to "
                    "root; name the directory itself", ctl->store);
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
        ctl_say("\"%s\" can be written to by others than its owner: nothing "
                "in it is touched; chmod 700 it", ctl->store);
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
        ctl_say("\"%s\" is not a directory", ctl->store);
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
