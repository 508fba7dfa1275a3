#!/bin/sh
test_description='backups on screen: made, judged, and put in place of the shop'
FEXL_SYNC_INTERVAL_S=1
. "${FEXL_SRC:-.}/t/lib.sh"
. "$src/t/console.sh"

# What systemd does: it ends for a restore, it is started again.
begin_again()
{
	while [ -d "$stage" ]; do
		if [ -e "$stage/restoring" ] && has_ended "$(pid_of till apid)"; then
			rm -f "$stage/restoring"
			start_apid till
		fi
		sleep 0.1
	done
}

{
	full_cloud cloud && printf 4321 | ctl cloud user add Mona --role manager --pin-file - &&
		api cloud PUT /api/settings/shop_name '{"value":"Rafidain Grocery"}' && product cloud Tea 250 &&
		full_till till && pair till cloud && sync_now till
} >"$stage/out" 2>&1 || bail "the stage: $(tail -n 3 "$stage/out")"
begin_again >/dev/null 2>&1 &
browse backup.mjs cloud till
