#!/bin/sh
test_description='after very many requests and sync cycles nobody has more descriptors or memory than before'
. "${FEXL_SRC:-.}/t/lib.sh"

command -v perl >/dev/null || skip_all 'perl is needed'
export FEXL_SYNC_INTERVAL_S=3600	# only those that are demanded
WARM_REQUESTS=500 WARM_CYCLES=30
GROWTH_KIB=8192
if [ -n "${FEXL_LONG:-}" ]; then
	REQUESTS=100000 CYCLES=10000
else
	REQUESTS=2000 CYCLES=100
fi
WHO='shop.apid till.apid till.syncd'

ask_many()
{
	perl "$src/t/fire/ask-many.pl" "$stage/$1" "$2" "$3" "$(cat "$stage/tea")"
}

fds()	# node.daemon
{
	find "/proc/$(pid_of "${1%.*}" "${1#*.}")/fd" -mindepth 1 | wc -l
}

rss()	# node.daemon, KiB
{
	awk '/^VmRSS:/ { print $2 }' "/proc/$(pid_of "${1%.*}" "${1#*.}")/status"
}

measure()	# file
{
	for w in $WHO; do
		echo "$w $(fds "$w") $(rss "$w")"
	done | tee "$stage/$1"
}

# At rest: what belongs to requests under way is given back.
fds_as_before()
{
	measure after >"$stage/measured"
	awk 'NR == FNR { before[$1] = $2; next } $2 > before[$1] { print $1 " has " $2 " descriptors, had " before[$1]; bad = 1 } END { exit bad }' \
		"$stage/before" "$stage/after"
}

# Sanitizers keep what was freed.
is_sanitized()
{
	ldd "$build/fexl-apid" | grep -q 'lib[at]san'
}

memory_as_before()
{
	is_sanitized || awk -v most=$GROWTH_KIB 'NR == FNR { before[$1] = $3; next }
		$3 - before[$1] > most { print $1 " has " $3 " KiB, had " before[$1]; bad = 1 } END { exit bad }' "$stage/before" "$stage/after"
}

test_expect 'a hub and a till, warm' '
	cloud shop && till till && pair till shop && product till Tea 250 >$stage/tea && sync_now till &&
	ask_many till requests $WARM_REQUESTS && ask_many shop requests $WARM_REQUESTS && ask_many till cycles $WARM_CYCLES && measure before
'
test_expect "$REQUESTS requests, to either" 'ask_many till requests $REQUESTS && ask_many shop requests $REQUESTS'
test_expect "$CYCLES cycles" 'ask_many till cycles $CYCLES'
test_expect 'as many descriptors as before' 'wait_for fds_as_before'
test_expect "at most $GROWTH_KIB KiB more memory" memory_as_before
for w in $WHO; do
	note "$w: $(awk -v who="$w" '$1 == who { printf "%s%d descriptors, %d KiB", NR == FNR ? "" : "; then ", $2, $3 }' "$stage/before" "$stage/after")"
done
test_done
