/* What goes wrong, what the owner does to the roster of tills, and backups. */
#include "base/base.h"
#include "sim.h"

#define CALLS_AHEAD 40		/* of the disk, until it fails */
#define MENDED_US (60 * SECOND_US)
#define LANE_HELD_US (120 * SECOND_US)
#define AWAY_MIN_US (120 * SECOND_US)
#define AWAY_MAX_US (480 * SECOND_US)
#define DAY_US (86400 * SECOND_US)

/* --- machines --- */

static void mend(struct sim *s, void *node)
{
	struct node *n = node;

	disk_mend(n->disk);
	sim_say(s, "%s has a good disk again", n->name);
}

/* At once, or in the midst of a write that is to come. */
void mishap_disk(struct sim *s, struct node *n, struct dice *d, const struct kind *k)
{
	enum disk_fault how = (enum disk_fault)k->arg;
	bool deadly = how == DISK_KILL || how == DISK_POWER;

	if (!node_is_up(n))
		return;
	if (deadly && dice_one_in(d, 3)) {
		node_die(s, n, how);
		return;
	}
	disk_arm(n->disk, how, dice_between(d, 1, CALLS_AHEAD));
	sim_say(s, "%s: %s is near", n->name, k->name);
	if (!deadly)
		sim_soon(s, MENDED_US, mend, n);
}

void mishap_syncd(struct sim *s, struct node *n, struct dice *d UNUSED, const struct kind *k UNUSED)
{
	if (n->hub)
		return;
	sim_say(s, "%s: syncd dies", n->name);
	syncd_die(s, n);
}

/* The hub's clock is everybody's: it goes a little wrong at most. */
void mishap_clock(struct sim *s, struct node *n, struct dice *d, const struct kind *k UNUSED)
{
	static const int64_t steps[] = { SECOND_US, 50 * SECOND_US, 600 * SECOND_US, DAY_US, 400 * DAY_US };
	int64_t step = steps[dice_below(d, n->hub ? 2 : ARRAY_LEN(steps))];

	n->skew_us = dice_one_in(d, 4) ? 0 : dice_one_in(d, 2) ? step : -step;
	sim_say(s, "%s: its clock is off by %lld s", n->name, (long long)(n->skew_us / SECOND_US));
}

/* An import, say: people are served, sync is not. */
void mishap_lane(struct sim *s, struct node *n, struct dice *d, const struct kind *k UNUSED)
{
	n->sync_held = s->now + dice_between(d, SECOND_US, LANE_HELD_US);
	sim_say(s, "%s: its lane has no time for sync", n->name);
}

static void plug_in(struct sim *s UNUSED, void *node)
{
	((struct node *)node)->cut = false;
}

void mishap_cable(struct sim *s, struct node *n, struct dice *d, const struct kind *k UNUSED)
{
	if (n->hub)
		return;
	n->cut = true;
	sim_say(s, "%s: the cable is cut", n->name);
	sim_at(s, s->now + dice_between(d, SECOND_US, 300 * SECOND_US), plug_in, n);
}

/* For longer than anybody waits for it: what was deleted meanwhile is forgotten when it comes back. */
void mishap_away(struct sim *s, struct node *n, struct dice *d, const struct kind *k UNUSED)
{
	if (n->hub || n->cut)
		return;
	n->cut = true;
	sim_say(s, "%s: nobody looks after its line", n->name);
	sim_at(s, s->now + dice_between(d, AWAY_MIN_US, AWAY_MAX_US), plug_in, n);
}

/* --- the roster --- */

static int pair(struct write *w, void *ctx UNUSED, struct err *err)
{
	struct uuid *tenant = ctx;

	return pairing_begin(w, "http://cloud.example", *tenant, "Till", err);
}

static bool is_status(struct sim *s, struct node *n, const char *list)
{
	const char *status = sql_text(s, n, "SELECT status FROM pairing", NULL);

	return strstr(list, status ? status : "off") != NULL;
}

static void uuid_read(const char *hex, struct uuid *u)
{
	for (int i = 0; i < 16; i++)
		sscanf(hex + 2 * i, "%2hhx", &u->b[i]);
}

/* A hub that came back from an old backup may not know it any more, or as an
 * earlier one, and says so; then people pair it again. */
static bool is_unknown(struct sim *s, struct node *n)
{
	const char *hex = sql_text(s, n, "SELECT lower(hex(device)) FROM server", NULL);
	struct uuid device;

	if (!node_is_up(&s->node[HUB]) || n->license)
		return false;
	uuid_read(hex, &device);
	return sql_int(s, &s->node[HUB], "SELECT incarnation FROM devices WHERE uuid = ?1", &device) !=
	       sql_int(s, n, "SELECT incarnation FROM server", NULL);
}

void till_pairs(struct sim *s, struct node *n, struct dice *d UNUSED, const struct kind *k UNUSED)
{
	if (n->hub || !node_is_up(n) || (!is_status(s, n, "off revoked refused") && !is_unknown(s, n)))
		return;
	n->license = true;
	if (node_do(s, n, pair, &s->node[HUB].tenant) == 0)
		sim_say(s, "%s asks to be paired", n->name);
}

static int leave(struct write *w, void *ctx UNUSED, struct err *err)
{
	return pairing_end(w, err);
}

void till_leaves(struct sim *s, struct node *n, struct dice *d UNUSED, const struct kind *k UNUSED)
{
	if (n->hub || !node_is_up(n) || node_do(s, n, leave, NULL) < 0)
		return;
	n->license = n->follows = false;
	sim_say(s, "%s is paired no more", n->name);
}

static void approve_one(struct sim *s UNUSED, const char *hex, void *list)
{
	buf_str(list, hex);
}

struct verdict {
	struct uuid device;
	bool yes;
};

static int judge(struct write *w, void *ctx, struct err *err)
{
	const struct verdict *v = ctx;

	return (v->yes ? device_approve : device_revoke)(w->t, w->tenant, v->device, err);
}

void owner_approves(struct sim *s, struct node *n UNUSED, struct dice *d UNUSED, const struct kind *k UNUSED)
{
	struct node *hub = &s->node[HUB];
	struct buf list = { 0 };

	if (!node_is_up(hub))
		return;
	sql_each(s, hub, "SELECT lower(hex(uuid)) FROM devices WHERE status = 'pending' ORDER BY uuid", approve_one, &list);
	for (size_t at = 0; at < list.len; at += 32) {
		struct verdict v = { .yes = true };

		uuid_read(list.data + at, &v.device);
		if (node_do(s, hub, judge, &v) == 0)
			sim_say(s, "the owner approves a till");
	}
	buf_release(&list);
}

void owner_revokes(struct sim *s, struct node *n, struct dice *d UNUSED, const struct kind *k UNUSED)
{
	struct verdict v = { .yes = false };
	const char *hex;

	if (n->hub || !node_is_up(n) || !node_is_up(&s->node[HUB]))
		return;
	hex = sql_text(s, n, "SELECT lower(hex(device)) FROM server", NULL);
	uuid_read(hex, &v.device);
	if (node_do(s, &s->node[HUB], judge, &v) == 0)
		sim_say(s, "the owner revokes %s", n->name);
}

void all_come_back(struct sim *s)
{
	for (int i = 1; i <= s->tills; i++)
		till_pairs(s, &s->node[i], NULL, NULL);
	owner_approves(s, NULL, NULL, NULL);
}

/* --- backups --- */

void mishap_backup(struct sim *s, struct node *n, struct dice *d UNUSED, const struct kind *k UNUSED)
{
	if (!node_is_up(n))
		return;
	if (s->backup[n->index])
		disk_image_free(&s->backup[n->index]);
	s->backup[n->index] = disk_save(n->disk);
	sim_say(s, "%s is backed up", n->name);
}

/* What whoever restores must do: a till is another incarnation and begins
 * another series, a hub numbers its changes anew. */
static int begin_anew(struct write *w, void *ctx UNUSED, struct err *err)
{
	if (w->site->hub)
		return site_new_incarnation(w->t, w->site, err) < 0 ? -1 :
			txn_send(w->t, "UPDATE tenants SET epoch = $1", ARGS(v_uuid(uuid_v7())), err);
	if (site_new_incarnation(w->t, w->site, err) < 0)
		return -1;
	return txn_send(w->t, "UPDATE pairing SET status = 'registering', prefix = NULL", NO_ARGS, err);
}

void mishap_restore(struct sim *s, struct node *n, struct dice *d UNUSED, const struct kind *k UNUSED)
{
	int64_t incarnation;

	if (!s->backup[n->index] || !node_is_up(n))
		return;
	incarnation = sql_int(s, n, "SELECT incarnation FROM server", NULL);
	told_restored(s, n);
	disk_mend(n->disk);
	node_reload(s, n, s->backup[n->index]);
	if (!n->hub)
		syncd_die(s, n);
	sim_say(s, "%s is restored from its backup", n->name);
	n->license = !n->hub;
	/* Restored twice from one backup it would be the same life twice. */
	do
		if (node_do(s, n, begin_anew, NULL) < 0)
			sim_fail(s, "%s cannot be restored", n->name);
	while (sql_int(s, n, "SELECT incarnation FROM server", NULL) <= incarnation);
}
