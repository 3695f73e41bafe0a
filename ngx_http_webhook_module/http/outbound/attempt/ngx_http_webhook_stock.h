
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Deliveries that this worker has leased ahead of slots, an endpoint's as the
 * store gave them (see COMPLETE in store/webhook_op_delivery.h).  As one of the
 * endpoint's sends ends well, the next one takes its slot over at once, without
 * the store, which is told with the outcome.  Of an endpoint to which nothing is
 * under way here, or which must not be sent to, the stock goes back; so does one
 * that was not drawn on for a moment, for another worker may have slots.  Event
 * loop.
 */

#ifndef NGX_WEBHOOK_STOCK_H
#define NGX_WEBHOOK_STOCK_H

#include "http/outbound/attempt/ngx_http_webhook_attempt_int.h"


/* back: gives one that was not sent back to the store.  pass: tells the store of
   one that is over, and sends the next, if it is not NULL, which has taken its slot
   as the operation tells. */
void ngx_webhook_stock_init(void (*back)(ngx_webhook_attempt_t *attempt),
    void (*pass)(ngx_webhook_attempt_t *attempt, ngx_webhook_attempt_t *next),
    ngx_log_t *log);

/* All goes back. */
void ngx_webhook_stock_exit(void);

/* An attempt that got a slot from the store begins; one ends, and its slot is
   given up (one that has none is passed over). */
void ngx_webhook_stock_begin(ngx_webhook_attempt_t *attempt);
void ngx_webhook_stock_end(ngx_webhook_attempt_t *attempt);

/* One is over.  Its slot is given up, or taken over once that was noted, and what
   was asked for has come: "pass" is called then.  _noted() is for whom
   ngx_webhook_attempt_note() tells that. */
void ngx_webhook_stock_over(ngx_webhook_attempt_t *attempt);
void ngx_webhook_stock_noted(ngx_webhook_attempt_t *attempt);

/* How many more are wanted, which the operation is to ask for, and whether it
   asks for a slot ("reserved"); its answer has come, which is told last. */
uint32_t ngx_webhook_stock_ask(ngx_webhook_attempt_t *attempt);
void ngx_webhook_stock_asked(ngx_webhook_attempt_t *attempt);

/* 1 if its answer can wait: its slot was taken over, and there are enough ahead
   for a while. */
ngx_uint_t ngx_webhook_stock_deep(ngx_webhook_attempt_t *attempt);

/* One that the answer brought; and, behind these, the answer, which says what
   becomes of the endpoint's stock, or NULL where it says nothing. */
void ngx_webhook_stock_add(ngx_webhook_attempt_t *attempt);
void ngx_webhook_stock_told(uint64_t endpoint,
    const webhook_op_complete_t *told);


#endif /* NGX_WEBHOOK_STOCK_H */
