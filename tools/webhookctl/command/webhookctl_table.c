
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
    "Looks into the store of ngx_http_webhook_module and changes what is in "
    "it, while nginx runs or not.";


const char  ctl_more[] =
    "Called by root, it becomes the owner of the store's directory before it "
    "opens anything there: what a worker was made to put into that directory "
    "is not trusted, and no file is left behind that a worker cannot open. It "
    "refuses a directory that others may write to, files of another user than "
    "the directory's, and links (but those that root made on the way to the "
    "directory).\n"
    "\n"
    "What comes from outside is shown with nothing in it that a terminal "
    "obeys or hides: control characters, those that are not seen or turn the "
    "direction of writing, and what is no UTF-8 are \\xNN. With `--json` a "
    "command prints one JSON object a line; a thing has the same members "
    "whichever command prints it.";


const char  ctl_status[] =
    "0, 1 where something is not there, cannot be done or is wrong, 2 for a "
    "command line that is not understood.";


const ctl_option_t  ctl_options[CTL_OPTIONS] = {

    [CTL_STORE] = { "store", 's', CTL_DIRECTORY, "STORE", NULL,
      "the directory of the store; /var/lib/nginx/webhook if not given" },

    [CTL_HELP] = { "help", 'h', CTL_FLAG, NULL, NULL,
      "tells how a command is used" },

    [CTL_VERSION] = { "version", 'V', CTL_FLAG, NULL, NULL,
      "tells the version, and the format of the stores that it knows" },

    [CTL_JSON] = { "json", 0, CTL_FLAG, NULL, NULL,
      "for programs: one JSON object a line" },

    [CTL_ENDPOINT] = { "endpoint", 'e', CTL_NAME, "NAME", NULL,
      "those to this endpoint alone" },

    [CTL_STATE] = { "state", 0, CTL_CHOICE, "STATE",
      "pending sending delivered dead cancelled",
      "those in this state" },

    [CTL_EVENT] = { "event", 0, CTL_PATTERN, "PATTERN", NULL,
      "those of events of this type: order.add, order.*" },

    [CTL_SINCE] = { "since", 0, CTL_TIME, "TIME", NULL,
      "from this time on: 2026-11-22, 2026-11-22T10:30:00, with Z or +01:00 "
      "if it is not local; or as long ago: 90s, 15m, 2h, 7d" },

    [CTL_UNTIL] = { "until", 0, CTL_TIME, "TIME", NULL,
      "before this time" },

    [CTL_LIMIT] = { "limit", 'n', CTL_NUMBER, "N", NULL,
      "at most so many; 1000 if not given" },

    [CTL_BODY] = { "body", 0, CTL_FLAG, NULL, NULL,
      "the bytes that are sent, and nothing else; with --json beside the "
      "rest" },

    [CTL_DRY_RUN] = { "dry-run", 0, CTL_FLAG, NULL, NULL,
      "counts, and no more" },

    [CTL_YES] = { "yes", 'y', CTL_FLAG, NULL, NULL,
      "does not ask" },

    [CTL_REASON] = { "reason", 0, CTL_TEXT, "TEXT", NULL,
      "why, for whoever looks; up to 255 bytes" },

    [CTL_BASE] = { "base", 0, CTL_TEXT, "URL", NULL,
      "of the location that receives: https://host/web/hook/" },

    [CTL_ALL] = { "all", 0, CTL_FLAG, NULL, NULL,
      "the whole store: every endpoint, also those that are not known yet" },

    [CTL_STATUS] = { "status", 0, CTL_TEXT, "STATUS", NULL,
      "those that were answered so: 404, or 4xx" },

    [CTL_OF_RECEIVER] = { "receiver", 0, CTL_RECEIVER, "NAME", NULL,
      "calls of this receiver alone" },

    [CTL_ADDRESS] = { "address", 0, CTL_TEXT, "[ADDRESS:]PORT", NULL,
      "where it listens; 127.0.0.1:8080 if not given, and without an address "
      "on 127.0.0.1 alone; port 0 is any that is free" },

    [CTL_ANSWER] = { "answer", 0, CTL_NUMBER, "STATUS", NULL,
      "what callers are answered; 200 if not given" },

    [CTL_RECORD] = { "record", 0, CTL_FILE, "FILE", NULL,
      "appends what comes to this file, a JSON object a line" },

    [CTL_VERIFY] = { "verify", 0, CTL_TEXT, "PRESET", NULL,
      "how calls are signed, as the directive verify has it; parameters "
      "follow after a space: \"hmac header=X-Sig prefix=sha256=\"" },

    [CTL_KEY] = { "key", 0, CTL_TEXT, "KEY", NULL,
      "the key of --verify: file:PATH, env:NAME, or the text itself, which "
      "others on the machine can see" },

    [CTL_URL] = { "url", 0, CTL_TEXT, "URL", NULL,
      "the URL as the sender knows it, for presets that sign it" },

    [CTL_HEADER] = { "header", 'H', CTL_TEXT, "HEADER", NULL,
      "one more header, as \"X-Shop: 7\"; up to 32 of them" },

    [CTL_TYPE] = { "type", 0, CTL_TEXT, "TYPE", NULL,
      "the type of the body; application/json if not given" },

    [CTL_CA] = { "ca", 0, CTL_FILE, "FILE", NULL,
      "certificates to trust; the system's if not given" },

    [CTL_COMPANY] = { "company", 0, CTL_TEXT, "COMPANY", NULL,
      "what is of this company alone; an empty one: what is nobody's" },

    [CTL_PERMISSION] = { "permission", 0, CTL_CHOICE, "PERMISSION",
      "company.view company.setting",
      "what the token may do: company.view if not given" },

    [CTL_EXPIRES] = { "expires", 0, CTL_TEXT, "DATE", NULL,
      "when the token ends: 2027-01-31, 2027-01-31T12:00:00Z; never, if not "
      "given" },

    [CTL_CANCEL] = { "cancel", 0, CTL_FLAG, NULL, NULL,
      "gives up what waits, too" },

    [CTL_PATH] = { "path", 0, CTL_TEXT, "PATH", NULL,
      "where in payloads --value has to stand: customer.email, lines[].sku" },

    [CTL_VALUE] = { "value", 0, CTL_TEXT, "VALUE", NULL,
      "what stands there: a string as it reads, a number, true or false as it "
      "is written" },

    [CTL_FORMAT] = { "format", 0, CTL_CHOICE, "FORMAT",
      "man markdown bash zsh",
      "all commands as a manual page, as Markdown, or as the completion of a "
      "shell" }
};


const ctl_command_t  ctl_commands[] = {

    { "list", ctl_list, CTL_READ, NULL, CTL_FLAG, NULL, 0, 0,
      CTL_FILTER|ctl_bit(CTL_LIMIT)|ctl_bit(CTL_JSON),
      "deliveries, the newest first",
      "A delivery is `pending`, `sending`, `delivered`, `dead` (its last send "
      "failed) or `cancelled`. Next comes what a pending one waits for: its "
      "time, its turn (an earlier one of its `order_by` key goes first), or "
      "that its endpoint is not `paused` or `held` back any more. Behind the "
      "name stands what went wrong with the last send.\n"
      "\n"
      "An endpoint that was never named has a number, as in "
      "`#0123456789abcdef`, which stands for its name." },

    { "show", ctl_show, CTL_READ, "EVENT[.ENDPOINT]|CALL", CTL_DELIVERY, NULL,
      1, 1,
      ctl_bit(CTL_BODY)|ctl_bit(CTL_JSON),
      "an event, its deliveries and every attempt; or a call",
      "`EVENT` is the id that `webhook-id` has, too; `CALL` is the id of a "
      "call, as `calls` shows it: then all that is kept of it is shown.\n"
      "\n"
      "What is still to be sent is shown as it will be sent, also of a durable "
      "call: `redact` masks what the history of calls shows, and neither this "
      "nor `export`." },

    { "calls", ctl_calls, CTL_READ, "[RECEIVER]", CTL_RECEIVER, NULL, 0, 1,
      ctl_bit(CTL_STATUS)|ctl_bit(CTL_SINCE)|ctl_bit(CTL_UNTIL)
      |ctl_bit(CTL_COMPANY)|ctl_bit(CTL_LIMIT)|ctl_bit(CTL_JSON),
      "calls of receivers, or of one, the newest first",
      "Those that `log_calls` keeps. `OUTCOME` tells how each ended: repeats, "
      "skipped calls and dry runs are told from others. Of a durable call the "
      "delivery is named, which `show` takes." },

    { "stats", ctl_stats, CTL_READ, NULL, CTL_FLAG, NULL, 0, 0,
      ctl_bit(CTL_JSON),
      "the store, and what each endpoint has waiting",
      "It also tells which endpoints are paused or held back, and what "
      "process keeps pages of the store from use." },

    { "retry", ctl_retry, CTL_WRITE, "[EVENT.ENDPOINT...]", CTL_DELIVERY, NULL,
      0, -1,
      CTL_FILTER|ctl_bit(CTL_DRY_RUN)|ctl_bit(CTL_YES)|ctl_bit(CTL_JSON),
      "sends now what waits, is dead or was cancelled",
      "Makes due at once what waits, is dead or was cancelled; the last two "
      "have all their sends before them again.\n"
      "\n"
      "Without words, but with a filter, it takes all that this says "
      "(`--state=pending`, `dead` or `cancelled`, all three unless given). It "
      "counts first and asks, as `replay` does; then it is a task, which "
      "`task` shows, and which workers go on with if this command is "
      "interrupted." },

    { "replay", ctl_replay, CTL_WRITE, "[EVENT.ENDPOINT...]", CTL_DELIVERY,
      NULL, 0, -1,
      CTL_FILTER|ctl_bit(CTL_DRY_RUN)|ctl_bit(CTL_YES)|ctl_bit(CTL_JSON),
      "sends again what is finished",
      "Sends again the deliveries that are named, at once; or, without words, "
      "all that a filter says.\n"
      "\n"
      "A filter takes `--state=delivered`, `dead` or `cancelled`, all three unless "
      "given, and what happened before now unless `--until` is given. It "
      "always counts first and says what it will do; on a terminal it asks, "
      "elsewhere it wants `--yes`. It works in steps of some milliseconds, so "
      "that capture goes on meanwhile; a million take some seconds.\n"
      "\n"
      "Ids stay the same: a receiver that drops repeats by `webhook-id` drops "
      "these too." },

    { "cancel", ctl_cancel, CTL_WRITE, "[EVENT.ENDPOINT...]", CTL_DELIVERY,
      NULL, 0, -1,
      CTL_FILTER|ctl_bit(CTL_DRY_RUN)|ctl_bit(CTL_YES)|ctl_bit(CTL_JSON),
      "cancels what waits",
      "Cancels what waits, or a dead delivery that blocks its `order_by` "
      "key.\n"
      "\n"
      "Without words, but with `--endpoint=NAME`, it cancels all of these "
      "that an endpoint has, as the rest of the filter says "
      "(`--state=pending` or `dead`, both unless given), in small steps; it "
      "counts first and asks, as `replay` does. What was cancelled can be "
      "replayed: `replay --state=cancelled`." },

    { "purge", ctl_purge, CTL_WRITE, "[ID...]", CTL_TEXT, NULL, 0, -1,
      ctl_bit(CTL_COMPANY)|ctl_bit(CTL_PATH)|ctl_bit(CTL_VALUE)
      |ctl_bit(CTL_DRY_RUN)|ctl_bit(CTL_YES)|ctl_bit(CTL_JSON),
      "removes what is kept of events and calls",
      "Removes the events and calls with these ids, whether or not they have "
      "been delivered; an event goes with all of its deliveries. Or, without "
      "ids, those of a company, or those that have `--value` at `--path` in "
      "their payload: an event in any of the payloads that were made of it, a "
      "call in its body or in that of one of its requests. XML and forms are "
      "searched as the JSON that is made of them.\n"
      "\n"
      "    webhookctl purge --path=customer.email --value=an@example.com\n"
      "\n"
      "Without ids it counts the events first, and asks; then it is a task, "
      "which `task` shows, and which workers go on with if this command is "
      "interrupted. What is being sent is removed once that is over. What "
      "cannot be searched (a call's body that was cut, say) stays, is counted, "
      "and makes the exit status 1." },

    { "pause", ctl_pause, CTL_WRITE, "[ENDPOINT]", CTL_NAME, NULL, 0, 1,
      ctl_bit(CTL_ALL)|ctl_bit(CTL_REASON)|ctl_bit(CTL_JSON),
      "stops all sends to an endpoint, or all there are",
      "Whatever the number of workers. Events are kept meanwhile, and what is "
      "under way ends. `pause --all` holds for endpoints that are configured "
      "later, too, and over restarts." },

    { "resume", ctl_resume, CTL_WRITE, "[ENDPOINT]", CTL_NAME, NULL, 0, 1,
      ctl_bit(CTL_ALL)|ctl_bit(CTL_JSON),
      "lets them go on",
      "Closes the endpoint's breaker too, and ends a pause that a 410 "
      "began.\n"
      "\n"
      "`resume --all` ends what `pause --all` or `restore` began; endpoints "
      "that are paused themselves stay so." },

    { "check", ctl_check, CTL_READ, NULL, CTL_FLAG, NULL, 0, 0,
      ctl_bit(CTL_JSON),
      "recounts the whole store",
      "Exits with 1 if something is wrong. While the store is written to, it "
      "reads it as it is at several times, looks at each row, and does not "
      "compare counters, which it says; check a copy for these." },

    { "clock", ctl_clock, CTL_WRITE_WORD, "[accept]", CTL_CHOICE, "accept",
      0, 1,
      ctl_bit(CTL_JSON),
      "tells whether the store doubts the machine's clock",
      "`clock accept` says that the clock is right." },

    { "export", ctl_export, CTL_READ, NULL, CTL_FLAG, NULL, 0, 0,
      CTL_FILTER|ctl_bit(CTL_LIMIT)|ctl_bit(CTL_JSON),
      "what the store holds, a JSON object a line",
      "Deliveries with what they send and every attempt, the oldest first, "
      "their order keys, pauses, calls of receivers, and what is known of "
      "repeats; docs/export.md describes the lines. With a filter or "
      "`--limit` it is deliveries alone. `-s FILE` reads the file of a store "
      "that was set aside, or a copy.\n"
      "\n"
      "The output holds bodies as they are stored, and what is still to be "
      "sent is not masked: call it under `umask 077`. Damaged rows are left "
      "out: they are counted, and the exit status is 1." },

    { "import", ctl_import, CTL_WRITE, NULL, CTL_FLAG, NULL, 0, 0,
      ctl_bit(CTL_JSON),
      "brings back what export wrote, from the standard input",
      "Puts what the store does not have yet, under its old ids:\n"
      "\n"
      "    webhookctl -s data.mdb.damaged-TIME export | webhookctl import\n"
      "\n"
      "What waited or was being sent is due at once, the oldest event first, "
      "in the order of its keys. Run again it changes nothing, also after it "
      "was killed in the middle." },

    { "quarantine", ctl_quarantine, CTL_WRITE_WORD,
      "[list|show NUMBER|export|drop NUMBER...|drop all]", CTL_CHOICE,
      "list show export drop", 0, -1,
      ctl_bit(CTL_DRY_RUN)|ctl_bit(CTL_YES)|ctl_bit(CTL_JSON),
      "rows of the store that could not be read",
      "Lists them; `show` shows one byte by byte, `export` writes all of them "
      "for whoever can tell what is in them, a JSON object a line, and `drop` "
      "removes them for good. `drop all` wants `--yes`. Rows may hold bodies "
      "of events." },

    { "backup", ctl_backup, CTL_COPY, "FILE|-", CTL_FILE, NULL, 1, 1,
      ctl_bit(CTL_JSON),
      "a copy of the store, made while it is in use",
      "Writes a new file, mode 0600, that belongs to the caller. `-` is the "
      "standard output; the copy is made in a file without a name in TMPDIR, "
      "or in /var/tmp, before.\n"
      "\n"
      "    webhookctl backup - | ssh other webhookctl restore -" },

    { "restore", ctl_restore, CTL_RESTORE, "FILE|-", CTL_FILE, NULL, 1, 1,
      ctl_bit(CTL_JSON),
      "puts a copy that backup made in place of the store",
      "Refuses while any process has the store open: stop nginx first. What "
      "is restored belongs to the owner of the store's directory, which has "
      "to exist, and what was there is kept beside it as "
      "`data.mdb.replaced-TIME`.\n"
      "\n"
      "What is restored is paused as a whole: nginx takes and keeps events, "
      "and nothing is sent, be it old or new, until `resume --all`. So a copy "
      "can be looked at, on another machine, too, and sends nobody anything "
      "twice. Before it goes on, `cancel --endpoint=NAME` takes what has been "
      "sent meanwhile." },

    { "follow", ctl_follow, CTL_READ, NULL, CTL_FLAG, NULL, 0, 0,
      CTL_FILTER|ctl_bit(CTL_OF_RECEIVER)|ctl_bit(CTL_LIMIT)
      |ctl_bit(CTL_JSON),
      "what happens, as it happens",
      "Prints a line each time a delivery is new or has changed, and each call "
      "of a receiver, until it is interrupted. It watches the newest "
      "deliveries, as many as `--limit` says; a filter takes deliveries "
      "alone, `--receiver` calls alone. With `--since` it begins with what "
      "has happened since then.\n"
      "\n"
      "With `--json` a line is `{\"delivery\": ...}` or `{\"call\": ...}`." },

    { "receiver-url", ctl_url, CTL_NONE, "RECEIVER", CTL_RECEIVER, NULL, 1, 1,
      ctl_bit(CTL_BASE)|ctl_bit(CTL_JSON),
      "a new secret URL, and its line for nginx.conf",
      "Prints a URL with a token of 32 random bytes, and the `secret` line "
      "with its SHA-256. It needs no store." },

    { "token", ctl_token, CTL_NONE, "NAME", CTL_TEXT, NULL, 1, 1,
      ctl_bit(CTL_PERMISSION)|ctl_bit(CTL_COMPANY)|ctl_bit(CTL_EXPIRES)
      |ctl_bit(CTL_JSON),
      "a new token for the API, and its line for webhook_tokens",
      "Prints the line with the SHA-256 of a new token of 32 random bytes, "
      "which goes into the file of `webhook_tokens`, and on the standard error "
      "the token itself. With `--json` both are in one object on the standard "
      "output. Without `--company` it is good for all companies. It needs no "
      "store.\n"
      "\n"
      "    webhookctl token backoffice --permission=company.setting "
      "--company=1260 >> /etc/nginx/webhook/tokens" },

    { "endpoint", ctl_endpoints, CTL_WRITE_WORD, "[list|show ID|delete ID]",
      CTL_CHOICE, "list show delete", 0, 2,
      ctl_bit(CTL_COMPANY)|ctl_bit(CTL_LIMIT)|ctl_bit(CTL_CANCEL)
      |ctl_bit(CTL_YES)|ctl_bit(CTL_JSON),
      "endpoints that were registered",
      "Lists them; `show` shows one, with masks for its secrets, and `delete` "
      "removes it, for good. While deliveries wait for it that is refused, but "
      "with `--cancel`, which gives them up; what is kept of them stays. "
      "Those of nginx.conf are not here." },

    { "receiver", ctl_receivers, CTL_WRITE_WORD, "[list|show ID|delete ID]",
      CTL_CHOICE, "list show delete", 0, 2,
      ctl_bit(CTL_COMPANY)|ctl_bit(CTL_LIMIT)|ctl_bit(CTL_CANCEL)
      |ctl_bit(CTL_YES)|ctl_bit(CTL_JSON),
      "receivers that were registered",
      "As `endpoint`. The URL of one that is removed is unknown at once." },

    { "task", ctl_tasks, CTL_WRITE_WORD, "[list|show ID|end ID]", CTL_CHOICE,
      "list show end", 0, 2,
      ctl_bit(CTL_COMPANY)|ctl_bit(CTL_LIMIT)|ctl_bit(CTL_JSON),
      "retries, cancels, replays and purges of many",
      "Those that were asked for by the API, by `retry` or by `purge`, the "
      "newest first, under way or over. `end` ends one that is under way; what it did stays done." },

    { "audit", ctl_audit, CTL_READ, NULL, CTL_FLAG, NULL, 0, 0,
      ctl_bit(CTL_COMPANY)|ctl_bit(CTL_SINCE)|ctl_bit(CTL_UNTIL)
      |ctl_bit(CTL_LIMIT)|ctl_bit(CTL_JSON),
      "who changed what, the newest first",
      "Changes by the API and by this command, kept for a year. With `--json` "
      "also from what to what; there is no secret in it." },

    { "listen", ctl_listen, CTL_NONE, NULL, CTL_FLAG, NULL, 0, 0,
      ctl_bit(CTL_ADDRESS)|ctl_bit(CTL_ANSWER)|ctl_bit(CTL_RECORD)
      |ctl_bit(CTL_VERIFY)|ctl_bit(CTL_KEY)|ctl_bit(CTL_URL)
      |ctl_bit(CTL_LIMIT)|ctl_bit(CTL_JSON),
      "an endpoint for trying out, which shows what it gets",
      "Takes HTTP calls on the loopback address, shows each with its headers "
      "and body, and answers 200; with `--verify` it checks the signature, "
      "and answers 401 where that does not hold. It ends after `--limit` "
      "calls, or when it is interrupted. It needs no store.\n"
      "\n"
      "    webhookctl listen --address=9000 --verify=standard "
      "--key=file:erp.key" },

    { "send", ctl_send, CTL_NONE, "URL [FILE|-]", CTL_FILE, NULL, 1, 2,
      ctl_bit(CTL_VERIFY)|ctl_bit(CTL_KEY)|ctl_bit(CTL_URL)
      |ctl_bit(CTL_HEADER)|ctl_bit(CTL_TYPE)|ctl_bit(CTL_CA)
      |ctl_bit(CTL_JSON),
      "a test call to a receiver, signed as its sender would",
      "Posts FILE, or `{\"test\": true}`, to the URL, signed as `--verify` and "
      "`--key` say, and shows the answer. Of `linear`, whose senders put the "
      "time into the body, the body gets a `webhookTimestamp`, and of `twilio` "
      "the URL a `bodySHA256`. The exit status is 0 if the answer is 2xx. It "
      "needs no store.\n"
      "\n"
      "    webhookctl send https://hooks.example.com/web/hook/TOKEN \\\n"
      "        order.json --verify=stripe --key=file:stripe.key" },

    { "help", ctl_help, CTL_NONE, "[COMMAND]", CTL_COMMAND, NULL, 0, 1,
      ctl_bit(CTL_FORMAT),
      "all commands, or all about one",
      "The same as `webhookctl COMMAND --help`." },

    { NULL, NULL, CTL_NONE, NULL, CTL_FLAG, NULL, 0, 0, 0, NULL, NULL }
};
