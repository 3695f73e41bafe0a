
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The completion of bash, made from the table.
 */

#include "webhookctl/webhookctl.h"


static void ctl_bash_head(void);
static void ctl_bash_values(void);
static void ctl_bash_commands(void);
static void ctl_bash_options(const ctl_command_t *cmd);
static void ctl_bash_tail(void);


int
ctl_pages_bash(void)
{
    const ctl_command_t  *cmd;

    ctl_bash_head();
    ctl_bash_values();

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

    ctl_bash_commands();
    ctl_bash_tail();

    return 0;
}


static void
ctl_bash_head(void)
{
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
}


/* What the word before the present one, an option, takes. */

static void
ctl_bash_values(void)
{
    int  i;

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
}


/* The options and words of each command. */

static void
ctl_bash_commands(void)
{
    int                   i;
    const ctl_command_t  *cmd;

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


static void
ctl_bash_tail(void)
{
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
}
