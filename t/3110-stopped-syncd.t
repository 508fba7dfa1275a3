#!/bin/sh
test_description='alone: syncd stopped anywhere, inside a read, inside its opening, inside a first load: the till sells'
. "${FEXL_SRC:-.}/t/lib.sh"
. "$src/t/link.sh"

WAL_MAX=$((16 * 1024 * 1024))
command -v perl >/dev/null || skip_all 'perl is needed'

# sell_fast NODE N: as two cashiers can, all acknowledged.
sell_fast()
{
	perl "$src/t/post.pl" "$stage/$1/run/apid.sock" /api/invoices "$2" 2 "$stage/acked" \
		"{\"uuid\":\"UUID\",\"lines\":[{\"product\":\"$(cat "$stage/tea")\",\"qty\":1000,\"unit_price\":100}],\
\"payments\":[{\"method\":\"cash\",\"amount\":100}]}" &&
		echo "$2 sales, invoices: $(invoices "$1")"
}

# start_stopping NODE SYSCALL N: a syncd that stops in its Nth such call on the
# database's files.  A tracer that stays in the background stops it there.
start_stopping()
{
	stop_daemon "$1" syncd KILL
	db=$stage/$1/data/fexl.db
	: >"$stage/trace"
	start_daemon "$1" syncd strace -D -f -qq -o "$stage/trace" -P "$db" -P "$db-shm" -P "$db-wal" \
		-e "inject=$2:signal=SIGSTOP:when=$3" && wait_for "grep -q 'stopped by SIGSTOP' $stage/trace"
}

# Its first read transaction has begun and has not ended.
is_inside_a_read()
{
	grep 'F_SETLK.*l_start=12[0-9], l_len=1}' "$stage/trace" | tail -n 1 | grep -q F_RDLCK
}

# Where syncd was stopped, and that the till sold all the same.
stop_at()	# syscall when
{
	start_stopping till1 "$1" "$2" && sell_fast till1 10 || return 1
	tail -n 3 "$stage/trace" | head -n 1
	stop_daemon till1 syncd KILL
}

stop_everywhere()
{
	for place in 'openat 1' 'openat 2' 'openat 3' 'fcntl 1' 'fcntl 2' 'fcntl 3' 'fcntl 4' 'fcntl 5' 'fcntl 6' 'fcntl 7' \
		'mmap 1' 'pread64 1' 'pread64 2' 'pread64 3' 'pread64 4'; do
		stop_at $place || return 1
	done
}

wal_bytes()
{
	stat -c %s "$stage/till1/data/fexl.db-wal"
}

# A sale writes some 80 KB of log: 300 of them pass WAL_MAX, were it never cut back.
sell_and_watch_the_log()
{
	for i in 1 2 3 4 5 6 7 8 9 10; do
		POST_PAUSE_MS=25 sell_fast till1 30 && echo "log: $(wal_bytes) bytes" && [ "$(wal_bytes)" -lt $WAL_MAX ] || return 1
	done
}

inside_the_database()
{
	test_expect 'a till with something to sell, its syncd resting' '
		cloud cloud && till till1 && pair till1 cloud && tea=$(product till1 Tea 100) && echo $tea >$stage/tea &&
		buy till1 $tea 10000 60 >/dev/null && sync_now till1 && stop_daemon till1 syncd
	'
	test_expect 'stopped in any call of its opening or of its first read: 10 sales each' stop_everywhere
	test_expect 'stopped inside its opening, holding what it holds: apid killed, started again, sells' '
		start_stopping till1 mmap 1 && stop_daemon till1 apid KILL && start_apid till1 && sell_fast till1 20 &&
		stop_daemon till1 syncd KILL
	'
	test_expect 'stopped inside a read: 200 sales succeed' '
		start_stopping till1 pread64 4 && is_inside_a_read && sell_fast till1 200 && stop_daemon till1 syncd KILL
	'
	test_expect 'an apid that tolerates one pinned MiB for 300 ms' '
		stop_daemon till1 apid && { echo FEXL_WAL_PINNED_BYTES=1048576; echo FEXL_WAL_PINNED_MS=300
		echo FEXL_JOURNAL_SIZE_BYTES=1048576; } >>$stage/till1/env && start_apid till1
	'
	test_expect 'the log stays bounded: apid ends the reader that stands still, and says so' '
		start_stopping till1 pread64 4 && is_inside_a_read && pid=$(pid_of till1 syncd) && sell_and_watch_the_log &&
		wait_for "grep -q \"(pid $pid) .* ending it\" $stage/till1/log.apid" &&
		wait_for "has_ended $pid"
	'
	test_expect 'and once it is gone the log is cut back' '
		wait_for "sell_fast till1 1 && [ \$(wal_bytes) -lt 4194304 ]"
	'
	test_expect 'a new syncd brings all that was sold to the cloud' '
		start_daemon till1 syncd && wait_for "ctl till1 --json sync history" && sync_now till1 &&
		[ "$(invoices cloud)" = "$(invoices till1)" ] && [ "$(invoices till1)" = "$(wc -l <$stage/acked)" ] &&
		is_identical till1
	'
	clear_stage
}

load_state()
{
	rows till2 "SELECT load_done > 0 AND loaded_at IS NULL FROM pairing"
}

in_the_middle_of_a_first_load()
{
	test_expect 'a cloud with a shop in it, and a slow line' '
		cloud cloud $engine && till till1 && pair till1 cloud && tea=$(product till1 Tea 100) && echo $tea >$stage/tea &&
		buy till1 $tea 1000 60 >/dev/null && sell_fast till1 100 && sync_now till1 && link line cloud &&
		link_mode line slow 50 /api/sync/snapshot
	'
	test_expect 'a second till is stopped in the middle of its first load' '
		FEXL_SNAPSHOT_ROWS=10 till till2 && product till2 Own 500 >$stage/tea && buy till2 $(cat $stage/tea) 1000 60 &&
		ask_to_pair till2 line && approve till2 line && wait_for "[ \$(load_state) = 1 ]" &&
		kill -STOP $(pid_of till2 syncd) && [ "$(load_state)" = 1 ]
	'
	test_expect 'and sells: 200 sales' '
		sell_fast till2 200 && [ "$(load_state)" = 1 ]
	'
	test_expect 'it goes on where it was: all of both tills is everywhere' '
		link_mode line pass && kill -CONT $(pid_of till2 syncd) && sync_now till2 till1 &&
		for n in cloud till1 till2; do [ "$(invoices $n)" = 300 ] || exit 1; done
	'
	test_expect 'same: all three are identical' 'is_identical till1 till2'
}

if strace -qq -o /dev/null true 2>/dev/null; then
	inside_the_database
else
	test_skip 'stopped inside the database' 'strace is missing, or not permitted'
fi
each_engine in_the_middle_of_a_first_load
test_done
