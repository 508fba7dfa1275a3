#include "base/base.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/uuid.h"

#include <pthread.h>
#include <stdatomic.h>

/* Random bytes by the kilobyte: a system call for each UUID would cost more
 * than all the rest of it. */
static _Thread_local struct {
	uint8_t bytes[1024];
	size_t left;
} chance;

/* Parent and child would go on to use the same bytes. */
static void forget_chance(void)
{
	chance.left = 0;
}

static void watch_forks(void)
{
	pthread_atfork(NULL, NULL, forget_chance);
}

static void take_chance(uint8_t *to, size_t len)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	if (chance.left < len) {
		pthread_once(&once, watch_forks);
		random_bytes(chance.bytes, sizeof(chance.bytes));
		chance.left = sizeof(chance.bytes);
	}
	chance.left -= len;
	memcpy(to, chance.bytes + chance.left, len);
}

/* Milliseconds and counter as one number: when more than 4096 are made in a
 * millisecond, or the clock steps back, it runs ahead of the clock. */
static uint64_t next_tick(void)
{
	static _Atomic uint64_t newest;
	int64_t wall_us = clock_wall();
	uint64_t now = (uint64_t)(MAX(wall_us, 0) / 1000) << 12, last = newest, tick;

	do
		tick = MAX(now, last + 1);
	while (!atomic_compare_exchange_weak(&newest, &last, tick));
	return tick;
}

static void set_version(struct uuid *u, unsigned version)
{
	u->b[6] = (uint8_t)(version << 4 | (u->b[6] & 0x0f));
	u->b[8] = 0x80 | (u->b[8] & 0x3f);	/* the variant of RFC 9562 */
}

struct uuid uuid_v7(void)
{
	uint64_t tick = next_tick(), ms = tick >> 12;
	struct uuid u;

	for (int i = 0; i < 6; i++)
		u.b[i] = (uint8_t)(ms >> (40 - 8 * i));
	u.b[6] = (uint8_t)(tick >> 8 & 0x0f);
	u.b[7] = (uint8_t)tick;
	take_chance(u.b + 8, 8);
	set_version(&u, 7);
	return u;
}

#define NAME_MAX_LEN 512

struct uuid uuid_v5(struct uuid space, const void *name, size_t len)
{
	uint8_t hash[20], small[16 + NAME_MAX_LEN];
	struct buf large = { NULL, 0, 0 };
	struct uuid u;

	if (len <= NAME_MAX_LEN) {
		memcpy(small, space.b, 16);
		memcpy(small + 16, name, len);
		sha1(small, 16 + len, hash);
	} else {
		buf_add(&large, space.b, 16);
		buf_add(&large, name, len);
		sha1(large.data, large.len, hash);
		buf_release(&large);
	}
	memcpy(u.b, hash, 16);
	set_version(&u, 5);
	return u;
}

/* --- names that are asked for again and again --- */

#define KNOWN_NAMES 64
#define KNOWN_NAME_MAX 96

static _Thread_local struct known_name {
	struct uuid space, uuid;
	char name[KNOWN_NAME_MAX];
} known_names[KNOWN_NAMES];

/* FNV-1a: names of ours, nobody chooses them to collide. */
static unsigned slot_of(const char *name)
{
	uint32_t h = 2166136261u;

	for (; *name; name++)
		h = (h ^ (uint8_t)*name) * 16777619u;
	return h % KNOWN_NAMES;
}

struct uuid uuid_v5_of(struct uuid space, const char *name)
{
	struct known_name *k = &known_names[slot_of(name)];
	size_t len = strlen(name);

	if (len == 0 || len >= sizeof k->name)	/* an empty place has an empty name */
		return uuid_v5(space, name, len);
	if (strcmp(k->name, name) != 0 || !uuid_eq(k->space, space)) {
		k->uuid = uuid_v5(space, name, len);
		k->space = space;
		memcpy(k->name, name, len + 1);
	}
	return k->uuid;
}

struct uuid uuid_derived(struct uuid of, const char *kind, unsigned index)
{
	char name[NAME_MAX_LEN];
	int len = snprintf(name, sizeof(name), "%s:%u", kind, index);

	return uuid_v5(of, name, MIN((size_t)len, sizeof(name) - 1));
}

static const char hex[] = "0123456789abcdef";

/* 16 more than the digit's value, so that 0 is left for all other bytes. */
static const uint8_t hex_value[256] = {
	['0'] = 16, ['1'] = 17, ['2'] = 18, ['3'] = 19, ['4'] = 20, ['5'] = 21,
	['6'] = 22, ['7'] = 23, ['8'] = 24, ['9'] = 25, ['a'] = 26, ['b'] = 27,
	['c'] = 28, ['d'] = 29, ['e'] = 30, ['f'] = 31, ['A'] = 26, ['B'] = 27,
	['C'] = 28, ['D'] = 29, ['E'] = 30, ['F'] = 31,
};

/* Where each byte's two digits stand; the dashes are in between. */
static const uint8_t digits_at[16] = { 0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34 };

int uuid_parse(struct uuid *u, const char *text, size_t len)
{
	struct uuid read;

	if (len != UUID_TEXT_LEN || text[8] != '-' || text[13] != '-' || text[18] != '-' ||
	    text[23] != '-')
		return -1;
	for (int i = 0; i < 16; i++) {
		uint8_t high = hex_value[(uint8_t)text[digits_at[i]]];
		uint8_t low = hex_value[(uint8_t)text[digits_at[i] + 1]];

		if (high == 0 || low == 0)
			return -1;
		read.b[i] = (uint8_t)(high << 4 | (low & 15));
	}
	*u = read;
	return 0;
}

void uuid_format(struct uuid u, char text[UUID_TEXT_LEN + 1])
{
	for (int i = 0; i < 16; i++) {
		text[digits_at[i]] = hex[u.b[i] >> 4];
		text[digits_at[i] + 1] = hex[u.b[i] & 15];
	}
	text[8] = text[13] = text[18] = text[23] = '-';
	text[UUID_TEXT_LEN] = '\0';
}

struct uuid_text uuid_text(struct uuid u)
{
	struct uuid_text t;

	uuid_format(u, t.s);
	return t;
}

int uuid_cmp(struct uuid a, struct uuid b)
{
	return memcmp(a.b, b.b, 16);
}

bool uuid_is_zero(struct uuid u)
{
	return uuid_eq(u, (struct uuid){ { 0 } });
}
