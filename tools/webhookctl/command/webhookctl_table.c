
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The table of commands and options.  After a change "make pages" makes the
 * manual and the completions anew; a test holds them against it.
 */

#include "webhookctl/webhookctl.h"


#define CTL_FILTER  (ctl_bit(CTL_ENDPOINT)|ctl_bit(CTL_STATE)                 \
                     |ctl_bit(CTL_EVENT)|ctl_bit(CTL_SINCE)                   \
                     |ctl_bit(CTL_UNTIL)|ctl_bit(CTL_COMPANY))


const char  ctl_about[] =
    "Reads and changes the store of ngx_http_webhook_module, while nginx runs "
    "or not.";


const char  ctl_more[] =
    "If root runs it, it switches to the owner of the store's directory "
    "before it opens anything there: files that a worker may have been made "
    "to put into that directory are not trusted, and no file is left behind "
    "that a worker cannot open. It refuses a directory that others may write "
    "to, files that belong to another user than the directory, and symbolic "
    "links (except those that root made on the way to the directory).\n"
    "\n"
    "Text from outside is printed without anything that a terminal would "
    "interpret or hide: control characters, invisible characters, those that "
    "change the direction of writing, and invalid UTF-8 are printed as \\xNN. "
    "With `--json` a command prints one JSON object a line; an object has the "
    "same members whichever command prints it.";


const char  ctl_status[] =
    "0 on success, 1 if something does not exist, cannot be done or is wrong, "
    "2 for an invalid command line.";


const ctl_option_t  ctl_options[CTL_OPTIONS] = {

    [CTL_STORE] = { "store", 's', CTL_DIRECTORY, "STORE", NULL,
      "the directory of the store; /var/lib/nginx/webhook by default" },

    [CTL_HELP] = { "help", 'h', CTL_FLAG, NULL, NULL,
      "shows how a command is used" },

    [CTL_VERSION] = { "version", 'V', CTL_FLAG, NULL, NULL,
      "shows the version, and the store format that it supports" },

    [CTL_JSON] = { "json", 0, CTL_FLAG, NULL, NULL,
      "for programs: prints one JSON object a line" },

    [CTL_ENDPOINT] = { "endpoint", 'e', CTL_NAME, "NAME", NULL,
      "only those to this endpoint" },

    [CTL_STATE] = { "state", 0, CTL_CHOICE, "STATE",
      "pending sending delivered dead cancelled",
      "only those in this state" },

    [CTL_EVENT] = { "event", 0, CTL_PATTERN, "PATTERN", NULL,
      "only those of events of this type: order.add, order.*" },

    [CTL_SINCE] = { "since", 0, CTL_TIME, "TIME", NULL,
      "from this time on: 2026-11-22, 2026-11-22T10:30:00, with Z or +01:00 if "
      "it is not local; or this long ago: 90s, 15m, 2h, 7d" },

    [CTL_UNTIL] = { "until", 0, CTL_TIME, "TIME", NULL,
      "before this time" },

    [CTL_LIMIT] = { "limit", 'n', CTL_NUMBER, "N", NULL,
      "at most this many; 1000 by default" },

    [CTL_BODY] = { "body", 0, CTL_FLAG, NULL, NULL,
      "prints only the bytes that are sent; with --json, in addition to the "
      "rest" },

    [CTL_DRY_RUN] = { "dry-run", 0, CTL_FLAG, NULL, NULL,
      "only counts" },

    [CTL_YES] = { "yes", 'y', CTL_FLAG, NULL, NULL,
      "does not ask for confirmation" },

    [CTL_REASON] = { "reason", 0, CTL_TEXT, "TEXT", NULL,
      "the reason, for other people; up to 255 bytes" },

    [CTL_BASE] = { "base", 0, CTL_TEXT, "URL", NULL,
      "the URL of the location with webhook_receive: https://host/web/hook/" },

    [CTL_ALL] = { "all", 0, CTL_FLAG, NULL, NULL,
      "the whole store: every endpoint, including those configured later" },

    [CTL_STATUS] = { "status", 0, CTL_TEXT, "STATUS", NULL,
      "only those answered with this status: 404, or 4xx" },

    [CTL_OF_RECEIVER] = { "receiver", 0, CTL_RECEIVER, "NAME", NULL,
      "only calls of this receiver" },

    [CTL_ADDRESS] = { "address", 0, CTL_TEXT, "[ADDRESS:]PORT", NULL,
      "the address to listen on; 127.0.0.1:8080 by default, and 127.0.0.1 if "
      "only a port is given; port 0 is any free port" },

    [CTL_ANSWER] = { "answer", 0, CTL_NUMBER, "STATUS", NULL,
      "the status of the answers; 200 by default" },

    [CTL_RECORD] = { "record", 0, CTL_FILE, "FILE", NULL,
      "appends what is received to this file, a JSON object a line" },

    [CTL_VERIFY] = { "verify", 0, CTL_TEXT, "PRESET", NULL,
      "how calls are signed, as in the directive verify; parameters follow "
      "after a space: \"hmac header=X-Sig prefix=sha256=\"" },

    [CTL_KEY] = { "key", 0, CTL_TEXT, "KEY", NULL,
      "the key for --verify: file:PATH, env:NAME, or the text itself, which "
      "other users of the machine can see" },

    [CTL_URL] = { "url", 0, CTL_TEXT, "URL", NULL,
      "the URL as the sender knows it, for presets that sign it" },

    [CTL_HEADER] = { "header", 'H', CTL_TEXT, "HEADER", NULL,
      "an additional header, as in \"X-Shop: 7\"; up to 32" },

    [CTL_TYPE] = { "type", 0, CTL_TEXT, "TYPE", NULL,
      "the type of the body; application/json by default" },

    [CTL_CA] = { "ca", 0, CTL_FILE, "FILE", NULL,
      "CA certificates to trust; the system's by default" },

    [CTL_COMPANY] = { "company", 0, CTL_TEXT, "COMPANY", NULL,
      "only what belongs to this company; empty: only what belongs to none" },

    [CTL_PERMISSION] = { "permission", 0, CTL_CHOICE, "PERMISSION",
      "company.view company.setting",
      "company.view by default" },

    [CTL_EXPIRES] = { "expires", 0, CTL_TEXT, "DATE", NULL,
      "when the token expires: 2027-01-31, 2027-01-31T12:00:00Z; never by "
      "default" },

    [CTL_CANCEL] = { "cancel", 0, CTL_FLAG, NULL, NULL,
      "also cancels pending deliveries" },

    [CTL_PATH] = { "path", 0, CTL_TEXT, "PATH", NULL,
      "the place in payloads to search for --value: customer.email, "
      "lines[].sku" },

    [CTL_VALUE] = { "value", 0, CTL_TEXT, "VALUE", NULL,
      "the value to search for: a string as it reads; a number, true or false "
      "as it is written" },

    [CTL_CONNECT] = { "connect", 0, CTL_TEXT, "TEXT", NULL,
      "where PostgreSQL is, as in the directive webhook_cluster: "
      "\"host=pg1,pg2 dbname=webhook user=postgres\"; without a password" },

    [CTL_PASSWORD] = { "password", 0, CTL_FILE, "FILE", NULL,
      "a file whose first line is the password" },

    [CTL_LIBRARY] = { "library", 0, CTL_FILE, "FILE", NULL,
      "ngx_http_webhook_pgsql_module.so; the one in "
      "/usr/lib/nginx/modules by default" },

    [CTL_FORCE] = { "force", 0, CTL_FLAG, NULL, NULL,
      "also a node that is alive, or seems to be" },

    [CTL_FORMAT] = { "format", 0, CTL_CHOICE, "FORMAT",
      "man markdown bash zsh",
      "prints all commands as a manual page, as Markdown, or as the completion "
      "of a shell" }
};


const ctl_command_t  ctl_commands[] = {

    { "list", ctl_list, CTL_READ, NULL, CTL_FLAG, NULL, 0, 0,
      CTL_FILTER|ctl_bit(CTL_LIMIT)|ctl_bit(CTL_JSON),
      "lists deliveries, the newest first",
      "A delivery is `pending`, `sending`, `delivered`, `dead` (its last "
      "attempt failed) or `cancelled`. The next column shows what a pending "
      "delivery waits for: its time, its turn (an earlier one with the same "
      "`order_by` key goes first), or the end of a pause (`paused`) or hold "
      "(`held`) of its endpoint. The error of the last attempt follows the "
      "endpoint's name.\n"
      "\n"
      "An endpoint whose name was never stored is shown as a number, such as "
      "`#0123456789abcdef`, which can be used instead of the name." },

    { "show", ctl_show, CTL_READ, "EVENT[.ENDPOINT]|CALL", CTL_DELIVERY, NULL,
      1, 1,
      ctl_bit(CTL_BODY)|ctl_bit(CTL_JSON),
      "shows an event, its deliveries and all attempts; or a call",
      "`EVENT` is the id that is sent as `webhook-id`; `CALL` is the id of a "
      "call, as printed by `calls`: then everything kept about it is shown.\n"
      "\n"
      "What is still to be sent is shown as it will be sent, also for a "
      "durable call: `redact` masks the history of calls, but not this output "
      "or `export`." },

    { "calls", ctl_calls, CTL_READ, "[RECEIVER]", CTL_RECEIVER, NULL, 0, 1,
      ctl_bit(CTL_STATUS)|ctl_bit(CTL_SINCE)|ctl_bit(CTL_UNTIL)
      |ctl_bit(CTL_COMPANY)|ctl_bit(CTL_LIMIT)|ctl_bit(CTL_JSON),
      "lists calls of all receivers, or of one, the newest first",
      "Shows the calls that `log_calls` keeps. `OUTCOME` shows how each ended "
      "and distinguishes repeats, skipped calls and dry runs from others. For "
      "a durable call the delivery is shown, which can be passed to `show`." },

    { "stats", ctl_stats, CTL_READ, NULL, CTL_FLAG, NULL, 0, 0,
      ctl_bit(CTL_JSON),
      "shows the store, and what is pending for each endpoint",
      "It also shows which endpoints are paused or held, and which process "
      "prevents pages of the store from being reused." },

    { "retry", ctl_retry, CTL_WRITE, "[EVENT.ENDPOINT...]", CTL_DELIVERY, NULL,
      0, -1,
      CTL_FILTER|ctl_bit(CTL_DRY_RUN)|ctl_bit(CTL_YES)|ctl_bit(CTL_JSON),
      "sends pending, dead or cancelled deliveries now",
      "Makes pending, dead or cancelled deliveries due at once; dead and "
      "cancelled ones get all their attempts again.\n"
      "\n"
      "Without names, but with a filter, it applies to all that match "
      "(`--state=pending`, `dead` or `cancelled`, all three by default). It "
      "first counts and asks, like `replay`; then it is a task, which `task` "
      "shows, and which workers continue if this command is interrupted." },

    { "replay", ctl_replay, CTL_WRITE, "[EVENT.ENDPOINT...]", CTL_DELIVERY,
      NULL, 0, -1,
      CTL_FILTER|ctl_bit(CTL_DRY_RUN)|ctl_bit(CTL_YES)|ctl_bit(CTL_JSON),
      "sends finished deliveries again",
      "Sends the named deliveries again, at once; or, without names, all "
      "that match a filter.\n"
      "\n"
      "A filter selects `--state=delivered`, `dead` or `cancelled`, all "
      "three by default, and what happened before now unless `--until` is "
      "given. The command first counts and prints what it will do; on a "
      "terminal it asks, otherwise it requires `--yes`. It works in steps of "
      "a few milliseconds, so that capture continues meanwhile; a million "
      "deliveries take some seconds.\n"
      "\n"
      "Ids stay the same: a receiver that discards repeats by `webhook-id` "
      "discards these too." },

    { "cancel", ctl_cancel, CTL_WRITE, "[EVENT.ENDPOINT...]", CTL_DELIVERY,
      NULL, 0, -1,
      CTL_FILTER|ctl_bit(CTL_DRY_RUN)|ctl_bit(CTL_YES)|ctl_bit(CTL_JSON),
      "cancels pending deliveries",
      "Cancels pending deliveries, or dead ones that block their `order_by` "
      "key.\n"
      "\n"
      "Without names, but with `--endpoint=NAME`, it cancels all such "
      "deliveries of an endpoint that match the rest of the filter "
      "(`--state=pending` or `dead`, both by default), in small steps; it "
      "first counts and asks, like `replay`. Deliveries that are being sent, or "
      "that a worker has taken in order to send them next, are not cancelled: "
      "pause the endpoint first if none of them may go out. Cancelled deliveries "
      "can be "
      "replayed: `replay --state=cancelled`." },

    { "purge", ctl_purge, CTL_WRITE, "[ID...]", CTL_TEXT, NULL, 0, -1,
      ctl_bit(CTL_COMPANY)|ctl_bit(CTL_PATH)|ctl_bit(CTL_VALUE)
      |ctl_bit(CTL_DRY_RUN)|ctl_bit(CTL_YES)|ctl_bit(CTL_JSON),
      "removes what is stored about events and calls",
      "Removes the events and calls with these ids, whether or not they have "
      "been delivered; an event is removed with all of its deliveries. "
      "Without ids, it removes those of a company, or those that have "
      "`--value` at `--path` in their payload: an event in any of the "
      "payloads made from it, a call in its body or in that of one of its "
      "requests. XML and forms are searched as the JSON they are converted "
      "to.\n"
      "\n"
      "    webhookctl purge --path=customer.email --value=an@example.com\n"
      "\n"
      "The value is not kept in the audit log; but the list of processes shows "
      "it while the command runs, and the shell may keep it in its history. "
      "`POST purge` of the API takes it in a body.\n"
      "\n"
      "Without ids it first counts the events and asks; then it is a task, "
      "which `task` shows, and which workers continue if this command is "
      "interrupted. What is being sent is removed afterwards. What cannot be "
      "searched (for example a call whose body was truncated) is kept and "
      "counted, and the exit status is then 1." },

    { "pause", ctl_pause, CTL_WRITE, "[ENDPOINT]", CTL_NAME, NULL, 0, 1,
      ctl_bit(CTL_ALL)|ctl_bit(CTL_REASON)|ctl_bit(CTL_JSON),
      "stops sending to an endpoint, or altogether",
      "Applies to all workers. Events are kept meanwhile, and attempts in "
      "progress are completed. `pause --all` also applies to endpoints that "
      "are configured later, and survives restarts." },

    { "resume", ctl_resume, CTL_WRITE, "[ENDPOINT]", CTL_NAME, NULL, 0, 1,
      ctl_bit(CTL_ALL)|ctl_bit(CTL_JSON),
      "resumes sending",
      "Also closes the endpoint's breaker, and ends a pause caused by a 410.\n"
      "\n"
      "`resume --all` ends a pause made by `pause --all` or `restore`; "
      "endpoints that are paused individually remain paused." },

    { "check", ctl_check, CTL_READ, NULL, CTL_FLAG, NULL, 0, 0,
      ctl_bit(CTL_JSON),
      "checks the whole store",
      "Exits with 1 if something is wrong. While the store is being written "
      "to, the command reads it in several steps, checks each row and does not "
      "compare counters, and says so; check a copy to compare these." },

    { "clock", ctl_clock, CTL_WRITE_WORD, "[accept]", CTL_CHOICE, "accept",
      0, 1,
      ctl_bit(CTL_JSON),
      "shows whether the store doubts the machine's clock",
      "`clock accept` confirms that the clock is right." },

    { "export", ctl_export, CTL_READ, NULL, CTL_FLAG, NULL, 0, 0,
      CTL_FILTER|ctl_bit(CTL_LIMIT)|ctl_bit(CTL_JSON),
      "prints the contents of the store, a JSON object a line",
      "Prints deliveries with their content and all attempts, the oldest "
      "first, their order keys, pauses, calls of receivers, and what is "
      "remembered to recognize repeats; docs/export.md describes the lines. "
      "With a filter or `--limit` it prints only deliveries. `-s FILE` reads "
      "the file of a store that was moved aside, or a copy.\n"
      "\n"
      "The output contains bodies as stored, and what is still to be sent is "
      "not masked: run it under `umask 077`. Damaged rows are left out and "
      "counted, and the exit status is then 1." },

    { "import", ctl_import, CTL_WRITE, NULL, CTL_FLAG, NULL, 0, 0,
      ctl_bit(CTL_JSON),
      "restores the output of export, from standard input",
      "Stores what the store does not contain yet, under its old ids:\n"
      "\n"
      "    webhookctl -s data.mdb.damaged-TIME export | webhookctl import\n"
      "\n"
      "Deliveries that were pending or being sent are due at once, the oldest "
      "event first, in the order of their keys. Running it again changes "
      "nothing, even if it was killed in the middle. The audit log says when "
      "an import began, and what it did." },

    { "quarantine", ctl_quarantine, CTL_WRITE_WORD,
      "[list|show NUMBER|export|drop NUMBER...|drop all]", CTL_CHOICE,
      "list show export drop", 0, -1,
      ctl_bit(CTL_DRY_RUN)|ctl_bit(CTL_YES)|ctl_bit(CTL_JSON),
      "lists rows of the store that could not be read",
      "`show` prints one of them byte by byte, `export` prints all of them for "
      "analysis, a JSON object a line, and `drop` removes them for good. `drop "
      "all` requires `--yes`, and is recorded in the audit log, as is each row "
      "that is dropped by its number. Rows may contain bodies of events." },

    { "backup", ctl_backup, CTL_COPY, "FILE|-", CTL_FILE, NULL, 1, 1,
      ctl_bit(CTL_JSON),
      "copies the store while it is in use",
      "Writes a new file with mode 0600 that belongs to the caller. `-` is "
      "standard output; the copy is first made in an unnamed file in TMPDIR, "
      "or in /var/tmp.\n"
      "\n"
      "    webhookctl backup - | ssh other webhookctl restore -" },

    { "restore", ctl_restore, CTL_RESTORE, "FILE|-", CTL_FILE, NULL, 1, 1,
      ctl_bit(CTL_JSON),
      "replaces the store by a copy that backup made",
      "Refuses to run while any process has the store open: stop nginx "
      "first. The restored store belongs to the owner of the store's "
      "directory, which has to exist, and the previous store is kept beside "
      "it as `data.mdb.replaced-TIME`.\n"
      "\n"
      "The restored store is paused as a whole: nginx accepts and keeps "
      "events, but nothing is sent, old or new, until `resume --all`. So a "
      "copy can be examined, also on another machine, and sends nothing twice. "
      "Before resuming, use `cancel --endpoint=NAME` for what has been sent "
      "meanwhile." },

    { "follow", ctl_follow, CTL_READ, NULL, CTL_FLAG, NULL, 0, 0,
      CTL_FILTER|ctl_bit(CTL_OF_RECEIVER)|ctl_bit(CTL_LIMIT)
      |ctl_bit(CTL_JSON),
      "shows deliveries and calls as they happen",
      "Prints a line whenever a delivery is new or has changed, and for each "
      "call of a receiver, until it is interrupted. It watches the newest "
      "deliveries, as many as `--limit` says; a filter selects deliveries "
      "only, `--receiver` calls only. With `--since` it begins with what has "
      "happened since then.\n"
      "\n"
      "With `--json` a line is `{\"delivery\": ...}` or `{\"call\": ...}`." },

    { "receiver-url", ctl_url, CTL_NONE, "RECEIVER", CTL_RECEIVER, NULL, 1, 1,
      ctl_bit(CTL_BASE)|ctl_bit(CTL_JSON),
      "makes a new secret URL, and its line for nginx.conf",
      "Prints a URL with a token of 32 random bytes, and the `secret` line "
      "with its SHA-256. It does not use the store." },

    { "token", ctl_token, CTL_NONE, "NAME", CTL_TEXT, NULL, 1, 1,
      ctl_bit(CTL_PERMISSION)|ctl_bit(CTL_COMPANY)|ctl_bit(CTL_EXPIRES)
      |ctl_bit(CTL_JSON),
      "makes a new API token, and its line for webhook_tokens",
      "Prints the line with the SHA-256 of a new token of 32 random bytes, "
      "for the file of `webhook_tokens`, and on standard error the token "
      "itself. With `--json` both are in one object on standard output. "
      "Without `--company` it is valid for all companies. It does not use "
      "the store.\n"
      "\n"
      "    webhookctl token backoffice --permission=company.setting \\\n"
      "        --company=1260 >> /etc/nginx/webhook/tokens" },

    { "endpoint", ctl_endpoints, CTL_WRITE_WORD, "[list|show ID|delete ID]",
      CTL_CHOICE, "list show delete", 0, 2,
      ctl_bit(CTL_COMPANY)|ctl_bit(CTL_LIMIT)|ctl_bit(CTL_CANCEL)
      |ctl_bit(CTL_YES)|ctl_bit(CTL_JSON),
      "lists, shows or deletes registered endpoints",
      "Lists them; `show` shows one, with its secrets masked, and `delete` "
      "removes it for good. This is refused while deliveries are pending for "
      "it, unless `--cancel` is given, which cancels them; their history is "
      "kept. Endpoints of nginx.conf are not included." },

    { "receiver", ctl_receivers, CTL_WRITE_WORD, "[list|show ID|delete ID]",
      CTL_CHOICE, "list show delete", 0, 2,
      ctl_bit(CTL_COMPANY)|ctl_bit(CTL_LIMIT)|ctl_bit(CTL_CANCEL)
      |ctl_bit(CTL_YES)|ctl_bit(CTL_JSON),
      "lists, shows or deletes registered receivers",
      "As `endpoint`. The URL of a deleted receiver stops working at once." },

    { "task", ctl_tasks, CTL_WRITE_WORD, "[list|show ID|end ID]", CTL_CHOICE,
      "list show end", 0, 2,
      ctl_bit(CTL_COMPANY)|ctl_bit(CTL_LIMIT)|ctl_bit(CTL_JSON),
      "lists or ends bulk retries, cancels, replays, purges",
      "Shows the tasks that were started by the API, by `retry` or by `purge`, "
      "the newest first, in progress or finished. `end` ends one that is in "
      "progress; what it has done remains done." },

    { "audit", ctl_audit, CTL_READ, NULL, CTL_FLAG, NULL, 0, 0,
      ctl_bit(CTL_COMPANY)|ctl_bit(CTL_SINCE)|ctl_bit(CTL_UNTIL)
      |ctl_bit(CTL_LIMIT)|ctl_bit(CTL_JSON),
      "shows who changed what, the newest first",
      "Shows changes made by the API and by this command, which are kept for a "
      "year. With `--json` it also shows the old and new values, without "
      "secrets." },

    { "cluster", ctl_cluster, CTL_NONE,
      "init|migrate|status|drain NODE|restored", CTL_CHOICE,
      "init migrate status drain restored", 1, 2,
      ctl_bit(CTL_CONNECT)|ctl_bit(CTL_PASSWORD)|ctl_bit(CTL_LIBRARY)
      |ctl_bit(CTL_FORCE)|ctl_bit(CTL_YES)|ctl_bit(CTL_JSON),
      "makes, migrates and shows a cluster on PostgreSQL",
      "`init` makes the schema `webhook` in a database, and the roles "
      "`webhook_owner` and `webhook_node`; a login role for each node has to "
      "be made a member of the latter. `migrate` brings the schema to the "
      "version of this command; nodes go on meanwhile. Both are for who may "
      "make roles and schemas there.\n"
      "\n"
      "`status` shows the nodes: whether they are alive, how long what they "
      "have to tell has been waiting, and by how much their clocks differ from "
      "that of the server.\n"
      "\n"
      "`drain` has a node that is alive give its deliveries to the others; "
      "those of a dead one are given to them at once, and its name may be "
      "taken by another store.\n"
      "\n"
      "`restored` is to be used after the database was restored from a backup: "
      "the nodes then tell it again what they have.\n"
      "\n"
      "    webhookctl cluster --connect='host=pg1,pg2 dbname=webhook' status" },

    { "listen", ctl_listen, CTL_NONE, NULL, CTL_FLAG, NULL, 0, 0,
      ctl_bit(CTL_ADDRESS)|ctl_bit(CTL_ANSWER)|ctl_bit(CTL_RECORD)
      |ctl_bit(CTL_VERIFY)|ctl_bit(CTL_KEY)|ctl_bit(CTL_URL)
      |ctl_bit(CTL_LIMIT)|ctl_bit(CTL_JSON),
      "runs an endpoint for testing that prints what it gets",
      "Accepts HTTP requests on the loopback address, prints each with its "
      "headers and body, and answers 200; with `--verify` it checks the "
      "signature, and answers 401 if it is not valid. It ends after "
      "`--limit` requests, or when it is interrupted. It does not use the "
      "store.\n"
      "\n"
      "    webhookctl listen --address=9000 --verify=standard "
      "--key=file:erp.key" },

    { "send", ctl_send, CTL_NONE, "URL [FILE|-]", CTL_FILE, NULL, 1, 2,
      ctl_bit(CTL_VERIFY)|ctl_bit(CTL_KEY)|ctl_bit(CTL_URL)
      |ctl_bit(CTL_HEADER)|ctl_bit(CTL_TYPE)|ctl_bit(CTL_CA)
      |ctl_bit(CTL_JSON),
      "makes a test call to a receiver, signed like its sender's",
      "Posts FILE, or `{\"test\": true}`, to the URL, signed according to "
      "`--verify` and `--key`, and prints the answer. For `linear`, whose "
      "senders put the time into the body, a `webhookTimestamp` is added to "
      "the body, and for `twilio` a `bodySHA256` to the URL. The exit status "
      "is 0 if the answer is 2xx. It does not use the store.\n"
      "\n"
      "    webhookctl send https://hooks.example.com/web/hook/TOKEN \\\n"
      "        order.json --verify=stripe --key=file:stripe.key" },

    { "help", ctl_help, CTL_NONE, "[COMMAND]", CTL_COMMAND, NULL, 0, 1,
      ctl_bit(CTL_FORMAT),
      "shows all commands, or one in detail",
      "The same as `webhookctl COMMAND --help`." },

    { NULL, NULL, CTL_NONE, NULL, CTL_FLAG, NULL, 0, 0, 0, NULL, NULL }
};
