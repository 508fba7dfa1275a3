/* The console's files.  Which there are is looked up once, at the start: a
 * request can only name one of these, so no path leads anywhere else.  Where
 * the build has left file.gz beside a file, that goes to whoever takes gzip. */
#include "base/base.h"
#include "apid/apid.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES_MAX 2000
#define FILE_MAX ((int64_t)8 << 20)	/* bytes */
#define HASH_LEN 8			/* of esbuild's names: index-4RZ3DK2A.js */

struct file {
	const char *path;		/* on disk */
	const char *type;
	bool gz;			/* path.gz is there too */
	bool hashed;			/* another content has another name */
};

struct files {
	struct pool *pool;
	struct map by_path;		/* "/assets/x.js" -> struct file */
	int n;
};

static const struct {
	const char *ext, *type;
} types[] = {
	{ ".html", "text/html; charset=utf-8" },
	{ ".js", "text/javascript; charset=utf-8" },
	{ ".css", "text/css; charset=utf-8" },
	{ ".json", "application/json" },
	{ ".webmanifest", "application/manifest+json" },
	{ ".svg", "image/svg+xml" },
	{ ".png", "image/png" },
	{ ".ico", "image/x-icon" },
	{ ".woff2", "font/woff2" },
	{ ".txt", "text/plain; charset=utf-8" },
};

static const char *type_of(const char *path)
{
	const char *ext = strrchr(path, '.');

	for (size_t i = 0; ext && i < ARRAY_LEN(types); i++)
		if (strcmp(types[i].ext, ext) == 0)
			return types[i].type;
	return "application/octet-stream";
}

/* --- the start --- */

/* name-4RZ3DK2A.js: esbuild's hash, eight capitals and digits. */
static bool has_hash(const char *path)
{
	const char *dash = strrchr(path, '-');
	size_t n = 0;

	while (dash && (isupper((unsigned char)dash[1 + n]) || isdigit((unsigned char)dash[1 + n])))
		n++;
	return n == HASH_LEN && dash[1 + n] == '.';
}

static bool ends_with(const char *text, const char *end)
{
	size_t a = strlen(text), b = strlen(end);

	return a > b && strcmp(text + a - b, end) == 0;
}

static void add_file(struct files *f, const char *path, size_t root_len)
{
	const char *url = path + root_len;
	struct file *file;
	char gz[PATH_MAX];

	if (ends_with(path, ".gz") || ends_with(path, ".map") || f->n == FILES_MAX)
		return;
	file = pool_alloc(f->pool, sizeof *file);
	snprintf(gz, sizeof gz, "%s.gz", path);
	file->path = pool_strdup(f->pool, path);
	file->type = type_of(path);
	file->gz = access(gz, R_OK) == 0;
	file->hashed = has_hash(path);
	map_put(&f->by_path, url, strlen(url), file);
	f->n++;
}

static void read_folder(struct files *f, const char *root)
{
	char *const roots[] = { (char *)root, NULL };
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *e;

	if (!tree)
		return;
	while ((e = fts_read(tree)))
		if (e->fts_info == FTS_F && e->fts_name[0] != '.')
			add_file(f, e->fts_path, strlen(root));
	fts_close(tree);
}

struct files *files_new(const struct conf *conf)
{
	struct files *f = x_alloc(sizeof *f);
	const char *dir = conf_str(conf, "web_dir");
	char root[PATH_MAX];

	f->pool = pool_new();
	if (!dir || !*dir)
		dir = PKGDATADIR "/web";
	if (realpath(dir, root))
		read_folder(f, root);
	if (f->n == 0)
		log_info("no web console in %s: only the API is served", dir);
	return f;
}

void files_free(struct files **fp)
{
	struct files *f = *fp;

	if (!f)
		return;
	*fp = NULL;
	map_release(&f->by_path);
	pool_free(&f->pool);
	free(f);
}

/* --- looking up --- */

/* A place within the console, not a file: the page itself knows what it shows. */
static bool is_place(const char *path)
{
	return strncmp(path, "/api/", 5) != 0 && strncmp(path, "/internal/", 10) != 0 &&
	       !strchr(strrchr(path, '/'), '.');
}

static const struct file *find(const struct files *f, const char *path)
{
	const struct file *file = map_get(&f->by_path, path, strlen(path));

	if (file || !is_place(path))
		return file;
	return map_get(&f->by_path, "/index.html", strlen("/index.html"));
}

bool files_has(const struct files *f, const char *path)
{
	return path[0] == '/' && (find(f, path) || strcmp(path, "/") == 0);
}

/* --- answering --- */

/* Until a console is built, whoever opens the address should find a sign. */
static const char no_console[] =
	"<!doctype html><html lang=en><meta charset=utf-8><title>Fexl</title>"
	"<h1>Fexl</h1><p>This server is running. No web console is installed here; its API is at "
	"<code>/api</code>.</p></html>\n";

/* The page may talk to us and to the cloud we are paired with, over HTTP and
 * WebSocket. */
static void put_csp(struct apid *a, struct http_request *rq)
{
	const char *url = a->cloud_url, *host = url ? strstr(url, "://") : NULL;
	bool tls = url && strncmp(url, "https://", 8) == 0;
	size_t len = host ? strcspn(host + 3, "/;, ?#") : 0;
	struct buf cloud = { 0 };

	buf_str(&cloud, "");
	if (len > 0)
		buf_printf(&cloud, " %s://%.*s %s://%.*s", tls ? "https" : "http", (int)len, host + 3,
			   tls ? "wss" : "ws", (int)len, host + 3);
	http_extra(rq, "Content-Security-Policy",
		   "default-src 'self'; connect-src 'self'%s; base-uri 'none'; frame-ancestors 'none'",
		   cloud.len ? cloud.data : "");
	http_extra(rq, "Referrer-Policy", "no-referrer");
	buf_release(&cloud);
}

static int read_file(const char *path, struct buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	ssize_t len = -1;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= FILE_MAX)
		len = read(fd, buf_room(out, (size_t)st.st_size), (size_t)st.st_size);
	if (fd >= 0)
		close(fd);
	if (len < 0)
		return -1;
	buf_used(out, (size_t)len);
	return 0;
}

static bool takes_gzip(const struct http_request *rq)
{
	struct slice takes = http_header(rq, "Accept-Encoding");

	return takes.p && memmem(takes.p, takes.len, "gzip", 4);
}

static void answer_file(struct http_request *rq, const struct file *file)
{
	bool gz = file->gz && takes_gzip(rq);
	struct buf body = { 0 };
	struct err err = { 0 };
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s%s", file->path, gz ? ".gz" : "");
	if (read_file(path, &body) < 0) {
		log_warn("%s: cannot be read: %s", path, strerror(errno));
		err_set(&err, ERR_NOT_FOUND, "no_file",
			"%s is not here any more: the console was replaced, reload it", rq->path);
		http_reply_problem(rq, &err);
		return;
	}
	http_extra(rq, "Cache-Control", "%s",
		   file->hashed ? "public, max-age=31536000, immutable" : "no-cache");
	if (file->gz)
		http_extra(rq, "Vary", "Accept-Encoding");
	if (gz)
		http_extra(rq, "Content-Encoding", "gzip");
	http_reply(rq, 200, file->type, &body);
}

void files_answer(struct apid *a, struct http_request *rq)
{
	const struct file *file = find(a->files, rq->path);
	struct buf body = { 0 };

	put_csp(a, rq);
	if (file) {
		answer_file(rq, file);
		return;
	}
	buf_str(&body, no_console);
	http_reply(rq, 200, "text/html; charset=utf-8", &body);
}
