/* The files: lines `name = value`.  A line that begins with # is a comment;
 * nothing else is: a value goes on to the end of its line, without quotes. */
#include "base/base.h"
#include "service/conf.h"
#include "service/option.h"
#include "base/pool.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#define FILE_MAX ((size_t)1 << 20)	/* bytes */
#define FILES_MAX 1000			/* drop-ins in one folder */

struct place {			/* a line of a file */
	const char *file;
	int line;
	const char *text;	/* "file:line" */
};

static struct slice trim(struct slice s)
{
	while (s.len > 0 && isspace((unsigned char)s.p[0])) {
		s.p++;
		s.len--;
	}
	while (s.len > 0 && isspace((unsigned char)s.p[s.len - 1]))
		s.len--;
	return s;
}

static int quotes_check(const char *value, const char *where, struct err *err)
{
	size_t len = strlen(value);

	if (len < 2 || (*value != '"' && *value != '\'') || value[len - 1] != *value)
		return 0;
	return err_set(err, ERR_INPUT, "option_quoted",
		       "%s: values stand without quotes around them", where);
}

static int assignment_read(struct conf *c, const char *name, const char *value,
			   const struct place *at, struct err *err)
{
	const struct option_desc *o = option_find(name, strlen(name));
	struct conf_value *v;

	/* Dashes are for flags. */
	if (o == NULL || strchr(name, '-') != NULL)
		return conf_unknown(name, at->text, err);
	v = conf_value_of(c, o);
	if (v->file == at->file)
		return err_set(err, ERR_INPUT, "option_twice", "%s: %s stands in line %d already",
			       at->text, name, v->line);
	if (quotes_check(value, at->text, err) < 0 || conf_set(c, o, value, at->text, err) < 0)
		return -1;
	v->file = at->file;
	v->line = at->line;
	return 0;
}

static int line_read(struct conf *c, struct slice line, const struct place *at, struct err *err)
{
	const char *equals;
	struct slice name, value;

	line = trim(line);
	if (line.len == 0 || line.p[0] == '#')
		return 0;
	if (line.p[0] == '[')
		return err_set(err, ERR_INPUT, "option_section",
			       "%s: there are no sections, only lines name = value", at->text);
	equals = memchr(line.p, '=', line.len);
	if (equals == NULL)
		return err_set(err, ERR_INPUT, "option_line",
			       "%s: neither name = value nor a comment", at->text);
	name = trim((struct slice){ line.p, (size_t)(equals - line.p) });
	value = trim((struct slice){ equals + 1, (size_t)(line.p + line.len - equals - 1) });
	return assignment_read(c, pool_strndup(c->pool, name.p, name.len),
			       pool_strndup(c->pool, value.p, value.len), at, err);
}

static int text_read(struct conf *c, const char *path, struct slice text, struct err *err)
{
	struct place at = { .file = pool_strdup(c->pool, path) };

	while (text.len > 0) {
		const char *end = memchr(text.p, '\n', text.len);
		size_t len = end != NULL ? (size_t)(end - text.p) : text.len;

		at.line++;
		at.text = pool_printf(c->pool, "%s:%d", path, at.line);
		if (memchr(text.p, '\0', len) != NULL)
			return err_set(err, ERR_INPUT, "option_nul",
				       "%s: a NUL byte; is this a text file?", at.text);
		if (line_read(c, (struct slice){ text.p, len }, &at, err) < 0)
			return -1;
		len += end != NULL;
		text.p += len;
		text.len -= len;
	}
	return 0;
}

/* Reads on to the end of the file, or a byte beyond what is allowed. */
static int stream_read(FILE *f, struct buf *text)
{
	size_t n;

	while (text->len <= FILE_MAX && (n = fread(buf_room(text, 4096), 1, 4096, f)) > 0)
		buf_used(text, n);
	return ferror(f) ? -1 : 0;
}

/* `needed`: it is an error when the file is not there. */
static int file_read(struct conf *c, const char *path, bool needed, struct err *err)
{
	FILE *f = fopen(path, "re");
	struct buf text = { 0 };
	int rc;

	if (f == NULL && errno == ENOENT && !needed)
		return 0;
	if (f == NULL)
		return err_set(err, ERR_INPUT, "conf_unreadable", "%s: cannot read: %s", path,
			       strerror(errno));
	if (stream_read(f, &text) < 0)
		rc = err_set(err, ERR_INPUT, "conf_unreadable", "%s: cannot read: %s", path,
			     strerror(errno));
	else if (text.len > FILE_MAX)
		rc = err_set(err, ERR_INPUT, "conf_too_large",
			     "%s: more than 1 MiB; is this a fexl.conf?", path);
	else
		rc = text_read(c, path, (struct slice){ text.data, text.len }, err);
	fclose(f);
	buf_release(&text);
	return rc;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "10-shop.conf", but neither ".10-shop.conf.swp" nor "10-shop.conf.bak". */
static bool is_drop_in(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '.' && len > 5 && strcmp(name + len - 5, ".conf") == 0;
}

/* All *.conf of a folder, in the order of their names. */
static int dir_read(struct conf *c, const char *dir, struct err *err)
{
	char *names[FILES_MAX];
	size_t n = 0;
	struct dirent *e;
	DIR *d = opendir(dir);

	if (d == NULL && errno == ENOENT)
		return 0;
	if (d == NULL)
		return err_set(err, ERR_INPUT, "conf_unreadable", "%s: cannot read: %s", dir,
			       strerror(errno));
	while ((e = readdir(d)) != NULL && n < FILES_MAX)
		if (is_drop_in(e->d_name))
			names[n++] = pool_printf(c->pool, "%s/%s", dir, e->d_name);
	closedir(d);
	if (n == FILES_MAX)
		return err_set(err, ERR_INPUT, "conf_too_many", "%s: more than %d files", dir,
			       FILES_MAX - 1);
	qsort(names, n, sizeof(names[0]), by_name);
	for (size_t i = 0; i < n; i++)
		if (file_read(c, names[i], true, err) < 0)
			return -1;
	return 0;
}

int conf_read_files(struct conf *c, const struct conf_places *places, const char *only,
		    struct err *err)
{
	if (only != NULL)
		return file_read(c, only, true, err);
	if (dir_read(c, places->vendor_dir, err) < 0 || file_read(c, places->file, false, err) < 0)
		return -1;
	return dir_read(c, places->drop_in_dir, err);
}
