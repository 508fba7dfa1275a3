/* Every option of fexl.conf, for all daemons.  The file, the environment, the
 * flags, --help and etc/fexl.conf come from this table; the manual is checked
 * against it. */
#include "base/base.h"
#include "service/service.h"

#define APID FOR_APID
#define SYNCD FOR_SYNCD
#define REALTIMED FOR_REALTIMED
#define BOTH (FOR_APID | FOR_SYNCD)
#define ALL FOR_ALL

#define KIB ((int64_t)1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define HOUR_MS ((int64_t)3600000)

static const char *const roles[] = { "desktop", "cloud", NULL };
static const char *const engines[] = { "sqlite", "postgres", NULL };
static const char *const levels[] = { "error", "warn", "info", "debug", NULL };

/* name, environment, type, default, min, max, words, unit, who, help */
const struct option_desc option_table[] = {
	/* what this server is, and where its things are */
	{ "role", "FEXL_ROLE", OPT_WORD, "desktop", 0, 0, roles, NULL, BOTH, "what this server is: a till, or the hub that tills sync with" },
	{ "data_dir", "FEXL_DATA_DIR", OPT_STR, "/var/lib/fexl", 0, 0, NULL, NULL, ALL, "folder of the database and of backups" },
	{ "run_dir", "FEXL_RUN_DIR", OPT_STR, "/run/fexl", 0, 0, NULL, NULL, ALL, "folder of the Unix sockets" },
	{ "web_dir", "FEXL_WEB_DIR", OPT_STR, NULL, 0, 0, NULL, NULL, APID, "folder of the web console; empty: the one installed with this daemon" },
	{ "log_level", "FEXL_LOG_LEVEL", OPT_WORD, "info", 0, 0, levels, NULL, ALL, "what goes to the log: this and worse" },
	{ "stop_timeout_s", "FEXL_STOP_TIMEOUT_S", OPT_INT, "20", 1, 600, NULL, "s", ALL, "an orderly stop takes at most this long" },

	/* the database */
	{ "db_type", "DB_TYPE", OPT_WORD, "sqlite", 0, 0, engines, NULL, BOTH, "the engine" },
	{ "database_url", "DATABASE_URL", OPT_STR, NULL, 0, 0, NULL, NULL, BOTH, "a file, or a libpq conninfo; empty: fexl.db in data_dir, or libpq's own defaults" },
	{ "database_owner_url", "FEXL_DATABASE_OWNER_URL", OPT_STR, "", 0, 0, NULL, NULL, APID, "a cloud's on postgres: as whom tables are made and walled, so that database_url need not be their owner; empty: fexlctl cloud migrate did that, or database_url may" },
	{ "require_wall", "FEXL_REQUIRE_WALL", OPT_BOOL, "no", 0, 0, NULL, NULL, APID, "a cloud's on postgres: no start as a role that row security does not hold up, or that owns the tables" },
	{ "lanes", "FEXL_LANES", OPT_INT, "8", 1, 64, NULL, "threads", APID, "writers, for postgres only; sqlite has one" },
	{ "readers", "FEXL_READERS", OPT_INT, "4", 1, 64, NULL, "threads", APID, "readers" },
	{ "lane_queue", "FEXL_LANE_QUEUE", OPT_INT, "4096", 1, 1000000, NULL, "requests", APID, "may wait for a writer; one more is answered 503" },
	{ "answers_kept_bytes", "FEXL_ANSWERS_KEPT_BYTES", OPT_INT, "2097152", 0, GIB, NULL, "bytes", APID, "answers of lists and records kept until a row of theirs is written, sqlite only; 0: none" },
	{ "slice_ms", "FEXL_SLICE_MS", OPT_INT, "5", 1, 1000, NULL, "ms", APID, "work for sync between two commits, so that people do not wait for it" },
	{ "wal_pinned_bytes", "FEXL_WAL_PINNED_BYTES", OPT_INT, "67108864", MIB, 64 * GIB, NULL, "bytes", APID, "of SQLite's log held up by a stopped reader: more, and the reader is ended" },
	{ "wal_pinned_ms", "FEXL_WAL_PINNED_MS", OPT_INT, "5000", 100, HOUR_MS, NULL, "ms", APID, "for which that must last" },
	{ "journal_size_bytes", "FEXL_JOURNAL_SIZE_BYTES", OPT_INT, "8388608", 64 * KIB, GIB, NULL, "bytes", APID, "to which SQLite's log is cut back" },
	{ "statement_timeout_ms", "FEXL_STATEMENT_TIMEOUT_MS", OPT_INT, "10000", 100, HOUR_MS, NULL, "ms", APID, "for one statement in postgres" },
	{ "connect_timeout_s", "FEXL_CONNECT_TIMEOUT_S", OPT_INT, "5", 1, 300, NULL, "s", APID, "to connect to postgres" },

	/* the door: who may connect, and how much is taken from them */
	{ "listen", "FEXL_LISTEN", OPT_STR, "127.0.0.1:8089", 0, 0, NULL, NULL, APID, "host:port of the API and the console; port 0 lets the kernel choose" },
	{ "public_hosts", "FEXL_PUBLIC_HOSTS", OPT_STR, "", 0, 0, NULL, NULL, APID, "names, by commas, under which browsers may reach us besides loopback and listen" },
	{ "allowed_origins", "FEXL_ALLOWED_ORIGINS", OPT_STR, "", 0, 0, NULL, NULL, APID, "origins, by commas, whose pages may call the cloud besides those on loopback" },
	{ "trusted_proxies", "FEXL_TRUSTED_PROXIES", OPT_STR, "", 0, 0, NULL, NULL, APID, "addresses, by commas, of proxies in front of us whose X-Forwarded-For is believed: misses at signing in count against who is behind them" },
	{ "metrics_listen", "FEXL_METRICS_LISTEN", OPT_STR, "", 0, 0, NULL, NULL, APID, "host:port on loopback where Prometheus finds the figures of all daemons; empty: only their Unix sockets tell them" },
	{ "tls_cert", "FEXL_TLS_CERT", OPT_FILE, "", 0, 0, NULL, NULL, APID, "certificate, with those that lead to its authority, as PEM: all TCP is TLS then; empty: none is" },
	{ "tls_key", "FEXL_TLS_KEY", OPT_FILE, "", 0, 0, NULL, NULL, APID, "the key of tls_cert, as PEM" },
	{ "connections", "FEXL_CONNECTIONS", OPT_INT, "4096", 1, 1000000, NULL, "connections", APID, "at once; one more is answered 503" },
	{ "head_bytes", "FEXL_HEAD_BYTES", OPT_INT, "16384", KIB, MIB, NULL, "bytes", APID, "of request line and headers" },
	{ "head_ms", "FEXL_HEAD_MS", OPT_INT, "10000", 100, HOUR_MS, NULL, "ms", APID, "from the first byte of a request's head to its last" },
	{ "body_bytes", "FEXL_BODY_BYTES", OPT_INT, "4194304", 64 * KIB, GIB, NULL, "bytes", APID, "of a request's body, unpacked" },
	{ "body_ms", "FEXL_BODY_MS", OPT_INT, "30000", 100, HOUR_MS, NULL, "ms", APID, "from the end of the head to the body's last byte" },
	{ "idle_ms", "FEXL_IDLE_MS", OPT_INT, "60000", 100, HOUR_MS, NULL, "ms", APID, "a connection may rest between two requests" },
	{ "write_ms", "FEXL_WRITE_MS", OPT_INT, "30000", 100, HOUR_MS, NULL, "ms", APID, "a client may take nothing of its answer" },
	{ "import_rows", "FEXL_IMPORT_ROWS", OPT_INT, "5000", 1, 100000, NULL, "rows", APID,
	  "of one CSV file; the shop waits while they are stored" },
	{ "csv_rows", "FEXL_CSV_ROWS", OPT_INT, "100000", 1, 10000000, NULL, "rows", APID,
	  "of a report in one CSV file, where nobody asks for fewer; a Link leads to the rest" },

	/* who is asking */
	{ "session_hours", "FEXL_SESSION_HOURS", OPT_INT, "12", 1, 8760, NULL, "h", APID, "after which one signs in again" },
	{ "admin_password_file", "FEXL_ADMIN_PASSWORD_FILE", OPT_FILE, "", 0, 0, NULL, NULL, APID, "file with the password of the cloud's administrator; empty: nobody is" },

	/* sync */
	{ "sync_interval_s", "FEXL_SYNC_INTERVAL_S", OPT_INT, "30", 1, 3600, NULL, "s", SYNCD, "between two cycles while nothing happens" },
	{ "cloud_ca", "FEXL_CLOUD_CA", OPT_STR, "", 0, 0, NULL, NULL, SYNCD, "file of the authority, as PEM, that vouches for a cloud of one's own; empty: those that this machine trusts" },
	{ "health_timeout_ms", "FEXL_HEALTH_TIMEOUT_MS", OPT_INT, "5000", 100, 60000, NULL, "ms", SYNCD, "for the cloud to say how it is" },
	{ "sync_timeout_ms", "FEXL_SYNC_TIMEOUT_MS", OPT_INT, "30000", 100, 600000, NULL, "ms", SYNCD, "for any other answer of the cloud" },
	{ "cloud_socket", "FEXL_CLOUD_SOCKET", OPT_BOOL, "yes", 0, 0, NULL, NULL, SYNCD, "a WebSocket to the cloud, to hear of changes at once" },
	{ "backoff_min_ms", "FEXL_BACKOFF_MIN_MS", OPT_INT, "1000", 10, HOUR_MS, NULL, "ms", BOTH, "until the next try after a first failure" },
	{ "backoff_max_ms", "FEXL_BACKOFF_MAX_MS", OPT_INT, "60000", 10, HOUR_MS, NULL, "ms", BOTH, "until the next try after many" },
	{ "push_rows", "FEXL_PUSH_ROWS", OPT_INT, "1000", 1, 10000, NULL, "rows", BOTH, "in one batch to the cloud; a document counts as one" },
	{ "push_bytes", "FEXL_PUSH_BYTES", OPT_INT, "1048576", KIB, 64 * MIB, NULL, "bytes", BOTH, "of one batch to the cloud; a larger document travels alone" },
	{ "push_time_ms", "FEXL_PUSH_TIME_MS", OPT_INT, "5000", 100, 600000, NULL, "ms", APID, "for one batch of a till; what is not stored by then is sent again" },
	{ "pull_rows", "FEXL_PULL_ROWS", OPT_INT, "1000", 1, 10000, NULL, "rows", BOTH, "in one answer of the cloud" },
	{ "snapshot_rows", "FEXL_SNAPSHOT_ROWS", OPT_INT, "2000", 1, 10000, NULL, "rows", BOTH, "in one page of a first load" },
	{ "clock_ahead_ms", "FEXL_CLOCK_AHEAD_MS", OPT_INT, "60000", 1000, HOUR_MS, NULL, "ms", APID, "a till's stamp may lie in the hub's future" },

	/* live updates */
	{ "ws_clients", "FEXL_WS_CLIENTS", OPT_INT, "10000", 1, 1000000, NULL, "sockets", REALTIMED, "at once; one more is answered 503" },
	{ "ws_clients_tenant", "FEXL_WS_CLIENTS_TENANT", OPT_INT, "2000", 1, 1000000, NULL, "sockets", REALTIMED, "of one shop at once; one more is answered 503" },
	{ "ws_events_kept", "FEXL_WS_EVENTS_KEPT", OPT_INT, "1024", 16, 1048576, NULL, "events", REALTIMED, "of a shop, for who comes back or reads slowly; who is further behind is told to resync" },
	{ "ws_memory_s", "FEXL_WS_MEMORY_S", OPT_INT, "600", 1, 86400, NULL, "s", REALTIMED, "for which they are kept when nobody listens any more" },
	{ "ws_screen_events", "FEXL_WS_SCREEN_EVENTS", OPT_INT, "50", 1, 100000, NULL, "events", REALTIMED, "a second to a browser; what is more is told as one of a kind" },
	{ "ws_send_buffer_bytes", "FEXL_WS_SEND_BUFFER_BYTES", OPT_INT, "65536", 4 * KIB, 16 * MIB, NULL, "bytes", REALTIMED, "that the kernel holds for a client that does not read" },
	{ "ws_message_bytes", "FEXL_WS_MESSAGE_BYTES", OPT_INT, "4096", 125, MIB, NULL, "bytes", REALTIMED, "of one message of a client" },
	{ "ws_ping_s", "FEXL_WS_PING_S", OPT_INT, "20", 1, 3600, NULL, "s", SYNCD | REALTIMED, "between two pings; who answers none of three is dropped" },
	{ "ws_wait_ms", "FEXL_WS_WAIT_MS", OPT_INT, "5000", 100, 60000, NULL, "ms", APID, "for fexl-realtimed to take a client; then he is answered 503" },
	{ "ws_goodbye_ms", "FEXL_WS_GOODBYE_MS", OPT_INT, "2000", 100, 60000, NULL, "ms", REALTIMED, "for a client to answer the end of its socket" },

	/* how long things are kept */
	{ "tombstone_min_days", "FEXL_TOMBSTONE_MIN_DAYS", OPT_INT, "30", 0, 3650, NULL, "days", APID,
	  "a deletion is remembered in any case: a backup of a time before would bring back what was deleted" },
	{ "tombstone_max_days", "FEXL_TOMBSTONE_MAX_DAYS", OPT_INT, "400", 0, 3650, NULL, "days", APID,
	  "a deletion is remembered for tills that are away; one that was away longer is repaired when it comes back" },
	{ "conflict_days", "FEXL_CONFLICT_DAYS", OPT_INT, "400", 1, 3650, NULL, "days", APID,
	  "versions that lost are kept, and can be put back" },
	{ .name = NULL }
};
