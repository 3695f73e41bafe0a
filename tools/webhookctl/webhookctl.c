
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

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include "webhookctl/webhookctl.h"
#include "store/engines/webhook_engines.h"


static int ctl_run(ctl_t *ctl);
static int ctl_writes(const ctl_t *ctl);
static int ctl_flush(int rc);
static void ctl_log(void *ctx, webhook_store_log_e level, const char *text);


static const char  *ctl_named;          /* for messages */


int
main(int argc, char **argv)
{
    int    rc;
    ctl_t  ctl;

    rc = ctl_parse(&ctl, argc, argv);

    return ctl_flush(rc >= 0 ? rc : ctl_run(&ctl));
}


static int
ctl_run(ctl_t *ctl)
{
    int                      rc, write;
    webhook_store_t         *st;
    const ctl_command_t     *cmd;
    webhook_store_options_t  options;

    cmd = ctl->command;

    if (cmd->store == CTL_NONE) {
        return cmd->run(ctl, NULL);
    }

    if (cmd->store == CTL_COPY) {
        rc = ctl_target(ctl);
        if (rc >= 0) {
            return rc;
        }
    }

    if (cmd->store == CTL_RESTORE) {
        rc = ctl_source(ctl);

        if (rc == -1) {
            rc = ctl_become_owner(ctl, 1) == 0 ? cmd->run(ctl, NULL) : 1;
        }

        return rc;
    }

    write = ctl_writes(ctl);

    if (ctl_become_owner(ctl, write) != 0) {
        return 1;
    }

    ctl_store_options(ctl, &options, write);

    if (webhook_store_open(&options, &st) != WEBHOOK_STORE_OK) {
        ctl_say("the store \"%s\" cannot be opened", ctl->store);
        return 1;
    }

    rc = cmd->run(ctl, st);

    webhook_store_close(st);

    return rc;
}


void
ctl_store_options(ctl_t *ctl, webhook_store_options_t *options, int write)
{
    memset(options, 0, sizeof(webhook_store_options_t));

    options->engine = webhook_engines_find(NULL);
    options->path = ctl->path;
    options->readonly = !write;
    options->admin = write ? 1 : 0;
    options->log = ctl_log;
    options->ctx = ctl;
}


static int
ctl_writes(const ctl_t *ctl)
{
    const char           *last;
    const ctl_command_t  *cmd;

    cmd = ctl->command;

    if (cmd->store != CTL_WRITE_WORD) {
        return cmd->store == CTL_WRITE;
    }

    last = strrchr(cmd->choices, ' ');

    return ctl->argc > 1
           && strcmp(ctl->argv[1], last ? last + 1 : cmd->choices) == 0;
}


static int
ctl_flush(int rc)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        ctl_say("cannot write: %s", strerror(errno));
        return 1;
    }

    return rc;
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
ctl_name(const char *command)
{
    ctl_named = command;
}


void
ctl_say(const char *fmt, ...)
{
    va_list  args;

    fflush(stdout);

    fprintf(stderr, "webhookctl%s%s: ", ctl_named ? " " : "",
            ctl_named ? ctl_named : "");

    va_start(args, fmt);
    ctl_line_to(stderr, fmt, args);
    va_end(args);
}
