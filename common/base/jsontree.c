#include "base/base.h"
#include "base/jsontree.h"

struct build {
	struct pool *pool;
	char *at;			/* the scanner has been here: nothing is checked twice */
	struct json_long *next_long;
};

static void skip_blanks(struct build *b)
{
	while (*b->at == ' ' || *b->at == '\n' || *b->at == '\r' || *b->at == '\t')
		b->at++;
}

/* --- text --- */

static unsigned hex4(const char *p)
{
	unsigned value = 0;

	for (int i = 0; i < 4; i++)
		value = value << 4 | (unsigned)(p[i] <= '9' ? p[i] - '0' : (p[i] | 0x20) - 'a' + 10);
	return value;
}

static char *put_utf8(char *to, unsigned code)
{
	if (code < 0x80) {
		*to++ = (char)code;
		return to;
	}
	if (code < 0x800) {
		*to++ = (char)(0xc0 | code >> 6);
	} else {
		if (code < 0x10000) {
			*to++ = (char)(0xe0 | code >> 12);
		} else {
			*to++ = (char)(0xf0 | code >> 18);
			*to++ = (char)(0x80 | (code >> 12 & 0x3f));
		}
		*to++ = (char)(0x80 | (code >> 6 & 0x3f));
	}
	*to++ = (char)(0x80 | (code & 0x3f));
	return to;
}

/* Behind \u, of both halves where there are two. */
static char *take_unicode(char *p, char **to)
{
	unsigned code = hex4(p);

	p += 4;
	if (code >= 0xd800 && code <= 0xdbff) {
		code = 0x10000 + ((code - 0xd800) << 10) + (hex4(p + 2) - 0xdc00);
		p += 6;
	}
	*to = put_utf8(*to, code);
	return p;
}

static const char escapes[256] = {
	['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b', ['f'] = '\f', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t',
};

/* A string with an escape in it, from its first byte on: decoded elsewhere, so that
 * the text stays what it was. */
static const char *decoded(struct build *b, char *p, uint32_t *len_r)
{
	char *end = p, *text, *to;

	while (*end != '"')
		end += *end == '\\' ? 2 : 1;
	text = to = pool_memdup(b->pool, p, (size_t)(end - p));
	while (p < end) {
		if (*p != '\\') {
			*to++ = *p++;
			continue;
		}
		p += 2;
		if (p[-1] == 'u')
			p = take_unicode(p, &to);
		else
			*to++ = escapes[(uint8_t)p[-1]];
	}
	*to = '\0';
	*len_r = (uint32_t)(to - text);
	b->at = end + 1;
	return text;
}

/* A text that was built from before has a NUL for the quote: no string has one inside. */
static const char *take_string(struct build *b, uint32_t *len_r)
{
	char *from = ++b->at, *p = from;

	while (*p != '"' && *p != '\\' && *p != '\0')
		p++;
	if (*p == '\\')
		return decoded(b, from, len_r);
	*p = '\0';
	*len_r = (uint32_t)(p - from);
	b->at = p + 1;
	return from;
}

/* --- values --- */

static void take_value(struct build *b, struct json_node *n);

static void take_number(struct build *b, struct json_node *n)
{
	const char *from = b->at;
	bool negative = *from == '-';
	uint64_t value = 0;

	for (b->at += negative; *b->at >= '0' && *b->at <= '9'; b->at++)
		value = 10 * value + (uint64_t)(*b->at - '0');
	n->type = JSON_INT;
	n->number = (int64_t)(negative ? 0 - value : value);
	if (*b->at != '.' && *b->at != 'e' && *b->at != 'E')
		return;
	b->at += strspn(b->at, "0123456789.eE+-");
	n->type = JSON_REAL;
	n->text = from;
	n->len = (uint32_t)(b->at - from);
}

static void take_word(struct build *b, struct json_node *n)
{
	n->type = *b->at == 'n' ? JSON_NULL : JSON_BOOL;
	n->yes = *b->at == 't';
	b->at += *b->at == 'f' ? 5 : 4;
}

static struct json_node *append(struct build *b, struct json_node *to, struct json_node **last)
{
	struct json_node *n = pool_alloc(b->pool, sizeof *n);

	*(*last ? &(*last)->next : &to->first) = n;
	*last = n;
	to->len++;
	return n;
}

/* Behind the bracket; true once it is closed. */
static bool is_closed(struct build *b, char bracket)
{
	skip_blanks(b);
	if (*b->at != bracket)
		return false;
	b->at++;
	return true;
}

static void take_comma(struct build *b)
{
	skip_blanks(b);
	if (*b->at == ',')
		b->at++;
}

static void take_object(struct build *b, struct json_node *n)
{
	struct json_node *last = NULL;

	n->type = JSON_OBJECT;
	for (b->at++; !is_closed(b, '}'); take_comma(b)) {
		struct json_node *member = append(b, n, &last);

		member->name = take_string(b, &member->name_len);
		skip_blanks(b);
		b->at++;	/* the colon */
		take_value(b, member);
	}
	n->near = n->first;
}

static void take_array(struct build *b, struct json_node *n)
{
	struct json_node *last = NULL;

	n->type = JSON_ARRAY;
	b->at++;
	if (b->next_long && b->next_long->inside.p == b->at) {
		n->is_long = true;
		n->elements = b->next_long;
		b->at += b->next_long->inside.len + 1;
		b->next_long = b->next_long->next;
		return;
	}
	for (; !is_closed(b, ']'); take_comma(b))
		take_value(b, append(b, n, &last));
	n->near = n->first;
}

static void take_value(struct build *b, struct json_node *n)
{
	skip_blanks(b);
	switch (*b->at) {
	case '{':
		take_object(b, n);
		break;
	case '[':
		take_array(b, n);
		break;
	case '"':
		n->type = JSON_STRING;
		n->text = take_string(b, &n->len);
		break;
	case 't':
	case 'f':
	case 'n':
		take_word(b, n);
		break;
	default:
		take_number(b, n);
	}
}

struct json_node *json_tree(struct pool *pool, char *text, struct json_long *longs)
{
	struct build b = { .pool = pool, .at = text, .next_long = longs };
	struct json_node *root = pool_alloc(pool, sizeof *root);

	take_value(&b, root);
	return root;
}
