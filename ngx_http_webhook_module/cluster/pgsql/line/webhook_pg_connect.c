
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * libpq goes from server to server only when one refuses: without a time-out of
 * its own, which it has for callers that block, it stays with one that does not
 * answer.  So each is tried by itself.
 */

#include "cluster/pgsql/line/webhook_pg_connect.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>


#define WEBHOOK_PG_CONNECT    5000      /* ms, all servers */
#define WEBHOOK_PG_HOST       1000      /* ms, one at least */

#define WEBHOOK_PG_WORDS_MAX  24

/* What holds whatever the place says: the transactions that are told of are on
   the disks of the standbys too, if there are any; and no statement stays for
   ever, nor long without who asked. */

#define WEBHOOK_PG_OPTIONS                                                    \
    "-c synchronous_commit=on -c statement_timeout=60000"                     \
    " -c client_connection_check_interval=2000"                               \
    " -c idle_in_transaction_session_timeout=60000 -c jit=off"                \
    " -c client_min_messages=warning"                                         \
    " -c default_transaction_isolation=read\\ committed"


typedef struct {
    const char  *words[WEBHOOK_PG_WORDS_MAX];
    const char  *values[WEBHOOK_PG_WORDS_MAX];
    int          count;
} webhook_pg_words_t;


static int webhook_pg_hosts(webhook_pg_t *pg, char **why);
static int webhook_pg_split(webhook_pg_t *pg, const char *list, size_t member);
static int webhook_pg_try(webhook_pg_t *pg, const webhook_pg_host_t *host,
    uint64_t deadline);
static int webhook_pg_alive(webhook_pg_t *pg);
static void webhook_pg_notice(void *arg, const PGresult *r);
static void webhook_pg_word(webhook_pg_words_t *w, const char *word,
    const char *value);


webhook_pg_t *
webhook_pg_open(const webhook_cluster_options_t *options)
{
    char          *why;
    char           text[512];
    webhook_pg_t  *pg;

    pg = calloc(1, sizeof(webhook_pg_t));
    if (pg == NULL) {
        return NULL;
    }

    pg->log = options->log;
    pg->ctx = options->ctx;
    pg->timeout = options->connect ? options->connect : WEBHOOK_PG_CONNECT;
    pg->place = strdup(options->place);

    if (options->password) {
        pg->password = strdup(options->password);
    }

    why = NULL;

    if (pg->place == NULL || (options->password && pg->password == NULL)
        || webhook_pg_hosts(pg, &why) != WEBHOOK_OK)
    {
        /* libpq tells the word that it does not understand */

        if (why && strstr(options->place, "pass")) {
            PQfreemem(why);
            why = NULL;
        }

        snprintf(text, sizeof(text), "cannot read where PostgreSQL is: %.400s",
                 why ? why : "a word is wrong, or there are more than 16 "
                             "hosts, or there is no memory");
        text[strcspn(text, "\n")] = '\0';

        options->log(options->ctx, WEBHOOK_STORE_LOG_EMERG, text);

        PQfreemem(why);
        webhook_pg_close(pg);
        return NULL;
    }

    return pg;
}


void
webhook_pg_close(webhook_pg_t *pg)
{
    uint32_t  i;

    webhook_pg_drop(pg);

    for (i = 0; i < WEBHOOK_PG_HOSTS_MAX; i++) {
        free(pg->hosts[i].host);
        free(pg->hosts[i].addr);
        free(pg->hosts[i].port);
    }

    if (pg->password) {
        explicit_bzero(pg->password, strlen(pg->password));
        free(pg->password);
    }

    free(pg->place);
    free(pg);
}


/* The servers that the place names. */

static int
webhook_pg_hosts(webhook_pg_t *pg, char **why)
{
    int                rc;
    uint32_t           i, count;
    PQconninfoOption  *o, *options;

    options = PQconninfoParse(pg->place, why);
    if (options == NULL) {
        return WEBHOOK_ERROR;
    }

    rc = WEBHOOK_OK;
    count = 1;

    for (o = options; o->keyword; o++) {

        if (o->val == NULL || o->val[0] == '\0') {
            continue;
        }

        if (strcmp(o->keyword, "host") == 0) {
            rc = webhook_pg_split(pg, o->val,
                                  offsetof(webhook_pg_host_t, host));

        } else if (strcmp(o->keyword, "hostaddr") == 0) {
            rc = webhook_pg_split(pg, o->val,
                                  offsetof(webhook_pg_host_t, addr));

        } else if (strcmp(o->keyword, "port") == 0) {
            rc = webhook_pg_split(pg, o->val,
                                  offsetof(webhook_pg_host_t, port));
        }

        if (rc != WEBHOOK_OK) {
            break;
        }
    }

    PQconninfoFree(options);

    for (i = 0; i < WEBHOOK_PG_HOSTS_MAX; i++) {
        if (pg->hosts[i].host || pg->hosts[i].addr) {
            count = i + 1;
        }
    }

    pg->hosts_count = count;

    return rc;
}


static int
webhook_pg_split(webhook_pg_t *pg, const char *list, size_t member)
{
    char      **p;
    size_t      len;
    uint32_t    i;

    for (i = 0; /* void */ ; i++) {

        if (i == WEBHOOK_PG_HOSTS_MAX) {
            return WEBHOOK_LIMIT;
        }

        len = strcspn(list, ",");
        p = (char **) ((char *) &pg->hosts[i] + member);

        *p = strndup(list, len);
        if (*p == NULL) {
            return WEBHOOK_NOMEM;
        }

        if (list[len] == '\0') {
            return WEBHOOK_OK;
        }

        list += len + 1;
    }
}


webhook_cluster_result_e
webhook_pg_connect(webhook_pg_t *pg, uint64_t deadline)
{
    uint32_t  i, n;
    uint64_t  now, end, each;

    if (pg->conn && webhook_pg_alive(pg)) {
        return WEBHOOK_CLUSTER_OK;
    }

    webhook_pg_drop(pg);

    now = webhook_pg_clock();
    end = now + pg->timeout;

    if (end > deadline) {
        end = deadline;
    }

    for (i = 0; i < pg->hosts_count; i++) {
        now = webhook_pg_clock();

        if (now >= end) {
            break;
        }

        each = (end - now) / (pg->hosts_count - i);

        if (each < WEBHOOK_PG_HOST) {
            each = WEBHOOK_PG_HOST;
        }

        if (each > end - now) {
            each = end - now;
        }

        n = (pg->host + i) % pg->hosts_count;

        if (webhook_pg_try(pg, &pg->hosts[n], now + each) == WEBHOOK_OK) {
            pg->host = n;
            return WEBHOOK_CLUSTER_OK;
        }

        webhook_pg_drop(pg);
    }

    return WEBHOOK_CLUSTER_UNAVAILABLE;
}


static int
webhook_pg_try(webhook_pg_t *pg, const webhook_pg_host_t *host,
    uint64_t deadline)
{
    int                 what;
    const char         *port;
    webhook_pg_words_t  w;

    w.count = 0;

    /* what the place may say otherwise stands before it, ... */

    webhook_pg_word(&w, "fallback_application_name", "nginx webhook");
    webhook_pg_word(&w, "target_session_attrs", "read-write");
    webhook_pg_word(&w, "tcp_user_timeout", "10000");
    webhook_pg_word(&w, "keepalives_idle", "5");
    webhook_pg_word(&w, "keepalives_interval", "2");
    webhook_pg_word(&w, "keepalives_count", "3");
    webhook_pg_word(&w, "dbname", pg->place);

    /* ... the rest behind it */

    port = host->port ? host->port : pg->hosts[0].port;

    if (host->host) {
        webhook_pg_word(&w, "host", host->host);
    }

    if (host->addr) {
        webhook_pg_word(&w, "hostaddr", host->addr);
    }

    if (port) {
        webhook_pg_word(&w, "port", port);
    }

    if (pg->password) {
        webhook_pg_word(&w, "password", pg->password);
    }

    webhook_pg_word(&w, "gssencmode", "disable");
    webhook_pg_word(&w, "options", WEBHOOK_PG_OPTIONS);

    w.words[w.count] = NULL;
    w.values[w.count] = NULL;

    pg->conn = PQconnectStartParams(w.words, w.values, 1);

    if (pg->conn == NULL) {
        webhook_pg_tell(pg, "no memory to connect");
        return WEBHOOK_NOMEM;
    }

    if (PQstatus(pg->conn) == CONNECTION_BAD) {
        webhook_pg_tell(pg, PQerrorMessage(pg->conn));
        return WEBHOOK_ERROR;
    }

    PQsetNoticeReceiver(pg->conn, webhook_pg_notice, pg);

    /* details may have what stands in a row */

    (void) PQsetErrorVerbosity(pg->conn, PQERRORS_TERSE);

    what = WEBHOOK_PG_WRITE;

    for ( ;; ) {

        if (webhook_pg_wait(pg, what, deadline) == 0) {
            webhook_pg_tell(pg, "the server took too long to be connected to");
            return WEBHOOK_ERROR;
        }

        switch (PQconnectPoll(pg->conn)) {

        case PGRES_POLLING_READING:
            what = WEBHOOK_PG_READ;
            break;

        case PGRES_POLLING_WRITING:
            what = WEBHOOK_PG_WRITE;
            break;

        case PGRES_POLLING_OK:

            if (PQsetnonblocking(pg->conn, 1) != 0) {
                webhook_pg_tell(pg, PQerrorMessage(pg->conn));
                return WEBHOOK_ERROR;
            }

            return WEBHOOK_OK;

        default:
            webhook_pg_tell(pg, PQerrorMessage(pg->conn));
            return WEBHOOK_ERROR;
        }
    }
}


/* What the server has said since the last call, its farewell perhaps. */

static int
webhook_pg_alive(webhook_pg_t *pg)
{
    uint32_t  i;

    /* its farewell comes before the end */

    for (i = 0; webhook_pg_wait(pg, WEBHOOK_PG_READ, 0) != 0; i++) {
        if (i == 3 || PQconsumeInput(pg->conn) != 1) {
            return 0;
        }
    }

    return PQstatus(pg->conn) == CONNECTION_OK
           && PQtransactionStatus(pg->conn) == PQTRANS_IDLE;
}


void
webhook_pg_drop(webhook_pg_t *pg)
{
    if (pg->conn) {
        PQfinish(pg->conn);
        pg->conn = NULL;
    }
}


uint64_t
webhook_pg_clock(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_BOOTTIME, &ts);

    return (uint64_t) ts.tv_sec * 1000 + (uint64_t) ts.tv_nsec / 1000000;
}


int
webhook_pg_wait(webhook_pg_t *pg, int what, uint64_t deadline)
{
    int            rc, timeout;
    uint64_t       now;
    struct pollfd  pfd;

    pfd.fd = PQsocket(pg->conn);
    pfd.events = (short) (((what & WEBHOOK_PG_READ) ? POLLIN : 0)
                          | ((what & WEBHOOK_PG_WRITE) ? POLLOUT : 0));

    if (pfd.fd < 0) {
        return 0;
    }

    for ( ;; ) {
        now = webhook_pg_clock();
        timeout = now < deadline ? (deadline - now > 60000
                                    ? 60000 : (int) (deadline - now))
                                 : 0;

        pfd.revents = 0;
        rc = poll(&pfd, 1, timeout);

        if (rc > 0) {

            /* whoever waits is to meet the error */

            if (pfd.revents & (POLLERR | POLLHUP | POLLNVAL)) {
                return what;
            }

            return ((pfd.revents & POLLIN) ? WEBHOOK_PG_READ : 0)
                   | ((pfd.revents & POLLOUT) ? WEBHOOK_PG_WRITE : 0);
        }

        if (rc < 0 && errno != EINTR) {
            return 0;
        }

        if (rc == 0 && webhook_pg_clock() >= deadline) {
            return 0;
        }
    }
}


static void
webhook_pg_notice(void *arg, const PGresult *r)
{
    const char    *severity;
    webhook_pg_t  *pg = arg;

    severity = PQresultErrorField(r, PG_DIAG_SEVERITY_NONLOCALIZED);

    if (severity == NULL || strcmp(severity, "WARNING") != 0) {
        return;
    }

    pg->warned = 1;
    webhook_pg_tell(pg, PQresultErrorMessage(r));
}


static void
webhook_pg_word(webhook_pg_words_t *w, const char *word, const char *value)
{
    w->words[w->count] = word;
    w->values[w->count] = value;
    w->count++;
}
