/* Message <-> packet, both checked against the table: what wire_print() lets
 * out, wire_parse() takes, and nothing else. */
#include "base/base.h"
#include "wire/wire.h"
#include "base/log.h"

static void print_value(struct buf *out, const struct wire_field *f, const struct wire_value *v)
{
	switch (f->type) {
	case WIRE_STR:
		jw_put_str(out, f->name, v->s);
		break;
	case WIRE_INT:
		jw_put_int(out, f->name, v->i);
		break;
	case WIRE_BOOL:
		jw_put_bool(out, f->name, v->b);
		break;
	case WIRE_UUID:
		jw_put_uuid(out, f->name, v->u);
		break;
	case WIRE_JSON:
		jw_name(out, f->name);
		jw_raw(out, v->s, strlen(v->s));
		break;
	}
}

void wire_print(const struct wire_msg *m, struct buf *out)
{
	const struct wire_desc *d = &wire_desc[m->type];
	const struct wire_field *f;

	jw_open(out, '{');
	jw_put_str(out, "type", d->name);
	for (f = d->fields; f->name != NULL; f++) {
		const struct wire_value *v = &m->v[f - d->fields];

		if (v->set)
			print_value(out, f, v);
		else if (!f->optional)
			panic("wire: a %s without its %s", d->name, f->name);
	}
	jw_close(out, '}');
}

static const struct wire_desc *desc_find(const char *name)
{
	for (size_t i = 0; i < WIRE_TYPES; i++)
		if (strcmp(wire_desc[i].name, name) == 0)
			return &wire_desc[i];
	return NULL;
}

/* 1 found, 0 missing or null, -1 with err. */
static int parse_json(struct pool *pool, struct json o, const char *name, const char **text_r)
{
	struct json j = json_member(o, name);
	struct buf text = { 0 };

	if (json_type(j) == JSON_MISSING || json_type(j) == JSON_NULL)
		return 0;
	json_print(j, &text);
	*text_r = pool_strndup(pool, text.data, text.len);
	buf_release(&text);
	return 1;
}

static int parse_value(struct pool *pool, struct json o, const struct wire_field *f,
		       struct wire_value *v, struct err *err)
{
	switch (f->type) {
	case WIRE_STR:
		return json_get_str(o, f->name, WIRE_PACKET_MAX, &v->s, err);
	case WIRE_INT:
		return json_get_int(o, f->name, INT64_MIN, INT64_MAX, &v->i, err);
	case WIRE_BOOL:
		return json_get_bool(o, f->name, &v->b, err);
	case WIRE_UUID:
		return json_get_uuid(o, f->name, &v->u, err);
	case WIRE_JSON:
		return parse_json(pool, o, f->name, &v->s);
	}
	panic("wire: field %s is of no known type %d", f->name, (int)f->type);
}

static int parse_fields(struct pool *pool, struct json o, const struct wire_desc *d,
			struct wire_msg *m, struct err *err)
{
	const struct wire_field *f;
	int found;

	for (f = d->fields; f->name != NULL; f++) {
		struct wire_value *v = &m->v[f - d->fields];

		found = parse_value(pool, o, f, v, err);
		if (found < 0)
			return -1;
		if (found == 0 && !f->optional)
			return err_set(err, ERR_INPUT, "field_missing", "a %s without its %s",
				       d->name, f->name);
		v->set = found > 0;
	}
	return 0;
}

/* A hello may carry more than we know: that of another version must stay
 * readable, so that both can be told what is wrong. */
static int parse_only(struct json o, const struct wire_desc *d, struct err *err)
{
	const char *names[WIRE_FIELDS_MAX + 2] = { "type" };

	if (d == &wire_desc[WIRE_HELLO])
		return 0;
	for (size_t i = 0; i < WIRE_FIELDS_MAX && d->fields[i].name != NULL; i++)
		names[i + 1] = d->fields[i].name;
	return json_only(o, names, err);
}

int wire_parse(struct pool *pool, const char *packet, size_t len, struct wire_msg *m,
	       struct err *err)
{
	const struct wire_desc *d;
	const char *type = NULL;
	struct json root;

	*m = (struct wire_msg){ 0 };
	if (len > WIRE_PACKET_MAX)
		return err_set(err, ERR_TOO_LARGE, "packet_too_large",
			       "a packet of %zu bytes, %d are allowed", len, WIRE_PACKET_MAX);
	if (json_parse(pool, packet, len, &root, err) < 0)
		return -1;
	if (json_type(root) != JSON_OBJECT)
		return err_set(err, ERR_SYNTAX, "not_an_object",
			       "a packet that is not a JSON object");
	if (json_get_str(root, "type", 64, &type, err) < 0)
		return -1;
	if (type == NULL)
		return err_set(err, ERR_INPUT, "type_missing", "a message without its type");
	d = desc_find(type);
	if (d == NULL)
		return err_set(err, ERR_INPUT, "type_unknown", "a message of unknown type \"%s\"",
			       type);
	m->type = (enum wire_type)(d - wire_desc);
	if (parse_only(root, d, err) < 0)
		return -1;
	return parse_fields(pool, root, d, m, err);
}
