
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * restore: a backup takes the place of the store.
 *
 * It is copied into a directory of its own within the store's, as the owner of
 * that, opened there (which brings an older format to today's), and paused.
 * Only then does it take the place of what was there, which is kept: so there
 * is no time at which nginx could open it and send what somebody sent before.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/stat.h>

#include "webhookctl/webhookctl.h"
#include "store/lmdb/engine/webhook_lmdb.h"


#define CTL_RESTORE_CHUNK     1048576
#define CTL_RESTORE_PAGE      4096
#define CTL_RESTORE_MAGIC     0xbeefc0de    /* LMDB's, in its first page */
#define CTL_RESTORE_MAGIC_AT  16


static int ctl_restore_copy(ctl_t *ctl, const char *file);
static int ctl_restore_read(int fd, unsigned char *chunk, size_t *len);
static int ctl_restore_write(int fd, const unsigned char *chunk, size_t len);
static int ctl_restore_pause(ctl_t *ctl, const char *dir);
static void ctl_restore_clean(const char *dir);
static void ctl_restore_tell(ctl_t *ctl, const char *was);
static void ctl_restore_catch(void);
static void ctl_restore_signal(int signo);


static volatile sig_atomic_t  ctl_restore_stop;


int
ctl_source(ctl_t *ctl)
{
    struct stat  sb;

    if (strcmp(ctl->argv[1], "-") == 0) {

        if (isatty(STDIN_FILENO)) {
            ctl_say("the standard input is a terminal; name a file");
            return 2;
        }

        ctl->source = STDIN_FILENO;
        return -1;
    }

    ctl->source = open(ctl->argv[1], O_RDONLY|O_NONBLOCK|O_CLOEXEC);

    if (ctl->source == -1 || fstat(ctl->source, &sb) == -1) {
        ctl_say("cannot read \"%s\": %s", ctl->argv[1], strerror(errno));
        return 1;
    }

    if (!S_ISREG(sb.st_mode)) {
        ctl_say("\"%s\" is not a file", ctl->argv[1]);
        return 1;
    }

    return -1;
}


int
ctl_restore(ctl_t *ctl, webhook_store_t *st)
{
    int                      rc;
    char                     dir[PATH_MAX], file[PATH_MAX + 16], was[80];
    webhook_store_options_t  options;

    (void) st;

    ctl_store_options(ctl, &options, 1);

    /* a large copy is not made for nothing */

    if (webhook_store_replace(&options, NULL, was) != WEBHOOK_STORE_OK) {
        return 1;
    }

    /* half a copy may be large: it does not stay behind */

    ctl_restore_catch();

    rc = snprintf(dir, sizeof(dir), "%s/restore.XXXXXX", ctl->path);

    if (rc < 0 || (size_t) rc >= sizeof(dir) || mkdtemp(dir) == NULL) {
        ctl_say("cannot make a directory in \"%s\": %s", ctl->store,
                strerror(errno));
        return 1;
    }

    snprintf(file, sizeof(file), "%s/data.mdb", dir);

    rc = ctl_restore_copy(ctl, file);

    if (rc == 0) {
        rc = ctl_restore_pause(ctl, dir);
    }

    if (rc == 0 && ctl_restore_stop) {
        ctl_say("interrupted");
        rc = 1;
    }

    if (rc == 0
        && webhook_store_replace(&options, file, was) != WEBHOOK_STORE_OK)
    {
        rc = 1;
    }

    ctl_restore_clean(dir);

    if (rc == 0) {
        ctl_restore_tell(ctl, was);

    } else if (was[0]) {
        ctl_say("what was there is %s/%s", ctl->store, was);

    } else {
        ctl_say("nothing was restored");
    }

    return rc;
}


/* What is no store at all is not written where a worker could read it. */

static int
ctl_restore_copy(ctl_t *ctl, const char *file)
{
    int             fd, rc, first;
    size_t          len;
    uint32_t        magic;
    unsigned char  *chunk;

    chunk = malloc(CTL_RESTORE_CHUNK);
    if (chunk == NULL) {
        ctl_say("no memory");
        return 1;
    }

    rc = 0;
    fd = -1;

    for (first = 1; /* void */ ; first = 0) {

        if (ctl_restore_read(ctl->source, chunk, &len) != 0) {
            ctl_say("cannot read \"%s\": %s", ctl->argv[1],
                    ctl_restore_stop ? "interrupted" : strerror(errno));
            rc = 1;
            break;
        }

        if (first) {

            if (len >= CTL_RESTORE_PAGE) {
                memcpy(&magic, chunk + CTL_RESTORE_MAGIC_AT, sizeof(magic));
            }

            if (len < CTL_RESTORE_PAGE || magic != CTL_RESTORE_MAGIC) {
                ctl_say("\"%s\" is not a store written by backup",
                        ctl->argv[1]);
                rc = 1;
                break;
            }

            fd = open(file, O_WRONLY|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC,
                      0600);
        }

        if (len && (fd == -1 || ctl_restore_write(fd, chunk, len) != 0)) {
            ctl_say("cannot write into \"%s\": %s", ctl->store,
                    strerror(errno));
            rc = 1;
            break;
        }

        if (len < CTL_RESTORE_CHUNK) {
            break;
        }
    }

    /* a hole at the end is a part of it */

    if (rc == 0
        && (ftruncate(fd, lseek(fd, 0, SEEK_CUR)) == -1 || fsync(fd) == -1))
    {
        ctl_say("cannot write into \"%s\": %s", ctl->store, strerror(errno));
        rc = 1;
    }

    if (fd != -1) {
        close(fd);
    }

    free(chunk);

    return rc;
}


/* A chunk; less than one at the end only. */

static int
ctl_restore_read(int fd, unsigned char *chunk, size_t *len)
{
    ssize_t  n;

    for (*len = 0; *len < CTL_RESTORE_CHUNK; *len += (size_t) n) {
        n = read(fd, chunk + *len, CTL_RESTORE_CHUNK - *len);

        if (ctl_restore_stop) {
            return -1;
        }

        if (n == 0) {
            return 0;
        }

        if (n == -1) {

            if (errno != EINTR) {
                return -1;
            }

            n = 0;
        }
    }

    return 0;
}


/* Pages of zeros become holes. */

static int
ctl_restore_write(int fd, const unsigned char *chunk, size_t len)
{
    size_t   pos, n;
    ssize_t  done;

    static const unsigned char  zeros[CTL_RESTORE_PAGE];

    for (pos = 0; pos < len; pos += n) {
        n = len - pos < CTL_RESTORE_PAGE ? len - pos : CTL_RESTORE_PAGE;

        if (memcmp(chunk + pos, zeros, n) == 0) {

            if (lseek(fd, (off_t) n, SEEK_CUR) == -1) {
                return -1;
            }

            continue;
        }

        done = write(fd, chunk + pos, n);

        if (done == -1 && errno != EINTR) {
            return -1;
        }

        n = done == -1 ? 0 : (size_t) done;
    }

    return 0;
}


/* Opens what was copied, and has it send nothing. */

static int
ctl_restore_pause(ctl_t *ctl, const char *dir)
{
    int                       rc;
    char                      reason[256];
    webhook_op_t              op;
    webhook_store_t          *st;
    webhook_lmdb_options_t    own;
    webhook_store_options_t   options;

    ctl_store_options(ctl, &options, 1);

    memset(&own, 0, sizeof(own));

    own.copy = 1;

    options.engine = &webhook_lmdb;     /* whose option it is */
    options.path = dir;
    options.own = &own;

    if (webhook_store_open(&options, &st) != WEBHOOK_STORE_OK) {
        return 1;
    }

    snprintf(reason, sizeof(reason), "restored from %s", ctl->argv[1]);

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_PAUSE;
    op.u.pause.all = 1;
    op.u.pause.reason = ctl_str(reason);

    /* who opens it later finds how it came there */

    ctl_apply(ctl, st, &op, "store", ctl->argv[1]);

    rc = op.result == WEBHOOK_STORE_OK ? 0 : 1;

    if (rc) {
        ctl_say("the copy cannot be paused: %s",
                webhook_store_result_text(op.result));
    }

    webhook_store_close(st);

    return rc;
}


static void
ctl_restore_clean(const char *dir)
{
    char      path[PATH_MAX + 16];
    unsigned  i;

    static const char  *names[] = { "data.mdb", "lock.mdb", "owners" };

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
        (void) unlink(path);
    }

    (void) rmdir(dir);
}


static void
ctl_restore_tell(ctl_t *ctl, const char *was)
{
    json_t         *root;
    const char     *name;
    struct passwd  *pw;

    pw = getpwuid(geteuid());
    name = pw ? pw->pw_name : "?";

    if (ctl->json) {
        root = json_object();

        json_object_set_new(root, "file", json_string(ctl->argv[1]));
        json_object_set_new(root, "owner", json_string(name));
        json_object_set_new(root, "replaced",
                            was[0] ? json_string(was) : json_null());
        json_object_set_new(root, "paused", json_true());
        ctl_json_line(root);

        return;
    }

    printf("%s is restored; the store is the user's %s\n", ctl->argv[1], name);

    if (was[0]) {
        printf("what was there is %s/%s\n", ctl->store, was);
    }

    printf("it is paused: nothing is sent until \"webhookctl resume --all\"\n");
}


static void
ctl_restore_catch(void)
{
    unsigned          i;
    struct sigaction  sa, old;

    static const int  signals[] = { SIGHUP, SIGINT, SIGTERM };

    /* without SA_RESTART: a read ends */

    memset(&sa, 0, sizeof(sa));

    sa.sa_handler = ctl_restore_signal;

    for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {

        /* as of nohup: what was ignored is */

        if (sigaction(signals[i], NULL, &old) == 0
            && old.sa_handler != SIG_IGN)
        {
            sigaction(signals[i], &sa, NULL);
        }
    }
}


static void
ctl_restore_signal(int signo)
{
    (void) signo;

    ctl_restore_stop = 1;
}
