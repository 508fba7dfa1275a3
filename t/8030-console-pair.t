#!/bin/sh
test_description='pairing on screen: a shop is made at the cloud, a till asks, is let in, and is sent away'
. "${FEXL_SRC:-.}/t/lib.sh"
. "$src/t/console.sh"

make_node cloud cloud && printf 'correct horse battery' >"$stage/cloud/admin" && chmod 600 "$stage/cloud/admin" &&
	echo "FEXL_ADMIN_PASSWORD_FILE=$stage/cloud/admin" >>"$stage/cloud/env" &&
	start_apid cloud && start_daemon cloud realtimed && full_till till && people till >"$stage/out" 2>&1 || bail 'the stage'
browse pair.mjs cloud till
