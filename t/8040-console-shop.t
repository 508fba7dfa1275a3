#!/bin/sh
test_description='a day in the shop on screen: a cashier with a drawer, then the owner over the books'
. "${FEXL_SRC:-.}/t/lib.sh"
. "$src/t/console.sh"

full_till till >"$stage/out" 2>&1 && people till >>"$stage/out" 2>&1 || bail 'the stage'
browse shop.mjs till
