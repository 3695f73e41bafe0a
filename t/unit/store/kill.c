
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Processes that put, claim and complete are killed at random instants, again
 * and again.  What they had been told was done has to be there afterwards,
 * every counter has to be true, no lease may be nobody's, and no order key may
 * be stuck.  The deliveries of one endpoint have two steps, another blocks a
 * key behind a dead head.
 *
 *     kill [seed [kills]]
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <poll.h>
#include <signal.h>

#include "store_kill.h"


#define CHILDREN   3
#define KILLS      30                   /* of each of two runs */
#define TABLE      (1 << 18)            /* of deliveries, a power of two */
#define PACE       4                    /* that are told of for each kill */
#define PATIENCE   60000                /* ms until a kill is not waited for */


/* What is known of a delivery. */

typedef struct {
    webhook_id_t  id;
    uint8_t       used;
    uint8_t       endpoint;
    uint8_t       put;
    uint8_t       done;
    uint8_t       dead;                 /* or it was */
    uint32_t      retries;
} seen_t;


static seen_t    *table;
static unsigned   seen_count;
static unsigned   seen_put;
static unsigned   seen_done;
static unsigned   seen_twice;           /* done, and done again */


static seen_t *
seen(const webhook_id_t *id, uint8_t endpoint)
{
    uint32_t  i;

    memcpy(&i, id->bytes + 12, 4);
    i = (i + endpoint) & (TABLE - 1);

    while (table[i].used
           && (memcmp(&table[i].id, id, 16) != 0
               || table[i].endpoint != endpoint))
    {
        i = (i + 1) & (TABLE - 1);
    }

    if (!table[i].used) {
        table[i].used = 1;
        table[i].id = *id;
        table[i].endpoint = endpoint;
        seen_count++;
    }

    return &table[i];
}


/* Reads what children tell, for so many milliseconds, or all there is. */

static void
listen_for(int in, int ms)
{
    ssize_t        n;
    size_t         i;
    uint64_t       end, now;
    seen_t        *s;
    struct pollfd  p;

    static ack_t  acks[4096];

    end = util_now(CLOCK_REALTIME) + (uint64_t) ms;

    for ( ;; ) {
        now = util_now(CLOCK_REALTIME);

        p.fd = in;
        p.events = POLLIN;

        if (poll(&p, 1, ms < 0 || now >= end ? 0 : (int) (end - now)) <= 0) {
            return;
        }

        n = read(in, acks, sizeof(acks));

        for (i = 0; n > 0 && i < (size_t) n / sizeof(ack_t); i++) {

            s = seen(&acks[i].id, acks[i].endpoint);

            switch (acks[i].kind) {

            case ACK_PUT:
                seen_put += !s->put;
                s->put = 1;
                break;

            case ACK_DONE:
                seen_twice += s->done;
                seen_done += !s->done;
                s->done = 1;
                break;

            case ACK_CANCEL:
                s->dead = 1;
                break;

            default:
                s->dead |= acks[i].kind == ACK_DEAD;
                s->retries++;
            }
        }

        if (ms >= 0 && now >= end) {
            return;
        }
    }
}


/* A machine may be so busy that they do nothing in the time that they have: waits
   until they have told of so many. */

static void
listen_until(int in, unsigned many)
{
    uint64_t  end;

    end = util_now(CLOCK_REALTIME) + PATIENCE;

    while ((seen_put < many || seen_done < many)
           && util_now(CLOCK_REALTIME) < end)
    {
        listen_for(in, 5);
    }
}


static pid_t
start(util_t *u, int out, int expire)
{
    pid_t  pid;

    fflush(stdout);

    (void) roll(2);

    pid = fork();

    if (pid == 0) {
        seed ^= (uint32_t) getpid() * 2654435761u;
        child_run(u, out, expire);
    }

    return pid;
}


/* All that is left can be delivered, once dead heads block no more. */

static void
drain(util_t *u, const char *name)
{
    unsigned                   i, e, idle, left;
    webhook_op_t               op;
    webhook_lease_t           *l;
    webhook_endpoint_stats_t   s;

    (void) util_endpoint(u, names[BLOCKING], 20);

    left = 0;

    for (e = 0; e < ENDPOINTS; e++) {

        /* delays were short: who waits longer waits for ever */

        for (idle = 0; idle < 200; /* void */ ) {

            if (util_claim(u, &op, &endpoints[e], 100) == 0) {
                webhook_op_free(&op);
                idle++;
                usleep(1000);
                continue;
            }

            idle = 0;

            for (i = 0; i < op.u.claim.count; i++) {
                l = &op.u.claim.leases[i];

                (void) util_complete(u, l->event.id, endpoints[e],
                 l->lease_token,
                                     WEBHOOK_DONE, 0);
            }

            webhook_op_free(&op);
        }

        (void) util_stats(u, endpoints[e], &s);

        left += (unsigned) (s.states[WEBHOOK_PENDING]
                            + s.states[WEBHOOK_SENDING]);
    }

    tap_ok(left == 0, "%s: %u deliveries are stuck", name, left);

    util_check(u, name);
}


static void
verify(util_t *u, int expire, unsigned kills, unsigned killed,
    const char *name)
{
    unsigned             i, lost, untold, undone, short_of, puts, done;
    unsigned             left;
    webhook_op_t         op;
    webhook_endpoint_stats_t  s;
    webhook_delivery_t  *d;

    (void) util_takeover(u);

    util_check(u, name);

    left = 0;

    for (i = 0; i < ENDPOINTS; i++) {
        (void) util_stats(u, endpoints[i], &s);
        left += (unsigned) s.states[WEBHOOK_SENDING];
    }

    tap_ok(left == 0, "%s: no lease is left (%u)", name, left);

    lost = 0;
    untold = 0;
    undone = 0;
    short_of = 0;
    puts = 0;
    done = 0;

    for (i = 0; i < TABLE; i++) {

        if (!table[i].used) {
            continue;
        }

        puts += table[i].put;
        done += table[i].done;

        memset(&op, 0, sizeof(op));
        op.type = WEBHOOK_OP_SHOW;
        op.u.show.id = table[i].id;
        op.u.show.endpoint = endpoints[table[i].endpoint];

        if (util_apply(u, &op) != WEBHOOK_STORE_OK) {

            /* what was finished may have been removed; that it was may not
               have been told, if the process died before */

            if (!expire) {
                lost++;

            } else if (!table[i].done && !table[i].dead) {
                untold++;
            }

            continue;
        }

        d = &op.u.show.deliveries[0].delivery;

        if (table[i].done && d->state != WEBHOOK_DELIVERED) {
            undone++;
        }

        if (d->attempts < table[i].retries + table[i].done
            || d->attempts != op.u.show.deliveries[0].attempts_count)
        {
            short_of++;
        }

        webhook_op_free(&op);
    }

    tap_ok(lost == 0, "%s: of %u events that were acknowledged %u are lost",
           name, puts, lost);
    tap_ok(untold <= killed * BATCH, "%s: %u of them were removed though "
           "nobody told that they were done, at %u deaths", name, untold,
           killed);
    tap_ok(undone == 0, "%s: of %u outcomes %u do not stand", name, done,
           undone);
    tap_ok(short_of == 0, "%s: %u deliveries lack attempts", name, short_of);
    tap_ok(seen_twice == 0, "%s: none was completed twice", name);
    tap_ok(puts > kills * PACE && done > kills * PACE, "%s: there was something to lose", name);

    drain(u, name);
}


static void
test_kills(unsigned kills, int expire, const char *name)
{
    int       status, pipes[2];
    pid_t     pid[CHILDREN];
    util_t    u;
    unsigned  i, n, failed, killed;

    util_init(&u);

    u.clock = 0;
    u.size = 256 << 20;
    u.keep = expire ? 20 : 3600000;

    memset(table, 0, TABLE * sizeof(seen_t));
    seen_twice = 0;
    seen_put = 0;
    seen_done = 0;

    if (pipe(pipes) == -1) {
        return;
    }

    (void) fcntl(pipes[0], F_SETFL, O_NONBLOCK);
    (void) fcntl(pipes[1], F_SETPIPE_SZ, 1 << 20);

    failed = 0;
    killed = kills + CHILDREN + kills / 10 * CHILDREN;

    for (i = 0; i < CHILDREN; i++) {
        pid[i] = start(&u, pipes[1], expire);
    }

    for (n = 0; n < kills; n++) {

        listen_until(pipes[0], n * PACE);
        listen_for(pipes[0], (int) roll(roll(4) ? 60 : 8));

        i = roll(CHILDREN);

        kill(pid[i], SIGKILL);
        waitpid(pid[i], &status, 0);

        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
            failed++;
        }

        pid[i] = start(&u, pipes[1], expire);

        if (n % 10 == 9) {

            /* now and then all of them at once */

            listen_for(pipes[0], 20);

            for (i = 0; i < CHILDREN; i++) {
                kill(pid[i], SIGKILL);
            }

            for (i = 0; i < CHILDREN; i++) {
                waitpid(pid[i], &status, 0);
                pid[i] = start(&u, pipes[1], expire);
            }
        }
    }

    listen_until(pipes[0], kills * PACE + 1);
    listen_for(pipes[0], 50);

    for (i = 0; i < CHILDREN; i++) {
        kill(pid[i], SIGKILL);
        waitpid(pid[i], &status, 0);
    }

    listen_for(pipes[0], -1);

    tap_ok(failed == 0, "%s: %u processes were killed, %u failed before",
           name, kills, failed);

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && u.logs[WEBHOOK_STORE_LOG_EMERG] == 0,
           "%s: the store opens", name);

    if (u.st) {
        verify(&u, expire, kills, killed, name);
    }

    util_free(&u);

    close(pipes[0]);
    close(pipes[1]);
}


int
main(int argc, char **argv)
{
    unsigned  i, kills;

    seed = argc > 1 ? (uint32_t) strtoul(argv[1], NULL, 10)
                    : (uint32_t) util_now(CLOCK_REALTIME);
    kills = argc > 2 ? (unsigned) strtoul(argv[2], NULL, 10) : KILLS;

    printf("# seed %u\n", seed);

    table = calloc(TABLE, sizeof(seen_t));

    if (table == NULL) {
        return 1;
    }

    for (i = 0; i < ENDPOINTS; i++) {
        endpoints[i] = util_name(names[i]);
    }

    test_kills(kills, 0, "kept");
    test_kills(kills, 1, "expiring");

    free(table);

    return tap_done();
}
