/* A file that a daemon has made, brought to where the operator wants it. */
#ifndef FEXLCTL_CARRY_H
#define FEXLCTL_CARRY_H

#include "base/err.h"

struct carry;
/* Makes the file, for its owner alone, so that it is known early whether one may: one that
 * is there is an error (ERR_CONFLICT), or with force stays until the new one is whole. */
int carry_open(const char *path, bool force, struct carry **cp, struct err *err) MUST_CHECK;
/* All of `from` is in it, and on the disk; and beside it path.sha256 as sha256sum reads it. */
int carry_fill(struct carry *c, const char *from, const char *sum, struct err *err) MUST_CHECK;
/* What was not filled is removed. */
void carry_close(struct carry **cp);

#endif
