#!/bin/sh
# Each check of the doctor can fail.  What this machine is not, a full disk, a clock
# that is wrong, a library that is old, is put before its eyes; what is not here
# is in t/5130-doctor.t and t/2032-wall.t, and the last promise counts them all.
test_description='the doctor sees each thing that can be wrong, and names the next command'
. "${FEXL_SRC:-.}/t/lib.sh"

# The finding of one check is in $stage/said.
look()	# check [wrapper…]
{
	check=$1
	shift
	"$@" "$build/fexlctl" --run-dir "$stage/till1/run" --timeout "$PATIENCE_S" --json doctor "$check" >"$stage/said"
	[ -s "$stage/said" ]
}

# What it is, and with which words the next step begins.
is()	# state [next]
{
	jq -e --arg state "$1" --arg next "${2:-}" '.items[0] | .state == $state and ($next == "" or (.next // "" | startswith($next)))' "$stage/said" ||
		{ cat "$stage/said"; return 1; }
}

restart()	# [wrapper…]
{
	stop_daemon till1 apid && start_apid till1 "$@"
}

# --- what system calls say ---

# A disk of so many blocks, so many of them free: the first five members of struct statfs.
disk()	# blocks free
{
	perl -e 'print unpack("H*", pack("Q<5", 0xef53, 4096, $ARGV[0], $ARGV[1], $ARGV[1]))' "$1" "$2"
}

on_disk()	# blocks free
{
	restart strace -D -f -qq -o /dev/null -e trace=statfs,fstatfs -e "inject=statfs,fstatfs:poke_exit=@arg2=$(disk "$1" "$2")"
}

# adjtimex() that ends so.
with_time_service()	# error=… or retval=…
{
	look ntp strace -qq -o /dev/null -e trace=adjtimex,clock_adjtime -e "inject=adjtimex,clock_adjtime:$1"
}

told_otherwise()
{
	test_expect 'a disk with nothing left, with little left, with enough' '
		on_disk 1000000 1000 && look disk && is fail "make room there, or fexlctl backup prune" && grep "100 % full, 3 MiB" "$stage/said" &&
		on_disk 1000000 50000 && look disk && is warn "make room there, or fexlctl backup prune" &&
		on_disk 100000000 2000000 && look disk && is ok'
	restart
	test_expect 'a clock that nobody keeps, one that is kept' '
		with_time_service error=EPERM && is warn "timedatectl set-ntp true" && with_time_service retval=0 && is ok'
}

make_node till1 desktop && start_apid till1 && keep_port till1
if strace -qq -o /dev/null -e inject=statfs:poke_exit=@arg2=00 true 2>/dev/null; then
	told_otherwise
else
	test_skip 'a disk that is full, a clock that nobody keeps' 'strace is missing, too old, or not permitted'
fi

# --- what other programs say ---

test_expect 'a libevent without its security fixes' '
	mkdir "$stage/bin" && printf "#!/bin/sh\nprintf 2.1.12-stable-8\n" >"$stage/bin/dpkg-query" && chmod +x "$stage/bin/dpkg-query" &&
	look libevent env PATH="$stage/bin:$PATH" && is warn "apt-get install --only-upgrade libevent"'

# --- what the database says ---

alter()	# SQL, behind everybody's back
{
	sqlite3 "$stage/till1/data/fexl.db" "$1"
}

test_expect 'a database of another version' '
	alter "UPDATE schema_version SET version = version - 1" && look schema && is fail "systemctl restart fexl-apid" &&
	alter "UPDATE schema_version SET version = version + 1" && look schema && is ok'
test_expect 'one that is damaged' '
	stop_daemon till1 apid && alter "PRAGMA wal_checkpoint(TRUNCATE)" && cp "$stage/till1/data/fexl.db" "$stage/sound" &&
	printf "\007" | dd of="$stage/till1/data/fexl.db" bs=1 seek=39 conv=notrunc 2>/dev/null && start_apid till1 &&
	look database && is fail "fexlctl restore"'
stop_daemon till1 apid
cp "$stage/sound" "$stage/till1/data/fexl.db" && rm -f "$stage/till1/data/fexl.db-wal" "$stage/till1/data/fexl.db-shm"

# --- what the cloud says ---

# The till believes that the cloud's clock is so much ahead of its own.
cloud_ahead()	# seconds
{
	stop_daemon till1 apid && alter "UPDATE pairing SET server_time = server_time + $1 * 1000000" && start_apid till1
}

test_expect 'a clock that is minutes away from the cloud, or seconds' '
	cloud hub && start till1 && pair till1 hub && look clock && is ok && stop_daemon till1 syncd &&
	cloud_ahead 312 && look clock && is fail "timedatectl set-ntp true" && grep "\-31[0-9.]* s against the cloud" "$stage/said" &&
	cloud_ahead -290 && look clock && is warn "timedatectl set-ntp true"'

# --- all of them ---

codes()
{
	sed -n 's/^\t{ "\([a-z]*\)", look_.*/\1/p' "$src/daemons/apid/h_doctor.c"
	sed -n 's/.*found_add([a-z]*, "\([a-z]*\)", FOUND_\(WARN\|FAIL\).*/\1/p' "$src"/daemons/fexlctl/*.c
}

test_expect 'no check is there that no test has seen fail' '
	[ "$(codes | sort -u | wc -l)" -ge 19 ] &&
	for c in $(codes | sort -u); do
		grep -Eq "(look|found|doctor|code == .\") *$c\b" "$src"/t/513[05]-*.t "$src"/t/2032-wall.t || { echo "$c is never made to fail"; exit 1; }
	done'
test_done
