/* libcurl on our loop, for calls (remote.c) and for a line (line.c) alike. */
#include "base/base.h"
#include "syncd/multi.h"
#include "base/log.h"

#include <event2/event.h>
#include <stdlib.h>

struct multi {
	struct event_base *base;
	CURLM *curl;
	struct event *timer;
};

static void finish(struct multi *m)
{
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(m->curl, &left)) != NULL) {
		char *to = NULL;
		struct ended *e;

		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &to);
		e = (struct ended *)to;
		e->fn(e, msg->data.result);
	}
}

static void on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct multi *m = arg;
	int ready = (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0);
	int running;

	curl_multi_socket_action(m->curl, fd, ready, &running);
	finish(m);
}

static void on_timer(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct multi *m = arg;
	int running;

	curl_multi_socket_action(m->curl, CURL_SOCKET_TIMEOUT, 0, &running);
	finish(m);
}

static int watch_timer(CURLM *curl UNUSED, long ms, void *arg)
{
	struct multi *m = arg;
	struct timeval in = { ms / 1000, ms % 1000 * 1000 };

	if (ms < 0)
		event_del(m->timer);
	else
		event_add(m->timer, &in);
	return 0;
}

static int watch_socket(CURL *easy UNUSED, curl_socket_t fd, int what, void *arg, void *watched)
{
	struct multi *m = arg;
	struct event *ev = watched;
	int wants = (what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0);

	if (ev != NULL)
		event_free(ev);
	ev = what == CURL_POLL_REMOVE ? NULL :
	     event_new(m->base, fd, (short)(wants | EV_PERSIST), on_socket, m);
	if (ev == NULL && what != CURL_POLL_REMOVE)
		panic("no event for descriptor %d", (int)fd);
	if (ev != NULL)
		event_add(ev, NULL);
	curl_multi_assign(m->curl, fd, ev);
	return 0;
}

void multi_add(struct multi *m, CURL *easy, struct ended *e)
{
	curl_easy_setopt(easy, CURLOPT_PRIVATE, e);
	if (curl_multi_add_handle(m->curl, easy) != CURLM_OK)
		panic("libcurl takes no call");
}

void multi_remove(struct multi *m, CURL *easy)
{
	curl_multi_remove_handle(m->curl, easy);
}

struct multi *multi_new(struct event_base *base)
{
	struct multi *m = x_alloc(sizeof(*m));

	m->base = base;
	m->timer = evtimer_new(base, on_timer, m);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		m->curl = curl_multi_init();
	if (m->curl == NULL || m->timer == NULL)
		panic("libcurl does not start");
	curl_multi_setopt(m->curl, CURLMOPT_SOCKETFUNCTION, watch_socket);
	curl_multi_setopt(m->curl, CURLMOPT_SOCKETDATA, m);
	curl_multi_setopt(m->curl, CURLMOPT_TIMERFUNCTION, watch_timer);
	curl_multi_setopt(m->curl, CURLMOPT_TIMERDATA, m);
	return m;
}

void multi_free(struct multi **mp)
{
	struct multi *m = *mp;

	if (m == NULL)
		return;
	*mp = NULL;
	curl_multi_cleanup(m->curl);
	curl_global_cleanup();
	event_free(m->timer);
	free(m);
}
