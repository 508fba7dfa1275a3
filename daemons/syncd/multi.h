/* Private to remote.c and line.c: libcurl's handles on our loop. */
#ifndef SYNCD_MULTI_H
#define SYNCD_MULTI_H

#include "base/base.h"

#include <curl/curl.h>

struct event_base;
struct multi;

/* Who wants to know that a handle has done its work. */
struct ended {
	void (*fn)(struct ended *e, CURLcode code);
};

struct multi *multi_new(struct event_base *base);
void multi_free(struct multi **mp);	/* after all handles were removed */
void multi_add(struct multi *m, CURL *easy, struct ended *e);
void multi_remove(struct multi *m, CURL *easy);

/* --- remote.c: what holds for everything that goes to the cloud --- */

void remote_secure(CURL *easy, const char *ca);	/* TLS is verified, and nothing leads elsewhere */
void remote_proxy(CURL *easy, const char *url);
/* An address without the slashes behind it. */
size_t remote_base_length(const char *base);

#endif
