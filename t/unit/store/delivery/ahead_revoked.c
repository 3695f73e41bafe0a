
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: what takes back deliveries that are leased ahead is seen by
 * who has them, in whatever process; and what a process has that dies.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_ahead.h"

#include <sys/wait.h>
#include <unistd.h>


static void test_revoked(void);
static void test_process(void);


int
main(void)
{
    test_revoked();
    test_process();

    return tap_done();
}


/* What ends a stock changes the number, once it is answered. */

static void
test_revoked(void)
{
    util_t         u;
    uint64_t       ep, number;
    unsigned       i;
    webhook_op_t   claim, op, what, more;

    static const char  *names[] = {
        "a pause", "a pause of all", "a smaller limit", "a rate",
        "an answer that asks to be left alone", "one that asks to go slow",
        "a breaker that opens", "one that has failed for long"
    };

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {

        begin(&u, &ep, 4, 40, &claim, &op, 4);

        memset(&what, 0, sizeof(what));

        if (i < 2) {
            what.type = WEBHOOK_OP_PAUSE;
            what.u.pause.endpoint = ep;
            what.u.pause.all = (i == 1);

        } else if (i < 4 || i == 6) {
            what.type = WEBHOOK_OP_ENDPOINT;
            what.u.endpoint.id = ep;
            util_str(&what.u.endpoint.name, "erp");
            what.u.endpoint.inflight = i == 2 ? 2 : 4;
            what.u.endpoint.rate = i == 3 ? 10 : 0;
            what.u.endpoint.break_failures = i == 6 ? 1 : 0;
            what.u.endpoint.break_open_timeout = 1000;
        }

        if (i == 6) {
            (void) util_apply(&u, &what);
        }

        number = webhook_store_revoked(u.st, ep);

        if (i >= 4) {
            u.clock += 10;

            util_complete_op(&what, claim.u.claim.leases[1].event.id, ep,
                             claim.u.claim.leases[1].lease_token,
                             WEBHOOK_RETRY, 100000);
            what.u.complete.gone = (i == 4);
            what.u.complete.slow = i == 5 ? 1000 : 0;
            what.u.complete.disable = i == 7 ? 1 : 0;

            if (i == 7) {
                done(&u, &more, &claim.u.claim.leases[2], WEBHOOK_RETRY, 0,
                     NULL);
                webhook_op_free(&more);
                u.clock += 10;
                number = webhook_store_revoked(u.st, ep);
            }
        }

        tap_ok(number == op.u.complete.mark, "nothing has changed");

        (void) util_apply(&u, &what);

        tap_ok(what.result == WEBHOOK_STORE_OK
               && webhook_store_revoked(u.st, ep) != number,
               "%s is seen by who has a stock", names[i]);

        webhook_op_free(&what);

        done(&u, &more, op.u.complete.next, WEBHOOK_DONE, 4, NULL);

        /* a success closes the breaker */

        tap_ok(i == 6 ? more.u.complete.mark != 0
                      : more.u.complete.mark == 0
                        && more.u.complete.stock_count == 0,
               "%s: it is to be given back", names[i]);

        webhook_op_free(&more);

        if (i == 0) {
            what.type = WEBHOOK_OP_PAUSE;
            what.u.pause.endpoint = ep;
            what.u.pause.resume = 1;

            (void) util_apply(&u, &what);

            done(&u, &more, &claim.u.claim.leases[2], WEBHOOK_DONE, 4, NULL);

            tap_ok(more.u.complete.mark == webhook_store_revoked(u.st, ep),
                   "and used again once it is resumed");

            webhook_op_free(&more);
        }

        end(&u, &claim, &op, names[i]);
    }
}


/* Another process pauses, and sees a process die that had a stock. */

static void
test_process(void)
{
    int                       status, back[2];
    char                      byte;
    pid_t                     pid;
    util_t                    u, other;
    uint64_t                  ep, number;
    unsigned                  i;
    webhook_op_t              claim, op, more, pause;
    webhook_endpoint_stats_t  e;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 4);

    for (i = 0; i < 20; i++) {
        (void) util_put(&u, ep, 0);
    }

    util_close(&u);

    if (pipe(back) != 0) {
        exit(1);
    }

    fflush(stdout);
    pid = fork();

    if (pid == 0) {
        other = u;
        util_open(&other);

        (void) util_claim(&other, &claim, &ep, 100);
        done(&other, &op, &claim.u.claim.leases[0], WEBHOOK_DONE, 4, NULL);
        done(&other, &more, &claim.u.claim.leases[1], WEBHOOK_DONE, 1,
             &op.u.complete.stock[0]);

        number = webhook_store_revoked(other.st, ep);
        byte = more.u.complete.mark == number && number
               && op.u.complete.stock_count == 4;

        if (write(back[1], &byte, 1) != 1) {
            _exit(1);
        }

        while (webhook_store_revoked(other.st, ep) == number) {
            usleep(1000);
        }

        _exit(0);
    }

    tap_ok(read(back[0], &byte, 1) == 1 && byte == 1,
           "another process has a stock");

    util_open(&u);

    tap_ok(sending(&u, ep) == 8 && claimable(&u, ep) == 0,
           "which is leased, and so are the slots");
    util_check(&u, "another's stock");

    memset(&pause, 0, sizeof(pause));
    pause.type = WEBHOOK_OP_PAUSE;
    pause.u.pause.endpoint = ep;

    (void) util_apply(&u, &pause);
    (void) waitpid(pid, &status, 0);

    tap_ok(WIFEXITED(status) && WEXITSTATUS(status) == 0,
           "it sees a pause that is not its own");

    pause.u.pause.resume = 1;
    (void) util_apply(&u, &pause);

    tap_ok(util_takeover(&u) == 8, "it is dead: all that it leased is due");
    (void) util_stats(&u, ep, &e);
    tap_ok(e.attempts == 2 && claimable(&u, ep) == 4,
           "and every slot is free");

    close(back[0]);
    close(back[1]);

    util_check(&u, "a death");
    util_free(&u);
}
