
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What all rooms of the configuration need: places, names, parameters,
 * templates.
 */

#include "http/conf/conf/ngx_http_webhook_conf.h"

#include "core/base/webhook_id.h"


#define NGX_HTTP_WEBHOOK_NAME_MAX  128
#define NGX_HTTP_WEBHOOK_TEXT_MAX  (1024 * 1024)


static ngx_int_t ngx_http_webhook_conf_own(ngx_conf_t *cf, void *data,
    ngx_pool_cleanup_pt handler);
static void ngx_http_webhook_conf_free_template(void *data);
static void ngx_http_webhook_conf_free_path(void *data);
static void ngx_http_webhook_conf_free_condition(void *data);
static ngx_uint_t ngx_http_webhook_conf_step_is(const webhook_str_t *step,
    const char *text);


_Static_assert(offsetof(ngx_http_webhook_named_t, name)
               == offsetof(ngx_http_webhook_endpoint_t, name)
               && offsetof(ngx_http_webhook_named_t, place)
                  == offsetof(ngx_http_webhook_endpoint_t, place)
               && offsetof(ngx_http_webhook_named_t, name)
                  == offsetof(ngx_http_webhook_receiver_t, name)
               && offsetof(ngx_http_webhook_named_t, place)
                  == offsetof(ngx_http_webhook_receiver_t, place),
               "endpoints and receivers begin alike");


void
ngx_http_webhook_conf_place(ngx_conf_t *cf, ngx_http_webhook_place_t *place)
{
    place->file = cf->conf_file->file.name.data;
    place->line = cf->conf_file->line;
}


ngx_int_t
ngx_http_webhook_conf_named(ngx_conf_t *cf, ngx_http_webhook_named_t *named)
{
    u_char      c;
    ngx_str_t  *value;
    ngx_uint_t  i;

    value = cf->args->elts;

    for (i = 0; i < value[1].len; i++) {
        c = value[1].data[i];

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
            || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.')
        {
            continue;
        }

        break;
    }

    if (i != value[1].len || i == 0 || i > NGX_HTTP_WEBHOOK_NAME_MAX) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid name \"%V\" of \"%V\": it must be up to "
                           "%d letters, digits, \"_\", \"-\" and \".\"",
                           &value[1], &value[0], NGX_HTTP_WEBHOOK_NAME_MAX);
        return NGX_ERROR;
    }

    named->id = webhook_id_name(ngx_http_webhook_str(&value[1]));
    named->name = value[1];

    ngx_http_webhook_conf_place(cf, &named->place);

    return NGX_OK;
}


ngx_int_t
ngx_http_webhook_conf_insert(ngx_conf_t *cf, ngx_array_t *array,
    ngx_http_webhook_named_t *named, ngx_str_t *what)
{
    ngx_uint_t                  first, last, mid;
    ngx_http_webhook_named_t  **all, *other;

    all = array->elts;
    first = 0;
    last = array->nelts;

    while (first < last) {
        mid = first + (last - first) / 2;

        if (all[mid]->id < named->id) {
            first = mid + 1;

        } else {
            last = mid;
        }
    }

    if (first < array->nelts && all[first]->id == named->id) {
        other = all[first];

        if (other->name.len == named->name.len
            && ngx_memcmp(other->name.data, named->name.data,
                          named->name.len)
               == 0)
        {
            ngx_http_webhook_conf_error(NGX_LOG_EMERG, cf, &named->place,
                                        "%V \"%V\", defined in %s:%ui, is "
                                        "defined again", what, &named->name,
                                        other->place.file, other->place.line);

        } else {
            ngx_http_webhook_conf_error(NGX_LOG_EMERG, cf, &named->place,
                                        "the name \"%V\" of \"%V\" has the "
                                        "same id as the name \"%V\" in "
                                        "%s:%ui: choose another",
                                        &named->name, what, &other->name,
                                        other->place.file, other->place.line);
        }

        return NGX_ERROR;
    }

    if (ngx_array_push(array) == NULL) {
        return NGX_ERROR;
    }

    all = array->elts;

    ngx_memmove(&all[first + 1], &all[first],
                (array->nelts - 1 - first) * sizeof(void *));

    all[first] = named;

    return NGX_OK;
}


ngx_uint_t
ngx_http_webhook_conf_param(ngx_str_t *arg, const char *name,
    ngx_str_t *value)
{
    size_t  len;

    len = ngx_strlen(name);

    if (arg->len < len || ngx_strncmp(arg->data, name, len) != 0) {
        return 0;
    }

    value->data = arg->data + len;
    value->len = arg->len - len;

    return 1;
}


char *
ngx_http_webhook_conf_invalid(ngx_conf_t *cf, ngx_str_t *arg)
{
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid parameter \"%V\"", arg);

    return NGX_CONF_ERROR;
}


ngx_int_t
ngx_http_webhook_conf_msec(ngx_str_t *text, uint64_t max, uint64_t *ms)
{
    ngx_int_t  n;

    n = ngx_parse_time(text, 0);

    if (n == NGX_ERROR || n == 0 || (uint64_t) n > max) {
        return NGX_ERROR;
    }

    *ms = n;

    return NGX_OK;
}


ngx_uint_t
ngx_http_webhook_conf_header_token(ngx_str_t *text)
{
    u_char      c;
    ngx_uint_t  i;

    for (i = 0; i < text->len; i++) {
        c = text->data[i];

        if (c <= 0x20 || c >= 0x7f
            || ngx_strchr("\"(),/:;<=>?@[\\]{}", c) != NULL)
        {
            return 0;
        }
    }

    return i != 0;
}


ngx_uint_t
ngx_http_webhook_conf_header_name(ngx_str_t *text)
{
    ngx_uint_t  i;

    /* what the courier, the client or the protocol itself sets */

    static ngx_str_t  own[] = {
        ngx_string("Connection"),
        ngx_string("Content-Length"),
        ngx_string("Content-Type"),
        ngx_string("Expect"),
        ngx_string("Host"),
        ngx_string("Keep-Alive"),
        ngx_string("Proxy-Connection"),
        ngx_string("TE"),
        ngx_string("Trailer"),
        ngx_string("Transfer-Encoding"),
        ngx_string("Upgrade"),
        ngx_null_string
    };

    if (!ngx_http_webhook_conf_header_token(text)
        || text->len > NGX_HTTP_WEBHOOK_NAME_MAX)
    {
        return 0;
    }

    for (i = 0; own[i].len; i++) {
        if (own[i].len == text->len
            && ngx_strncasecmp(own[i].data, text->data, text->len) == 0)
        {
            return 0;
        }
    }

    return text->len < sizeof("webhook-") - 1
           || ngx_strncasecmp(text->data, (u_char *) "webhook-",
                              sizeof("webhook-") - 1)
              != 0;
}


ngx_uint_t
ngx_http_webhook_conf_method(ngx_str_t *text)
{
    ngx_uint_t  i;

    static struct {
        ngx_str_t   name;
        ngx_uint_t  method;
    }  methods[] = {
        { ngx_string("GET"), NGX_HTTP_GET },
        { ngx_string("HEAD"), NGX_HTTP_HEAD },
        { ngx_string("POST"), NGX_HTTP_POST },
        { ngx_string("PUT"), NGX_HTTP_PUT },
        { ngx_string("DELETE"), NGX_HTTP_DELETE },
        { ngx_string("PATCH"), NGX_HTTP_PATCH },
        { ngx_string("OPTIONS"), NGX_HTTP_OPTIONS },
        { ngx_string("MKCOL"), NGX_HTTP_MKCOL },
        { ngx_string("COPY"), NGX_HTTP_COPY },
        { ngx_string("MOVE"), NGX_HTTP_MOVE },
        { ngx_string("PROPFIND"), NGX_HTTP_PROPFIND },
        { ngx_string("PROPPATCH"), NGX_HTTP_PROPPATCH },
        { ngx_string("LOCK"), NGX_HTTP_LOCK },
        { ngx_string("UNLOCK"), NGX_HTTP_UNLOCK },
        { ngx_null_string, 0 }
    };

    for (i = 0; methods[i].name.len; i++) {
        if (methods[i].name.len == text->len
            && ngx_memcmp(methods[i].name.data, text->data, text->len) == 0)
        {
            break;
        }
    }

    return methods[i].method;
}


char *
ngx_http_webhook_conf_text(ngx_conf_t *cf, ngx_str_t *value, ngx_str_t *text)
{
    ngx_str_t  path;

    if (!ngx_http_webhook_conf_param(value, "file:", &path)) {
        *text = *value;
        return NGX_CONF_OK;
    }

    if (ngx_http_webhook_conf_file(cf, &path, NGX_HTTP_WEBHOOK_TEXT_MAX, 0,
                                   text)
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


ngx_int_t
ngx_http_webhook_conf_file(ngx_conf_t *cf, ngx_str_t *path, size_t max,
    ngx_uint_t secret, ngx_str_t *text)
{
    off_t            size;
    ssize_t          n;
    ngx_fd_t         fd;
    ngx_int_t        rc;
    ngx_str_t        name;
    ngx_file_info_t  fi;

    name = *path;

    if (name.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "no path follows \"file:\"");
        return NGX_ERROR;
    }

    if (ngx_conf_full_name(cf->cycle, &name, 1) != NGX_OK) {
        return NGX_ERROR;
    }

    /* a pipe must not keep nginx waiting */

    fd = ngx_open_file(name.data, NGX_FILE_RDONLY|NGX_FILE_NONBLOCK,
                       NGX_FILE_OPEN, 0);

    if (fd == NGX_INVALID_FILE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_open_file_n " \"%V\" failed", &name);
        return NGX_ERROR;
    }

    rc = NGX_ERROR;

    if (ngx_fd_info(fd, &fi) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_fd_info_n " \"%V\" failed", &name);
        goto done;
    }

    if (!ngx_is_file(&fi)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is not a regular file", &name);
        goto done;
    }

    size = ngx_file_size(&fi);

    if (size > (off_t) max) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is larger than %uz bytes", &name, max);
        goto done;
    }

    text->data = ngx_pnalloc(cf->temp_pool, (size_t) size + 1);
    if (text->data == NULL) {
        goto done;
    }

    n = ngx_read_fd(fd, text->data, (size_t) size);

    if (n != (ssize_t) size) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, n == -1 ? ngx_errno : 0,
                           ngx_read_fd_n " \"%V\" failed or it changed",
                           &name);
        goto done;
    }

    text->len = size;

    if (secret && (fi.st_mode & (S_IRWXG|S_IRWXO))) {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "\"%V\" holds a secret and can be read or written "
                           "by others than its owner (mode 0%ui%ui%ui): "
                           "chmod 600", &name,
                           (ngx_uint_t) (fi.st_mode >> 6 & 7),
                           (ngx_uint_t) (fi.st_mode >> 3 & 7),
                           (ngx_uint_t) (fi.st_mode & 7));
    }

    rc = NGX_OK;

done:

    if (ngx_close_file(fd) == NGX_FILE_ERROR) {
        ngx_log_error(NGX_LOG_ALERT, cf->log, ngx_errno,
                      ngx_close_file_n " \"%V\" failed", &name);
    }

    return rc;
}


webhook_template_t *
ngx_http_webhook_conf_template(ngx_conf_t *cf, ngx_str_t *text,
    webhook_template_kind_e kind, const char *what)
{
    webhook_error_t      err;
    webhook_template_t  *tpl;

    tpl = webhook_template_compile(ngx_http_webhook_str(text), kind, &err);

    if (tpl == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid %s: %s", what,
                           err.text);
        return NULL;
    }

    ngx_http_webhook_conf_dollar(cf, text, what);

    if (ngx_http_webhook_conf_own(cf, tpl, ngx_http_webhook_conf_free_template)
        != NGX_OK
        || ngx_http_webhook_map_add_user(cf, tpl) != NGX_OK)
    {
        return NULL;
    }

    return tpl;
}


webhook_path_t *
ngx_http_webhook_conf_path(ngx_conf_t *cf, ngx_str_t *text)
{
    ngx_str_t         rest;
    webhook_path_t   *path;
    webhook_error_t   err;

    if (ngx_strlchr(text->data, text->data + text->len, '$')) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid path \"%V\": it is written without \"$\" "
                           "and braces, as in \"order.id\"", text);
        return NULL;
    }

    if (ngx_strlchr(text->data, text->data + text->len, ',')) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid path \"%V\": several are written with "
                           "spaces between them", text);
        return NULL;
    }

    if (ngx_http_webhook_conf_param(text, "header:", &rest)
        || ngx_http_webhook_conf_param(text, "query:", &rest))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid path \"%V\": it is written with a dot, as "
                           "in \"header.X-Tenant\" or \"query.id\"", text);
        return NULL;
    }

    path = webhook_path_compile(ngx_http_webhook_str(text), &err);

    if (path == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid path \"%V\": %s",
                           text, err.text);
        return NULL;
    }

    if (ngx_http_webhook_conf_own(cf, path, ngx_http_webhook_conf_free_path)
        != NGX_OK)
    {
        return NULL;
    }

    return path;
}


const char *
ngx_http_webhook_conf_root(const webhook_path_t *path,
    ngx_http_webhook_root_e *root)
{
    uint32_t              steps;
    const webhook_str_t  *first, *step;

    steps = webhook_path_steps(path);
    first = webhook_path_step(path, 0);
    step = (steps == 2) ? webhook_path_step(path, 1) : NULL;

    if (ngx_http_webhook_conf_step_is(first, "data")) {
        *root = NGX_HTTP_WEBHOOK_ROOT_DATA;
        return NULL;
    }

    if (ngx_http_webhook_conf_step_is(first, "request")) {
        *root = NGX_HTTP_WEBHOOK_ROOT_REQUEST;
        return NULL;
    }

    if (ngx_http_webhook_conf_step_is(first, "response")) {
        *root = NGX_HTTP_WEBHOOK_ROOT_RESPONSE;
        return NULL;
    }

    if (ngx_http_webhook_conf_step_is(first, "uri")) {
        *root = NGX_HTTP_WEBHOOK_ROOT_URI;
        return NULL;
    }

    *root = NGX_HTTP_WEBHOOK_ROOT_OTHER;

    if (ngx_http_webhook_conf_step_is(first, "event")) {

        if (step && (ngx_http_webhook_conf_step_is(step, "id")
                     || ngx_http_webhook_conf_step_is(step, "type")
                     || ngx_http_webhook_conf_step_is(step, "time")))
        {
            return NULL;
        }

        return "of an event there are \"event.id\", \"event.type\" and "
               "\"event.time\"";
    }

    if (ngx_http_webhook_conf_step_is(first, "now")) {
        return (steps == 1) ? NULL : "\"now\" has no parts";
    }

    if (ngx_http_webhook_conf_step_is(first, "var")) {

        /* the variable may be defined later: see the check of the whole */

        return step ? NULL
                    : "a variable is written as in \"var.remote_addr\"";
    }

    return "it must begin with \"data\", \"request\", \"response\", "
           "\"uri\", \"event\", \"now\" or \"var\"";
}


static ngx_uint_t
ngx_http_webhook_conf_step_is(const webhook_str_t *step, const char *text)
{
    return step->len == ngx_strlen(text)
           && ngx_memcmp(step->data, text, step->len) == 0;
}


webhook_condition_t *
ngx_http_webhook_conf_condition(ngx_conf_t *cf, ngx_str_t *text)
{
    webhook_error_t       err;
    webhook_condition_t  *cond;

    cond = webhook_condition_compile(ngx_http_webhook_str(text), &err);

    if (cond == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid condition \"%V\": %s%s", text, err.text,
                           text->len && text->data[0] == '$'
                           ? "; a value is written as its path alone, as in "
                             "\"data.id == 7\" or \"var.request_method\""
                           : "");
        return NULL;
    }

    if (ngx_http_webhook_conf_own(cf, cond,
                                  ngx_http_webhook_conf_free_condition)
        != NGX_OK)
    {
        return NULL;
    }

    return cond;
}


/* core/ takes its memory from malloc(): it goes with the configuration. */

static ngx_int_t
ngx_http_webhook_conf_own(ngx_conf_t *cf, void *data,
    ngx_pool_cleanup_pt handler)
{
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        handler(data);
        return NGX_ERROR;
    }

    cln->handler = handler;
    cln->data = data;

    return NGX_OK;
}


static void
ngx_http_webhook_conf_free_template(void *data)
{
    webhook_template_free(data);
}


static void
ngx_http_webhook_conf_free_path(void *data)
{
    webhook_path_free(data);
}


static void
ngx_http_webhook_conf_free_condition(void *data)
{
    webhook_condition_free(data);
}
