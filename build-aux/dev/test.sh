# ./dev test: everything, counted.  Sourced.
#
# Each step writes what prove said to $test_dir/STEP.log; the last line is the
# sum over these files.

test_dir=$build/test
test_limit_s=900		# of one step
test_long_limit_s=3600
test_again_most=3		# files that failed and are run once more, alone

# Commands of its own for what is not a TAP test: one more that passed or failed.
test_one()
{
	name=$1
	shift
	started=$(now_s)
	if quietly "$test_limit_s" "$test_dir/$name.out" "$@"; then
		test_note "$name" 1 0
	else
		test_note "$name" 0 1
	fi
}

# test_note STEP PASSED FAILED
test_note()
{
	echo "$2 $3" >>"$test_dir/counts"
	say "$1" "$2 passed, $3 failed, $(since "$started")"
}

# prove's own words: "Files=3, Tests=50", and a line "(Wstat: 0 Tests: 5 Failed:
# 1)" for each file with a failure.  A file that broke off, or was promised more
# tests, has failed even if each test that it ran had passed.
test_count()
{
	awk '
		/^Files=[0-9]+, Tests=[0-9]+/ { split($0, f, /[=, ]+/); tests += f[4]; seen = 1 }
		/\(Wstat: .* Tests: [0-9]+ Failed: [0-9]+\)/ { n = $0; sub(/.*Failed: /, "", n); n += 0; lost += n; failed += n ? n : 1 }
		END { if (!seen) { failed++ } print tests - lost, failed + 0 }' "$1"
}

# test_make STEP DIR LIMIT MAKE-ARGUMENT…: runs prove through make
test_make()
{
	step=$1 dir=$2 limit_s=$3 status=0
	shift 3
	started=$(now_s)
	: >"$test_dir/$step.log"
	BOUNDED_HIDE='^(#|make|(not )?ok [0-9]|$)' bounded "$limit_s" "$test_dir/$step.log" make -s -C "$dir" check "$@" || status=$?
	[ "$status" -eq 0 ] || test_show_failures "$test_dir/$step.log"
	# shellcheck disable=SC2046 # two numbers
	set -- $(test_count "$test_dir/$step.log")
	if [ "$step" = check ] && [ "$2" -gt 0 ] && test_again "$dir"; then
		set -- "$1" 0
		status=0
	fi
	[ "$status" -eq 0 ] || [ "$2" -gt 0 ] || set -- "$1" 1
	[ "$status" -ne 124 ] || say "$step" "took more than $limit_s s and was ended"
	test_note "$step" "$1" "$2"
}

test_failed_files()
{
	sed -n 's/^\([^ ]*\) .*(Wstat: .* Tests: [0-9]* Failed: [0-9]*)$/\1/p' "$1" | sort -u
}

# Is it broken, or was it pressed by what ran beside it?  A few files that failed
# are run once more with the machine to themselves; one that passes only then is
# named, and is to be mended.  Not for the sanitizers: what they found, they found.
test_again()
{
	files=$(test_failed_files "$test_dir/check.log")
	# shellcheck disable=SC2086 # a word each
	set -- "$1" $files
	[ $# -ge 2 ] && [ $# -le $((test_again_most + 1)) ] || return 1
	BOUNDED_HIDE=. bounded "$test_limit_s" "$test_dir/again.log" make -s -C "$1" check-TESTS PROVE_FLAGS="$one" TESTS="$files" || {
		test_show_failures "$test_dir/again.log"
		return 1
	}
	shift
	for file; do
		say again "${file#"$top/"} failed beside others and passed alone: it takes something for granted"
	done
}

# What failed, and what it said.
test_show_failures()
{
	awk '
		/\.\.\. *$/ { file = $0 }
		/^not ok / && !/# TODO/ { if (file != "") print file; file = ""; shown = 20; print; next }
		/^#/ && shown-- > 0 { print; next }
		{ shown = 0 }' "$1" | tail -n 200
}

# --- what the tests stand on ---

test_postgres_start()
{
	site_postgres_stop "$build/pg"
	rm -rf "$build/pg/pg"
	site_postgres_start "$build/pg" --no-fsync
}

# Tests make their folders here, so that nothing is left elsewhere; but a socket
# in there must have a path of at most 107 bytes.
test_folder()
{
	rm -rf "$test_dir"
	mkdir -p "$test_dir"
	if [ ${#test_dir} -le 45 ]; then
		mkdir -m 1777 "$test_dir/tmp"
		TMPDIR=$test_dir/tmp
		export TMPDIR
	fi
}

test_begin()
{
	test_folder
	HARNESS_RULESFILE=$aux/rules.yml
	export HARNESS_RULESFILE
	test_postgres_start
}

test_end()
{
	trap - EXIT
	site_postgres_stop "$build/pg"
	rm -rf "$test_dir/tmp"
}

# Whatever ends us before our time: it was not a success.
test_aborted()
{
	test_end
	echo '0 passed, 1 failed'
	exit 1
}

# --- builds ---

test_build()
{
	name=$1
	shift
	started=$(now_s)
	build_in "$@" || {
		test_note "$name" 0 1
		return 1
	}
	say "$name" "$(since "$started")"
}

test_build_asan()
{
	test_build 'asan' "$top/build-asan" check-programs --enable-werror --enable-sanitizers
}

# --- the steps ---

# prove's: how many at a time where rules.yml lets them, and why a test failed.
three='-j3 --failures --comments'		# stories mostly wait for each other's daemons
one='--failures --comments'

# What is slower under sanitizers has more patience.
sanitizer_options()
{
	ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1 FEXL_PATIENCE_S=120
	export ASAN_OPTIONS UBSAN_OPTIONS FEXL_PATIENCE_S
}

# make, not the shell, knows what $(check_PROGRAMS) are: no scripts.
# shellcheck disable=SC2016
units='TESTS=$(check_PROGRAMS)'
# What tries one thing at every place takes minutes under sanitizers: a few of its seeds, or the long test.
# shellcheck disable=SC2016
units_short='TESTS=$(filter-out t/unit/test-nomem t/unit/test-crash t/unit/test-columns t/unit/test-repair,$(check_PROGRAMS))'
seeds_short=1-5

# Machines, browsers and builds of their own gain nothing from daemons under a sanitizer.
stories='WITHOUT=t/70 t/74 t/75 t/8'

step_check()
{
	test_make check "$build" "$test_limit_s" PROVE_FLAGS="$three"
}

step_check_long()
{
	FEXL_LONG=1 test_make check "$build" "$test_long_limit_s" TEST_MAX_S=$test_long_limit_s PROVE_FLAGS="$three"
}

step_units()
{
	test_build_asan || return
	(sanitizer_options && FEXL_SEEDS=$seeds_short test_make sanitized "$top/build-asan" "$test_limit_s" PROVE_FLAGS="$three" "$units_short")
}

step_sanitized()
{
	test_build_asan || return
	(sanitizer_options && test_make sanitized "$top/build-asan" "$test_long_limit_s" TEST_MAX_S=1800 PROVE_FLAGS="$three" "$stories")
}

step_threads()
{
	test_build tsan "$top/build-tsan" check-programs CC=clang --enable-sanitizers=thread || return
	(
		sanitizer_options
		TSAN_OPTIONS=halt_on_error=1 FEXL_SEEDS=$seeds_short
		export TSAN_OPTIONS FEXL_SEEDS
		test_make threads "$top/build-tsan" "$test_long_limit_s" PROVE_FLAGS="$three" "$units_short"
		test_make raced "$top/build-tsan" "$test_limit_s" PROVE_FLAGS="$three" 'TESTS=t/2000-api.t t/4100-live.t t/4150-watch.t'
	)
}

step_fuzz()
{
	test_fuzz 60
}

# The same again, from a tarball.
step_distcheck()
{
	test_limit_s=1800 test_one distcheck make -C "$build" distcheck PROVE_FLAGS="$three"
}

step_tour()
{
	test_one tour "$top/dev" demo --yes --offline-tour --exit
}

step_soak()
{
	test_one soak "$top/dev" soak 300
}

steps_short='check units'
steps_long='check_long sanitized valgrind threads cppcheck analyzer fuzz distcheck tour soak'

# Two at a time: each is one thread.
test_fuzz()
{
	test_build fuzzers "$top/build-fuzz" all CC=clang --enable-fuzzers || return
	first=
	for target in "$top/build-fuzz"/t/fuzz/fuzz-*; do
		[ -x "$target" ] && [ -f "$target" ] || continue
		(test_one "$(basename "$target")" sh -c "$(fuzz_command "$target" "$1")") &
		if [ "$first" ]; then
			wait
			first=
		else
			first=1
		fi
	done
	wait
}

# Not run is not passed: a skip is never silent.
test_say_skipped()
{
	grep -h ' skipped: ' "$test_dir"/*.log | sed 's/^\[[0-9:]*\] *//; s/ \.\.* skipped:/:/' | sort -u | while read -r line; do
		say skipped "$line"
	done
}

# Plain words, the last line: programs read it.
test_sum()
{
	awk '{ passed += $1; failed += $2 } END { printf "%d passed, %d failed\n", passed, failed; exit failed || !passed }' \
		"$test_dir/counts"
}

# The words after `test`: --long, and steps by name.
test_words()
{
	long=0 steps=
	for word; do
		case $word in
		--long) long=1 ;;
		--yes) yes=1 ;;
		*)
			case " $steps_short $steps_long " in
			*" $word "*) steps="$steps $word" ;;
			*) usage "test has no step $word; there are: $steps_short $steps_long" ;;
			esac
			;;
		esac
	done
	[ "$long" = 0 ] || [ "$steps" ] || steps=$steps_long
	: "${steps:=$steps_short}"
}

verb_test()
{
	test_words "$@"
	echo "Fexl $version: the tests"
	trap test_aborted EXIT
	trap 'exit 130' INT TERM HUP
	if [ "$steps" = "$steps_short" ]; then
		deps_need build console test deb
	else
		deps_need build console test deb long
	fi
	build_main check-programs
	build_console || exit 1
	test_begin
	for step in $steps; do
		"step_$step"
	done
	test_end
	test_say_skipped
	say took "$(since "$begun"); what each step said: ${test_dir#"$top/"}/*.log"
	test_sum
}

# --- ./dev fuzz ---

# What it finds by itself is kept in build-fuzz; the corpus in t/ is the start.
fuzz_command()
{
	name=$(basename "$1")
	found=$top/build-fuzz/found/${name#fuzz-}
	mkdir -p "$found"
	echo "exec $1 -max_total_time=$2 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1" \
		"-artifact_prefix=$found- $found $top/t/fuzz/corpus/${name#fuzz-}"
}

verb_fuzz()
{
	seconds=${1:-60}
	case $seconds in
	*[!0-9]* | '') usage 'fuzz takes seconds' ;;
	esac
	deps_need build long
	test_folder
	sanitizer_options
	test_limit_s=$((seconds + 120))
	test_fuzz "$seconds"
	test_sum
}

verb_soak()
{
	seconds=${1:-60}
	case $seconds in
	*[!0-9]* | '') usage 'soak takes seconds' ;;
	esac
	deps_need build
	build_main
	demo_soak "$seconds"
}

verb_bench()
{
	[ -x "$top/bench/run" ] || die 'there is no bench yet: bench/run is missing'
	deps_need build test
	build_main
	FEXL_SRC=$top FEXL_BUILD=$build exec "$top/bench/run" "$@"
}
