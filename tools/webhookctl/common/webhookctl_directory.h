
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A directory that root may be led to.
 */

#ifndef WEBHOOKCTL_DIRECTORY_H
#define WEBHOOKCTL_DIRECTORY_H


/*
 * Opens a directory (O_PATH) over no link that another than root has made, or
 * returns -1 with errno set: ELOOP for such a link.
 */
int ctl_directory(const char *path);

/* Closes, and leaves errno as it is. */
void ctl_directory_shut(int fd);


#endif /* WEBHOOKCTL_DIRECTORY_H */
