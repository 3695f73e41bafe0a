
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
#include <sys/prctl.h>

#include "store_suite.h"


#define CHILDREN   3
#define KILLS      30                   /* of each of two runs */
#define ENDPOINTS  3
#define BATCH      24
#define KEYS       20                   /* order keys */
#define STEPPED    1                    /* the endpoint of two steps */
#define BLOCKING   2                    /* and that whose dead heads block */
#define TABLE      (1 << 18)            /* of deliveries, a power of two */


typedef enum {
    ACK_PUT = 1,
    ACK_DONE,
    ACK_RETRY,
    ACK_DEAD,
    ACK_CANCEL,
    ACK_LEASE
} ack_e;


typedef struct {
    webhook_id_t  id;
    uint64_t      token;
    uint8_t       kind;
    uint8_t       endpoint;
    uint8_t       step;
} ack_t;


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


static uint32_t   seed;
static seen_t    *table;
static unsigned   seen_count;
static unsigned   seen_twice;           /* done, and done again */
static uint64_t   endpoints[ENDPOINTS];

static const char  *names[ENDPOINTS] = { "erp", "crm", "shop" };


static uint32_t
roll(uint32_t n)
{
    seed = seed * 1664525 + 1013904223;

    return (uint32_t) ((uint64_t) (seed >> 8) * n >> 24);
}


static uint64_t
limit(util_t *u, unsigned e)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_ENDPOINT;
    op.u.endpoint.id = endpoints[e];
    op.u.endpoint.inflight = 20;
    op.u.endpoint.order_block = e == BLOCKING;
    util_str(&op.u.endpoint.name, names[e]);

    return util_apply(u, &op) == WEBHOOK_STORE_OK ? op.u.endpoint.id : 0;
}


/* ---------------------------------------------------------- a child --- */

static void
child_ack(ack_t *acks, unsigned *n, const webhook_id_t *id, uint64_t endpoint,
    uint64_t token, uint32_t step, ack_e kind)
{
    unsigned  e;

    for (e = 0; endpoints[e] != endpoint; e++) {
        /* void */
    }

    acks[*n].id = *id;
    acks[*n].token = token;
    acks[*n].kind = kind;
    acks[*n].endpoint = (uint8_t) e;
    acks[*n].step = (uint8_t) step;
    (*n)++;
}


static ack_e
child_kind(const ack_t *lease, webhook_outcome_e outcome)
{
    if (outcome == WEBHOOK_FAILED) {
        return ACK_DEAD;
    }

    return outcome == WEBHOOK_DONE
           && (lease->endpoint != STEPPED || lease->step == 1)
           ? ACK_DONE : ACK_RETRY;
}


/* Who may be dead is tried again or given up. */

static void
child_hand(webhook_op_t *op, const ack_t *lease)
{
    memset(op, 0, sizeof(webhook_op_t));

    op->type = roll(2) ? WEBHOOK_OP_RETRY : WEBHOOK_OP_CANCEL;
    op->u.delivery.event = lease->id;
    op->u.delivery.endpoint = endpoints[lease->endpoint];
}


static void
child_run(util_t *u, int out, int expire)
{
    char            keys[BATCH][8];
    unsigned        i, e, n, acked, held, fresh, first;
    uint64_t        now;
    webhook_op_t    ops[BATCH * 2 + 5], *list[BATCH * 2 + 5], *op;
    webhook_put_t   puts[BATCH];
    webhook_lease_t *lease;
    uint64_t        sorted[ENDPOINTS], swap;

    static const webhook_outcome_e  outcomes[] = {
        WEBHOOK_DONE, WEBHOOK_DONE, WEBHOOK_DONE, WEBHOOK_DONE,
        WEBHOOK_DONE, WEBHOOK_DONE, WEBHOOK_RETRY, WEBHOOK_FAILED
    };

    static webhook_rendition_t  forms[BATCH][2];

    static ack_t          acks[BATCH * 4];
    static ack_t          leases[BATCH * 4], next[BATCH * 4];
    static unsigned char  body[6000];

    prctl(PR_SET_PDEATHSIG, SIGKILL);

    memset(&u->ids, 0, sizeof(u->ids));

    if (util_open(u) != WEBHOOK_STORE_OK) {
        fprintf(stderr, "# open: %s\n", u->text);
        _exit(1);
    }

    for (i = 0; i < ENDPOINTS; i++) {
        (void) limit(u, i);
        sorted[i] = endpoints[i];
    }

    for (i = 1; i < ENDPOINTS; i++) {
        for (n = i; n && sorted[n] < sorted[n - 1]; n--) {
            swap = sorted[n];
            sorted[n] = sorted[n - 1];
            sorted[n - 1] = swap;
        }
    }

    held = 0;

    for ( ;; ) {
        n = 0;
        now = util_now(CLOCK_REALTIME);

        fresh = roll(BATCH);

        for (i = 0; i < fresh; i++) {
            memset(&puts[i], 0, sizeof(webhook_put_t));

            puts[i].lease = roll(2);
            puts[i].delay = roll(4) ? 0 : roll(50);

            u->wall = now;

            e = roll(ENDPOINTS);

            util_put_op(&ops[n], &puts[i], util_id(u), endpoints[e], body,
                        roll(10) ? roll(800) : roll(sizeof(body)));

            if (roll(2)) {
                snprintf(keys[i], sizeof(keys[i]), "k%u", roll(KEYS) % 100);
                util_str(&puts[i].order, keys[i]);
            }

            if (e == STEPPED) {
                forms[i][0] = *ops[n].u.put_event.forms;
                forms[i][1] = forms[i][0];

                ops[n].u.put_event.forms = forms[i];
                ops[n].u.put_event.forms_count = 2;

                puts[i].steps = 2;
            }

            n++;
        }

        first = n;

        for (i = 0; i < held && i < BATCH; i++) {
            util_complete_op(&ops[n], leases[i].id,
                             endpoints[leases[i].endpoint], leases[i].token,
                             outcomes[roll(8)], roll(30));

            ops[n].u.complete.lease = roll(2) ? 30000 : 0;
            n++;
        }

        op = &ops[n++];
        memset(op, 0, sizeof(webhook_op_t));
        op->type = WEBHOOK_OP_CLAIM;
        op->u.claim.endpoints = sorted;
        op->u.claim.endpoints_count = ENDPOINTS;
        op->u.claim.max = roll(8);
        op->u.claim.max_bytes = 100000;
        op->u.claim.lease = 30000;

        if (held && roll(3) == 0) {
            child_hand(&ops[n++], &leases[0]);
        }

        op = &ops[n++];
        memset(op, 0, sizeof(webhook_op_t));
        op->type = WEBHOOK_OP_TAKEOVER;

        if (expire) {
            op = &ops[n++];
            memset(op, 0, sizeof(webhook_op_t));
            op->type = WEBHOOK_OP_EXPIRE;
            op->u.expire.max = 40;
        }

        for (i = 0; i < n; i++) {
            list[i] = &ops[i];
        }

        webhook_store_apply(u->st, list, n);

        /* leases of which the outcome was not told stay as they are */

        fresh = 0;
        acked = 0;

        for (i = BATCH; i < held; i++) {
            next[fresh++] = leases[i];
        }

        for (i = 0; i < n; i++) {
            op = &ops[i];

            if (op->result != WEBHOOK_STORE_OK
                && op->type != WEBHOOK_OP_RETRY
                && op->type != WEBHOOK_OP_CANCEL)
            {
                /* stale: another took over from a process that was killed
                   and came back as this one?  It never did: an error */

                fprintf(stderr, "# operation %d: %s; %s\n", (int) op->type,
                        webhook_store_result_text(op->result), u->text);
                _exit(2);
            }

            switch (op->type) {

            case WEBHOOK_OP_PUT_EVENT:
                child_ack(acks, &acked, &op->u.put_event.id,
                          puts[i].endpoint, 0, 0, ACK_PUT);

                if (puts[i].token) {
                    child_ack(next, &fresh, &op->u.put_event.id,
                              puts[i].endpoint, puts[i].token, 0,
                              ACK_LEASE);
                }

                break;

            case WEBHOOK_OP_COMPLETE:
                child_ack(acks, &acked, &op->u.complete.event,
                          op->u.complete.endpoint, op->u.complete.token, 0,
                          child_kind(&leases[i - first],
                                     op->u.complete.outcome));

                lease = op->u.complete.next;

                if (lease) {
                    child_ack(next, &fresh, &lease->event.id, lease->endpoint,
                              lease->token, lease->step, ACK_LEASE);
                }

                break;

            case WEBHOOK_OP_CLAIM:

                while (op->u.claim.count--) {
                    lease = &op->u.claim.leases[op->u.claim.count];

                    child_ack(next, &fresh, &lease->event.id, lease->endpoint,
                              lease->token, lease->step, ACK_LEASE);
                }

                break;

            case WEBHOOK_OP_CANCEL:

                if (op->result == WEBHOOK_STORE_OK) {
                    child_ack(acks, &acked, &op->u.delivery.event,
                              op->u.delivery.endpoint, 0, 0, ACK_CANCEL);
                }

                break;

            default:
                break;
            }

            webhook_op_free(op);
        }

        memcpy(leases, next, fresh * sizeof(ack_t));
        held = fresh;

        /* one write, and less than a pipe takes at once */

        if (acked && write(out, acks, acked * sizeof(ack_t)) == -1) {
            _exit(3);
        }

        usleep(roll(1500));
    }
}


/* --------------------------------------------------------- the parent --- */

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
                s->put = 1;
                break;

            case ACK_DONE:
                seen_twice += s->done;
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

                (void) util_complete(u, l->event.id, endpoints[e], l->token,
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
verify(util_t *u, int expire, unsigned killed, const char *name)
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
    tap_ok(puts > 100 && done > 100, "%s: there was something to lose", name);

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
        verify(&u, expire, killed, name);
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
