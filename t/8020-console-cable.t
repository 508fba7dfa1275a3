#!/bin/sh
test_description='the cable to the cloud is pulled in the middle of 100 sales and put back'
FEXL_SYNC_INTERVAL_S=1
. "${FEXL_SRC:-.}/t/lib.sh"
. "$src/t/link.sh"
. "$src/t/console.sh"

{
	full_cloud cloud && full_till till && link line cloud && pair till line && sync_now till
} >"$stage/out" 2>&1 || bail "the stage: $(tail -n 3 "$stage/out")"
browse cable.mjs till cloud line
