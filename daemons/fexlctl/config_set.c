/* config set: one line of one file, and back again when no daemon would start with it. */
#include "base/base.h"
#include "fexlctl/config_set.h"
#include "fexlctl/files.h"

#include <ctype.h>
#include <sys/stat.h>
#include <unistd.h>

struct change {
	struct ctl *c;
	const struct option_desc *option;
	const char *value, *path;
	struct buf before, after;
	struct stat st;		/* of the file as it was; mode 0: there was none */
};

/* "  listen = …": does this line set it? */
static bool sets(const char *line, size_t len, const char *name)
{
	size_t name_len = strlen(name);

	while (len > 0 && isspace((unsigned char)*line)) {
		line++;
		len--;
	}
	if (len < name_len || strncmp(line, name, name_len) != 0)
		return false;
	while (name_len < len && isspace((unsigned char)line[name_len]))
		name_len++;
	return name_len < len && line[name_len] == '=';
}

static void make_text(struct change *ch)
{
	const char *at = ch->before.len > 0 ? ch->before.data : "", *end = at + ch->before.len;
	bool done = false;

	if (ch->before.len == 0)
		buf_str(&ch->after, "# Written by fexlctl config set; see fexl.conf(5).\n");
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((newline != NULL ? newline : end) - at);

		if (!sets(at, len, ch->option->name)) {
			buf_add(&ch->after, at, len);
			buf_char(&ch->after, '\n');
		} else if (!done) {
			buf_printf(&ch->after, "%s = %s\n", ch->option->name, ch->value);
			done = true;
		}
		at += len + 1;
	}
	if (!done)
		buf_printf(&ch->after, "%s = %s\n", ch->option->name, ch->value);
}

static int put(struct change *ch, const struct buf *text)
{
	mode_t mode = ch->st.st_mode != 0 ? ch->st.st_mode & 07777 : 0644;

	return file_put(ch->c, ch->path, mode, ch->st.st_mode != 0 ? ch->st.st_gid : (gid_t)-1, text);
}

static void undo(struct change *ch)
{
	if (ch->st.st_mode != 0)
		(void)put(ch, &ch->before);
	else
		unlink(ch->path);
}

static const struct {
	unsigned who;
	const char *unit;
} readers[] = { { FOR_APID, "fexl-apid" }, { FOR_SYNCD, "fexl-syncd" }, { FOR_REALTIMED, "fexl-realtimed" } };

static void tell_next(struct change *ch)
{
	const char *units = "";

	for (size_t i = 0; i < ARRAY_LEN(readers); i++)
		if (ch->option->who & readers[i].who)
			units = pool_printf(ch->c->pool, "%s %s", units, readers[i].unit);
	hint(ch->c, "systemctl restart%s", units);
}

/* Does it stand, and does it count? */
static int confirm_change(struct change *ch)
{
	static const struct column fields[] = { { "Option", "name" }, { "Value", "value" }, { "From", "origin" }, { NULL } };
	struct ctl *c = ch->c;
	const char *origin;
	struct buf out = { 0 };
	struct conf *conf;
	int rc = config_load(c, &conf);

	if (rc != 0) {
		undo(ch);
		return rc;
	}
	origin = pool_strdup(c->pool, conf_origin(conf, ch->option->name));
	jw_open(&out, '{');
	jw_put_int(&out, "schema", 1);
	jw_put_str(&out, "name", ch->option->name);
	jw_put_str(&out, "value", conf_str(conf, ch->option->name));
	jw_put_str(&out, "origin", origin);
	jw_close(&out, '}');
	conf_free(&conf);
	c->out->record(c, fields, json_made(c, &out));
	if (strncmp(origin, ch->path, strlen(ch->path)) != 0)
		return fail(c, END_REFUSED, "change it there, or take it out", "%s is written, but %s says otherwise and counts", ch->path, origin);
	tell_next(ch);
	return END_OK;
}

static int change(struct change *ch)
{
	int rc = arg_given(ch->c, ARG_CONFIG) ? 0 : folder_make(ch->c, SYSCONFDIR "/fexl/fexl.conf.d", 0755);

	if (rc != 0 || (rc = file_get(ch->c, ch->path, &ch->before)) != 0)
		return rc;
	if (stat(ch->path, &ch->st) < 0)
		ch->st.st_mode = 0;
	make_text(ch);
	rc = put(ch, &ch->after);
	return rc != 0 ? rc : confirm_change(ch);
}

int config_set(struct ctl *c)
{
	struct change ch = { .c = c, .option = config_option(c, c->args[0]), .value = c->args[1] };
	int rc;

	if (ch.option == NULL)
		return END_NOT_FOUND;
	if (strchr(ch.value, '\n') != NULL)
		return fail(c, END_USAGE, NULL, "a value is one line");
	if (conf_is_secret(ch.option->name))
		return fail(c, END_USAGE, "write it into " SYSCONFDIR "/fexl/fexl.conf.d/, mode 0640, group fexl",
			    "%s may hold a password, and a command line can be read by others", ch.option->name);
	ch.path = arg_given(c, ARG_CONFIG) ? c->option[ARG_CONFIG] : CTL_CONF;
	rc = change(&ch);
	buf_release(&ch.before);
	buf_release(&ch.after);
	return rc;
}
