
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <sys/socket.h>

#include "webhookctl/try/webhookctl_listen_int.h"


#define CTL_LISTEN_SHOWN     65536      /* bytes of a body on a terminal */


static void ctl_client_verify(ctl_client_t *c);
static void ctl_client_answer(ctl_client_t *c);
static void ctl_client_tell(ctl_client_t *c);
static void ctl_client_print(ctl_client_t *c, const char *when);
static json_t *ctl_client_json(ctl_client_t *c, const char *when);


void *
ctl_client_run(void *data)
{
    ctl_client_t  *c = data;

    unsigned       refused;
    ctl_slot_t    *slot;
    ctl_listen_t  *l;

    l = c->listen;
    slot = c->slot;

    webhook_buf_init(&c->in, CTL_LISTEN_HEAD + 2 * CTL_LISTEN_BODY);
    webhook_buf_init(&c->body, CTL_LISTEN_BODY);

    refused = ctl_client_request(c);

    if (refused == 0) {
        ctl_client_verify(c);

    } else if (c->head == 0 || ctl_client_lines(c) != 0) {

        /* what was read of it may have moved since */

        c->lines = 0;
        c->method.len = 0;
        c->uri.len = 0;
    }

    if (refused) {
        c->status = refused;

    } else if (c->status == 0) {
        c->status = l->status;
    }

    /* a connection on which nothing came is no call: 1 */

    if (refused != 1) {
        ctl_client_tell(c);
        ctl_client_answer(c);
    }

    close(c->fd);

    webhook_buf_free(&c->in);
    webhook_buf_free(&c->body);

    free(c);

    pthread_mutex_lock(&l->lock);

    if (refused != 1 && ++l->calls >= l->ctl->limit && l->ctl->limited) {
        ctl_listen_signal(0);
    }

    l->clients--;
    slot->done = 1;
    pthread_cond_broadcast(&l->idle);

    pthread_mutex_unlock(&l->lock);

    return NULL;
}


static void
ctl_client_verify(ctl_client_t *c)
{
    const char             *url;
    webhook_buf_t           known;
    webhook_str_t           body;
    ctl_listen_t           *l;
    unsigned char          *query;
    webhook_verify_e        rc;
    webhook_verified_t      verified;
    webhook_verify_call_t   call;

    l = c->listen;

    if (l->sign.verifier.preset == NULL) {
        return;
    }

    body.data = c->body.data;
    body.len = c->body.len;

    webhook_buf_init(&known, 0);

    url = l->ctl->value[CTL_URL];
    query = memchr(c->uri.data, '?', c->uri.len);

    if (url) {

        /* with the query that came */

        (void) webhook_buf_add(&known, url, strlen(url));

        if (query) {
            (void) webhook_buf_add(&known, query, c->uri.len
                                   - (size_t) (query - c->uri.data));
        }
    }

    memset(&call, 0, sizeof(call));

    call.header = ctl_client_header;
    call.data = c;
    call.method.data = c->method.data;
    call.method.len = c->method.len;
    call.body = &body;
    call.pieces = 1;
    call.url.data = known.data;
    call.url.len = known.len;
    call.now = (int64_t) time(NULL);

    if (query) {
        call.query.data = query + 1;
        call.query.len = c->uri.len - (size_t) (query + 1 - c->uri.data);
    }

    rc = webhook_verify(&l->sign.verifier, &call, &verified);

    webhook_buf_free(&known);

    c->verified = rc == WEBHOOK_VERIFY_OK ? "ok" : webhook_verify_text(rc);

    if (rc != WEBHOOK_VERIFY_OK) {
        c->status = 401;
    }
}


static void
ctl_client_answer(ctl_client_t *c)
{
    char     text[256];
    size_t   done, len;
    ssize_t  n;

    len = (size_t) snprintf(text, sizeof(text),
                            "HTTP/1.1 %u -\r\nContent-Type: "
                            "application/json\r\nContent-Length: %u\r\n"
                            "Connection: close\r\n\r\n%s", c->status,
                            c->status == 204 || c->status == 304 ? 0 : 18,
                            c->status == 204 || c->status == 304 ? ""
                            : c->status < 300 ? "{\"status\": \"ok\"} \n"
                                              : "{\"status\":\"error\"}");

    for (done = 0; done < len; done += (size_t) n) {
        n = send(c->fd, text + done, len - done, MSG_NOSIGNAL);

        if (n <= 0) {
            return;
        }
    }

    /* what still comes is read, lest the answer be lost by a reset */

    shutdown(c->fd, SHUT_WR);

    c->end = ctl_listen_now() + 500;
    webhook_buf_free(&c->in);

    while (ctl_client_read(c) > 0) {
        webhook_buf_free(&c->in);
        webhook_buf_init(&c->in, 0);
    }
}


static void
ctl_client_tell(ctl_client_t *c)
{
    char           when[40], *line;
    size_t         len;
    json_t        *json;
    uint64_t       wall;
    ctl_listen_t  *l;

    struct timespec  ts;

    clock_gettime(CLOCK_REALTIME, &ts);

    wall = (uint64_t) ts.tv_sec * 1000 + (uint64_t) ts.tv_nsec / 1000000;

    ctl_time(wall, when, sizeof(when));

    l = c->listen;

    pthread_mutex_lock(&l->lock);

    if (l->record != -1) {
        json = ctl_client_json(c, when);
        line = json_dumps(json, JSON_COMPACT);
        json_decref(json);

        if (line) {
            len = strlen(line);
            line[len] = '\n';

            if (write(l->record, line, len + 1) != (ssize_t) (len + 1)) {
                ctl_say("cannot record a call: %s", strerror(errno));
                l->failed = 1;
            }

            free(line);

        } else {
            ctl_say("cannot record a call: no memory");
            l->failed = 1;
        }
    }

    if (l->ctl->json) {
        ctl_json_line(ctl_client_json(c, when));

    } else {
        ctl_client_print(c, when);
    }

    if (fflush(stdout) != 0) {
        l->failed = 1;
        ctl_listen_signal(0);
    }

    pthread_mutex_unlock(&l->lock);
}


static void
ctl_client_print(ctl_client_t *c, const char *when)
{
    unsigned       i;
    webhook_str_t  body;

    printf("%s %s ", when, c->remote);
    ctl_text(&c->method, 32);
    printf(" ");
    ctl_text(&c->uri, 2048);
    printf(", %zu bytes", c->body.len);

    if (c->verified) {
        printf(", verified: %s", c->verified);
    }

    printf(", answered %u\n", c->status);

    for (i = 0; i < c->lines; i++) {
        printf("  ");
        ctl_text(&c->names[i], 256);
        printf(": ");
        ctl_text(&c->values[i], 4096);
        printf("\n");
    }

    body.data = c->body.data;
    body.len = c->body.len < CTL_LISTEN_SHOWN ? c->body.len
                                              : CTL_LISTEN_SHOWN;

    printf("\n");
    ctl_body(&body, 4);
    printf("\n");
}


static json_t *
ctl_client_json(ctl_client_t *c, const char *when)
{
    json_t         *json, *list, *item;
    unsigned        i;
    webhook_str_t   body;

    json = json_object();
    list = json_array();

    for (i = 0; i < c->lines; i++) {
        item = json_object();

        json_object_set_new(item, "name", ctl_json_text(&c->names[i]));
        json_object_set_new(item, "value", ctl_json_text(&c->values[i]));
        json_array_append_new(list, item);
    }

    json_object_set_new(json, "time", json_string(when));
    json_object_set_new(json, "remote", json_string(c->remote));
    json_object_set_new(json, "method", ctl_json_text(&c->method));
    json_object_set_new(json, "uri", ctl_json_text(&c->uri));
    json_object_set_new(json, "headers", list);

    body.data = c->body.data;
    body.len = c->body.len;

    ctl_json_set_body(json, &body);
    json_object_set_new(json, "verified", c->verified
                        ? json_string(c->verified) : json_null());
    json_object_set_new(json, "status", json_integer(c->status));

    return json;
}
