#!/bin/sh
test_description='nobody at the till: it locks, the cart stays, and somebody else may take over'
. "${FEXL_SRC:-.}/t/lib.sh"
. "$src/t/console.sh"

full_till till >"$stage/out" 2>&1 && people till >>"$stage/out" 2>&1 || bail "the stage: $(tail -n 3 "$stage/out")"
browse lock.mjs till
