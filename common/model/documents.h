/* What kinds of documents share while they are made.  Private to this folder. */
#ifndef MODEL_DOCUMENTS_H
#define MODEL_DOCUMENTS_H

#include "model/model.h"

#define LINES_MAX 2000

/* The head from a request: uuid, number, time, who and where. */
int document_take_head(struct write *w, struct json body, struct doc *d, struct err *err) MUST_CHECK;
/* One list of lines; `least` of them. */
int document_take_lines(struct write *w, struct json body, const char *member, int least, struct doc *d, struct err *err) MUST_CHECK;
/* What the lines refer to must exist. */
int document_check_lines(struct write *w, const char *member, struct doc *d, struct err *err) MUST_CHECK;
/* Is this product kept in stock?  1, 0 (not, or unknown), -1. */
int document_is_tracked(struct write *w, struct uuid product, struct err *err) MUST_CHECK;

#endif
