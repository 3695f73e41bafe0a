
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhookctl: looks into a store and changes what is in it, while nginx runs
 * or not.
 *
 * It works as the owner of the store's directory (webhookctl_owner.c).  Exits
 * with 0, with 1 where something is not there or cannot be read, with 2 for
 * words it does not understand.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE                     /* strptime() */
#endif

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "webhookctl.h"
#include "../ngx_http_webhook_module/core/webhook_pattern.h"


#define CTL_STORE  "/var/lib/nginx/webhook"
#define CTL_PAGE   500
#define CTL_LIMIT  1000


typedef enum {
    CTL_NONE = 0,                       /* needs no store */
    CTL_READ,
    CTL_COPY,                           /* reads it, and writes a new file */
    CTL_WRITE
} ctl_store_e;


typedef struct {
    const char     *name;
    int           (*run)(ctl_t *ctl, webhook_store_t *st);
    int             args;               /* how many, exactly; negative: that
                                           many at least */
    ctl_store_e     store;
    const char     *use;
    const char     *what;
} ctl_command_t;


static int ctl_options(ctl_t *ctl, int argc, char **argv);
static int ctl_when(const char *text, uint64_t *wall);
static void ctl_usage(FILE *out);
static void ctl_log(void *ctx, webhook_store_log_e level, const char *text);

static int ctl_list(ctl_t *ctl, webhook_store_t *st);
static int ctl_show(ctl_t *ctl, webhook_store_t *st);
static int ctl_calls(ctl_t *ctl, webhook_store_t *st);
static int ctl_pages(ctl_t *ctl, webhook_store_t *st, webhook_op_t *op);
static int ctl_stats(ctl_t *ctl, webhook_store_t *st);
static int ctl_url(ctl_t *ctl, webhook_store_t *st);


static const ctl_command_t  ctl_commands[] = {
    { "list", ctl_list, 0, CTL_READ, "list",
      "deliveries, the newest first" },
    { "show", ctl_show, 1, CTL_READ, "show EVENT[.ENDPOINT]",
      "an event, its deliveries and every attempt" },
    { "calls", ctl_calls, 1, CTL_READ, "calls RECEIVER",
      "calls of a receiver, the newest first" },
    { "stats", ctl_stats, 0, CTL_READ, "stats",
      "the store, and what each endpoint has waiting" },
    { "retry", ctl_retry, -1, CTL_WRITE, "retry EVENT.ENDPOINT...",
      "sends now what waits, is dead or was cancelled" },
    { "cancel", ctl_cancel, -1, CTL_WRITE, "cancel EVENT.ENDPOINT...",
      "cancels what waits" },
    { "cancel", ctl_cancel_all, 0, CTL_WRITE, "cancel --endpoint=NAME",
      "cancels all that waits for one; counts first, and asks" },
    { "pause", ctl_pause, 1, CTL_WRITE, "pause ENDPOINT",
      "stops all sends of an endpoint" },
    { "resume", ctl_resume, 1, CTL_WRITE, "resume ENDPOINT",
      "lets them go on" },
    { "replay", ctl_replay, 0, CTL_WRITE, "replay",
      "sends again what is finished; counts first, and asks" },
    { "clock", ctl_clock, 0, CTL_READ, "clock",
      "tells whether the machine's clock is doubted" },
    { "clock", ctl_clock_accept, 1, CTL_WRITE, "clock accept",
      "says that it is right" },
    { "check", ctl_check, 0, CTL_READ, "check",
      "recounts the whole store" },
    { "export", ctl_export, 0, CTL_READ, "export",
      "deliveries with their bodies, a JSON object a line" },
    { "import", ctl_import, 0, CTL_WRITE, "import",
      "brings back what export wrote, from the standard input" },
    { "backup", ctl_backup, 1, CTL_COPY, "backup FILE",
      "a copy of the store, made while it is in use" },
    { "receiver-url", ctl_url, 1, CTL_NONE, "receiver-url RECEIVER",
      "a new secret URL, and its line for nginx.conf" },
    { NULL, NULL, 0, CTL_NONE, NULL, NULL }
};


int
main(int argc, char **argv)
{
    int                      rc;
    ctl_t                    ctl;
    webhook_store_t         *st;
    const ctl_command_t     *cmd, *named;
    webhook_store_options_t  options;

    memset(&ctl, 0, sizeof(ctl));

    ctl.store = CTL_STORE;
    ctl.target = -1;
    ctl.state = -1;
    ctl.limit = CTL_LIMIT;

    rc = ctl_options(&ctl, argc, argv);
    if (rc >= 0) {
        return rc;
    }

    named = NULL;

    for (cmd = ctl_commands; cmd->name; cmd++) {

        if (strcmp(cmd->name, ctl.argv[0]) != 0) {
            continue;
        }

        /* a name may stand for several, by the number of their words */

        if (cmd->args < 0 ? ctl.argc - 1 >= -cmd->args
                          : ctl.argc - 1 == cmd->args)
        {
            break;
        }

        if (named == NULL) {
            named = cmd;
        }
    }

    if (cmd->name == NULL) {

        if (named) {
            ctl_say("usage: webhookctl [-s STORE] %s", named->use);

        } else {
            ctl_say("no such command: \"%s\"; see webhookctl --help",
                    ctl.argv[0]);
        }

        return 2;
    }

    if (cmd->store == CTL_NONE) {
        return cmd->run(&ctl, NULL);
    }

    if (cmd->store == CTL_COPY) {
        rc = ctl_target(&ctl);
        if (rc >= 0) {
            return rc;
        }
    }

    if (ctl_become_owner(&ctl, cmd->store == CTL_WRITE) != 0) {
        return 1;
    }

    memset(&options, 0, sizeof(options));

    options.path = ctl.path;
    options.readonly = cmd->store != CTL_WRITE;
    options.admin = cmd->store == CTL_WRITE;
    options.log = ctl_log;
    options.ctx = &ctl;

    if (webhook_store_open(&options, &st) != WEBHOOK_STORE_OK) {
        ctl_say("the store \"%s\" cannot be opened", ctl.store);
        return 1;
    }

    rc = cmd->run(&ctl, st);

    webhook_store_close(st);

    if (fflush(stdout) != 0) {
        ctl_say("cannot write: %s", strerror(errno));
        return 1;
    }

    return rc;
}


/* Returns -1 to go on, else the exit status. */

static int
ctl_options(ctl_t *ctl, int argc, char **argv)
{
    int    c;
    char  *end;

    static const struct option  options[] = {
        { "store",    required_argument, NULL, 's' },
        { "endpoint", required_argument, NULL, 'e' },
        { "state",    required_argument, NULL, 'S' },
        { "event",    required_argument, NULL, 't' },
        { "since",    required_argument, NULL, 'a' },
        { "until",    required_argument, NULL, 'b' },
        { "limit",    required_argument, NULL, 'n' },
        { "json",     no_argument,       NULL, 'j' },
        { "body",     no_argument,       NULL, 'B' },
        { "base",     required_argument, NULL, 'u' },
        { "reason",   required_argument, NULL, 'r' },
        { "dry-run",  no_argument,       NULL, 'd' },
        { "yes",      no_argument,       NULL, 'y' },
        { "help",     no_argument,       NULL, 'h' },
        { NULL, 0, NULL, 0 }
    };

    while ((c = getopt_long(argc, argv, "s:h", options, NULL)) != -1) {

        switch (c) {

        case 's':
            ctl->store = optarg;
            break;

        case 'e': {
            webhook_str_t  name = ctl_str(optarg);

            ctl->endpoint = webhook_id_name(&name);
            ctl->endpoint_name = optarg;
            break;
        }

        case 'S': {
            webhook_str_t  name = ctl_str(optarg);

            ctl->state = webhook_state_parse(&name);

            if (ctl->state == -1) {
                ctl_say("--state is pending, sending, delivered, dead or "
                        "cancelled, not \"%s\"", optarg);
                return 2;
            }

            break;
        }

        case 't':
            ctl->type = ctl_str(optarg);

            if (!webhook_pattern_valid(&ctl->type)) {
                ctl_say("--event is a type or a pattern like order.*, "
                        "not \"%s\"", optarg);
                return 2;
            }

            break;

        case 'a':
        case 'b':
            if (ctl_when(optarg, c == 'a' ? &ctl->since : &ctl->until) != 0) {
                ctl_say("--since and --until take 2026-11-22, "
                        "2026-11-22T10:30:00 or 2h, not \"%s\"", optarg);
                return 2;
            }

            break;

        case 'n':
            errno = 0;
            ctl->limit = strtoull(optarg, &end, 10);
            ctl->limited = 1;

            if (errno || *end || end == optarg || ctl->limit == 0
                || optarg[0] == '-')
            {
                ctl_say("--limit is a number from 1 on, not \"%s\"", optarg);
                return 2;
            }

            break;

        case 'j':
            ctl->json = 1;
            break;

        case 'B':
            ctl->body = 1;
            break;

        case 'u':
            ctl->base = optarg;
            break;

        case 'r':
            ctl->reason = ctl_str(optarg);
            break;

        case 'd':
            ctl->dry_run = 1;
            break;

        case 'y':
            ctl->yes = 1;
            break;

        case 'h':
            ctl_usage(stdout);
            return 0;

        default:
            ctl_say("see webhookctl --help");
            return 2;
        }
    }

    ctl->argc = argc - optind;
    ctl->argv = argv + optind;

    if (ctl->argc == 0) {
        ctl_usage(stderr);
        return 2;
    }

    return -1;
}


/* What may follow a time: .250, and Z or +02:00, with *utc set then. */

static int
ctl_zone(const char *text, int64_t *ms, int *utc)
{
    int       scale, sign;
    size_t    i, len;
    unsigned  hours, minutes;

    if (*text == '.') {
        len = strspn(text + 1, "0123456789");

        if (len == 0 || len > 9) {
            return -1;
        }

        for (i = 0, scale = 100; i < len && i < 3; i++, scale /= 10) {
            *ms += scale * (text[1 + i] - '0');
        }

        text += 1 + len;
    }

    if (*text == '\0') {
        return 0;
    }

    *utc = 1;

    if (strcmp(text, "Z") == 0) {
        return 0;
    }

    if (*text != '+' && *text != '-') {
        return -1;
    }

    sign = *text++ == '+' ? -1 : 1;

    if (strspn(text, "0123456789") < 2) {
        return -1;
    }

    hours = (unsigned) (text[0] - '0') * 10 + (unsigned) (text[1] - '0');

    text += text[2] == ':' ? 3 : 2;

    if (strspn(text, "0123456789") != 2 || text[2]) {
        return -1;
    }

    minutes = (unsigned) (text[0] - '0') * 10 + (unsigned) (text[1] - '0');

    if (hours > 23 || minutes > 59) {
        return -1;
    }

    *ms += sign * (int64_t) (hours * 60 + minutes) * 60000;

    return 0;
}


/*
 * A date or time, local where it does not say otherwise, so that what is shown
 * can be given back; or a span before now: 90s, 15m, 2h, 7d.
 */

static int
ctl_when(const char *text, uint64_t *wall)
{
    int           utc;
    char         *end;
    time_t        t;
    int64_t       ms;
    uint64_t      n;
    struct tm     tm;
    const char   *unit;

    static const char      units[] = "smhd";
    static const unsigned  seconds[] = { 1, 60, 3600, 86400 };

    memset(&tm, 0, sizeof(tm));
    tm.tm_isdst = -1;
    ms = 0;
    utc = 0;

    end = strptime(text, "%Y-%m-%d", &tm);

    if (end && (*end == 'T' || *end == ' ')) {
        text = end + 1;
        end = strptime(text, "%H:%M:%S", &tm);

        if (end == NULL) {
            end = strptime(text, "%H:%M", &tm);
        }

        if (end == NULL || ctl_zone(end, &ms, &utc) != 0) {
            return -1;
        }

    } else if (end && *end) {
        return -1;
    }

    if (end) {
        t = utc ? timegm(&tm) : mktime(&tm);

        if (t < 0 || (int64_t) t * 1000 + ms < 0) {
            return -1;
        }

        *wall = (uint64_t) ((int64_t) t * 1000 + ms);

        return 0;
    }

    if (*text < '0' || *text > '9') {
        return -1;
    }

    errno = 0;
    n = strtoull(text, &end, 10);

    unit = *end ? strchr(units, *end) : NULL;

    if (errno || unit == NULL || end[1]) {
        return -1;
    }

    t = time(NULL);

    if (n > (uint64_t) t / seconds[unit - units]) {
        return -1;
    }

    *wall = ((uint64_t) t - n * seconds[unit - units]) * 1000;

    return 0;
}


static void
ctl_usage(FILE *out)
{
    const ctl_command_t  *cmd;

    fprintf(out, "usage: webhookctl [-s STORE] COMMAND\n\n"
                 "Looks into the store of ngx_http_webhook_module and "
                 "changes what is in it,\nwhile nginx runs or not.\n\n");

    for (cmd = ctl_commands; cmd->name; cmd++) {
        fprintf(out, "  %-24s %s\n", cmd->use, cmd->what);
    }

    fprintf(out,
            "\n  -s, --store=STORE        its directory; "
            CTL_STORE " if not given\n"
            "      --json               for programs: a JSON object a line\n"
            "      --limit=N            rows at most; 1000 if not given\n"
            "\nlist, replay and export take\n"
            "      --endpoint=NAME      of this endpoint alone\n"
            "      --state=STATE        pending, sending, delivered, dead or "
            "cancelled\n"
            "      --event=PATTERN      order.add, order.*\n"
            "      --since=TIME, --until=TIME\n"
            "                           when the event happened: 2026-11-22,"
            "\n                           2026-11-22T10:30:00, with Z or +01:00"
            "\n                           if not local, or 2h ago: 2h\n"
            "as does cancel; it and replay take besides\n"
            "      --dry-run            counts, and no more\n"
            "      --yes                does not ask\n"
            "\npause takes\n"
            "      --reason=TEXT        which stats shows\n"
            "\nshow takes\n"
            "      --body               the bytes that are sent, and nothing "
            "else\n"
            "                           (with --json, beside the rest)\n"
            "\nreceiver-url takes\n"
            "      --base=URL           of the location that receives: "
            "https://host/web/hook/\n"
            "\nExits with 0, with 1 where something is not there or cannot be "
            "read, with 2\nfor words it does not understand.\n");
}


static int
ctl_url(ctl_t *ctl, webhook_store_t *st)
{
    (void) st;

    return ctl_receiver_url(ctl->argv[1], ctl->base, ctl->json);
}


static int
ctl_list(ctl_t *ctl, webhook_store_t *st)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_LIST;

    ctl_filter(ctl, &op.u.list.filter);

    return ctl_pages(ctl, st, &op);
}


static int
ctl_show(ctl_t *ctl, webhook_store_t *st)
{
    int            rc;
    webhook_op_t   op, *ops;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHOW;
    ops = &op;

    rc = ctl_delivery(ctl->argv[1], &op.u.show.id, &op.u.show.endpoint);

    if (rc != 0) {
        return rc;
    }

    webhook_store_apply(st, &ops, 1);

    if (op.result != WEBHOOK_STORE_OK) {
        return ctl_failed(&op, ctl->argv[1]);
    }

    rc = ctl_print_show(&op.u.show, ctl->json, ctl->body);

    webhook_op_free(&op);

    return rc;
}


static int
ctl_calls(ctl_t *ctl, webhook_store_t *st)
{
    webhook_op_t   op;
    webhook_str_t  name;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_CALLS;

    name = ctl_str(ctl->argv[1]);
    op.u.calls.receiver = webhook_id_name(&name);

    return ctl_pages(ctl, st, &op);
}


/* Prints what a LIST or a CALLS finds, page by page, up to the limit. */

static int
ctl_pages(ctl_t *ctl, webhook_store_t *st, webhook_op_t *op)
{
    int       list, head, more;
    uint32_t  max, count;
    uint64_t  left;

    list = (op->type == WEBHOOK_OP_LIST);

    head = 1;
    left = ctl->limit;

    do {
        max = (uint32_t) (left < CTL_PAGE ? left : CTL_PAGE);

        if (list) {
            op->u.list.filter.max = max;

        } else {
            op->u.calls.max = max;
        }

        webhook_store_apply(st, &op, 1);

        if (op->result != WEBHOOK_STORE_OK) {
            return ctl_failed(op, list ? "the list" : "the calls");
        }

        if (list) {
            ctl_print_deliveries(&op->u.list, ctl->json, head);

            count = op->u.list.count;
            more = op->u.list.filter.more;

            op->u.list.filter.from = 1;

        } else {
            ctl_print_calls(&op->u.calls, ctl->json, head);

            count = op->u.calls.count;
            more = op->u.calls.more;

            op->u.calls.from = 1;
        }

        if (count) {
            head = 0;
        }

        left -= count;

        webhook_op_free(op);

    } while (more && left);

    if (more) {
        ctl_say("there are more: --limit=N shows them");
    }

    return 0;
}


static int
ctl_stats(ctl_t *ctl, webhook_store_t *st)
{
    webhook_op_t  op, *ops;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_STATS;
    ops = &op;

    webhook_store_apply(st, &ops, 1);

    if (op.result != WEBHOOK_STORE_OK) {
        return ctl_failed(&op, "the statistics");
    }

    ctl_print_stats(&op.u.stats, ctl->json);

    webhook_op_free(&op);

    return 0;
}


void
ctl_filter(const ctl_t *ctl, webhook_filter_t *filter)
{
    memset(filter, 0, sizeof(webhook_filter_t));

    filter->endpoint = ctl->endpoint;
    filter->state = ctl->state;
    filter->type = ctl->type;
    filter->since = ctl->since;
    filter->until = ctl->until;
}


int
ctl_delivery(const char *text, webhook_id_t *id, uint64_t *endpoint)
{
    char           *end;
    const char     *dot;
    webhook_str_t   event, name;

    *endpoint = 0;

    dot = strchr(text, '.');

    event = ctl_str(text);

    if (dot) {
        event.len = (size_t) (dot - text);
        name = ctl_str(dot + 1);
        *endpoint = webhook_id_name(&name);

        if (*name.data == '#' && name.len == 17) {

            /* of an endpoint that was never named, the number */

            *endpoint = strtoull(dot + 2, &end, 16);

            if (*end || *endpoint == 0) {
                ctl_say("\"%s\" is no endpoint's number", dot + 1);
                return 2;
            }
        }
    }

    if (webhook_id_parse(&event, id) != WEBHOOK_OK) {
        ctl_say("\"%s\" is no EVENT or EVENT.ENDPOINT: an event is a UUID, "
                "as in webhook-id", text);
        return 2;
    }

    return 0;
}


int
ctl_failed(webhook_op_t *op, const char *what)
{
    if (op->result == WEBHOOK_STORE_NOT_FOUND) {
        ctl_say("there is no %s in the store", what);

    } else {
        ctl_say("cannot read %s: %s", what,
                webhook_store_result_text(op->result));
    }

    webhook_op_free(op);

    return 1;
}


webhook_str_t
ctl_str(const char *text)
{
    webhook_str_t  s;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    return s;
}


static void
ctl_log(void *ctx, webhook_store_log_e level, const char *text)
{
    ctl_t       *ctl = ctx;
    size_t       len;
    const char  *dot;

    (void) level;

    /* who was root stands in the store's directory: its name is told */

    dot = strcmp(ctl->path, ".") == 0 ? strstr(text, "\".") : NULL;
    len = dot ? (size_t) (dot + 1 - text) : 0;

    if (dot == NULL || (text[len + 1] != '"' && text[len + 1] != '/')) {
        ctl_say("%s", text);
        return;
    }

    ctl_say("%.*s%s%s", (int) len, text, ctl->store, text + len + 1);
}


void
ctl_say(const char *fmt, ...)
{
    va_list  args;

    fflush(stdout);

    fprintf(stderr, "webhookctl: ");

    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);

    fprintf(stderr, "\n");
}
