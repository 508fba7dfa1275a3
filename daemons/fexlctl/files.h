/* Files of the administrator's that fexlctl writes. */
#ifndef FEXLCTL_FILES_H
#define FEXLCTL_FILES_H

#include "fexlctl/ctl.h"

#include <sys/types.h>

/* Each: 0, or an ending that was said. */

/* All of it, or what was there before; for root, and for reading to the group. */
int file_put(struct ctl *c, const char *path, mode_t mode, gid_t group, const struct buf *text);
int folder_make(struct ctl *c, const char *path, mode_t mode);	/* unless it is there */
/* *text_r is empty where there is no such file. */
int file_get(struct ctl *c, const char *path, struct buf *text);

#endif
