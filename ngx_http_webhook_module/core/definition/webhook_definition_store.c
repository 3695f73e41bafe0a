
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A definition as it is kept: a record of two texts.  The first is the
 * definition with masks in place of its secrets.  The second is sealed, and
 * bound to the first: an object with the secrets, each by the pointer to its
 * place.  It is empty where there is none.
 */

#include "core/definition/webhook_definition_int.h"
#include "core/json/webhook_json.h"
#include "core/base/webhook_codec.h"

#include <stdlib.h>

#include <openssl/crypto.h>


#define WEBHOOK_DEFINITION_RECORD   'D'
#define WEBHOOK_DEFINITION_VERSION  1
#define WEBHOOK_DEFINITION_STEP     128 /* bytes of a step of a pointer */

/* What a record has besides its two texts. */
#define WEBHOOK_DEFINITION_MORE                                               \
    (WEBHOOK_CODEC_HEADER + 2 * WEBHOOK_CODEC_NUMBER_MAX)


/* Secrets on their way out of a tree. */

typedef struct {
    webhook_definition_ctx_t  *ctx;
    json_t                    *secrets; /* by pointer */
    int                        tokens;  /* of URLs too */
} webhook_split_t;


static void webhook_split_members(webhook_split_t *split,
    const webhook_member_t *members, json_t *tree);
static void webhook_split_member(webhook_split_t *split,
    const webhook_member_t *member, json_t *in, json_t *value);
static void webhook_split_object(webhook_split_t *split,
    const webhook_member_t *member, json_t *value);
static void webhook_split_secrets(webhook_split_t *split,
    const webhook_member_t *member, json_t *list);
static int webhook_definition_load(const unsigned char *data, size_t len,
    json_t **tree);
static int webhook_definition_join(json_t *tree, const json_t *secrets);
static int webhook_definition_place(json_t *tree, const char *pointer,
    json_t *value);
static int webhook_definition_write(webhook_definition_kind_e kind,
    const webhook_str_t *id, const json_t *clear, const json_t *secrets,
    const webhook_seal_ring_t *ring, webhook_buf_t *data);
static int webhook_definition_record(const webhook_str_t *clear,
    const webhook_str_t *sealed, webhook_buf_t *data);
static int webhook_definition_read(const webhook_str_t *data,
    webhook_str_t *clear, webhook_str_t *sealed);
static void webhook_definition_bound(webhook_definition_kind_e kind,
    const webhook_str_t *id, const webhook_str_t *clear,
    webhook_str_t bound[4]);


int
webhook_definition_seal(webhook_definition_kind_e kind,
    const webhook_str_t *id, const json_t *definition,
    const webhook_seal_ring_t *ring, webhook_buf_t *data)
{
    int                        rc;
    json_t                    *clear;
    webhook_split_t            split;
    webhook_definition_ctx_t   ctx;

    memset(&ctx, 0, sizeof(webhook_definition_ctx_t));

    clear = json_deep_copy(definition);

    split.ctx = &ctx;
    split.secrets = json_object();
    split.tokens = ring && ring->n;

    rc = WEBHOOK_NOMEM;

    if (clear && split.secrets) {
        webhook_split_members(&split, webhook_members(kind), clear);

        if (!ctx.failed) {
            rc = webhook_definition_write(kind, id, clear, split.secrets, ring,
                                          data);
        }
    }

    json_decref(clear);
    json_decref(split.secrets);

    return rc;
}


static void
webhook_split_members(webhook_split_t *split, const webhook_member_t *members,
    json_t *tree)
{
    size_t   i, len, outer;
    json_t  *value;

    for ( /* void */ ; members->name; members++) {

        value = json_object_get(tree, members->name);
        if (value == NULL) {
            continue;
        }

        outer = webhook_definition_enter(split->ctx, members->name);

        if (webhook_member_objects(members)) {

            for (i = 0; i < json_array_size(value); i++) {
                len = webhook_definition_enter_element(split->ctx, i);
                webhook_split_object(split, members, json_array_get(value, i));
                webhook_definition_leave(split->ctx, len);
            }

        } else {
            webhook_split_member(split, members, tree, value);
        }

        webhook_definition_leave(split->ctx, outer);
    }
}


static void
webhook_split_member(webhook_split_t *split, const webhook_member_t *member,
    json_t *in, json_t *value)
{
    json_t  *mask;

    if (member->type & WEBHOOK_MEMBER_SECRETS) {
        webhook_split_secrets(split, member, value);
        return;
    }

    if (!(member->flags & WEBHOOK_MEMBER_SECRET)) {
        webhook_split_object(split, member, value);
        return;
    }

    mask = (member->flags & WEBHOOK_MEMBER_URL)
           ? webhook_definition_mask_url(value)
           : json_string(WEBHOOK_DEFINITION_MASK);

    webhook_definition_set(split->ctx, split->secrets, split->ctx->pointer,
                           json_incref(value));
    webhook_definition_set(split->ctx, in, member->name, mask);
}


static void
webhook_split_object(webhook_split_t *split, const webhook_member_t *member,
    json_t *value)
{
    if (member->of && json_is_object(value)) {
        webhook_split_members(split, member->of, value);
    }
}


static void
webhook_split_secrets(webhook_split_t *split, const webhook_member_t *member,
    json_t *list)
{
    char         hex[65];
    size_t       i, len, inner;
    json_t      *one, *secret;
    const char  *text;

    for (i = 0; i < json_array_size(list); i++) {

        one = json_array_get(list, i);
        secret = json_object_get(one, "secret");
        text = json_string_value(secret);

        if (text == NULL) {
            continue;
        }

        webhook_definition_set(split->ctx, one, "hint",
                               webhook_definition_hint(text));

        if (member->flags & WEBHOOK_MEMBER_TOKENS) {
            webhook_definition_sha256(text, hex);
            webhook_definition_set(split->ctx, one, "sha256",
                                   json_string(hex));
        }

        if (!(member->flags & WEBHOOK_MEMBER_TOKENS) || split->tokens) {
            len = webhook_definition_enter_element(split->ctx, i);
            inner = webhook_definition_enter(split->ctx, "secret");
            webhook_definition_set(split->ctx, split->secrets,
                                   split->ctx->pointer, json_incref(secret));
            webhook_definition_leave(split->ctx, inner);
            webhook_definition_leave(split->ctx, len);
        }

        (void) json_object_del(one, "secret");
    }
}


static int
webhook_definition_write(webhook_definition_kind_e kind,
    const webhook_str_t *id, const json_t *clear, const json_t *secrets,
    const webhook_seal_ring_t *ring, webhook_buf_t *data)
{
    int             rc;
    char           *shown, *hidden;
    webhook_buf_t   sealed;
    webhook_str_t   text, plain, bound[4];

    hidden = NULL;
    webhook_buf_init(&sealed, 0);

    shown = json_dumps(clear, JSON_COMPACT);
    if (shown == NULL) {
        return WEBHOOK_NOMEM;
    }

    text.data = (unsigned char *) shown;
    text.len = strlen(shown);

    rc = WEBHOOK_OK;

    if (json_object_size(secrets)) {

        hidden = json_dumps(secrets, JSON_COMPACT);

        if (hidden == NULL) {
            rc = WEBHOOK_NOMEM;

        } else {
            plain.data = (unsigned char *) hidden;
            plain.len = strlen(hidden);

            webhook_definition_bound(kind, id, &text, bound);

            rc = webhook_seal(ring, bound, 4, &plain, &sealed);
        }
    }

    if (rc == WEBHOOK_OK) {
        plain.data = sealed.data;
        plain.len = sealed.len;

        rc = webhook_definition_record(&text, &plain, data);
    }

    if (hidden) {
        OPENSSL_cleanse(hidden, strlen(hidden));
        free(hidden);
    }

    free(shown);
    webhook_buf_free(&sealed);

    return rc;
}


static int
webhook_definition_record(const webhook_str_t *clear,
    const webhook_str_t *sealed, webhook_buf_t *data)
{
    size_t               room;
    webhook_codec_out_t  out;

    room = clear->len + sealed->len + WEBHOOK_DEFINITION_MORE;

    if (room > WEBHOOK_DEFINITION_DATA) {
        return WEBHOOK_LIMIT;
    }

    if (webhook_buf_reserve(data, room) != WEBHOOK_OK) {
        return data->failed;
    }

    webhook_codec_write(&out, data->data + data->len, room,
                        WEBHOOK_DEFINITION_RECORD, WEBHOOK_DEFINITION_VERSION);
    webhook_codec_add_text(&out, clear);
    webhook_codec_add_text(&out, sealed);

    data->len += webhook_codec_written(&out);

    return WEBHOOK_OK;
}


static int
webhook_definition_read(const webhook_str_t *data, webhook_str_t *clear,
    webhook_str_t *sealed)
{
    webhook_codec_in_t  in;

    if (webhook_codec_read(&in, data->data, data->len,
                           WEBHOOK_DEFINITION_RECORD,
                           WEBHOOK_DEFINITION_VERSION)
        != WEBHOOK_OK)
    {
        return WEBHOOK_ERROR;
    }

    webhook_codec_text(&in, WEBHOOK_DEFINITION_DATA, clear);
    webhook_codec_text(&in, WEBHOOK_DEFINITION_DATA, sealed);

    return webhook_codec_done(&in);
}


static void
webhook_definition_bound(webhook_definition_kind_e kind,
    const webhook_str_t *id, const webhook_str_t *clear,
    webhook_str_t bound[4])
{
    static const webhook_str_t  format = webhook_str("webhook definition 1");

    static const webhook_str_t  kinds[] = {
        webhook_str("endpoint"),
        webhook_str("receiver")
    };

    bound[0] = format;
    bound[1] = kinds[kind];
    bound[2] = *id;
    bound[3] = *clear;
}


int
webhook_definition_open(webhook_definition_kind_e kind,
    const webhook_str_t *id, const webhook_str_t *data,
    const webhook_seal_ring_t *ring, json_t **definition)
{
    int            rc;
    json_t        *tree, *secrets;
    webhook_buf_t  plain;
    webhook_str_t  clear, sealed, bound[4];

    *definition = NULL;

    if (webhook_definition_read(data, &clear, &sealed) != WEBHOOK_OK) {
        return WEBHOOK_ERROR;
    }

    rc = webhook_definition_load(clear.data, clear.len, &tree);

    if (rc != WEBHOOK_OK) {
        return rc;
    }

    if (sealed.len == 0) {
        *definition = tree;
        return WEBHOOK_OK;
    }

    webhook_definition_bound(kind, id, &clear, bound);

    webhook_buf_init(&plain, WEBHOOK_DEFINITION_DATA);

    rc = webhook_seal_open(ring, bound, 4, &sealed, &plain);

    if (rc == WEBHOOK_OK) {
        rc = webhook_definition_load(plain.data, plain.len, &secrets);
    }

    if (rc == WEBHOOK_OK) {
        rc = webhook_definition_join(tree, secrets);
        json_decref(secrets);
    }

    webhook_seal_free(&plain);

    if (rc != WEBHOOK_OK && rc != WEBHOOK_SEAL_NO_KEY) {
        json_decref(tree);
        return rc;
    }

    *definition = tree;

    return rc;
}


/* An object.  Where there is no memory in the midst of a text jansson takes that
   for a mistake of the text: then it is read once more, by another reader. */

static int
webhook_definition_load(const unsigned char *data, size_t len, json_t **tree)
{
    int                  rc;
    json_error_t         error;
    webhook_str_t        text;
    webhook_json_doc_t  *doc;

    memset(&error, 0, sizeof(error));

    *tree = json_loadb((const char *) data, len, 0, &error);

    if (json_is_object(*tree)) {
        return WEBHOOK_OK;
    }

    if (*tree) {
        json_decref(*tree);
        *tree = NULL;
        return WEBHOOK_ERROR;
    }

    switch (json_error_code(&error)) {

    case json_error_unknown:
    case json_error_out_of_memory:
    case json_error_invalid_syntax:
        break;

    default:
        return WEBHOOK_ERROR;
    }

    text.data = (unsigned char *) data;
    text.len = len;

    rc = webhook_json_read(&text, NULL, &doc, NULL);
    if (rc == WEBHOOK_OK) {
        webhook_json_free(doc);
    }

    return rc == WEBHOOK_OK || rc == WEBHOOK_NOMEM ? WEBHOOK_NOMEM
                                                   : WEBHOOK_ERROR;
}


static int
webhook_definition_join(json_t *tree, const json_t *secrets)
{
    int    rc;
    void  *iter;

    for (iter = json_object_iter((json_t *) secrets);
         iter;
         iter = json_object_iter_next((json_t *) secrets, iter))
    {
        rc = webhook_definition_place(tree, json_object_iter_key(iter),
                                      json_object_iter_value(iter));
        if (rc != WEBHOOK_OK) {
            return rc;
        }
    }

    return WEBHOOK_OK;
}


/* Members have neither "~" nor "/" in their names. */

static int
webhook_definition_place(json_t *tree, const char *pointer, json_t *value)
{
    char    step[WEBHOOK_DEFINITION_STEP];
    size_t  len;

    while (*pointer == '/') {

        pointer++;
        len = strcspn(pointer, "/");

        if (len == 0 || len >= sizeof(step)) {
            return WEBHOOK_ERROR;
        }

        memcpy(step, pointer, len);
        step[len] = '\0';

        pointer += len;

        if (*pointer == '/') {
            tree = json_is_array(tree)
                   ? json_array_get(tree, strtoul(step, NULL, 10))
                   : json_object_get(tree, step);
            continue;
        }

        if (!json_is_object(tree)) {
            return WEBHOOK_ERROR;
        }

        if (json_object_set(tree, step, value) != 0) {
            return WEBHOOK_NOMEM;
        }

        /* these stood in place of it */

        if (strcmp(step, "secret") == 0) {
            (void) json_object_del(tree, "hint");
            (void) json_object_del(tree, "sha256");
        }

        return WEBHOOK_OK;
    }

    return WEBHOOK_ERROR;
}


int
webhook_definition_current(const webhook_str_t *data,
    const webhook_seal_ring_t *ring)
{
    webhook_str_t  clear, sealed;

    return webhook_definition_read(data, &clear, &sealed) == WEBHOOK_OK
           && (sealed.len == 0 || webhook_seal_current(ring, &sealed));
}
