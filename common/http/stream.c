/* Answers in pieces.  Pressure goes back to the maker: more() is called only
 * when the kernel has taken everything, once a turn of the loop. */
#include "base/base.h"
#include "base/log.h"
#include "http/internal.h"

void http_stream_begin(struct http_request *rq, int status, const char *type,
		       const struct http_stream *stream)
{
	struct exchange *x = exchange_of(rq);
	struct http_conn *c = rq->conn;

	if (x->answered)
		panic("%s %s was answered twice", http_method_name(rq->method), rq->path);
	x->stream = *stream;
	if (c->fd >= 0) {
		reply_head(x, status, type, -1);
		x->ended = rq->method == HTTP_HEAD;
		c->state = CONN_STREAM;
	}
	reply_given(x);
}

static void put_hex(struct buf *out, size_t n)
{
	char text[2 * sizeof(n)], *p = text + sizeof(text);

	do
		*--p = "0123456789abcdef"[n & 15];
	while ((n >>= 4) > 0);
	buf_add(out, p, (size_t)(text + sizeof(text) - p));
}

void http_stream_add(struct http_request *rq, struct buf *piece)
{
	struct exchange *x = exchange_of(rq);
	struct output *o = &rq->conn->out;
	bool empty = piece->len == 0;	/* as a chunk it would be the end */

	if (x->ended || empty) {
		buf_release(piece);
	} else if (x->head.minor > 0) {
		put_hex(output_end(o), piece->len);
		buf_add(output_end(o), "\r\n", 2);
		buf_add(piece, "\r\n", 2);
	}
	output_take(o, piece);
	x->asked = false;
	conn_run(rq->conn);
}

void http_stream_end(struct http_request *rq, bool complete)
{
	struct exchange *x = exchange_of(rq);

	if (x->ended)
		return;
	x->ended = true;
	x->cut = !complete;
	if (complete && x->head.minor > 0)
		buf_str(output_end(&rq->conn->out), "0\r\n\r\n");
	conn_run(rq->conn);
}
