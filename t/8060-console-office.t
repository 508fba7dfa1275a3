#!/bin/sh
test_description='the office of a shop on screen: reports, people and roles, drawers, suppliers'
. "${FEXL_SRC:-.}/t/lib.sh"
. "$src/t/console.sh"

full_till till >"$stage/out" 2>&1 && people till >>"$stage/out" 2>&1 || bail "the stage: $(tail -n 3 "$stage/out")"
browse office.mjs till
