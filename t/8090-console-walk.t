#!/bin/sh
test_description='every page of the console, and with FEXL_LONG everything that opens on it: axe finds nothing'
FEXL_SYNC_INTERVAL_S=1
. "${FEXL_SRC:-.}/t/lib.sh"
. "$src/t/console.sh"

{
	make_node cloud cloud && printf 'correct horse battery' >"$stage/cloud/admin" && chmod 600 "$stage/cloud/admin" &&
		echo "FEXL_ADMIN_PASSWORD_FILE=$stage/cloud/admin" >>"$stage/cloud/env" &&
		start_apid cloud && keep_port cloud && ctl cloud --json tenant create 'Rafidain Grocery' >"$stage/cloud/tenant.json" &&
		start_daemon cloud realtimed && people cloud && full_till till && pair till cloud && sync_now till
} >"$stage/out" 2>&1 || bail "the stage: $(tail -n 3 "$stage/out")"
[ -z "${FEXL_LONG:-}" ] || story_s=3000
browse walk.mjs cloud till
