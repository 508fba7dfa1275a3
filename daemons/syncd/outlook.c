/* Is my shop safe?  One table: the first line that holds is what is said. */
#include "base/base.h"
#include "syncd/syncd.h"

static const char *plural(int64_t n)
{
	return n == 1 ? "" : "s";
}

/* 61,204 */
static void say_number(struct buf *out, int64_t n)
{
	if (n >= 1000) {
		say_number(out, n / 1000);
		buf_printf(out, ",%03d", (int)(n % 1000));
	} else {
		buf_int(out, n);
	}
}

static void say_rows(struct buf *out, int64_t n)
{
	say_number(out, n);
	buf_printf(out, " row%s", plural(n));
}

/* "24 s", "41 min", "3 h", "2 days": one figure is enough. */
static void say_time(struct buf *out, int64_t us)
{
	static const struct {
		int64_t unit_s, below_s;
		const char *name;
	} units[] = {
		{ 1, 100, "s" },
		{ 60, 100 * 60, "min" },
		{ 3600, 48 * 3600, "h" },
		{ 86400, INT64_MAX, "days" },
	};
	int64_t s = us > 0 ? us / SECOND_US : 0;
	size_t i = 0;

	while (s >= units[i].below_s)
		i++;
	buf_printf(out, "%lld %s", (long long)(s / units[i].unit_s), units[i].name);
}

static void say_next_try(const struct outlook *o, struct buf *out)
{
	if (o->next_in_us <= 0) {
		buf_str(out, ", trying now");
		return;
	}
	buf_str(out, ", next try in ");
	say_time(out, o->next_in_us + SECOND_US - 1);
}

static void say_why(const struct outlook *o, struct buf *out)
{
	if (o->trouble != NULL && o->trouble[0] != '\0')
		buf_printf(out, ": %s", o->trouble);
}

/* --- when it holds, and what is said --- */

static bool is_off(const struct outlook *o)
{
	return o->phase == PHASE_OFF;
}

static void say_off(const struct outlook *o UNUSED, struct buf *out)
{
	buf_str(out, "Sync is off: this till keeps everything to itself");
}

static bool is_blind(const struct outlook *o)
{
	return o->waiting_for_apid;
}

static void say_blind(const struct outlook *o, struct buf *out)
{
	buf_str(out, "Waiting for fexl-apid");
	say_why(o, out);
}

static bool is_refused(const struct outlook *o)
{
	return o->phase == PHASE_REFUSED;
}

static void say_refused(const struct outlook *o, struct buf *out)
{
	buf_str(out, "The cloud refused this till");
	say_why(o, out);
}

static bool is_revoked(const struct outlook *o)
{
	return o->phase == PHASE_REVOKED;
}

static void say_revoked(const struct outlook *o, struct buf *out)
{
	buf_str(out, "The cloud has revoked this till: it goes on alone, ");
	say_rows(out, o->pending);
	buf_str(out, " kept here");
}

static bool is_paused(const struct outlook *o)
{
	return o->paused;
}

static void say_paused(const struct outlook *o, struct buf *out)
{
	buf_str(out, "Sync is paused, ");
	say_rows(out, o->pending);
	buf_str(out, " kept here");
}

static bool is_offline(const struct outlook *o)
{
	return o->unreachable;
}

static void say_offline(const struct outlook *o, struct buf *out)
{
	buf_str(out, "Cloud unreachable for ");
	say_time(out, o->lost_for_us);
	buf_str(out, ", ");
	say_rows(out, o->pending);
	buf_str(out, " kept here");
	say_next_try(o, out);
}

/* The cloud is there, or our apid is not: people may have to do something. */
static bool is_troubled(const struct outlook *o)
{
	return o->failures > 0;
}

static void say_troubled(const struct outlook *o, struct buf *out)
{
	buf_str(out, "Sync stands still");
	say_why(o, out);
	buf_str(out, "; ");
	say_rows(out, o->pending);
	buf_str(out, " kept here");
	say_next_try(o, out);
}

static bool is_registering(const struct outlook *o)
{
	return o->phase == PHASE_REGISTERING;
}

static void say_registering(const struct outlook *o UNUSED, struct buf *out)
{
	buf_str(out, "Asking the cloud to take this till in");
}

static bool is_pending(const struct outlook *o)
{
	return o->phase == PHASE_PENDING;
}

static void say_pending(const struct outlook *o, struct buf *out)
{
	buf_str(out, "Waiting for the owner's approval");
	if (o->code != NULL)
		buf_printf(out, ", code %s", o->code);
	buf_str(out, "; ");
	say_rows(out, o->pending);
	buf_str(out, " kept here");
}

static bool is_loading(const struct outlook *o)
{
	return o->phase == PHASE_LOADING;
}

static void say_loading(const struct outlook *o, struct buf *out)
{
	if (o->load_total == 0) {
		buf_str(out, "First load: asking the cloud what there is");
		return;
	}
	buf_str(out, "First load: ");
	say_number(out, o->load_done);
	buf_str(out, " of ");
	say_rows(out, o->load_total);
}

static bool has_refused_rows(const struct outlook *o)
{
	return o->refused > 0;
}

static void say_refused_rows(const struct outlook *o, struct buf *out)
{
	buf_str(out, "The cloud refused ");
	say_rows(out, o->refused);
	buf_printf(out, ": see fexlctl pending; ");
	say_number(out, o->pending - o->refused);
	buf_str(out, " more pending");
}

static bool has_pending(const struct outlook *o)
{
	return o->pending > 0;
}

static void say_sending(const struct outlook *o, struct buf *out)
{
	buf_str(out, "Sending, ");
	say_rows(out, o->pending);
	buf_str(out, " pending");
}

static bool always(const struct outlook *o UNUSED)
{
	return true;
}

static void say_synced(const struct outlook *o, struct buf *out)
{
	if (o->synced_ago_us < 0) {
		buf_str(out, "Connected, first cycle under way");
		return;
	}
	buf_str(out, "Synced ");
	say_time(out, o->synced_ago_us);
	buf_str(out, " ago, 0 pending");
}

static const struct sight {
	bool (*holds)(const struct outlook *o);
	const char *state;
	void (*say)(const struct outlook *o, struct buf *out);
} sights[] = {
	{ is_blind, "attention", say_blind },
	{ is_off, "off", say_off },
	{ is_refused, "refused", say_refused },
	{ is_revoked, "revoked", say_revoked },
	{ is_paused, "paused", say_paused },
	{ is_offline, "offline", say_offline },
	{ is_troubled, "attention", say_troubled },
	{ is_registering, "registering", say_registering },
	{ is_pending, "pending", say_pending },
	{ is_loading, "loading", say_loading },
	{ has_refused_rows, "attention", say_refused_rows },
	{ has_pending, "sending", say_sending },
	{ always, "synced", say_synced },
};

static const struct sight *sight_of(const struct outlook *o)
{
	const struct sight *s = sights;

	while (!s->holds(o))
		s++;
	return s;
}

const char *outlook_state(const struct outlook *o)
{
	return sight_of(o)->state;
}

void outlook_text(const struct outlook *o, struct buf *out)
{
	sight_of(o)->say(o, out);
}
