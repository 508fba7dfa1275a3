/* A recursive descent over RFC 8259, never deeper than JSON_DEPTH_MAX.  It keeps
 * the way from the root to where it reads, and so can name the culprit. */
#include "base/base.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/jsonscan.h"
#include "base/utf8.h"

#include <stdarg.h>

/* Names of one object that are compared with each other; more are for the tree. */
#define NAMES_MAX 64

/* A container that is being read, and which of its values is. */
struct frame {
	bool is_object;
	struct slice name;	/* p is NULL between two members */
	size_t index;
	size_t names;		/* noted of this object … */
	uint64_t shapes;	/* … and, a bit each, what they look like */
};

struct scan {
	const char *text, *at, *end;
	struct frame frames[JSON_DEPTH_MAX];
	int depth, arrays;	/* open containers; how many of them are arrays */
	size_t objects;
	struct slice (*names)[NAMES_MAX];	/* of the objects that are open */
	struct json_scan *caller;
	struct err *err;
};

/* --- naming the culprit --- */

void json_pointer_add(struct buf *pointer, struct slice name)
{
	buf_char(pointer, '/');
	for (size_t i = 0; i < name.len; i++) {
		if (name.p[i] == '~' || name.p[i] == '/')
			buf_str(pointer, name.p[i] == '~' ? "~0" : "~1");
		else
			buf_char(pointer, name.p[i]);
	}
}

static void add_way(const struct scan *s, struct buf *pointer)
{
	for (int i = 0; i < s->depth; i++) {
		const struct frame *f = &s->frames[i];

		if (!f->is_object)
			buf_printf(pointer, "/%zu", f->index);
		else if (f->name.p != NULL)
			json_pointer_add(pointer, f->name);
	}
}

static PRINTF(4, 5) int refuse_at(struct scan *s, const char *where, const char *code,
				  const char *fmt, ...)
{
	struct buf pointer = { NULL, 0, 0 };
	char text[160];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	err_set(s->err, ERR_SYNTAX, code, "byte %td: %s", where - s->text, text);
	add_way(s, &pointer);
	if (pointer.len > 0)
		err_under(s->err, "%s", pointer.data);
	buf_release(&pointer);
	return -1;
}

static int refuse_syntax(struct scan *s, const char *wanted)
{
	if (s->at == s->end)
		return refuse_at(s, s->at, "json_syntax", "the text ends where %s should stand",
				 wanted);
	if (*s->at > 0x20 && *s->at < 0x7f)
		return refuse_at(s, s->at, "json_syntax", "'%c' stands where %s should", *s->at,
				 wanted);
	return refuse_at(s, s->at, "json_syntax", "byte 0x%02x stands where %s should",
			 (uint8_t)*s->at, wanted);
}

/* --- the grammar --- */

static void skip_blanks(struct scan *s)
{
	while (s->at < s->end &&
	       (*s->at == ' ' || *s->at == '\n' || *s->at == '\r' || *s->at == '\t'))
		s->at++;
}

static bool skip(struct scan *s, char c)
{
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

static size_t skip_digits(struct scan *s)
{
	const char *first = s->at;

	while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
		s->at++;
	return (size_t)(s->at - first);
}

static bool fits_int64(const char *digits, size_t n, bool negative)
{
	const char *limit = negative ? "9223372036854775808" : "9223372036854775807";

	return n < 19 || (n == 19 && memcmp(digits, limit, 19) <= 0);
}

/* Below 10^308, whatever the digits are: so it fits a double. */
static bool fits_double(const char *exponent, size_t n, size_t whole_digits)
{
	size_t value = 0;

	for (; n > 0 && *exponent == '0'; n--)
		exponent++;
	if (n > 3)
		return false;
	for (size_t i = 0; i < n; i++)
		value = value * 10 + (size_t)(exponent[i] - '0');
	return value + whole_digits <= 308;
}

struct number {
	const char *first, *whole, *exponent;
	size_t n_whole, n_exponent;
	bool negative, real, small;	/* small: a negative exponent */
};

static int scan_exponent(struct scan *s, struct number *n)
{
	if (!skip(s, 'e') && !skip(s, 'E'))
		return 0;
	n->real = true;
	n->small = skip(s, '-');
	if (!n->small)
		skip(s, '+');
	n->exponent = s->at;
	n->n_exponent = skip_digits(s);
	return n->n_exponent > 0 ? 0 : refuse_syntax(s, "a digit");
}

static int scan_digits(struct scan *s, struct number *n)
{
	n->negative = skip(s, '-');
	n->whole = n->exponent = s->at;
	n->n_whole = skip_digits(s);
	if (n->n_whole == 0)
		return refuse_syntax(s, "a digit");
	if (n->n_whole > 1 && *n->whole == '0')
		return refuse_at(s, n->first, "json_syntax", "a number has a 0 in front");
	n->real = skip(s, '.');
	if (n->real && skip_digits(s) == 0)
		return refuse_syntax(s, "a digit");
	return scan_exponent(s, n);
}

static int scan_number(struct scan *s)
{
	struct number n = { .first = s->at };

	if (scan_digits(s, &n) < 0)
		return -1;
	if (!n.real && !fits_int64(n.whole, n.n_whole, n.negative))
		return refuse_at(s, n.first, "range", "a whole number does not fit 64 bits");
	if (n.real && !fits_double(n.exponent, n.small ? 0 : n.n_exponent, n.n_whole))
		return refuse_at(s, n.first, "range",
				 "a number is too large: it must be below 10^308");
	return 0;
}

static int read_hex4(struct scan *s, unsigned *value_r)
{
	unsigned value = 0;

	for (int i = 0; i < 4; i++, s->at++) {
		char c = s->at < s->end ? *s->at : '\0';

		if (c >= '0' && c <= '9')
			value = value << 4 | (unsigned)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			value = value << 4 | (unsigned)((c | 0x20) - 'a' + 10);
		else
			return refuse_syntax(s, "a hexadecimal digit");
	}
	*value_r = value;
	return 0;
}

/* Behind \u.  *code_r is the character that it, or the pair that it begins, stands for. */
static int scan_unicode(struct scan *s, unsigned *code_r)
{
	const char *first = s->at - 2;
	unsigned low;

	if (read_hex4(s, code_r) < 0)
		return -1;
	if (*code_r < 0xd800 || *code_r > 0xdfff)
		return 0;
	if (*code_r > 0xdbff || s->end - s->at < 2 || s->at[0] != '\\' || s->at[1] != 'u')
		return refuse_at(s, first, "json_utf8", "half of a surrogate pair stands alone");
	s->at += 2;
	if (read_hex4(s, &low) < 0)
		return -1;
	if (low < 0xdc00 || low > 0xdfff)
		return refuse_at(s, first, "json_utf8", "half of a surrogate pair stands alone");
	*code_r = 0x10000 + ((*code_r - 0xd800) << 10) + (low - 0xdc00);
	return 0;
}

static int scan_escape(struct scan *s, bool is_name)
{
	const char *first = s->at++;
	unsigned code;

	if (s->at == s->end || *s->at == '\0' || strchr("\"\\/bfnrtu", *s->at) == NULL)
		return refuse_syntax(s, "one of \"\\/bfnrtu");
	if (*s->at++ != 'u')
		return 0;
	if (scan_unicode(s, &code) < 0)
		return -1;
	if (code == 0 && is_name)
		return refuse_at(s, first, "nul", "a name has a NUL in it");
	return 0;
}

enum { PLAIN, QUOTE, ESCAPE, CONTROL, LEAD };

static const uint8_t kind_of[256] = {
	[0 ... 0x1f] = CONTROL,
	['"'] = QUOTE,
	['\\'] = ESCAPE,
	[0x80 ... 0xff] = LEAD,
};

/* Behind the opening quote, to behind the closing one. */
static int scan_string(struct scan *s, bool is_name)
{
	for (;;) {
		size_t n;

		while (s->at < s->end && kind_of[(uint8_t)*s->at] == PLAIN)
			s->at++;
		if (s->at == s->end)
			return refuse_syntax(s, "the end of a string");
		switch (kind_of[(uint8_t)*s->at]) {
		case QUOTE:
			s->at++;
			return 0;
		case ESCAPE:
			if (scan_escape(s, is_name) < 0)
				return -1;
			break;
		case LEAD:
			n = utf8_next(s->at, (size_t)(s->end - s->at));
			if (n == 0)
				return refuse_at(s, s->at, "json_utf8", "byte 0x%02x is not UTF-8",
						 (uint8_t)*s->at);
			s->at += n;
			break;
		default:
			return refuse_syntax(s, "\\ and an escape for it");
		}
	}
}

static int scan_word(struct scan *s, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(s->end - s->at) < len || memcmp(s->at, word, len) != 0)
		return refuse_syntax(s, "a value");
	s->at += len;
	return 0;
}

/* Two names of one shape seldom are the same. */
static uint64_t shape_of(struct slice name)
{
	unsigned first = name.len > 0 ? (uint8_t)name.p[0] : 0, last = name.len > 0 ? (uint8_t)name.p[name.len - 1] : 0;

	return UINT64_C(1) << ((name.len * 5 + first * 3 + last) & 63);
}

static bool is_among(const struct slice *names, size_t n, struct slice name)
{
	for (size_t i = 0; i < n; i++)
		if (names[i].len == name.len && memcmp(names[i].p, name.p, name.len) == 0)
			return true;
	return false;
}

/* An escape may write another name's letters in another way. */
static void look_for_twin(struct scan *s, struct frame *f)
{
	struct slice *names = s->names[s->depth - 1];
	uint64_t shape = shape_of(f->name);

	if (s->caller->suspect)
		return;
	if (f->names == NAMES_MAX || memchr(f->name.p, '\\', f->name.len) != NULL ||
	    (f->shapes & shape && is_among(names, f->names, f->name))) {
		s->caller->suspect = true;
		return;
	}
	f->shapes |= shape;
	names[f->names++] = f->name;
}

static int scan_name(struct scan *s, struct frame *f, size_t object)
{
	const char *first;

	skip_blanks(s);
	f->name = (struct slice){ NULL, 0 };
	if (!skip(s, '"'))
		return refuse_syntax(s, "a name in quotes");
	first = s->at;
	if (scan_string(s, true) < 0)
		return -1;
	f->name = (struct slice){ first, (size_t)(s->at - 1 - first) };
	if (first == s->caller->twin)
		return refuse_at(s, first - 1, "json_duplicate",
				 "a name stands twice in one object: send it once");
	if (s->caller->names != NULL)
		s->caller->names[s->caller->members] = (struct json_name){ object, f->name };
	s->caller->members++;
	look_for_twin(s, f);
	skip_blanks(s);
	return skip(s, ':') ? 0 : refuse_syntax(s, "':'");
}

static int scan_value(struct scan *s);

static struct frame *enter(struct scan *s, bool is_object)
{
	if (s->depth == JSON_DEPTH_MAX) {
		refuse_at(s, s->at, "json_depth", "more than %d levels, one inside the other",
			  JSON_DEPTH_MAX);
		return NULL;
	}
	s->at++;
	s->frames[s->depth] = (struct frame){ .is_object = is_object };
	return &s->frames[s->depth++];
}

static int scan_object(struct scan *s)
{
	struct frame *f = enter(s, true);
	size_t object = s->objects++;

	if (f == NULL)
		return -1;
	skip_blanks(s);
	if (skip(s, '}')) {
		s->depth--;
		return 0;
	}
	do {
		if (scan_name(s, f, object) < 0 || scan_value(s) < 0)
			return -1;
		skip_blanks(s);
	} while (skip(s, ','));
	f->name = (struct slice){ NULL, 0 };
	if (!skip(s, '}'))
		return refuse_syntax(s, "',' or '}'");
	s->depth--;
	return 0;
}

/* The elements of an array, one at least. */
static int scan_elements(struct scan *s, struct frame *f, struct json_long *noted)
{
	for (;; f->index++) {
		const char *first;

		skip_blanks(s);
		first = s->at;
		if (scan_value(s) < 0)
			return -1;
		if (noted != NULL)
			json_long_element(s->caller->longs, noted, (struct slice){ first, (size_t)(s->at - first) });
		skip_blanks(s);
		if (!skip(s, ','))
			return 0;
	}
}

static struct json_long *note_array(struct scan *s)
{
	bool near = s->caller->longs != NULL && s->arrays == 1 && s->depth > 1 && s->depth <= 1 + JSON_LONG_DEPTH;

	return near ? json_long_begin(s->caller->longs, s->at) : NULL;
}

static int scan_array(struct scan *s)
{
	struct frame *f = enter(s, false);
	struct json_long *noted;

	if (f == NULL)
		return -1;
	s->arrays++;
	noted = note_array(s);
	skip_blanks(s);
	if ((s->at == s->end || *s->at != ']') && scan_elements(s, f, noted) < 0)
		return -1;
	if (noted != NULL)
		json_long_end(s->caller->longs, noted, s->at);
	if (!skip(s, ']'))
		return refuse_syntax(s, "',' or ']'");
	s->arrays--;
	s->depth--;
	return 0;
}

static int scan_value(struct scan *s)
{
	skip_blanks(s);
	switch (s->at < s->end ? *s->at : '\0') {
	case '{':
		return scan_object(s);
	case '[':
		return scan_array(s);
	case '"':
		s->at++;
		return scan_string(s, false);
	case 't':
		return scan_word(s, "true");
	case 'f':
		return scan_word(s, "false");
	case 'n':
		return scan_word(s, "null");
	case '-': case '0' ... '9':
		return scan_number(s);
	default:
		return refuse_syntax(s, "a value");
	}
}

static int scan_text(struct scan *s)
{
	struct slice *value = &s->caller->value;

	skip_blanks(s);
	value->p = s->at;
	if (scan_value(s) < 0)
		return -1;
	value->len = (size_t)(s->at - value->p);
	skip_blanks(s);
	return s->at == s->end ? 0 : refuse_syntax(s, "the end of the text");
}

int json_scan(const char *text, size_t len, struct json_scan *scan, struct err *err)
{
	struct slice names[JSON_DEPTH_MAX][NAMES_MAX];
	struct scan s = { .caller = scan, .err = err, .names = names };

	s.text = s.at = text != NULL ? text : "";	/* an empty body may point nowhere */
	s.end = s.at + len;
	scan->members = 0;
	scan->suspect = false;
	return scan_text(&s);
}
