/* The connection is cut behind every byte of a transaction, in either
 * direction, by a go-between: what db_commit() says must be true each time. */
#include "base/base.h"
#include "db.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/un.h>

enum direction { TO_SERVER, TO_CLIENT };

struct between {
	char dir[40], real[108];
	int fd, stop_fd[2];
	pthread_t thread;
	_Atomic long left[2];	/* bytes that may pass in this direction; -1: any number */
	_Atomic int ended;	/* connections */
};

static struct sockaddr_un address_of(const char *dir)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	snprintf(a.sun_path, sizeof a.sun_path, "%.80s/.s.PGSQL.5432", dir);
	return a;
}

/* False when this was the end. */
static bool pass_on(struct between *b, enum direction way, int from, int to)
{
	char bytes[4096];
	ssize_t n = read(from, bytes, sizeof bytes);
	long left = b->left[way];

	if (n <= 0)
		return false;
	if (left >= 0 && n > left)
		n = left;
	if (left >= 0)
		b->left[way] = left - n;
	if (n > 0 && send(to, bytes, (size_t)n, MSG_NOSIGNAL) != n)
		return false;
	return left < 0 || left > n;
}

/* False: stop for good. */
static bool carry(struct between *b, int client, int server)
{
	for (;;) {
		struct pollfd p[] = { { client, POLLIN, 0 }, { server, POLLIN, 0 }, { b->stop_fd[0], POLLIN, 0 } };

		poll(p, ARRAY_LEN(p), -1);
		if (p[2].revents)
			return false;
		if (p[0].revents && !pass_on(b, TO_SERVER, client, server))
			return true;
		if (p[1].revents && !pass_on(b, TO_CLIENT, server, client))
			return true;
	}
}

static void *between_main(void *arg)
{
	struct between *b = arg;
	struct sockaddr_un real = address_of(b->real);
	bool more = true;

	while (more) {
		struct pollfd p[] = { { b->fd, POLLIN, 0 }, { b->stop_fd[0], POLLIN, 0 } };
		int client, server = socket(AF_UNIX, SOCK_STREAM, 0);

		poll(p, ARRAY_LEN(p), -1);
		client = p[1].revents ? -1 : accept(b->fd, NULL, NULL);
		more = client >= 0 && connect(server, (struct sockaddr *)&real, sizeof real) == 0 &&
		       carry(b, client, server);
		if (client >= 0)
			close(client);
		close(server);
		b->ended++;
	}
	return NULL;
}

static void between_start(struct between *b, const struct world *w)
{
	const char *host = strstr(w->url, "host='") + 6;
	struct sockaddr_un a;

	snprintf(b->dir, sizeof b->dir, "/tmp/fexl-test-cut-XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	snprintf(b->real, sizeof b->real, "%.*s", (int)strcspn(host, "'"), host);
	a = address_of(b->dir);
	b->left[TO_SERVER] = b->left[TO_CLIENT] = -1;
	b->ended = 0;
	b->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(b->fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(b->fd, 8), 0);
	assert_int_equal(pipe(b->stop_fd), 0);
	assert_int_equal(pthread_create(&b->thread, NULL, between_main, b), 0);
}

static void between_stop(struct between *b)
{
	assert_int_equal(write(b->stop_fd[1], "", 1), 1);
	pthread_join(b->thread, NULL);
	close(b->fd);
	close(b->stop_fd[0]);
	close(b->stop_fd[1]);
	unlink(address_of(b->dir).sun_path);
	rmdir(b->dir);
}

/* Three rows, or none. */
static enum commit_end transaction(struct db *db, int64_t id, struct err *err)
{
	int64_t n;

	if (db_begin(db, err) < 0)
		return COMMIT_REFUSED;
	if (put_item(db, id, err) < 0 || send_item(db, id + 1, err) < 0 ||
	    db_int(db, "SELECT CAST(count(*) AS bigint) FROM item", NO_ARGS, &n, err) < 0 ||
	    send_item(db, id + 2, err) < 0) {
		db_rollback(db);
		return COMMIT_REFUSED;
	}
	return db_commit(db, err);
}

static void judge(struct world *w, enum commit_end end, const struct err *err, int64_t id)
{
	int64_t stored = must_int(w->db, "SELECT CAST(count(*) AS bigint) FROM item WHERE id >= $1", ARGS(v_int(id)));

	assert_true(stored == 0 || stored == 3);
	switch (end) {
	case COMMIT_DONE:
		assert_int_equal(stored, 3);
		break;
	case COMMIT_REFUSED:
		assert_int_equal(stored, 0);
		assert_string_equal(err->code, "database_gone");
		break;
	case COMMIT_UNKNOWN:
		assert_string_equal(err->code, "uncertain");
	}
}

/* Each end is counted.  Returns how many bytes a whole transaction has. */
static long cut_everywhere(struct world *w, struct between *b, struct db *db, enum direction way, int ends[3])
{
	static int64_t id;
	long at = 0;

	for (bool cut = true; cut; at++) {
		int64_t pid = pid_of(db);
		int ended = b->ended;
		struct err err = { 0 };
		enum commit_end end;

		id += 10;
		b->left[way] = at;
		end = transaction(db, id, &err);
		cut = b->left[way] == 0;
		while (cut && b->ended == ended)
			nap();
		b->left[way] = -1;
		if (end != COMMIT_DONE)
			wait_until(w->db, "SELECT CAST(count(*) AS bigint) FROM pg_stat_activity WHERE pid = $1",
				   ARGS(v_int(pid)), 0);
		judge(w, end, &err, id);
		ends[end]++;
	}
	return at;
}

static void what_a_commit_says_is_true_wherever_it_is_cut(void **state)
{
	struct world *w = world_of(state);
	struct between b;
	struct buf url = { 0 };
	struct db *db;

	between_start(&b, w);
	buf_printf(&url, "%s host='%s'", w->url, b.dir);
	db = open_at(url.data, ENGINE_POSTGRES, DB_WRITE);
	log_listen(w);
	for (enum direction way = TO_SERVER; way <= TO_CLIENT; way++) {
		int ends[3] = { 0 };
		long bytes = cut_everywhere(w, &b, db, way, ends);

		/* Enough was cut, and it mattered where. */
		assert_true(bytes > 100);
		assert_true(ends[COMMIT_REFUSED] > 20 && ends[COMMIT_UNKNOWN] > 5 && ends[COMMIT_DONE] >= 1);
	}
	log_heard(w);
	db_close(&db);
	between_stop(&b);
	buf_release(&url);
}

DB_MAIN(
	ON_POSTGRES(what_a_commit_says_is_true_wherever_it_is_cut),
)
