
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A PostgreSQL of a test's own: in a private directory, on a unix socket there,
 * as a user that is not root; it ends with the test.  Where there is none
 * installed, the test is skipped.
 */

#ifndef PG_SERVER_H
#define PG_SERVER_H

#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"


#define PG_BIN       "/usr/lib/postgresql/15/bin"
#define PG_PATIENCE  60                 /* seconds */


static char    pg_dir[64];
static pid_t   pg_pid;
static uid_t   pg_uid;
static gid_t   pg_gid;


static void
pg_become(void)
{
    if ((geteuid() == 0
         && (setgid(pg_gid) != 0 || setuid(pg_uid) != 0))
        || chdir(pg_dir) != 0)
    {
        _exit(1);
    }

    (void) prctl(PR_SET_PDEATHSIG, SIGQUIT);
}


/* Runs a program to its end, with its output in a file. */
static int
pg_run(const char *command)
{
    int    status;
    pid_t  pid;

    pid = fork();

    if (pid == 0) {
        pg_become();
        execl("/bin/sh", "sh", "-c", command, (char *) NULL);
        _exit(1);
    }

    return waitpid(pid, &status, 0) == pid && WIFEXITED(status)
           && WEXITSTATUS(status) == 0;
}


/* A connection of the superuser. */
__attribute__((unused))
static PGconn *
pg_root(void)
{
    char  place[128];

    snprintf(place, sizeof(place),
             "host=%s user=postgres dbname=postgres connect_timeout=5",
             pg_dir);

    return PQconnectdb(place);
}


/* Starts the server, again perhaps; waits until it answers. */
static int
pg_start(void)
{
    int             fd;
    char            data[128];
    time_t          end;
    PGconn         *c;
    struct timespec pause = { 0, 50000000 };

    snprintf(data, sizeof(data), "%s/data", pg_dir);

    pg_pid = fork();

    if (pg_pid == 0) {
        pg_become();

        fd = open("log", O_WRONLY | O_CREAT | O_APPEND, 0600);
        (void) dup2(fd, 1);
        (void) dup2(fd, 2);

        execl(PG_BIN "/postgres", "postgres", "-D", data, "-k", pg_dir,
              "-c", "listen_addresses=", "-c", "fsync=off",
              "-c", "max_connections=80", "-c", "shared_buffers=32MB",
              "-c", "log_min_messages=warning", (char *) NULL);
        _exit(1);
    }

    for (end = time(NULL) + PG_PATIENCE; time(NULL) < end; /* void */ ) {
        c = pg_root();

        if (PQstatus(c) == CONNECTION_OK) {
            PQfinish(c);
            return 1;
        }

        PQfinish(c);
        nanosleep(&pause, NULL);
    }

    return 0;
}


/* SIGINT: at once, in order; SIGQUIT: as if it crashed. */
__attribute__((unused))
static void
pg_stop(int sig)
{
    if (pg_pid > 0) {
        kill(pg_pid, sig);
        waitpid(pg_pid, NULL, 0);
        pg_pid = 0;
    }
}


static void
pg_remove(void)
{
    char  command[128];

    pg_stop(SIGQUIT);

    if (pg_dir[0]) {
        snprintf(command, sizeof(command), "rm -rf '%s'", pg_dir);

        if (system(command) != 0) {
            fprintf(stderr, "# %s is left\n", pg_dir);
        }
    }
}


/* Makes a server and starts it; else ends the test, as one that is skipped. */
__attribute__((unused))
static void
pg_server(void)
{
    struct passwd  *user;

    if (access(PG_BIN "/postgres", X_OK) != 0) {
        printf("1..0 # SKIP there is no server of PostgreSQL 15\n");
        exit(0);
    }

    user = getpwnam("postgres");

    if (user == NULL) {
        user = getpwnam("nobody");
    }

    if (user == NULL) {
        printf("1..0 # SKIP there is no user to run PostgreSQL as\n");
        exit(0);
    }

    pg_uid = user->pw_uid;
    pg_gid = user->pw_gid;

    strcpy(pg_dir, "/tmp/webhook-pg-XXXXXX");

    if (mkdtemp(pg_dir) == NULL
        || (geteuid() == 0 && chown(pg_dir, pg_uid, pg_gid) != 0)
        || chmod(pg_dir, 0711) != 0)
    {
        perror(pg_dir);
        exit(1);
    }

    atexit(pg_remove);

    if (!pg_run(PG_BIN "/initdb -D data -U postgres -A trust -N"
                " --locale=C.UTF-8 > initdb.log 2>&1")
        || !pg_start())
    {
        fprintf(stderr, "PostgreSQL does not start: see %s\n", pg_dir);
        pg_dir[0] = '\0';
        exit(1);
    }
}


/* A statement of the superuser; 1 if it was done. */
__attribute__((unused))
static int
pg_do(const char *sql)
{
    int        ok;
    PGconn    *c;
    PGresult  *r;

    c = pg_root();
    r = PQexec(c, sql);

    ok = PQresultStatus(r) == PGRES_COMMAND_OK
         || PQresultStatus(r) == PGRES_TUPLES_OK;

    if (!ok) {
        printf("# %s: %s\n", sql, PQerrorMessage(c));
    }

    PQclear(r);
    PQfinish(c);

    return ok;
}


/* A number that the superuser asks for; -1: none. */
__attribute__((unused))
static int64_t
pg_number(const char *sql)
{
    int64_t    n;
    PGconn    *c;
    PGresult  *r;

    n = -1;
    c = pg_root();
    r = PQexec(c, sql);

    if (PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1) {
        n = strtoll(PQgetvalue(r, 0, 0), NULL, 10);

    } else {
        printf("# %s: %s\n", sql, PQerrorMessage(c));
    }

    PQclear(r);
    PQfinish(c);

    return n;
}


#endif /* PG_SERVER_H */
