#!/bin/sh
test_description='a new till is set up on screen, and sells: by scanner and keyboard, each sale once'
. "${FEXL_SRC:-.}/t/lib.sh"
. "$src/t/console.sh"

make_node till desktop && start_apid till || bail 'the till does not start'
browse sell.mjs till
