#!/bin/sh
# ./dev itself: it counts honestly, ends what has no end, and its stand-in for
# systemd does what systemd would.
top=$(cd "${FEXL_SRC:-.}" && pwd)
aux=$top/build-aux/dev
stage=$(mktemp -d) || exit 1
supervisor=
trap 'rm -rf "$stage"' EXIT
trap 'exit 1' HUP INT TERM

n=0
ok()	# what command...
{
	what=$1
	shift
	n=$((n + 1))
	if "$@" >"$stage/out" 2>&1; then
		echo "ok $n - $what"
	else
		echo "not ok $n - $what"
		sed 's/^/# /' "$stage/out"
	fi
}

# Until it is so, 20 s at most.
until_so()
{
	for _ in $(seq 200); do
		"$@" && return 0
		sleep 0.1
	done
	echo "never came true: $*"
	return 1
}

# A zombie has ended, whoever forgot to look.
dead()
{
	! kill -0 "$1" 2>/dev/null || grep -q '^State:	Z' "/proc/$1/status"
}

# --- counting ---

# counts PASSED FAILED: of the words of prove on stdin
counts()
{
	cat >"$stage/prove.log"
	got=$(
		build=$stage
		. "$aux/test.sh"
		test_count "$stage/prove.log"
	)
	echo "counted $got, wanted $*"
	[ "$got" = "$*" ]
}

a_success()
{
	counts 50 0 <<-END
	All tests successful.
	Files=3, Tests=50,  0 wallclock secs ( 0.02 usr +  0.00 sys =  0.02 CPU)
	Result: PASS
	END
}

two_failures()
{
	counts 48 2 <<-END
	t/a.t  (Wstat: 256 (exited 1) Tests: 5 Failed: 2)
	  Failed tests:  1, 4
	Files=3, Tests=50,  0 wallclock secs ( 0.02 usr +  0.00 sys =  0.02 CPU)
	Result: FAIL
	END
}

a_crash_after_good_tests()
{
	counts 50 1 <<-END
	t/a.t  (Wstat: 11 (Signal: SEGV) Tests: 5 Failed: 0)
	  Parse errors: No plan found in TAP output
	Files=3, Tests=50,  0 wallclock secs ( 0.02 usr +  0.00 sys =  0.02 CPU)
	Result: FAIL
	END
}

a_build_that_failed()
{
	counts 0 1 <<-END
	make: *** [Makefile:12: common/base/buf.o] Error 1
	END
}

# What failed beside others is run again by its name.
failed_by_name()
{
	cat >"$stage/prove.log" <<-END
	t/0000-floors.t .. ok
	/a/b/t/5040-schemas.t          (Wstat: 256 (exited 1) Tests: 22 Failed: 2)
	  Failed tests:  9, 21
	t/unit/test-db (Wstat: 11 (Signal: SEGV) Tests: 5 Failed: 0)
	END
	(. "$aux/test.sh" && test_failed_files "$stage/prove.log") >"$stage/named"
	cat "$stage/named"
	[ "$(paste -sd ' ' "$stage/named")" = '/a/b/t/5040-schemas.t t/unit/test-db' ]
}

ok 'a success is counted as it is' a_success
ok 'failed tests are counted, and not as passed' two_failures
ok 'a test that crashes after its last success has failed' a_crash_after_good_tests
ok 'without a word of prove nothing has passed' a_build_that_failed
ok 'what failed is named, to be run again by itself' failed_by_name

# --- what has no end ---

endless()
{
	perl "$aux/bounded.pl" 1 "$stage/log" sh -c 'sleep 987 & echo $! >"$0"; wait' "$stage/pid"
	status=$?
	[ "$status" -eq 124 ] && until_so dead "$(cat "$stage/pid")"
}

passes_status()
{
	perl "$aux/bounded.pl" 20 "$stage/log" sh -c 'exit 7'
	[ $? -eq 7 ]
}

hides()
{
	said=$(BOUNDED_HIDE='^#' perl "$aux/bounded.pl" 20 "$stage/hides" printf '# a\nb\n')
	[ "$said" = b ] && [ "$(cat "$stage/hides")" = "$(printf '# a\nb')" ]
}

ok 'a command that does not end is ended, and what it began' endless
ok 'the status of a command is passed on' passes_status
ok 'the log has what the terminal is spared' hides

# --- the stand-in for systemd ---

# unit says READY, and WATCHDOG as long as the file $2 is there.
cat >"$stage/unit.pl" <<'END'
use Socket;
my ($alive) = @ARGV;
socket(my $s, AF_UNIX, SOCK_DGRAM, 0);
my $to = pack_sockaddr_un($ENV{NOTIFY_SOCKET});
$| = 1;
print "watchdog $ENV{WATCHDOG_USEC}\n";
send($s, "READY=1\nSTATUS=I am well", 0, $to);
for (1 .. 600) {
	send($s, 'WATCHDOG=1', 0, $to) if -e $alive;
	select(undef, undef, undef, 0.1);
}
END

site=$stage/site
state_of()
{
	awk -F'\t' -v name="$1" '$1 == name { print $'"$2"' }' "$site/state" 2>/dev/null
}

is_ready()
{
	[ "$(state_of "$1" 2)" = ready ]
}

has_restarted()	# UNIT TIMES
{
	is_ready "$1" && [ "$(state_of "$1" 5)" = "$2" ]
}

supervise()
{
	mkdir -p "$site"
	rm -f "$site/state"
	touch "$stage/alive"
	{
		echo "first - 1 perl $stage/unit.pl $stage/alive"
		echo "second first 0 perl $stage/unit.pl $stage/none"
	} >"$site/plan"
	perl "$aux/supervise.pl" "$site" >"$stage/said" 2>&1 &
	supervisor=$!
}

starts()
{
	supervise
	until_so is_ready second && [ "$(state_of first 6)" = 'I am well' ] && grep -q 'watchdog 1000000' "$site/log/first.log" &&
		grep -q '^watchdog $' "$site/log/second.log"
}

restarts()
{
	kill -9 "$(state_of first 3)"
	until_so has_restarted first 1 && has_restarted second 0
}

kills_the_silent()
{
	rm "$stage/alive"
	until_so grep -q 'first was silent for 1 s' "$stage/said"
	touch "$stage/alive"
	until_so is_ready first
}

kills_the_stopped()
{
	kill -STOP "$(state_of first 3)"
	before=$(state_of first 5)
	until_so has_restarted first $((before + 1))
}

only_one()
{
	! perl "$aux/supervise.pl" "$site" && is_ready first
}

none_outlives()
{
	first=$(state_of first 3)
	kill -9 "$supervisor"
	wait "$supervisor" 2>/dev/null
	until_so dead "$first"
}

stops()
{
	supervise
	until_so is_ready second || return
	first=$(state_of first 3) second=$(state_of second 3)
	kill "$supervisor"
	wait "$supervisor" && dead "$first" && dead "$second" && [ ! -e "$site/state" ]
}

ok 'units start one after the other, and their words are heard' starts
ok 'what was killed is started again, and nothing else' restarts
ok 'what falls silent is killed and started again' kills_the_silent
ok 'even if it is stopped' kills_the_stopped
ok 'a folder has one supervisor' only_one
ok 'no unit outlives a supervisor that is killed' none_outlives
ok 'SIGTERM stops all' stops

# --- the demo's parts ---

names_owner()
{
	perl -MIO::Socket::INET -e '$| = 1; my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", Listen => 1);
		print $s->sockport, "\n"; close(STDOUT); <STDIN>' <"$stage/hold" >"$stage/port" &
	holder=$!
	exec 9>"$stage/hold"
	until_so test -s "$stage/port"
	port=$(cat "$stage/port")
	owner=$(perl "$aux/port.pl" owner "$port")
	free=$(perl "$aux/port.pl" free "$port" $((port + 1)))
	exec 9>&-
	wait "$holder"
	echo "owner $owner, free $free"
	[ "$owner" = "perl (pid $holder)" ] && [ "$free" -gt $((port + 1)) ]
}

same_shop()
{
	perl "$top/etc/demo/grocery.pl" --seed 7 >"$stage/a.csv" && perl "$top/etc/demo/grocery.pl" >"$stage/b.csv" &&
		perl "$top/etc/demo/grocery.pl" --seed 8 >"$stage/c.csv" && cmp "$stage/a.csv" "$stage/b.csv" &&
		! cmp -s "$stage/a.csv" "$stage/c.csv"
}

whole_shop()
{
	figures=$(awk -F, 'NR > 1 { invoice[$1]; product[$2]; name[$3]; if ($6 != "") customer[$6] }
		END { print length(product), length(name), length(customer), length(invoice) }' "$stage/a.csv")
	echo "$figures"
	[ "$figures" = '1200 1200 300 2400' ]
}

mkfifo "$stage/hold"
ok 'who holds a port is named, and the next free one found' names_owner
ok 'the same seed makes the same shop' same_shop
ok 'the made-up shop has 1,200 products, 300 customers and 2,400 invoices' whole_shop

echo "1..$n"
