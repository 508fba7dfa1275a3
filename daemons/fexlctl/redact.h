/* Text without what is nobody else's business: passwords, PINs, tokens, licence
 * keys, codes of tills that wait, telephone numbers, addresses of mail. */
#ifndef FEXLCTL_REDACT_H
#define FEXLCTL_REDACT_H

#include "base/buf.h"

struct redactor;
struct redactor *redactor_new(void);
void redactor_free(struct redactor **rp);
/* Appends the text; how many times something was taken out. */
int redact(struct redactor *r, const char *text, size_t len, struct buf *out);

#endif
