
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The completion of zsh, made from the table.
 */

#include "webhookctl/webhookctl.h"


static const char *ctl_zsh_action(ctl_kind_e kind);
static void ctl_zsh_text(const char *text);
static void ctl_zsh_option(const ctl_option_t *o);


int
ctl_pages_zsh(void)
{
    int                   i;
    const char           *more;
    const ctl_command_t  *cmd;

    printf("#compdef webhookctl\n"
           "\n"
           "# zsh completion of webhookctl.  Made by \"make pages\" from\n"
           "# tools/webhookctl/command/webhookctl_table.c.\n"
           "\n"
           "_webhookctl_commands()\n"
           "{\n"
           "    local -a commands\n"
           "\n"
           "    commands=(\n");

    for (cmd = ctl_commands; cmd->name; cmd++) {
        printf("        '%s:", cmd->name);
        ctl_zsh_text(cmd->what);
        printf("'\n");
    }

    printf("    )\n"
           "\n"
           "    _describe command commands\n"
           "}\n"
           "\n"
           "_webhookctl_endpoints()\n"
           "{\n"
           "    local -a names\n"
           "\n"
           "    names=(${(f)\"$(webhookctl ${opt_args[-s]:+-s} "
           "${opt_args[-s]} stats --json 2>/dev/null \\\n"
           "        | grep -o '\"name\":\"[A-Za-z0-9_.-]*\"' "
           "| cut -d '\"' -f 4)\"})\n"
           "\n"
           "    compadd -a names\n"
           "}\n"
           "\n"
           "_webhookctl()\n"
           "{\n"
           "    local context state line\n"
           "    local -A opt_args\n"
           "\n"
           "    _arguments -C \\\n");

    for (i = CTL_STORE; i <= CTL_VERSION; i++) {
        ctl_zsh_option(&ctl_options[i]);
        printf(" \\\n");
    }

    printf("        '1:command:_webhookctl_commands' \\\n"
           "        '*::word:->words'\n"
           "\n"
           "    [[ $state == words ]] || return\n"
           "\n"
           "    case $line[1] in\n");

    for (cmd = ctl_commands; cmd->name; cmd++) {
        printf("    %s)\n"
               "        _arguments", cmd->name);

        for (i = 0; i < CTL_OPTIONS; i++) {

            if (i <= CTL_VERSION || (cmd->options & ctl_bit(i))) {
                printf(" \\\n");
                ctl_zsh_option(&ctl_options[i]);
            }
        }

        if (cmd->words) {
            more = cmd->most == -1 ? "*" : "1";

            printf(" \\\n        '%s:%s:", more,
                   cmd->kind == CTL_COMMAND ? "command" : "word");

            if (cmd->choices) {
                printf("(%s)'", cmd->choices);

            } else {
                printf("%s'", ctl_zsh_action(cmd->kind));
            }
        }

        printf(";;\n");
    }

    printf("    esac\n"
           "}\n"
           "\n"
           "_webhookctl \"$@\"\n");

    return 0;
}


static const char *
ctl_zsh_action(ctl_kind_e kind)
{
    switch (kind) {

    case CTL_FILE:
        return "_files";

    case CTL_DIRECTORY:
        return "_files -/";

    case CTL_NAME:
        return "_webhookctl_endpoints";

    case CTL_COMMAND:
        return "_webhookctl_commands";

    default:
        return " ";
    }
}


/* In single quotes, and in a description of _arguments. */

static void
ctl_zsh_text(const char *text)
{
    for ( /* void */ ; *text; text++) {

        if (*text == '\'') {
            printf("'\\''");
            continue;
        }

        if (*text == ':' || *text == '[' || *text == ']') {
            putchar('\\');
        }

        if (*text != '`') {
            putchar(*text);
        }
    }
}


static void
ctl_zsh_option(const ctl_option_t *o)
{
    if (o->letter) {
        printf("        '(-%c --%s)'{-%c%s,--%s%s}'[", o->letter, o->name,
               o->letter, o->kind == CTL_FLAG ? "" : "+", o->name,
               o->kind == CTL_FLAG ? "" : "=");

    } else {
        printf("        '--%s%s[", o->name, o->kind == CTL_FLAG ? "" : "=");
    }

    ctl_zsh_text(o->text);
    printf("]");

    if (o->kind == CTL_FLAG) {
        printf("'");

    } else if (o->choices) {
        printf(":%s:(%s)'", o->name, o->choices);

    } else {
        printf(":%s:%s'", o->name, ctl_zsh_action(o->kind));
    }
}
