#!/bin/sh
test_description='the parts of the console that need no browser: amounts, the breaker, the scanner, words'
. "${FEXL_SRC:-.}/t/lib.sh"
. "$src/t/console.sh"

exec node "$build/web/work/test/run.mjs"
