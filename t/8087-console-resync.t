#!/bin/sh
test_description='the roster on screen: a till is told to load everything again, is renamed; a stranger is sent away'
. "${FEXL_SRC:-.}/t/lib.sh"
. "$src/t/console.sh"

{
	full_cloud cloud && full_till till && pair till cloud && p=$(product cloud Tea 250) && buy cloud "$p" 100 90 && sync_now till &&
		sell till "$p" 1 250 && sync_now till && till stranger && ask_to_pair stranger cloud
} >"$stage/out" 2>&1 || bail "the stage: $(tail -n 3 "$stage/out")"
browse resync.mjs cloud till stranger
