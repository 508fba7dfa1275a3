#!/bin/sh
# What may happen to a till in a real systemd, with its real patience: a disk
# that is full, no memory for sync, what hangs, a plug that is pulled.
test_description='a till in trouble'
. "${FEXL_SRC:-.}/t/lib.sh"
[ -n "${FEXL_LONG:-}" ] || skip_all 'it takes minutes: ./dev test --long'
. "$src/t/machine.sh"
machine_needs

drop_in()	# unit lines
{
	printf '[Service]\n%s\n' "$2" | put till "/etc/systemd/system/$1.service.d/test.conf" &&
		on till systemctl daemon-reload && on till systemctl restart "$1"
}

no_drop_in()	# unit
{
	on till rm "/etc/systemd/system/$1.service.d/test.conf" && on till systemctl daemon-reload &&
		on till systemctl restart "$1"
}

restarts_of()
{
	on till systemctl show -P NRestarts "$1"
}

test_expect 'a till is installed and sells' '
	packages_built && machine till && boot till && install_packages till desktop &&
	wait_for "on till systemctl is-active --quiet fexl-apid fexl-syncd" && open_shop till && start_selling till && sells_on till 20
'
machines=till
[ -s "$stage/till/sales.sold" ] || test_done	# the rest would only wait in vain

# --- no memory ---

# A container without the memory controller cannot be told MemoryMax=.
if on till systemctl show -P MemoryCurrent fexl-syncd | grep -qx '[0-9]*'; then
	too_little='MemoryMax=3M'
else
	too_little='LimitAS=24M'
fi
note "syncd is starved by $too_little"
test_expect 'syncd has no memory, again and again: the shop sells on' '
	from=$(sold till) && drop_in fexl-syncd "$too_little"
	wait_for "[ \"\$(restarts_of fexl-syncd)\" -ge 3 ]" && sells_on till 50 &&
	gap_at_most till $from 3000 "no memory for syncd"
'
test_expect 'and it is back when there is memory again' '
	no_drop_in fexl-syncd && wait_for "on till systemctl is-active --quiet fexl-syncd && status_of till fexl-syncd | grep till"
'

# --- what hangs, with the real watchdog ---

watchdogs_act till 30

# --- power ---

test_expect 'the plug is pulled while it sells: what was answered is there' '
	from=$(sold till) && cut_power till && boot till && sells_on till 20 && all_there till &&
	gap_at_most till $from 60000 "loss of power"
'

# --- the disk ---

test_expect 'its data is on a small disk' '
	# The target is stopped before its services are: to copy what they have, each is waited for.
	on till systemctl stop fexl.target fexl-apid fexl-syncd fexl-realtimed &&
	on till sh -c "cp -a /var/lib/fexl /root/keep && mount -t tmpfs -o size=16m,mode=0700 tmpfs /var/lib/fexl &&
		cp -a /root/keep/. /var/lib/fexl/ && chown fexl:fexl /var/lib/fexl" &&
	on till systemctl start fexl.target && sells_on till 20
'
test_expect 'the disk is full: nothing is answered with success that is not stored' '
	from=$(sold till) && echo $from >"$stage/from" &&
	! on till sh -c "cat /dev/zero >/var/lib/fexl/ballast" &&
	wait_for "grep -q \": 5\" $stage/till/sales.log" && sleep 2 && before=$(sold till) && sleep 2 &&
	[ "$(sold till)" = "$before" ] && tail -n 1 "$stage/till/sales.log"
'
test_expect 'it is killed on top of that, and runs again without any room' '
	pid=$(main_pid till fexl-apid) && on till kill -9 $pid && wait_for "is_another till fexl-apid $pid" &&
	wait_for "mapi till GET /api/products"
'
test_expect 'there is room again, and it sells without anybody doing anything' '
	on till rm /var/lib/fexl/ballast && sells_on till 20 &&
	gap_at_most till $(cat "$stage/from") 60000 "a full disk, until somebody made room"
'
test_expect 'every sale that was answered is there, once' '
	stop_selling && all_there till && [ "$(on till sqlite3 /var/lib/fexl/fexl.db "PRAGMA integrity_check")" = ok ]
'
[ ! -s "$stage/gaps" ] || note "$(cat "$stage/gaps")"
test_done
