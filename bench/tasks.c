#include "base/base.h"
#include "tasks.h"

#include <stdarg.h>
#include <stdlib.h>

void die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

/* The next field; the line's own memory. */
static char *field(char **rest)
{
	char *text = strsep(rest, "\t");

	return text ? text : "";
}

static void make_body(struct task *t, const char *template)
{
	const char *mark = strstr(template, "%u");
	size_t before = mark ? (size_t)(mark - template) : strlen(template);

	t->body = x_alloc(strlen(template) + UUID_TEXT_LEN + 1);
	memcpy(t->body, template, before);
	if (mark) {
		t->uuid = t->body + before;
		memset(t->uuid, '-', UUID_TEXT_LEN);
		strcpy(t->uuid + UUID_TEXT_LEN, mark + 2);
	}
	t->body_len = strlen(t->body);
}

static void read_line(struct tasks *all, char *line)
{
	struct task *t = &all->task[all->n++];

	line[strcspn(line, "\n")] = '\0';
	line = x_strdup(line);
	t->method = field(&line);
	t->path = field(&line);
	t->expected = field(&line);
	make_body(t, field(&line));
}

void tasks_read(struct tasks *t, const char *file)
{
	FILE *f = fopen(file, "r");
	char *line = NULL;
	size_t size = 0;

	if (!f)
		die("%s: %m", file);
	t->task = x_alloc(TASKS_MAX * sizeof *t->task);
	t->n = 0;
	while (t->n < TASKS_MAX && getline(&line, &size, f) > 0)
		read_line(t, line);
	free(line);
	fclose(f);
	if (t->n == 0)
		die("%s: there is no request in it", file);
}
