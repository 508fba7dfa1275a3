/* Requests to the daemons: over their Unix sockets, or to --host. */
#ifndef FEXLCTL_CALL_H
#define FEXLCTL_CALL_H

#include "fexlctl/ctl.h"

#include <curl/curl.h>

struct call {
	const char *daemon;	/* "apid": $run_dir/apid.sock, or --host when that is given */
	const char *method, *path;
	struct slice body;	/* JSON; p NULL: none */
	int64_t timeout_ms;	/* 0: --timeout, or 10 s */
};

struct reply {
	int status;		/* HTTP */
	struct slice text;	/* in c->pool, terminated */
	struct json json;	/* missing when it is no JSON */
};

/* 0 and the reply, whatever its status; else an ending, and it was said. */
int call_any(struct ctl *c, const struct call *call, struct reply *r);
/* The same, and what is not 2xx is said as well. */
int call_ok(struct ctl *c, const struct call *call, struct reply *r);
/* Says a reply that is not 2xx; returns the ending. */
int call_refused(struct ctl *c, const struct call *call, const struct reply *r);

/* The usual: body may be NULL. */
int ask(struct ctl *c, const char *daemon, const char *method, const char *path, const struct buf *body,
	struct reply *r);
/* All pages of a list, as {"items":[…],"next":null}. */
int ask_list(struct ctl *c, const char *path, struct json *list_r);
/* Does somebody answer there?  Says nothing.  1 and the reply, or 0. */
int call_try(struct ctl *c, const struct call *call, struct reply *r);

/* What to type where that daemon does not run. */
const char *how_to_start(struct ctl *c, const char *daemon);

/* fexlctl cloud init makes it; a hub's daemons do not start before. */
#define CLOUD_CONF SYSCONFDIR "/fexl/fexl.conf.d/cloud.conf"

/* path?name=value, coded. */
const char *path_with(struct ctl *c, const char *path, const char *name, const char *value);

/* --- for batch.c --- */

struct target {			/* what all requests of a command have in common */
	struct curl_slist *headers;
	const char *base;	/* "http://localhost" or --host */
	const char *socket;	/* NULL with --host */
};
int target_find(struct ctl *c, const struct call *call, struct target *t);	/* 0, or an ending that was said */
void target_body(CURL *curl, struct slice body);		/* must live until the answer */
void target_prepare(const struct target *t, const struct call *call, struct pool *pool, CURL *curl);
/* Says why there was no answer; returns the ending. */
int target_failed(struct ctl *c, const struct target *t, const struct call *call, CURL *curl, CURLcode code);
/* CURLOPT_WRITEFUNCTION into a struct buf. */
size_t target_take(char *p, size_t size, size_t n, void *buf);
void target_release(struct target *t);

#endif
