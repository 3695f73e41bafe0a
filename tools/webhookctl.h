
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Between the rooms of webhookctl: the commands (webhookctl.c), how their
 * results look (webhookctl_print.c), and new secret URLs
 * (webhookctl_receiver.c).
 */

#ifndef WEBHOOKCTL_H
#define WEBHOOKCTL_H

#include <stdio.h>

#include <jansson.h>

#include "../ngx_http_webhook_module/store/webhook_store.h"


/* The results of each command, for people or as JSON lines. */

void ctl_print_deliveries(const webhook_op_list_t *list, int json, int head);
int ctl_print_show(const webhook_op_show_t *show, int json, int body);
void ctl_print_calls(const webhook_op_calls_t *calls, int json, int head);
void ctl_print_stats(const webhook_op_stats_t *stats, int json);


/* Prints a new URL for a receiver, and the line of the configuration that makes
   it one; base may be NULL.  Returns the exit status. */
int ctl_receiver_url(const char *name, const char *base, int json);


#endif /* WEBHOOKCTL_H */
