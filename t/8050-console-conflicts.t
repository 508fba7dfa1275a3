#!/bin/sh
test_description='what two places changed apart stands side by side; what waits here is marked'
FEXL_SYNC_INTERVAL_S=1
. "${FEXL_SRC:-.}/t/lib.sh"
. "$src/t/link.sh"
. "$src/t/console.sh"

{
	full_cloud cloud && full_till till && link line cloud && pair till line && sync_now till
} >"$stage/out" 2>&1 || bail "the stage: $(tail -n 3 "$stage/out")"
browse conflicts.mjs cloud till line
