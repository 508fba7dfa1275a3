#!/bin/sh
test_description='on paper, 80 mm: a shift so far, a shift that was closed, a day'
. "${FEXL_SRC:-.}/t/lib.sh"
. "$src/t/console.sh"

full_till till >"$stage/out" 2>&1 && people till >>"$stage/out" 2>&1 || bail "the stage: $(tail -n 3 "$stage/out")"
browse slips.mjs till
