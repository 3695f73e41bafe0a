
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Keeps the secret of a receiver's URL out of all that is logged, shown or
 * passed on.
 *
 * The first handler of the first phase looks at the path below each location
 * that receives.  A stretch of it that could be a token takes the whole path
 * out of the request line and the unparsed URI, which is what access and error
 * logs show and what subrequests copy; and out of the URI as well, before a
 * rewrite rule or a variable can copy it, unless it may be that of an ordinary
 * location below ours.  The token of a receiver is always taken out of the
 * URI, and out of the memory where it was read.
 *
 * A request that core refuses while it reads the headers never gets to that
 * phase: it is masked by the first log handler, by its text alone.
 */


#include "http/model/ngx_http_webhook_token.h"
#include "http/inbound/call/ngx_http_webhook_call.h"
#include "http/inbound/call/ngx_http_webhook_kept.h"
#include "http/inbound/call/ngx_http_webhook_redact.h"


/*
 * A token has 20 characters at least; somewhat shorter stretches are taken for
 * one that was cut when it was copied.
 */

#define NGX_HTTP_WEBHOOK_TOKEN_MIN   20
#define NGX_HTTP_WEBHOOK_SUSPECT_MIN 16
#define NGX_HTTP_WEBHOOK_TOKENS_MAX  8      /* looked up in one path */


static ngx_int_t ngx_http_webhook_mask_locations(
    ngx_http_location_tree_node_t *node, ngx_http_webhook_hook_t *hook);
static ngx_int_t ngx_http_webhook_mask_location(
    ngx_http_core_loc_conf_t *clcf, ngx_http_webhook_hook_t *hook);
static ngx_uint_t ngx_http_webhook_mask_other(ngx_http_webhook_hook_t *hook,
    ngx_str_t *uri);
static ngx_http_webhook_hook_t *ngx_http_webhook_mask_hook(
    ngx_http_request_t *r, ngx_str_t *uri);
static ngx_uint_t ngx_http_webhook_mask_stretch(u_char **p, u_char *last,
    ngx_str_t *stretch);
static ngx_uint_t ngx_http_webhook_mask_suspect(u_char *p, u_char *last);
static ngx_int_t ngx_http_webhook_mask_blank(ngx_http_request_t *r);
static void ngx_http_webhook_mask_set(ngx_http_request_t *r, ngx_str_t *line,
    ngx_str_t *uri);
static void ngx_http_webhook_mask_forget(ngx_http_request_t *r,
    ngx_int_t index);
static ngx_int_t ngx_http_webhook_mask_line(ngx_http_request_t *r,
    ngx_str_t *path);
static ngx_int_t ngx_http_webhook_mask_path(ngx_http_request_t *r,
    ngx_str_t *prefix, ngx_str_t *path);
static void ngx_http_webhook_mask_wipe(ngx_http_request_t *r);
static ngx_int_t ngx_http_webhook_mask_text(ngx_http_request_t *r);


ngx_int_t
ngx_http_webhook_receive_mask_init(ngx_conf_t *cf,
    ngx_http_webhook_main_conf_t *wmcf)
{
    ngx_str_t                  line = ngx_string("request");
    ngx_str_t                  uri = ngx_string("request_uri");
    ngx_uint_t                 i;
    ngx_http_webhook_hook_t   *hook;
    ngx_http_core_loc_conf_t  *clcf;

    wmcf->request_line = ngx_http_get_variable_index(cf, &line);
    wmcf->request_uri = ngx_http_get_variable_index(cf, &uri);

    if (wmcf->request_line == NGX_ERROR || wmcf->request_uri == NGX_ERROR) {
        return NGX_ERROR;
    }

    hook = wmcf->hooks.elts;

    for (i = 0; i < wmcf->hooks.nelts; i++) {

        hook[i].regex = 0;

        if (ngx_array_init(&hook[i].others, cf->pool, 1, sizeof(ngx_str_t))
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        clcf = hook[i].server->ctx->loc_conf[ngx_http_core_module.ctx_index];

        if (ngx_http_webhook_mask_locations(clcf->static_locations, &hook[i])
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_webhook_mask_locations(ngx_http_location_tree_node_t *node,
    ngx_http_webhook_hook_t *hook)
{
    if (node == NULL) {
        return NGX_OK;
    }

    if (ngx_http_webhook_mask_locations(node->left, hook) != NGX_OK
        || ngx_http_webhook_mask_locations(node->right, hook) != NGX_OK
        || ngx_http_webhook_mask_locations(node->tree, hook) != NGX_OK
        || ngx_http_webhook_mask_location(node->exact, hook) != NGX_OK
        || ngx_http_webhook_mask_location(node->inclusive, hook) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_webhook_mask_location(ngx_http_core_loc_conf_t *clcf,
    ngx_http_webhook_hook_t *hook)
{
    ngx_str_t                    *name;
    ngx_http_core_loc_conf_t     *server;
    ngx_http_webhook_loc_conf_t  *wlcf;

    if (clcf == NULL) {
        return NGX_OK;
    }

    wlcf = clcf->loc_conf[ngx_http_webhook_module.ctx_index];

    if (!wlcf->receive
        && clcf->name.len > hook->prefix.len
        && ngx_memcmp(clcf->name.data, hook->prefix.data, hook->prefix.len)
           == 0)
    {
        name = ngx_array_push(&hook->others);
        if (name == NULL) {
            return NGX_ERROR;
        }

        *name = clcf->name;
    }

#if (NGX_PCRE)

    server = hook->server->ctx->loc_conf[ngx_http_core_module.ctx_index];

    if (clcf->regex_locations
        || (wlcf->receive && !clcf->noregex && server->regex_locations))
    {
        hook->regex = 1;
    }

#else
    (void) server;
#endif

    return ngx_http_webhook_mask_locations(clcf->static_locations, hook);
}


/* True if the URI may be that of an ordinary location below. */

static ngx_uint_t
ngx_http_webhook_mask_other(ngx_http_webhook_hook_t *hook, ngx_str_t *uri)
{
    ngx_str_t   *name;
    ngx_uint_t   i;

    name = hook->others.elts;

    for (i = 0; i < hook->others.nelts; i++) {
        if (uri->len >= name[i].len
            && ngx_memcmp(uri->data, name[i].data, name[i].len) == 0)
        {
            return 1;
        }
    }

    return hook->regex;
}


ngx_int_t
ngx_http_webhook_receive_mask(ngx_http_request_t *r)
{
    u_char                        *p, *last;
    ngx_str_t                      path, stretch, uri;
    ngx_uint_t                     known, suspect, n;
    ngx_http_webhook_call_t       *call;
    ngx_http_webhook_hook_t       *hook;
    ngx_http_webhook_receiver_t   *receiver, *found;
    ngx_http_webhook_main_conf_t  *wmcf;

    if (r != r->main) {
        return NGX_DECLINED;
    }

    ngx_http_webhook_receive_referer(r);

    hook = ngx_http_webhook_mask_hook(r, &r->uri);
    if (hook == NULL) {
        return NGX_DECLINED;
    }

    wmcf = ngx_http_get_module_main_conf(r, ngx_http_webhook_module);

    p = r->uri.data + hook->prefix.len;
    last = r->uri.data + r->uri.len;

    receiver = NULL;
    known = 0;
    suspect = 0;

    for (n = 0; ngx_http_webhook_mask_stretch(&p, last, &stretch); /* void */) {

        if (stretch.len < NGX_HTTP_WEBHOOK_SUSPECT_MIN) {
            continue;
        }

        suspect = 1;

        if (stretch.len < NGX_HTTP_WEBHOOK_TOKEN_MIN
            || n++ == NGX_HTTP_WEBHOOK_TOKENS_MAX)
        {
            continue;
        }

        found = ngx_http_webhook_receiver_by_token(wmcf, &stretch);
        if (found == NULL) {
            continue;
        }

        known = 1;

        /* the URL of a receiver ends with its token */

        if (stretch.data == r->uri.data + hook->prefix.len
            && stretch.data + stretch.len == last)
        {
            receiver = found;
        }
    }

    if (!suspect) {
        return NGX_DECLINED;
    }

    call = ngx_http_webhook_call_make(r);

    if (call == NULL
        || ngx_http_webhook_mask_path(r, &hook->prefix, &path) != NGX_OK)
    {
        return ngx_http_webhook_mask_blank(r);
    }

    call->receiver = receiver;

    if (receiver) {
        stretch.data = r->uri.data + hook->prefix.len;
        stretch.len = last - stretch.data;

        if (ngx_http_webhook_kept_token(call, &stretch) != NGX_OK) {
            return ngx_http_webhook_mask_blank(r);
        }
    }

    if (known) {
        uri = r->uri;
        ngx_http_webhook_mask_wipe(r);

        /* it may stand apart from where it was read */
        ngx_memset(uri.data, '*', uri.len);
    }

    if (known || !ngx_http_webhook_mask_other(hook, &r->uri)) {
        r->uri = path;
        ngx_http_set_exten(r);
        call->path = path;
        call->masked_uri = 1;
    }

    if (ngx_http_webhook_kept_args(call) != NGX_OK
        || ngx_http_webhook_mask_line(r, &path) != NGX_OK)
    {
        return ngx_http_webhook_mask_blank(r);
    }

    call->masked = 1;

    return NGX_DECLINED;
}


/*
 * An error page for a request that was refused while its headers were read:
 * the handler above has not seen it.
 */

ngx_int_t
ngx_http_webhook_receive_mask_late(ngx_http_request_t *r)
{
    if (r != r->main
        || !r->internal
        || ngx_http_webhook_call_get(r) != NULL)
    {
        return NGX_DECLINED;
    }

    ngx_http_webhook_receive_referer(r);

    if (ngx_http_webhook_mask_text(r) != NGX_OK) {
        return ngx_http_webhook_mask_blank(r);
    }

    return NGX_DECLINED;
}


ngx_int_t
ngx_http_webhook_receive_mask_log(ngx_http_request_t *r)
{
    ngx_http_webhook_call_t      *call;
    ngx_http_webhook_loc_conf_t  *wlcf;

    if (r != r->main) {
        return NGX_OK;
    }

    if (r->internal || !r->valid_location) {
        ngx_http_webhook_receive_referer(r);
    }

    call = ngx_http_webhook_call_get(r);
    wlcf = ngx_http_get_module_loc_conf(r, ngx_http_webhook_module);

    if (wlcf->receive) {

        /* refused before its handler: by limit_req, deny or the like */

        if (call == NULL) {
            call = ngx_http_webhook_call_make(r);
        }

        if (call == NULL
            || ngx_http_webhook_receive_mask_all(call) != NGX_OK)
        {
            (void) ngx_http_webhook_mask_blank(r);
        }

        return NGX_OK;
    }

    if (call == NULL && (r->internal || !r->valid_location)) {

        if (ngx_http_webhook_mask_text(r) != NGX_OK) {
            (void) ngx_http_webhook_mask_blank(r);
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_webhook_receive_mask_all(ngx_http_webhook_call_t *call)
{
    ngx_str_t                     path;
    ngx_http_request_t           *r;
    ngx_http_webhook_loc_conf_t  *wlcf;

    r = call->request;

    if (call->masked && call->masked_uri) {
        return NGX_OK;
    }

    wlcf = ngx_http_get_module_loc_conf(r, ngx_http_webhook_module);

    if (ngx_http_webhook_mask_path(r, &wlcf->prefix, &path) != NGX_OK) {
        return NGX_ERROR;
    }

    if (!call->masked) {

        if (ngx_http_webhook_mask_line(r, &path) != NGX_OK) {
            return NGX_ERROR;
        }

        call->masked = 1;
    }

    if (!call->masked_uri) {
        r->uri = path;
        ngx_http_set_exten(r);
        call->masked_uri = 1;
    }

    return NGX_OK;
}


/* The receiving location of this server with the longest fitting prefix. */

static ngx_http_webhook_hook_t *
ngx_http_webhook_mask_hook(ngx_http_request_t *r, ngx_str_t *uri)
{
    ngx_uint_t                     i;
    ngx_http_webhook_hook_t       *hook, *found;
    ngx_http_core_srv_conf_t      *cscf;
    ngx_http_webhook_main_conf_t  *wmcf;

    wmcf = ngx_http_get_module_main_conf(r, ngx_http_webhook_module);
    cscf = ngx_http_get_module_srv_conf(r, ngx_http_core_module);

    hook = wmcf->hooks.elts;
    found = NULL;

    for (i = 0; i < wmcf->hooks.nelts; i++) {

        if (hook[i].server == cscf
            && uri->len >= hook[i].prefix.len
            && ngx_memcmp(uri->data, hook[i].prefix.data, hook[i].prefix.len)
               == 0
            && (found == NULL || hook[i].prefix.len > found->prefix.len))
        {
            found = &hook[i];
        }
    }

    return found;
}


/* The next stretch of characters that a token may have; 0 at the end. */

static ngx_uint_t
ngx_http_webhook_mask_stretch(u_char **p, u_char *last, ngx_str_t *stretch)
{
    u_char  *s, c;

    stretch->len = 0;

    for (s = *p; s < last; s++) {
        c = *s;

        if ((c >= '0' && c <= '9')
            || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
            || c == '_' || c == '-')
        {
            if (stretch->len++ == 0) {
                stretch->data = s;
            }

        } else if (stretch->len) {
            break;
        }
    }

    *p = s;

    return stretch->len != 0;
}


static ngx_uint_t
ngx_http_webhook_mask_suspect(u_char *p, u_char *last)
{
    ngx_str_t  stretch;

    while (ngx_http_webhook_mask_stretch(&p, last, &stretch)) {
        if (stretch.len >= NGX_HTTP_WEBHOOK_SUSPECT_MIN) {
            return 1;
        }
    }

    return 0;
}


/* Without memory for a mask, nothing is shown at all. */

static ngx_int_t
ngx_http_webhook_mask_blank(ngx_http_request_t *r)
{
    ngx_str_t  stars = ngx_string("***");

    ngx_http_webhook_mask_set(r, &stars, &stars);

    r->uri = stars;
    ngx_str_null(&r->exten);

    return NGX_HTTP_INTERNAL_SERVER_ERROR;
}


/* Gives the request another path in its request line and unparsed URI. */

static ngx_int_t
ngx_http_webhook_mask_line(ngx_http_request_t *r, ngx_str_t *path)
{
    u_char     *p;
    size_t      len;
    ngx_str_t   line, uri, args;

    len = path->len;
    args = r->internal ? (ngx_str_t) ngx_null_string
                       : ngx_http_webhook_redact_args(r);

    if (args.len) {
        len += 1 + args.len;
    }

    uri.data = ngx_pnalloc(r->pool, len);
    if (uri.data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(uri.data, path->data, path->len);

    if (args.len) {
        *p++ = '?';
        p = ngx_cpymem(p, args.data, args.len);
    }

    uri.len = p - uri.data;

    line.data = ngx_pnalloc(r->pool, r->method_name.len + uri.len
                                     + r->http_protocol.len + 2);
    if (line.data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(line.data, r->method_name.data, r->method_name.len);
    *p++ = ' ';
    p = ngx_cpymem(p, uri.data, uri.len);

    if (r->http_protocol.len) {
        *p++ = ' ';
        p = ngx_cpymem(p, r->http_protocol.data, r->http_protocol.len);
    }

    line.len = p - line.data;

    ngx_http_webhook_mask_set(r, &line, &uri);

    return NGX_OK;
}


static void
ngx_http_webhook_mask_set(ngx_http_request_t *r, ngx_str_t *line,
    ngx_str_t *uri)
{
    ngx_http_webhook_main_conf_t  *wmcf;

    wmcf = ngx_http_get_module_main_conf(r, ngx_http_webhook_module);

    r->request_line = *line;
    r->unparsed_uri = *uri;

    /* proxy_pass without a URI then takes it from r->uri */
    r->valid_unparsed_uri = 0;

    ngx_http_webhook_mask_forget(r, wmcf->request_line);
    ngx_http_webhook_mask_forget(r, wmcf->request_uri);
}


/* A variable keeps its value once it was evaluated. */

static void
ngx_http_webhook_mask_forget(ngx_http_request_t *r, ngx_int_t index)
{
    r->variables[index].valid = 0;
    r->variables[index].not_found = 0;
}


static ngx_int_t
ngx_http_webhook_mask_path(ngx_http_request_t *r, ngx_str_t *prefix,
    ngx_str_t *path)
{
    path->len = prefix->len + sizeof("***") - 1;

    path->data = ngx_pnalloc(r->pool, path->len);
    if (path->data == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_cpymem(ngx_cpymem(path->data, prefix->data, prefix->len),
                      "***", sizeof("***") - 1);

    return NGX_OK;
}


/* Overwrites the path where it was read, but for the first "/". */

static void
ngx_http_webhook_mask_wipe(ngx_http_request_t *r)
{
    u_char  *p, *last;

    p = r->unparsed_uri.data;
    last = p + r->unparsed_uri.len;

    if (r->args.data > p && r->args.data <= last) {
        last = r->args.data - 1;
    }

    if (p < last) {
        ngx_memset(p + 1, '*', last - p - 1);
    }

    if (r->http_version >= NGX_HTTP_VERSION_20) {
        /* a copy of its own */
        ngx_memset(r->request_line.data, '*', r->request_line.len);
    }
}


/*
 * Masks by the text of the request line alone.  Where core gave up before it
 * knew the server, the locations of all of them count.
 */

static ngx_int_t
ngx_http_webhook_mask_text(ngx_http_request_t *r)
{
    u_char                   *p, *last;
    ngx_str_t                 line, stars;
    ngx_http_webhook_call_t  *call;

    line = r->request_line;

    if (line.data == NULL && r->request_start && r->header_in) {

        for (p = r->request_start; p < r->header_in->last; p++) {
            if (*p == CR || *p == LF) {
                break;
            }
        }

        line.data = r->request_start;
        line.len = p - line.data;
    }

    if (line.data == NULL) {

        /* HTTP/2 has none before its headers are complete */

        line = r->unparsed_uri;
        p = line.data;

    } else {
        p = ngx_strlchr(line.data, line.data + line.len, ' ');
    }

    if (p == NULL) {
        return NGX_OK;
    }

    last = line.data + line.len;

    if (!ngx_http_webhook_receive_suspect(r, line.data, last)) {
        return NGX_OK;
    }

    /* a request line that began with something else than a method */

    if (ngx_http_webhook_mask_suspect(line.data, p)) {
        p = line.data;
    }

    call = ngx_http_webhook_call_make(r);
    if (call == NULL) {
        return NGX_ERROR;
    }

    line.len = p - line.data;

    p = ngx_pnalloc(r->pool, line.len + sizeof(" ***") - 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    last = ngx_cpymem(p, line.data, line.len);
    last = ngx_cpymem(last, " ***", sizeof(" ***") - 1);

    line.data = p;
    line.len = last - p;

    ngx_str_set(&stars, "***");

    ngx_http_webhook_mask_set(r, &line, &stars);

    if (!r->internal) {
        r->uri = stars;
        ngx_str_null(&r->args);
        ngx_str_null(&r->exten);
    }

    call->masked = 1;
    call->masked_uri = 1;

    return NGX_OK;
}


/*
 * A rough reading of what core would not read: escapes are decoded and slashes
 * merged, and a path that goes up, which could lead anywhere, is suspect.
 */

ngx_uint_t
ngx_http_webhook_receive_suspect(ngx_http_request_t *r, u_char *p,
    u_char *last)
{
    u_char                        *text, *s, c;
    ngx_int_t                      n;
    ngx_str_t                      prefix;
    ngx_uint_t                     i, any;
    ngx_http_webhook_hook_t       *hook;
    ngx_http_core_srv_conf_t      *cscf;
    ngx_http_webhook_main_conf_t  *wmcf;

    text = ngx_pnalloc(r->pool, last - p + 1);
    if (text == NULL) {
        return 1;
    }

    for (s = text; p < last; s++) {
        c = *p++;

        if (c == '%' && last - p >= 2) {
            n = ngx_hextoi(p, 2);

            if (n > 0) {
                c = (u_char) n;
                p += 2;
            }
        }

        if (c == '/' && s > text && s[-1] == '/') {
            s--;
            continue;
        }

        *s = c ? c : ' ';
    }

    *s = '\0';
    last = s;

    any = !r->valid_location || r->http_state == NGX_HTTP_READING_REQUEST_STATE;

    cscf = ngx_http_get_module_srv_conf(r, ngx_http_core_module);
    wmcf = ngx_http_get_module_main_conf(r, ngx_http_webhook_module);
    hook = wmcf->hooks.elts;

    for (i = 0; i < wmcf->hooks.nelts; i++) {

        if (!any && hook[i].server != cscf) {
            continue;
        }

        if ((ngx_strstr(text, "/../") || ngx_strstr(text, "/./"))
            && ngx_http_webhook_mask_suspect(text, last))
        {
            return 1;
        }

        prefix = hook[i].prefix;

        for (s = text; (size_t) (last - s) > prefix.len; s++) {

            if (*s == *prefix.data
                && ngx_memcmp(s, prefix.data, prefix.len) == 0
                && ngx_http_webhook_mask_suspect(s + prefix.len, last))
            {
                return 1;
            }
        }
    }

    return 0;
}
