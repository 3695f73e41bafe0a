# bash completion of webhookctl.  Made by "make pages" from
# tools/webhookctl/command/webhookctl_table.c.

_webhookctl()
{
    local cur prev name words options command i store

    cur=${COMP_WORDS[COMP_CWORD]}
    prev=${COMP_WORDS[COMP_CWORD-1]}
    command=
    store=()

    # --name=value is three words

    if [[ $cur == '=' ]]; then
        cur=
        name=$prev
    elif [[ $prev == '=' ]]; then
        name=${COMP_WORDS[COMP_CWORD-2]}
    else
        name=$prev
    fi

    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        -s|--store)
            [[ ${COMP_WORDS[i+1]} == '=' ]] && ((i++))
            store=(-s "${COMP_WORDS[i+1]}")
            ((i++));;
        -*)
            ;;
        *)
            command=${COMP_WORDS[i]}
            break;;
        esac
    done

    COMPREPLY=()

    case $name in
    -s|--store)
        mapfile -t COMPREPLY < <(compgen -d -- "$cur")
        return;;
    -e|--endpoint)
        words=$(_webhookctl_endpoints "${store[@]}")
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
        return;;
    --state)
        mapfile -t COMPREPLY < <(compgen -W 'pending sending delivered dead cancelled' -- "$cur")
        return;;
    --event)
        return;;
    --since)
        return;;
    --until)
        return;;
    -n|--limit)
        return;;
    --reason)
        return;;
    --base)
        return;;
    --format)
        mapfile -t COMPREPLY < <(compgen -W 'man markdown bash zsh' -- "$cur")
        return;;
    --status)
        return;;
    --receiver)
        return;;
    --address)
        return;;
    --answer)
        return;;
    --record)
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return;;
    --verify)
        return;;
    --key)
        return;;
    --url)
        return;;
    -H|--header)
        return;;
    --type)
        return;;
    --ca)
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return;;
    --company)
        return;;
    --permission)
        mapfile -t COMPREPLY < <(compgen -W 'company.view company.setting' -- "$cur")
        return;;
    --expires)
        return;;
    --path)
        return;;
    --value)
        return;;
    --connect)
        return;;
    --password)
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return;;
    --library)
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return;;
    esac

    options='--store= --help --version'
    words=

    case $command in
    '')
        words='list show calls stats retry replay cancel purge pause resume check clock export import quarantine backup restore follow receiver-url token endpoint receiver task audit cluster listen send help';;
    list)
        options+=' --json --endpoint= --state= --event= --since= --until= --limit= --company=';;
    show)
        options+=' --json --body';;
    calls)
        options+=' --json --since= --until= --limit= --status= --company=';;
    stats)
        options+=' --json';;
    retry)
        options+=' --json --endpoint= --state= --event= --since= --until= --dry-run --yes --company=';;
    replay)
        options+=' --json --endpoint= --state= --event= --since= --until= --dry-run --yes --company=';;
    cancel)
        options+=' --json --endpoint= --state= --event= --since= --until= --dry-run --yes --company=';;
    purge)
        options+=' --json --dry-run --yes --company= --path= --value=';;
    pause)
        options+=' --json --reason= --all'
        words=$(_webhookctl_endpoints "${store[@]}");;
    resume)
        options+=' --json --all'
        words=$(_webhookctl_endpoints "${store[@]}");;
    check)
        options+=' --json';;
    clock)
        options+=' --json'
        words='accept';;
    export)
        options+=' --json --endpoint= --state= --event= --since= --until= --limit= --company=';;
    import)
        options+=' --json';;
    quarantine)
        options+=' --json --dry-run --yes'
        words='list show export drop';;
    backup)
        options+=' --json'
        mapfile -t COMPREPLY < <(compgen -f -- "$cur");;
    restore)
        options+=' --json'
        mapfile -t COMPREPLY < <(compgen -f -- "$cur");;
    follow)
        options+=' --json --endpoint= --state= --event= --since= --until= --limit= --receiver= --company=';;
    receiver-url)
        options+=' --json --base=';;
    token)
        options+=' --json --company= --permission= --expires=';;
    endpoint)
        options+=' --json --limit= --yes --company= --cancel'
        words='list show delete';;
    receiver)
        options+=' --json --limit= --yes --company= --cancel'
        words='list show delete';;
    task)
        options+=' --json --limit= --company='
        words='list show end';;
    audit)
        options+=' --json --since= --until= --limit= --company=';;
    cluster)
        options+=' --json --yes --connect= --password= --library= --force'
        words='init migrate status drain restored';;
    listen)
        options+=' --json --limit= --address= --answer= --record= --verify= --key= --url=';;
    send)
        options+=' --json --verify= --key= --url= --header= --type= --ca='
        mapfile -t COMPREPLY < <(compgen -f -- "$cur");;
    help)
        options+=' --format='
        words='list show calls stats retry replay cancel purge pause resume check clock export import quarantine backup restore follow receiver-url token endpoint receiver task audit cluster listen send help';;
    esac

    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
        [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace
    elif [[ -n $words ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
    fi
}

_webhookctl_endpoints()
{
    webhookctl "$@" stats --json 2>/dev/null \
        | grep -o '"name":"[A-Za-z0-9_.-]*"' | cut -d '"' -f 4
}

complete -F _webhookctl webhookctl
