
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The manual and the completions of shells, made from the table: "make pages"
 * puts them where they are kept.
 */

#include <ctype.h>

#include "webhookctl/webhookctl.h"
#include "core/base/webhook_version.h"


static void ctl_man_text(const char *text, size_t len);
static void ctl_man_paragraphs(const char *text);
static void ctl_man_synopsis(const ctl_command_t *cmd);
static void ctl_man_option(const ctl_option_t *o);
static void ctl_bash_options(const ctl_command_t *cmd);
static const char *ctl_zsh_action(ctl_kind_e kind);
static void ctl_zsh_text(const char *text);
static void ctl_zsh_option(const ctl_option_t *o);


int
ctl_pages_man(void)
{
    int                   i;
    const ctl_command_t  *cmd;

    printf(".\\\" Made by \"make pages\" from tools/webhookctl/command/webhookctl_table.c.\n"
           ".TH WEBHOOKCTL 1 " WEBHOOK_VERSION_DATE " \"ngx_http_webhook_module "
           WEBHOOK_VERSION "\"\n"
           ".SH NAME\n"
           "webhookctl \\- look into and change the store of "
           "ngx_http_webhook_module\n"
           ".SH SYNOPSIS\n"
           ".B webhookctl\n"
           ".RB [ \\-s\n"
           ".IR STORE ]\n"
           ".I COMMAND\n"
           ".RI [ WORD ...]\n"
           ".RI [ OPTION ...]\n"
           ".SH DESCRIPTION\n");

    ctl_man_paragraphs(ctl_about);
    printf(".PP\n");
    ctl_man_paragraphs(ctl_more);

    printf(".SH COMMANDS\n");

    for (cmd = ctl_commands; cmd->name; cmd++) {
        printf(".TP\n");
        ctl_man_synopsis(cmd);
        printf("%c", toupper(cmd->what[0]));
        ctl_man_text(cmd->what + 1, strlen(cmd->what) - 1);
        printf(".\n.RS\n.PP\n");
        ctl_man_paragraphs(cmd->text);
        printf(".RE\n");
    }

    printf(".SH OPTIONS\n");

    for (i = 0; i < CTL_OPTIONS; i++) {
        ctl_man_option(&ctl_options[i]);
    }

    printf(".SH EXIT STATUS\n");

    ctl_man_paragraphs(ctl_status);

    printf(".SH FILES\n"
           ".TP\n"
           ".I /var/lib/nginx/webhook\n"
           "The store, unless another is named.\n"
           ".SH SEE ALSO\n"
           ".BR nginx (8)\n");

    return 0;
}


static void
ctl_man_text(const char *text, size_t len)
{
    int     bold;
    size_t  i;

    bold = 0;

    if (len && (text[0] == '.' || text[0] == '\'')) {
        printf("\\&");
    }

    for (i = 0; i < len; i++) {

        switch (text[i]) {

        case '`':
            printf(bold ? "\\fR" : "\\fB");
            bold = !bold;
            break;

        case '-':
            printf("\\-");
            break;

        case '\\':
            printf("\\e");
            break;

        default:
            putchar(text[i]);
        }
    }
}


static void
ctl_man_paragraphs(const char *text)
{
    size_t       len;
    const char  *p;

    for (p = text; *p; p += len + (p[len] == '\n')) {
        len = strcspn(p, "\n");

        if (len == 0) {
            printf(".PP\n");

        } else if (strncmp(p, "    ", 4) == 0) {
            printf(".nf\n");
            ctl_man_text(p, len);
            printf("\n.fi\n");

        } else {
            ctl_man_text(p, len);
            printf("\n");
        }
    }
}


static void
ctl_man_synopsis(const ctl_command_t *cmd)
{
    int                  i;
    const ctl_option_t  *o;

    printf("\\fB");
    ctl_man_text(cmd->name, strlen(cmd->name));
    printf("\\fR");

    if (cmd->words) {
        printf(" \\fI");
        ctl_man_text(cmd->words, strlen(cmd->words));
        printf("\\fR");
    }

    for (i = 0; i < CTL_OPTIONS; i++) {

        if (cmd->options & ctl_bit(i)) {
            o = &ctl_options[i];

            printf(" [\\fB\\-\\-");
            ctl_man_text(o->name, strlen(o->name));
            printf("\\fR");

            if (o->value) {
                printf("=\\fI%s\\fR", o->value);
            }

            printf("]");
        }
    }

    printf("\n");
}


static void
ctl_man_option(const ctl_option_t *o)
{
    printf(".TP\n");

    if (o->letter) {
        printf("\\fB\\-%c\\fR, ", o->letter);
    }

    printf("\\fB\\-\\-");
    ctl_man_text(o->name, strlen(o->name));
    printf("\\fR");

    if (o->value) {
        printf("=\\fI%s\\fR", o->value);
    }

    printf("\n");
    ctl_man_text(o->text, strlen(o->text));

    if (o->choices) {
        printf(" (");
        ctl_man_text(o->choices, strlen(o->choices));
        printf(")");
    }

    printf("\n");
}


/* The part of docs/webhookctl.md between two marks. */

int
ctl_pages_markdown(void)
{
    int                   i;
    const ctl_option_t   *o;
    const ctl_command_t  *cmd;

    for (cmd = ctl_commands; cmd->name; cmd++) {
        printf("### %s\n\n```\n", cmd->name);
        ctl_synopsis(stdout, cmd);
        printf("```\n\n%c%s.\n\n%s\n\n", toupper(cmd->what[0]),
               cmd->what + 1, cmd->text);
    }

    printf("### Options\n\n| option | |\n|---|---|\n");

    for (i = 0; i < CTL_OPTIONS; i++) {
        o = &ctl_options[i];

        printf("| ");

        if (o->letter) {
            printf("`-%c`, ", o->letter);
        }

        printf("`--%s%s%s` | %s", o->name, o->value ? "=" : "",
               o->value ? o->value : "", o->text);

        if (o->choices) {
            printf(" (%s)", o->choices);
        }

        printf(" |\n");
    }

    return 0;
}


int
ctl_pages_bash(void)
{
    int                   i;
    const ctl_command_t  *cmd;

    printf("# bash completion of webhookctl.  Made by \"make pages\" from\n"
           "# tools/webhookctl/command/webhookctl_table.c.\n"
           "\n"
           "_webhookctl()\n"
           "{\n"
           "    local cur prev name words options command i store\n"
           "\n"
           "    cur=${COMP_WORDS[COMP_CWORD]}\n"
           "    prev=${COMP_WORDS[COMP_CWORD-1]}\n"
           "    command=\n"
           "    store=()\n"
           "\n"
           "    # --name=value is three words\n"
           "\n"
           "    if [[ $cur == '=' ]]; then\n"
           "        cur=\n"
           "        name=$prev\n"
           "    elif [[ $prev == '=' ]]; then\n"
           "        name=${COMP_WORDS[COMP_CWORD-2]}\n"
           "    else\n"
           "        name=$prev\n"
           "    fi\n"
           "\n"
           "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
           "        case ${COMP_WORDS[i]} in\n"
           "        -s|--store)\n"
           "            [[ ${COMP_WORDS[i+1]} == '=' ]] && ((i++))\n"
           "            store=(-s \"${COMP_WORDS[i+1]}\")\n"
           "            ((i++));;\n"
           "        -*)\n"
           "            ;;\n"
           "        *)\n"
           "            command=${COMP_WORDS[i]}\n"
           "            break;;\n"
           "        esac\n"
           "    done\n"
           "\n"
           "    COMPREPLY=()\n"
           "\n"
           "    case $name in\n");

    for (i = 0; i < CTL_OPTIONS; i++) {

        if (ctl_options[i].kind == CTL_FLAG) {
            continue;
        }

        if (ctl_options[i].letter) {
            printf("    -%c|--%s)\n", ctl_options[i].letter,
                   ctl_options[i].name);

        } else {
            printf("    --%s)\n", ctl_options[i].name);
        }

        switch (ctl_options[i].choices ? CTL_CHOICE : ctl_options[i].kind) {

        case CTL_DIRECTORY:
            printf("        mapfile -t COMPREPLY < <(compgen -d -- \"$cur\")\n");
            break;

        case CTL_FILE:
            printf("        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n");
            break;

        case CTL_NAME:
            printf("        words=$(_webhookctl_endpoints \"${store[@]}\")\n"
                   "        mapfile -t COMPREPLY < "
                   "<(compgen -W \"$words\" -- \"$cur\")\n");
            break;

        case CTL_CHOICE:
            printf("        mapfile -t COMPREPLY < "
                   "<(compgen -W '%s' -- \"$cur\")\n",
                   ctl_options[i].choices);
            break;

        default:
            break;
        }

        printf("        return;;\n");
    }

    printf("    esac\n"
           "\n"
           "    options='");
    ctl_bash_options(NULL);
    printf("'\n"
           "    words=\n"
           "\n"
           "    case $command in\n"
           "    '')\n"
           "        words='");

    for (cmd = ctl_commands; cmd->name; cmd++) {
        printf("%s%s", cmd == ctl_commands ? "" : " ", cmd->name);
    }

    printf("';;\n");

    for (cmd = ctl_commands; cmd->name; cmd++) {
        printf("    %s)\n"
               "        options+='", cmd->name);
        ctl_bash_options(cmd);
        printf("'");

        switch (cmd->kind) {

        case CTL_FILE:
            printf("\n        mapfile -t COMPREPLY < "
                   "<(compgen -f -- \"$cur\")");
            break;

        case CTL_NAME:
            printf("\n        words=$(_webhookctl_endpoints "
                   "\"${store[@]}\")");
            break;

        case CTL_CHOICE:
            printf("\n        words='%s'", cmd->choices);
            break;

        case CTL_COMMAND:
            printf("\n        words='");

            for (i = 0; ctl_commands[i].name; i++) {
                printf("%s%s", i ? " " : "", ctl_commands[i].name);
            }

            printf("'");
            break;

        default:
            break;
        }

        printf(";;\n");
    }

    printf("    esac\n"
           "\n"
           "    if [[ $cur == -* ]]; then\n"
           "        mapfile -t COMPREPLY < "
           "<(compgen -W \"$options\" -- \"$cur\")\n"
           "        [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace\n"
           "    elif [[ -n $words ]]; then\n"
           "        mapfile -t COMPREPLY < "
           "<(compgen -W \"$words\" -- \"$cur\")\n"
           "    fi\n"
           "}\n"
           "\n"
           "_webhookctl_endpoints()\n"
           "{\n"
           "    webhookctl \"$@\" stats --json 2>/dev/null \\\n"
           "        | grep -o '\"name\":\"[A-Za-z0-9_.-]*\"' "
           "| cut -d '\"' -f 4\n"
           "}\n"
           "\n"
           "complete -F _webhookctl webhookctl\n");

    return 0;
}


/* Those of a command; NULL: those of all. */

static void
ctl_bash_options(const ctl_command_t *cmd)
{
    int                  i;
    const ctl_option_t  *o;

    for (i = 0; i < CTL_OPTIONS; i++) {

        if (cmd ? (cmd->options & ctl_bit(i)) == 0 : i > CTL_VERSION) {
            continue;
        }

        o = &ctl_options[i];

        printf("%s--%s%s", cmd || i ? " " : "", o->name,
               o->kind == CTL_FLAG ? "" : "=");
    }
}


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
