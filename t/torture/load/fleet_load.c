
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What stands around the nodes of a fleet: clients that make events at a given
 * rate, the API that answers them, and the endpoint that takes the webhooks.  It
 * knows of each event whether it was acknowledged and how often it was delivered.
 *
 *     fleet_load API HOOK [HOOK ...]
 *
 * API and HOOK are ports of 127.0.0.1 to listen on, one HOOK for each node.  It
 * takes commands, lines, and answers each with a line:
 *
 *     load RATE CONNECTIONS PORT ...   begins: RATE events a second in all, over
 *                                      so many connections to each of the ports
 *     rest             ends, when the last answer is there or 5 s are over
 *     state            what there is by now
 *     times            milliseconds of the answers, as of the last load or times
 *     fail N M         the first M attempts of each Nth event are answered 500
 *     hook I STATUS    endpoint I, from 0, answers all with this; 200: as usual
 *     missing          the first events that were acknowledged and not delivered
 *
 * A time runs from when a request was due, not from when it could be sent.
 */

#include "fleet_load.h"


load_t  load;


uint64_t
load_now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000000 + (uint64_t) ts.tv_nsec / 1000;
}


static uint64_t
load_quantile(double part)
{
    uint64_t  i, n, wanted;

    wanted = (uint64_t) ((double) load.timed * part);
    n = 0;

    for (i = 0; i < LOAD_BUCKETS; i++) {
        n += load.times[i];

        if (n > wanted) {
            break;
        }
    }

    return i < LOAD_FINE ? i * 10 : (i - LOAD_FINE) * 1000 + LOAD_FINE * 10;
}


void
load_timed(uint64_t us)
{
    uint64_t  i;

    i = us / 10;

    if (i >= LOAD_FINE) {
        i = LOAD_FINE + (us - LOAD_FINE * 10) / 1000;
    }

    load.times[i < LOAD_BUCKETS ? i : LOAD_BUCKETS - 1]++;
    load.timed++;
}


static void
load_state(void)
{
    uint64_t  i, missing, repeats, delivered;

    missing = 0;
    repeats = 0;
    delivered = 0;

    for (i = 1; i <= load.last; i++) {
        missing += load.acked[i] && load.count[i] == 0;
        delivered += load.count[i] != 0;
        repeats += load.count[i] > 1 ? load.count[i] - 1u : 0;
    }

    printf("sent=%llu acked=%llu delivered=%llu missing=%llu repeats=%llu"
           " failed=%llu skipped=%llu refused=%llu flight=%u gapmin=%u gapmax=%u",
           (unsigned long long) load.last,
           (unsigned long long) load.acks, (unsigned long long) delivered,
           (unsigned long long) missing, (unsigned long long) repeats,
           (unsigned long long) load.failed, (unsigned long long) load.skipped,
           (unsigned long long) load.refused, load.flight, load.gap_min,
           load.gap_max);

    for (i = 0; i < 8; i++) {
        printf(" hits%u=%llu", (unsigned) i,
               (unsigned long long) load.hits[i]);
    }

    printf("\n");
}


static void
load_missing(void)
{
    int       n;
    uint64_t  i;

    for (i = 1, n = 0; i <= load.last && n < 20; i++) {
        if (load.acked[i] && load.count[i] == 0) {
            printf("%llu ", (unsigned long long) i);
            n++;
        }
    }

    printf("\n");
}


static void
load_reset(void)
{
    load.timed = 0;
    memset(load.times, 0, sizeof(load.times));
}


static void
load_command(char *line)
{
    char      *p;
    unsigned   n, m;

    if (sscanf(line, "load %u %u", &n, &m) == 2 && n && m) {
        p = strchr(strchr(line, ' ') + 1, ' ') + 1;
        strtok(p, " ");

        load_reset();
        client_begin(n, m);
        printf("ok\n");

    } else if (strcmp(line, "rest") == 0) {
        client_rest();
        load.resting = load_now() + 5000000;
        return;                         /* answered when it is over */

    } else if (strcmp(line, "state") == 0) {
        load_state();

    } else if (strcmp(line, "times") == 0) {
        printf("answers=%llu p50=%.2f p99=%.2f p999=%.2f\n",
               (unsigned long long) load.timed,
               (double) load_quantile(0.5) / 1000,
               (double) load_quantile(0.99) / 1000,
               (double) load_quantile(0.999) / 1000);
        load_reset();

    } else if (sscanf(line, "fail %u %u", &n, &m) == 2) {
        load.fail_each = n;
        load.fail_times = m;
        load.gap_min = 0;
        load.gap_max = 0;
        printf("ok\n");

    } else if (sscanf(line, "hook %u %u", &n, &m) == 2 && n < LOAD_HOOKS) {
        load.status[n] = m;
        printf("ok\n");

    } else if (strcmp(line, "missing") == 0) {
        load_missing();

    } else {
        printf("unknown\n");
    }
}


static int
load_commands(void)
{
    char     *end;
    ssize_t   n;

    static char    buffer[4096];
    static size_t  len;

    n = read(STDIN_FILENO, buffer + len, sizeof(buffer) - len - 1);

    if (n <= 0) {
        return n < 0 && errno == EINTR ? 0 : -1;
    }

    len += (size_t) n;
    buffer[len] = '\0';

    while ((end = strchr(buffer, '\n')) != NULL) {
        *end = '\0';
        load_command(buffer);

        len -= (size_t) (end + 1 - buffer);
        memmove(buffer, end + 1, len + 1);
    }

    return len == sizeof(buffer) - 1 ? -1 : 0;
}


static void *
load_zeros(size_t size)
{
    void  *p;

    p = mmap(NULL, size, PROT_READ|PROT_WRITE,
             MAP_PRIVATE|MAP_ANONYMOUS|MAP_NORESERVE, -1, 0);

    if (p == MAP_FAILED) {
        perror("fleet_load");
        exit(2);
    }

    return p;
}


int
main(int argc, char **argv)
{
    int                  i, n;
    struct epoll_event   ev, events[256];

    if (argc < 3 || argc > LOAD_HOOKS + 2) {
        fprintf(stderr, "usage: fleet_load API HOOK ...\n");
        return 2;
    }

    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);

    load.poll = epoll_create1(EPOLL_CLOEXEC);
    load.acked = load_zeros(LOAD_MAX);
    load.count = load_zeros(LOAD_MAX);
    load.tried = load_zeros(LOAD_MAX);
    load.refused_at = load_zeros(LOAD_MAX * sizeof(uint32_t));

    for (i = 1; i < argc; i++) {
        server_listen(atoi(argv[i]), i - 2);
    }

    ev.events = EPOLLIN;
    ev.data.ptr = NULL;

    if (epoll_ctl(load.poll, EPOLL_CTL_ADD, STDIN_FILENO, &ev) == -1) {
        perror("fleet_load: epoll");
        return 2;
    }

    for ( ;; ) {
        n = epoll_wait(load.poll, events, 256,
                       load.rate || load.resting ? 1 : 1000);

        for (i = 0; i < n; i++) {

            if (events[i].data.ptr == NULL) {
                if (load_commands() != 0) {
                    return 0;
                }

                continue;
            }

            ((conn_t *) events[i].data.ptr)->handler(events[i].data.ptr,
                                                     events[i].events);
        }

        conn_free();

        if (load.rate) {
            client_turn();
        }

        if (load.resting
            && (load.flight == 0 || load_now() > load.resting))
        {
            load.resting = 0;
            client_end();
            printf("ok\n");
        }
    }
}
