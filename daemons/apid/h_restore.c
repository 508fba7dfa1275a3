/* POST /api/restore: a backup becomes the database.  Of SQLite it is prepared
 * beside the living one and takes its place at the next start, for which this
 * daemon ends; of PostgreSQL it is one transaction. */
#include "base/base.h"
#include "apid/call.h"
#include "apid/swap.h"

#include "base/crypto.h"
#include "base/log.h"
#include "store/backup.h"
#include "sync/restored.h"

#include <limits.h>
#include <signal.h>
#include <unistd.h>

#define SAFETY "before-restore-"

struct restore {
	const char *path;
	bool is_safety;		/* what an earlier restore put aside: it has no sum */
	char safety[SWAP_NAME_LEN];
	struct restoring r;
	struct db *backup;	/* PostgreSQL's: what is copied from */
};

static int check_hub(const struct call *c, struct err *err)
{
	if (c->caller.actor.kind == ACTOR_ADMIN)
		return 0;
	return err_set(err, ERR_DENIED, "permission", "a cloud is restored by its operator: fexlctl restore, on the cloud's own machine");
}

/* It takes the place of all there is, and this daemon ends for it: not for
 * everybody who may make a backup, nor for who merely reaches this port. */
static int check_may(const struct call *c, struct err *err)
{
	const struct actor *a = &c->caller.actor;

	if (a->kind == ACTOR_OPERATOR)
		return 0;
	if (c->apid->hub)
		return check_hub(c, err);
	if (strcmp(a->role, OWNER) != 0)
		return err_set(err, ERR_DENIED, "owner_only", "only an owner may restore a backup");
	if (!address_is_loopback(c->rq->peer->address))
		return err_set(err, ERR_DENIED, "till_only", "a till is restored at the till itself, not from %s", c->rq->peer->address);
	return 0;
}

static int read_how(struct json body, enum restore_how *how, struct err *err)
{
	static const char *const words[] = { [RESTORE_DISCARD] = "discard_local", [RESTORE_AS_NEW] = "as_new" };
	const char *word = NULL;

	*how = RESTORE_PLAIN;
	if (json_get_str(body, "how", 20, &word, err) < 0)
		return -1;
	if (!word)
		return 0;
	for (int i = RESTORE_DISCARD; i <= RESTORE_AS_NEW; i++)
		if (strcmp(words[i], word) == 0) {
			*how = (enum restore_how)i;
			return 0;
		}
	return err_field(err, "/how", "not_a_choice", "how is discard_local or as_new");
}

/* What was here before an earlier restore: a folder with the database and its log. */
static int find_safety(struct restore *x, char path[PATH_MAX], const char *data_dir, const char *name, struct err *err)
{
	char folder[SWAP_NAME_LEN + 20];

	x->is_safety = true;
	snprintf(folder, sizeof folder, "%.*s/fexl.db", SWAP_NAME_LEN, name);
	backup_path(data_dir, folder, path);
	if (!strchr(name, '/') && access(path, R_OK) == 0)
		return 0;
	return err_set(err, ERR_NOT_FOUND, "no_backup", "there is no %.60s", name);
}

/* A name of ours; a path is for the operator, who may read anything here. */
static int read_name(struct call *c, struct json body, struct restore *x, struct err *err)
{
	const char *data_dir = conf_str(c->apid->conf, "data_dir"), *name;
	char *own = pool_alloc(c->pool, PATH_MAX);
	struct backup b;

	if (call_need(body, "name", 1000, &name, err) < 0)
		return -1;
	x->path = own;
	if (strncmp(name, SAFETY, strlen(SAFETY)) == 0)
		return find_safety(x, own, data_dir, name, err);
	if (name[0] == '/' && c->caller.actor.kind == ACTOR_OPERATOR) {
		x->path = name;
		x->is_safety = strstr(name, "/" SAFETY) != NULL;
		return 0;
	}
	if (backup_find(data_dir, name, &b, err) < 0)
		return -1;
	backup_path(data_dir, name, own);
	return 0;
}

static int read_body(struct call *c, struct restore *x, struct err *err)
{
	static const char *const members[] = { "name", "how", NULL };
	struct json body;

	if (call_body_only(c, members, &body, err) < 0 || read_name(c, body, x, err) < 0)
		return -1;
	return read_how(body, &x->r.how, err);
}

static void put_answer(struct call *c, const struct restore *x, const char *status)
{
	jw_open(&c->out, '{');
	jw_put_str(&c->out, "status", status);
	jw_put_str(&c->out, "safety", x->safety[0] ? x->safety : NULL);
	jw_put_int(&c->out, "unsent", x->r.unsent_here);
	jw_name(&c->out, "licenses");
	jw_open(&c->out, '[');
	if (x->r.licenses.len > 0)
		jw_raw(&c->out, x->r.licenses.data, x->r.licenses.len);
	jw_close(&c->out, ']');
	jw_close(&c->out, '}');
}

static void forget_licenses(void *restore)
{
	struct buf *b = &((struct restore *)restore)->r.licenses;

	if (b->data)
		wipe(b->data, b->size);
	buf_release(b);
}

/* --- SQLite --- */

static void end_daemon(struct call *c UNUSED)
{
	log_info("a restore is prepared: ending, to begin with it");
	kill(getpid(), SIGTERM);	/* answers that are under way go out first */
}

static int prepare(struct call *c, struct restore *x, struct err *err)
{
	struct db *next;
	int rc;

	if (swap_prepare(c->apid->conf, x->path, &next, err) < 0)
		return -1;
	rc = restored_look(&x->r, next, c->pool, err);
	if (rc == 0)
		rc = db_write_alone(next, c->pool, restored_become, &x->r, err);
	db_close(&next);
	return rc;
}

static int restore_file(struct call *c, struct restore *x, struct err *err)
{
	x->r.living = c->db;
	x->r.site = c->shop.site;
	if (prepare(c, x, err) < 0 || swap_arm(c->apid->conf, x->safety, err) < 0)
		return -1;
	put_answer(c, x, "restarting");
	c->after = end_daemon;
	return 202;
}

/* --- PostgreSQL --- */

static void close_backup(void *restore)
{
	db_close(&((struct restore *)restore)->backup);
}

/* Caches and screens of all that was. */
static void forget_all(struct call *c)
{
	c->apid->shop.site = c->shop.site;
	cache_clear(c->apid->cache);
	events_lost(c->apid->events);
	log_info("shop %s was restored from a backup", uuid_text(c->tenant).s);
}

static int restore_rows(struct call *c, struct err *err)
{
	struct restore *x = c->state;

	if (restored_shop(&x->r, c->txn, x->backup, c->tenant, &c->shop.site, err) < 0)
		return -1;
	put_answer(c, x, "restored");
	c->after = forget_all;
	return 200;
}

static int find_shop(struct call *c, struct restore *x, struct err *err)
{
	struct tenant t;
	int64_t n;

	if (db_int(x->backup, "SELECT count(*) FROM tenants", NO_ARGS, &n, err) < 0)
		return -1;
	if (n != 1)
		return err_set(err, ERR_CONFLICT, "many_shops", "this backup holds %lld shops: one with one shop can be restored here",
			       (long long)n);
	if (tenant_of_till(x->backup, c->pool, &t, err) < 0)
		return -1;
	c->tenant = t.uuid;
	return 0;
}

/* What is here now, as a backup like any other. */
static int keep_safe(struct call *c, struct restore *x, struct err *err)
{
	struct db_config living = apid_db_config(c->apid->conf);
	struct tenant t;
	struct backup b;
	int n;

	db_enter(c->db, c->tenant);
	n = tenant_load(c->db, c->pool, c->tenant, &t, err);
	if (n <= 0)
		return n;	/* this cloud has no such shop yet: nothing is lost */
	c->apid->copying++;
	n = backup_create(&living, conf_str(c->apid->conf, "data_dir"), c->tenant, &b, err);
	c->apid->copying--;
	if (n == 0)
		snprintf(x->safety, sizeof x->safety, "%s", b.name);
	return n;
}

static int restore_shop(struct call *c, struct restore *x, struct err *err)
{
	if (backup_open(x->path, DB_READ, &x->backup, err) < 0)
		return -1;
	pool_on_free(c->pool, close_backup, x);
	if (find_shop(c, x, err) < 0 || keep_safe(c, x, err) < 0)
		return -1;
	return call_then(c, WRITE, restore_rows);
}

int h_restore(struct call *c, struct err *err)
{
	struct restore *x = pool_alloc(c->pool, sizeof *x);

	c->state = x;
	pool_on_free(c->pool, forget_licenses, x);
	if (check_may(c, err) < 0 || read_body(c, x, err) < 0 || backup_verify(x->path, !x->is_safety, err) < 0)
		return -1;
	if (db_engine(c->db) == ENGINE_SQLITE)
		return restore_file(c, x, err);
	return restore_shop(c, x, err);
}
