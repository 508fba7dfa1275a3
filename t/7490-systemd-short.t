#!/bin/sh
# The short form of 7500: a till in a real systemd, as `make install` puts it
# there, without packages.  It wants a Debian that is made already.
test_description='a till at home on Linux, in short'
. "${FEXL_SRC:-.}/t/lib.sh"
. "$src/t/machine.sh"
root_is_made "$base_packages" || skip_all "no Debian is in $cache yet: ./dev test --long makes it, in minutes"
! grep -q __asan_init "$build/fexl-apid" || skip_all 'sanitizers do not run in the sandbox of the units'
machine_needs

units='fexl.target fexl-apid.socket fexl-apid.service fexl-syncd.service fexl-realtimed.socket fexl-realtimed.service'

# The same watchdog with less patience, so that nobody waits for half a minute.
impatient()	# unit
{
	mkdir -p "$stage/till/tree/etc/systemd/system/$1.d" &&
		printf '[Service]\nWatchdogSec=3\n' >"$stage/till/tree/etc/systemd/system/$1.d/test.conf"
}

test_expect 'this build is installed, and its services are wanted at boot' '
	machine till && MAKEFLAGS= make -s -C "$build" install DESTDIR="$stage/till/tree" >"$stage/install.log" 2>&1 &&
	systemd-sysusers --root="$stage/till/tree" && systemctl --quiet --root="$stage/till/tree" enable $units &&
	impatient fexl-apid.service && impatient fexl-syncd.service
'
machines=till
test_expect 'it boots, and everything is up by itself' '
	boot till && wait_for "on till systemctl is-active --quiet fexl-apid fexl-syncd fexl-realtimed fexl.target"
'
is_up till || test_done	# the rest would only wait in vain
test_expect 'a shop opens and sells' 'open_shop till && start_selling till && sells_on till 20'
[ -s "$stage/till/sales.sold" ] || test_done
test_expect 'syncd stands still: the shop sells on, the watchdog ends it' '
	from=$(sold till) pid=$(main_pid till fexl-syncd) &&
	on till kill -STOP $pid && sells_on till 20 && wait_for "is_another till fexl-syncd $pid" &&
	gap_at_most till $from 15000 "SIGSTOP of syncd"
'
test_expect 'apid stands still: the watchdog ends it, and it is back' '
	from=$(sold till) pid=$(main_pid till fexl-apid) &&
	on till kill -STOP $pid && wait_for "is_another till fexl-apid $pid" && sells_on till 20 &&
	gap_at_most till $from 60000 "SIGSTOP of apid, watchdog of 3 s"
'
test_expect 'every sale that was answered is there, once' 'stop_selling && all_there till'
[ ! -s "$stage/gaps" ] || note "$(cat "$stage/gaps")"
test_done
