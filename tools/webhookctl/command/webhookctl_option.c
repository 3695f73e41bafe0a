
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Reads the command line by the table.
 */

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>

#include "webhookctl/webhookctl.h"
#include "webhookctl/command/webhookctl_when.h"
#include "core/base/webhook_near.h"
#include "core/definition/webhook_definition.h"
#include "core/rules/webhook_pattern.h"


#define CTL_DEFAULT_STORE  "/var/lib/nginx/webhook"
#define CTL_DEFAULT_LIMIT  1000

#define CTL_EVERYWHERE                                                        \
    (ctl_bit(CTL_STORE)|ctl_bit(CTL_HELP)|ctl_bit(CTL_VERSION))


static void ctl_getopt(ctl_t *ctl, int argc, char **argv,
    const char **unknown, const char **lacks);
static void ctl_unknown(const char *name);
static void ctl_unknown_option(const ctl_t *ctl, const char *option);
static int ctl_nearer(const webhook_str_t *name, const char *known,
    size_t *least);
static int ctl_words(const ctl_t *ctl);
static int ctl_understand(ctl_t *ctl);
static int ctl_value(ctl_t *ctl, ctl_option_e option, const char *value);
static int ctl_event_type(ctl_t *ctl, const char *value);
static int ctl_limit(ctl_t *ctl, const char *value);
static int ctl_status_range(const char *value, uint32_t *least,
    uint32_t *most);
static int ctl_company(ctl_t *ctl, const webhook_str_t *name);
static int ctl_choice(const char *choices, const char *value);
static const char *ctl_choices(const char *choices, char *buf, size_t size);


int
ctl_parse(ctl_t *ctl, int argc, char **argv)
{
    int          i;
    const char  *unknown, *lacks;

    memset(ctl, 0, sizeof(ctl_t));

    ctl->store = CTL_DEFAULT_STORE;
    ctl->target = -1;
    ctl->source = -1;
    ctl->state = -1;
    ctl->limit = CTL_DEFAULT_LIMIT;

    ctl_getopt(ctl, argc, argv, &unknown, &lacks);

    if (ctl->argc) {
        ctl->command = ctl_find(ctl->argv[0]);

        if (ctl->command == NULL) {
            ctl_unknown(ctl->argv[0]);
            return 2;
        }

        ctl_name(ctl->command->name);
    }

    if (unknown) {
        ctl_unknown_option(ctl, unknown);
        return 2;
    }

    if (lacks) {
        ctl_say("the option \"%s\" needs a value", lacks);
        return 2;
    }

    if (ctl->given & ctl_bit(CTL_HELP)) {

        if (ctl->command) {
            ctl_usage_of(ctl->command);

        } else {
            ctl_usage(stdout);
        }

        return 0;
    }

    if (ctl->given & ctl_bit(CTL_VERSION)) {
        ctl_print_version();
        return 0;
    }

    if (ctl->command == NULL) {
        ctl_usage(stderr);
        return 2;
    }

    for (i = 0; i < CTL_OPTIONS; i++) {

        if ((ctl->given & ctl_bit(i)) == 0
            || ((CTL_EVERYWHERE|ctl->command->options) & ctl_bit(i)))
        {
            continue;
        }

        ctl_say("takes no --%s; see webhookctl help %s", ctl_options[i].name,
                ctl->command->name);
        return 2;
    }

    if (ctl_words(ctl) != 0) {
        return 2;
    }

    return ctl_understand(ctl);
}


const ctl_command_t *
ctl_find(const char *name)
{
    const ctl_command_t  *cmd;

    for (cmd = ctl_commands; cmd->name; cmd++) {
        if (strcmp(cmd->name, name) == 0) {
            return cmd;
        }
    }

    return NULL;
}


/*
 * Takes the line apart, whatever the command is, which may stand behind some
 * of the options.  The first option that is unknown, or lacks its value, is
 * told once the command is known.
 */

static void
ctl_getopt(ctl_t *ctl, int argc, char **argv, const char **unknown,
    const char **lacks)
{
    int             c, i;
    char            letters[2 + CTL_OPTIONS * 2 + 1], *p;
    struct option   options[CTL_OPTIONS + 1];

    memset(options, 0, sizeof(options));

    p = letters;
    *p++ = ':';

    for (i = 0; i < CTL_OPTIONS; i++) {
        options[i].name = ctl_options[i].name;
        options[i].has_arg = ctl_options[i].kind == CTL_FLAG
                             ? no_argument : required_argument;
        options[i].val = 256 + i;

        if (ctl_options[i].letter) {
            *p++ = ctl_options[i].letter;

            if (ctl_options[i].kind != CTL_FLAG) {
                *p++ = ':';
            }
        }
    }

    *p = '\0';

    *unknown = NULL;
    *lacks = NULL;

    opterr = 0;

    while ((c = getopt_long(argc, argv, letters, options, NULL)) != -1) {

        if (c == '?' || c == ':') {

            if (*unknown == NULL && *lacks == NULL) {
                *(c == '?' ? unknown : lacks) = argv[optind - 1];
            }

            continue;
        }

        for (i = 0; i < CTL_OPTIONS; i++) {
            if (c == 256 + i || c == ctl_options[i].letter) {
                break;
            }
        }

        ctl->given |= ctl_bit(i);
        ctl->value[i] = optarg;

        if (i == CTL_HEADER) {
            if (ctl->headers_count < CTL_HEADERS) {
                ctl->headers[ctl->headers_count] = optarg;
            }

            ctl->headers_count++;
        }
    }

    ctl->argc = argc - optind;
    ctl->argv = argv + optind;
}


/* Names the command that may have been meant. */

static void
ctl_unknown(const char *name)
{
    size_t                least;
    const char           *near;
    webhook_str_t         one;
    const ctl_command_t  *cmd;

    near = NULL;
    least = SIZE_MAX;
    one = ctl_str(name);

    for (cmd = ctl_commands; cmd->name; cmd++) {
        if (ctl_nearer(&one, cmd->name, &least)) {
            near = cmd->name;
        }
    }

    ctl_say("no such command: \"%s\"%s%s%s; see webhookctl help", name,
            near ? "; did you mean \"" : "", near ? near : "",
            near ? "\"?" : "");
}


/* The same for an option, one of those that the command has. */

static void
ctl_unknown_option(const ctl_t *ctl, const char *option)
{
    int             i;
    size_t          least;
    uint64_t        known;
    const char     *near;
    webhook_str_t   one;

    near = NULL;
    least = SIZE_MAX;
    known = CTL_EVERYWHERE | (ctl->command ? ctl->command->options : 0);

    if (strncmp(option, "--", 2) == 0) {
        one.data = (u_char *) option + 2;
        one.len = strcspn(option + 2, "=");

        for (i = 0; i < CTL_OPTIONS; i++) {
            if ((known & ctl_bit(i))
                && ctl_nearer(&one, ctl_options[i].name, &least))
            {
                near = ctl_options[i].name;
            }
        }
    }

    ctl_say("unknown option \"%s\"%s%s%s; see webhookctl help%s%s", option,
            near ? "; did you mean \"--" : "", near ? near : "",
            near ? "\"?" : "",
            ctl->argc ? " " : "", ctl->argc ? ctl->argv[0] : "");
}


/* Whether a known name is nearer to one that is given than those before: it
   begins so, or differs in little. */

static int
ctl_nearer(const webhook_str_t *name, const char *known, size_t *least)
{
    size_t         n;
    webhook_str_t  one;

    one = ctl_str(known);

    n = name->len > 1 && one.len >= name->len
        && memcmp(one.data, name->data, name->len) == 0
        ? 0 : webhook_near(name, &one);

    if (n >= *least) {
        return 0;
    }

    *least = n;

    return 1;
}


static int
ctl_words(const ctl_t *ctl)
{
    int                   words;
    char                  list[80];
    const ctl_command_t  *cmd;

    cmd = ctl->command;
    words = ctl->argc - 1;

    if (words < cmd->least || (cmd->most != -1 && words > cmd->most)) {

        ctl_say("%s: webhookctl%s %s%s%s; see webhookctl help %s",
                words < cmd->least ? "an argument is missing"
                                   : "there are too many arguments",
                cmd->store == CTL_NONE ? "" : " [-s STORE]", cmd->name,
                cmd->words ? " " : "", cmd->words ? cmd->words : "",
                cmd->name);

        return 2;
    }

    if (words && cmd->choices && !ctl_choice(cmd->choices, ctl->argv[1])) {
        ctl_say("takes nothing or one of: %s; not \"%s\"",
                ctl_choices(cmd->choices, list, sizeof(list)), ctl->argv[1]);
        return 2;
    }

    return 0;
}


/* Returns -1, or the exit status. */

static int
ctl_understand(ctl_t *ctl)
{
    int  i;

    for (i = 0; i < CTL_OPTIONS; i++) {
        if ((ctl->given & ctl_bit(i))
            && ctl_value(ctl, (ctl_option_e) i, ctl->value[i]) != 0)
        {
            return 2;
        }
    }

    return -1;
}


static int
ctl_value(ctl_t *ctl, ctl_option_e option, const char *value)
{
    char                 list[80];
    webhook_str_t        text;
    const ctl_option_t  *o;

    o = &ctl_options[option];
    text = ctl_str(value ? value : "");

    if (o->kind == CTL_CHOICE && !ctl_choice(o->choices, value)) {
        ctl_choices(o->choices, list, sizeof(list));
        ctl_say("--%s is one of: %s; not \"%s\"", o->name, list, value);
        return -1;
    }

    switch (option) {

    case CTL_STORE:
        ctl->store = value;
        break;

    case CTL_JSON:
        ctl->json = 1;
        break;

    case CTL_ENDPOINT:
        ctl->endpoint_name = value;

        return ctl_endpoint_id(value, &ctl->endpoint) == 0 ? 0 : -1;

    case CTL_STATUS:
        if (ctl_status_range(value, &ctl->status_least, &ctl->status_most)
            != 0)
        {
            ctl_say("--status is a number, such as 404, or a class, such as "
                    "4xx; not \"%s\"", value);
            return -1;
        }

        break;

    case CTL_STATE:
        ctl->state = webhook_state_parse(&text);
        break;

    case CTL_EVENT:
        return ctl_event_type(ctl, value);

    case CTL_SINCE:
    case CTL_UNTIL:
        if (ctl_when(value, option == CTL_SINCE ? &ctl->since : &ctl->until)
            != 0)
        {
            ctl_say("--since and --until take 2026-11-22, 2026-11-22T10:30:00 "
                    "or 2h, not \"%s\"", value);
            return -1;
        }

        break;

    case CTL_LIMIT:
        return ctl_limit(ctl, value);

    case CTL_BODY:
        ctl->body = 1;
        break;

    case CTL_DRY_RUN:
        ctl->dry_run = 1;
        break;

    case CTL_YES:
        ctl->yes = 1;
        break;

    case CTL_REASON:
        ctl->reason = text;
        break;

    case CTL_COMPANY:
        return ctl_company(ctl, &text);

    case CTL_HEADER:
        if (ctl->headers_count > CTL_HEADERS) {
            ctl_say("takes up to %d headers", CTL_HEADERS);
            return -1;
        }

        break;

    default:

        /* the command reads it itself */

        break;
    }

    return 0;
}


static int
ctl_event_type(ctl_t *ctl, const char *value)
{
    ctl->type = ctl_str(value);

    if (!webhook_pattern_valid(&ctl->type)) {
        ctl_say("--event is a type or a pattern like order.*, not \"%s\"",
                value);
        return -1;
    }

    return 0;
}


static int
ctl_limit(ctl_t *ctl, const char *value)
{
    char  *end;

    errno = 0;
    ctl->limit = strtoull(value, &end, 10);
    ctl->limited = 1;

    if (errno || *end || end == value || ctl->limit == 0
        || value[0] < '0' || value[0] > '9')
    {
        ctl_say("--limit is a number, 1 or more, not \"%s\"", value);
        return -1;
    }

    return 0;
}


/* An empty one is what has none. */

static int
ctl_company(ctl_t *ctl, const webhook_str_t *name)
{
    ctl->company.which = name->len ? WEBHOOK_COMPANY_ONE
                                   : WEBHOOK_COMPANY_NONE;
    ctl->company.name = *name;

    if (name->len && !webhook_definition_is_company(name)) {
        ctl_say("--company is up to 64 letters, digits, \"_\", \".\" and "
                "\"-\", not \"%s\"", (const char *) name->data);
        return -1;
    }

    return 0;
}


/* 404, or 4xx. */

static int
ctl_status_range(const char *value, uint32_t *least, uint32_t *most)
{
    if (strlen(value) != 3 || value[0] < '1' || value[0] > '9') {
        return -1;
    }

    *least = (uint32_t) (value[0] - '0') * 100;

    if (strcmp(value + 1, "xx") == 0) {
        *most = *least + 99;
        return 0;
    }

    if (strspn(value, "0123456789") != 3) {
        return -1;
    }

    *least += (uint32_t) (value[1] - '0') * 10 + (uint32_t) (value[2] - '0');
    *most = *least;

    return 0;
}


/* 1 if value is one of the words of choices. */

static int
ctl_choice(const char *choices, const char *value)
{
    size_t       len;
    const char  *p;

    for (p = choices; *p; p += len + (p[len] == ' ')) {
        len = strcspn(p, " ");

        if (strlen(value) == len && strncmp(value, p, len) == 0) {
            return 1;
        }
    }

    return 0;
}


/* The words of choices with commas between them, in buf. */

static const char *
ctl_choices(const char *choices, char *buf, size_t size)
{
    size_t  n;

    for (n = 0; *choices && n + 3 < size; choices++) {

        if (*choices == ' ') {
            buf[n++] = ',';
        }

        buf[n++] = *choices;
    }

    buf[n] = '\0';

    return buf;
}
