/* One server: its lane takes what waits, runs it in one transaction, commits,
 * and only then answers; as store/lane.c does, but without threads, so that
 * the scheduler decides who comes when. */
#include "base/base.h"
#include "sim.h"

#include "base/log.h"

#include <stdlib.h>

#define EPOCH ((int64_t)1800000000 * SECOND_US)
#define BOOT_BEGINS (10 * SECOND_US)
#define GROUP 4
#define CHECKPOINT_COMMITS 30

/* --- clocks --- */

int64_t node_boot(const struct sim *s, const struct node *n)
{
	return BOOT_BEGINS + s->now - n->booted_at;
}

static int64_t node_wall(const struct sim *s, const struct node *n)
{
	return EPOCH + s->now + n->skew_us;
}

void node_enter(struct sim *s, struct node *n)
{
	clock_set(node_wall(s, n), node_boot(s, n));
	clock_reset(n->newest);
	if (n->follows)
		clock_follow(n->ahead, 0);
	else
		clock_unfollow();
}

/* The clock does not say what its newest stamp was; the next one tells. */
void node_leave(struct sim *s UNUSED, struct node *n)
{
	n->ahead = clock_wall() - clock_boot();
	n->newest = clock_now() - 1;
}

const char *node_boot_id(const struct node *n, char id[40])
{
	snprintf(id, 40, "boot-%d", n->boots);
	return id;
}

/* --- opening --- */

static int open_db(struct node *n, struct err *err)
{
	char path[32];
	struct db_config config = { .engine = ENGINE_SQLITE, .url = path, .journal_size_bytes = 1 << 20 };

	snprintf(path, sizeof path, "/%s/fexl.db", n->name);
	if (db_open(&n->db, &config, DB_WRITE, err) < 0)
		return -1;
	return db_migrate(n->db, err);
}

int node_shop(struct node *n, struct pool *pool, struct site *site, struct uuid *tenant, struct err *err)
{
	struct tenant t = { 0 };
	int rc = site_load(n->db, pool, site, err);

	if (rc == 0)
		return err_set(err, ERR_INTERNAL, "no_server", "the database does not say whose it is");
	if (rc < 0)
		return -1;
	*tenant = n->tenant;
	if (n->hub)
		return 0;
	if ((rc = tenant_of_till(n->db, pool, &t, err)) == 0)
		return err_set(err, ERR_INTERNAL, "no_tenant", "this till has no shop");
	*tenant = t.uuid;
	return MIN(rc, 0);
}

static void begin(struct node *n, struct counters *counters, struct pool *pool, struct txn *t)
{
	*counters = (struct counters){ 0 };
	*t = (struct txn){ .db = n->db, .pool = pool, .careful = true, .stamp = clock_now(), .counters = counters };
}

void node_make(struct node *n, int index, struct uuid tenant)
{
	struct pool *pool = pool_new();
	struct counters counters;
	struct err err = { 0 };
	struct site site;
	struct txn t;
	char key[LICENSE_LEN + 1];

	*n = (struct node){ .index = index, .hub = index == HUB, .tenant = tenant, .boots = 1, .heard = { -1, -1, -1, -1, -1, -1 } };
	snprintf(n->name, sizeof n->name, index == HUB ? "hub" : "till%d", index);
	n->disk = disk_new(n->name);
	clock_set(EPOCH, BOOT_BEGINS);
	clock_reset(0);
	if (open_db(n, &err) < 0 || db_begin(n->db, &err) < 0)
		fatal("%s: %s", n->name, err.text);
	begin(n, &counters, pool, &t);
	if (site_open(&t, n->hub, &site, &err) < 0 ||
	    (n->hub && tenant_create(&t, &site, "Corner shop", &n->tenant, key, &err) < 0) ||
	    counters_store(&counters, n->db, &err) < 0 || db_commit(n->db, &err) != COMMIT_DONE)
		fatal("%s: %s", n->name, err.text);
	db_checkpoint(n->db);
	pool_free(&pool);
	n->device = site.device;
	if (!n->hub)
		n->syncd = syncd_new(n);
}

bool node_is_up(const struct node *n)
{
	return n->db != NULL;
}

/* --- dying and coming back --- */

static void answer_nobody(struct sim *s, struct task **list)
{
	while (*list) {
		struct task *t = *list;

		*list = t->next;
		t->done(s, t, JOB_UNCERTAIN);
	}
}

static void shut(struct sim *s, struct node *n)
{
	db_rollback(n->db);
	db_close(&n->db);
	n->life++;
	n->cycle_began = n->purged = 0;
	for (int i = 0; i < NODES_MAX; i++)
		n->heard[i] = -1;
	answer_nobody(s, &n->people);
	answer_nobody(s, &n->sync);
}

static void come_back(struct sim *s, void *node)
{
	node_start(s, node);
}

void node_die(struct sim *s, struct node *n, enum disk_fault how)
{
	if (!node_is_up(n))
		return;
	if (!disk_is_dead(n->disk))
		disk_kill(n->disk, how);
	sim_say(s, "%s dies%s", n->name, how == DISK_POWER ? ": the power is gone" : "");
	shut(s, n);
	disk_revive(n->disk, &s->dice);
	n->newest = 0;
	n->follows = false;
	if (how == DISK_POWER) {
		n->boots++;
		n->booted_at = s->now;
		if (!n->hub)
			syncd_die(s, n);
	}
	sim_soon(s, (how == DISK_POWER ? 60 : 3) * SECOND_US, come_back, n);
}

void node_reload(struct sim *s, struct node *n, const struct disk_image *image)
{
	if (node_is_up(n)) {
		disk_kill(n->disk, DISK_KILL);
		shut(s, n);
		disk_revive(n->disk, &s->dice);
	}
	disk_load(n->disk, image);
	n->restored = true;
	n->newest = 0;
	n->follows = false;
	node_start(s, n);
}

/* As apid does: the cloud's clock goes on counting unless the machine was rebooted. */
static int open_shop(struct node *n, struct err *err)
{
	struct pool *pool = pool_new();
	struct pairing p;
	struct site site;
	struct uuid tenant;
	char id[40];
	int rc = node_shop(n, pool, &site, &tenant, err);

	if (rc == 0 && !n->hub && (rc = pairing_load(n->db, pool, &p, err)) > 0 && p.server_time && p.boot_id &&
	    strcmp(p.boot_id, node_boot_id(n, id)) == 0) {
		clock_follow(p.server_time, p.server_boot);
		n->follows = true;
	}
	pool_free(&pool);
	return MIN(rc, 0);
}

void node_start(struct sim *s, struct node *n)
{
	struct err err = { 0 };
	int rc;

	if (node_is_up(n))
		return;
	node_enter(s, n);
	if ((rc = open_db(n, &err)) == 0)
		rc = open_shop(n, &err);
	node_leave(s, n);
	if (rc < 0) {
		sim_say(s, "%s cannot start: %s", n->name, err.text);
		db_close(&n->db);
		if (disk_is_dead(n->disk))
			disk_revive(n->disk, &s->dice);
		sim_soon(s, 5 * SECOND_US, come_back, n);
		return;
	}
	sim_say(s, "%s starts", n->name);
	if (n->restored)
		told_forgotten(s, n);
	check_restart(s, n);
	n->restored = false;
}

/* --- the lane --- */

struct task *task_new(struct pool *pool)
{
	struct task *t = x_alloc(sizeof *t);

	t->pool = pool ? pool : pool_new();
	return t;
}

static struct task *append(struct task *list, struct task *t)
{
	struct task **end = &list;

	t->next = NULL;
	while (*end)
		end = &(*end)->next;
	*end = t;
	return list;
}

static void lane_turn(struct sim *s, void *arg);

static void turn_soon(struct sim *s, struct node *n)
{
	if (n->turn_due || !node_is_up(n))
		return;
	n->turn_due = true;
	sim_soon(s, 5 * MS, lane_turn, n);
}

void node_put(struct sim *s, struct node *n, struct task *t)
{
	if (!node_is_up(n)) {
		t->done(s, t, JOB_UNCERTAIN);
		return;
	}
	if (t->of_people)
		n->people = append(n->people, t);
	else
		n->sync = append(n->sync, t);
	if (t->of_people && n->turn_due && s->now < n->sync_held)
		n->turn_due = false;	/* sync waits, people do not */
	turn_soon(s, n);
}

static struct task *take(struct task **list, int most)
{
	struct task *first = *list, *last = first;

	for (int i = 1; i < most && last->next; i++)
		last = last->next;
	*list = last->next;
	last->next = NULL;
	return first;
}

/* 0 whether it succeeded or failed cleanly; -1 when the transaction is spoilt. */
static int task_run(struct node *n, struct counters *counters, struct task *task, bool careful)
{
	struct txn t = { .db = n->db, .pool = task->pool, .careful = careful, .stamp = clock_now(),
			 .resume = task->resume, .counters = counters };
	struct site site;
	struct write w = { .t = &t, .site = &site };
	int rc;

	err_clear(&task->err);
	if ((rc = node_shop(n, t.pool, &site, &w.tenant, &task->err)) == 0)
		rc = task->write(&w, task->ctx, &task->err);
	task->progress = t.progress;
	task->end = rc < 0 ? JOB_FAILED : JOB_DONE;
	task->more = rc == JOB_MORE;
	return rc < 0 && t.wrote ? -1 : 0;
}

static enum commit_end group_run(struct node *n, struct task *tasks, bool careful, struct err *err)
{
	struct counters counters = { 0 };

	if (db_begin(n->db, err) < 0)
		return COMMIT_REFUSED;
	if (n->hub && counters_lock(&counters, n->db, n->tenant, err) < 0)
		goto spoilt;
	for (struct task *t = tasks; t; t = t->next)
		if (task_run(n, &counters, t, careful) < 0) {
			*err = t->err;
			goto spoilt;
		}
	if (counters_store(&counters, n->db, err) == 0)
		return db_commit(n->db, err);
spoilt:
	db_rollback(n->db);
	return COMMIT_REFUSED;
}

static void group_answer(struct sim *s, struct node *n, struct task *tasks)
{
	while (tasks) {
		struct task *t = tasks;

		tasks = t->next;
		if (t->end == JOB_DONE && t->more) {
			t->resume = t->progress;
			n->sync = append(n->sync, t);
			continue;
		}
		t->done(s, t, t->end);
	}
}

static void group_uncertain(struct sim *s, struct task *tasks)
{
	answer_nobody(s, &tasks);
}

static void group(struct sim *s, struct node *n, struct task *tasks, bool careful)
{
	enum disk_fault how = DISK_KILL;
	struct err err = { 0 };
	enum commit_end end;

	node_enter(s, n);
	end = group_run(n, tasks, careful, &err);
	node_leave(s, n);
	if (disk_is_dead(n->disk)) {
		if (disk_power_is_gone(n->disk))
			how = DISK_POWER;
		group_uncertain(s, tasks);
		node_die(s, n, how);
		return;
	}
	if (end == COMMIT_REFUSED && !careful) {
		for (struct task *t = tasks, *next; t; t = next) {
			next = t->next;
			t->next = NULL;
			if (node_is_up(n))
				group(s, n, t, true);
			else
				t->done(s, t, JOB_UNCERTAIN);
		}
		return;
	}
	for (struct task *t = tasks; end != COMMIT_DONE && t; t = t->next)
		if (t->end == JOB_DONE) {
			t->end = JOB_FAILED;
			t->err = err;
		}
	n->commits += end == COMMIT_DONE;
	group_answer(s, n, tasks);
}

/* Room for sync once people have what they want. */
static void sync_later(struct sim *s, struct node *n)
{
	n->turn_due = true;
	sim_at(s, n->sync_held, lane_turn, n);
}

static void lane_turn(struct sim *s, void *arg)
{
	struct node *n = arg;

	n->turn_due = false;
	if (!node_is_up(n) || (!n->people && !n->sync))
		return;
	if (!n->people && s->now < n->sync_held && !s->quiet) {
		sync_later(s, n);
		return;
	}
	group(s, n, n->people ? take(&n->people, GROUP) : take(&n->sync, 1), false);
	if (node_is_up(n) && n->commits >= CHECKPOINT_COMMITS) {
		n->commits = 0;
		db_checkpoint(n->db);
		if (disk_is_dead(n->disk))
			node_die(s, n, disk_power_is_gone(n->disk) ? DISK_POWER : DISK_KILL);
	}
	if (n->people || n->sync)
		turn_soon(s, n);
}

int node_do(struct sim *s, struct node *n, int (*write)(struct write *w, void *ctx, struct err *err), void *ctx)
{
	struct task t = { .write = write, .ctx = ctx, .pool = s->pool };
	struct err err = { 0 };
	enum commit_end end;

	if (!node_is_up(n))
		return -1;
	node_enter(s, n);
	end = group_run(n, &t, true, &err);
	node_leave(s, n);
	if (disk_is_dead(n->disk)) {
		node_die(s, n, disk_power_is_gone(n->disk) ? DISK_POWER : DISK_KILL);
		return -1;
	}
	return end == COMMIT_DONE && t.end == JOB_DONE ? 0 : -1;
}
