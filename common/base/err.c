#include "base/base.h"
#include "base/err.h"
#include "base/utf8.h"

#include <stdarg.h>

/* Texts quote what strangers sent, and the room may end in the middle of a
 * character: whatever is not UTF-8 must not get into an answer. */
static void mend(char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len;) {
		size_t n = utf8_next(text + i, len - i);

		if (n == 0)
			text[i] = '?';
		i += n > 0 ? n : 1;
	}
}

/* Made aside first: the arguments may be parts of *err itself, as in
 * err_set(err, kind, err->code, "while starting: %s", err->text). */
static PRINTF(5, 0) int fill(struct err *err, enum err_kind kind, const char *field,
			     const char *code, const char *fmt, va_list args)
{
	struct err e = { .kind = kind };

	if (err == NULL)
		return -1;
	snprintf(e.code, sizeof(e.code), "%s", code);
	snprintf(e.field, sizeof(e.field), "%s", field);
	vsnprintf(e.text, sizeof(e.text), fmt, args);
	mend(e.field);
	mend(e.text);
	*err = e;
	return -1;
}

int err_set(struct err *err, enum err_kind kind, const char *code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fill(err, kind, "", code, fmt, args);
	va_end(args);
	return -1;
}

int err_field(struct err *err, const char *field, const char *code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fill(err, ERR_INPUT, field, code, fmt, args);
	va_end(args);
	return -1;
}

int err_under(struct err *err, const char *fmt, ...)
{
	char field[sizeof(err->field)];
	va_list args;
	size_t len;

	if (err == NULL)
		return -1;
	va_start(args, fmt);
	vsnprintf(field, sizeof(field), fmt, args);
	va_end(args);
	len = strlen(field);
	snprintf(field + len, sizeof(field) - len, "%s", err->field);
	memcpy(err->field, field, sizeof(field));
	mend(err->field);
	return -1;
}

int err_most(struct err *err, int64_t max)
{
	if (err) {
		err->has_max = true;
		err->max = max;
	}
	return -1;
}

bool err_is_trouble(const struct err *err)
{
	return err->kind == ERR_BUSY || err->kind == ERR_UNREACHABLE;
}

bool err_is_ours(const struct err *err)
{
	return err->kind == ERR_INTERNAL || err_is_trouble(err);
}

void err_clear(struct err *err)
{
	*err = (struct err){ .kind = ERR_NONE };
}
