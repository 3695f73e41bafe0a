
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The names and texts of an XML document that was read.
 */

#include "core/format/webhook_xml_int.h"


webhook_str_t
webhook_xml_str(const webhook_xml_tree_t *tree, const webhook_xml_span_t *span)
{
    webhook_str_t  s;

    /* not NULL, to which not even 0 may be added */

    s.len = span->len;
    s.data = span->len ? tree->pool.data + span->offset
                       : (unsigned char *) "";

    return s;
}


webhook_str_t
webhook_xml_leaf_text(const webhook_xml_tree_t *tree,
    const webhook_xml_element_t *e)
{
    static const webhook_str_t  none = webhook_str("");

    if (e->piece == 0) {
        return none;
    }

    return webhook_xml_str(tree, &tree->pieces[e->piece - 1].text);
}
