#!/bin/sh
test_description='a cloud and its tills, simulated: whatever fails, nothing is lost, doubled, different or stuck'
. "${FEXL_SRC:-.}/t/lib.sh"

sim=$build/t/sim/sim
jobs=$(nproc 2>/dev/null || echo 1)
SEEDS=1..1000
LONG_MINUTES=10		# t/sim/seeds is the record of longer ones

# Its last line is the sum, for whoever reads the log.
run()
{
	"$sim" --jobs "$jobs" "$@" >"$stage/said"
	status=$?
	cat "$stage/said"
	return $status
}

test_expect 'the same seed is the same run' 'run --seeds 1..40 --twice'

test_expect "kept, once, immutable, sums, balanced, same, moving, undo: seeds $SEEDS" \
	'run --seeds $SEEDS'
note "$(tail -n 1 "$stage/said")"

if [ -n "${FEXL_LONG:-}" ]; then
	# Behind the last seed on record, so that no two long tests are the same.
	cp "$src/t/sim/seeds" "$stage/seeds"
	test_expect "for $LONG_MINUTES minutes, seeds that were never run before" \
		'run --minutes $LONG_MINUTES --record "$stage/seeds"'
	note "$(tail -n 2 "$stage/said" | tr "\n" " ")"
fi

test_done
