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

test_expect 'this build is installed, and its services are wanted at boot' '
	machine till && MAKEFLAGS= make -s -C "$build" install DESTDIR="$stage/till/tree" >"$stage/install.log" 2>&1 &&
	systemd-sysusers --root="$stage/till/tree" && systemctl --quiet --root="$stage/till/tree" enable $units &&
	impatient till 3
'
machines=till
test_expect 'it boots, and everything is up by itself' '
	boot till && wait_for "on till systemctl is-active --quiet fexl-apid fexl-syncd fexl-realtimed fexl.target"
'
is_up till || test_done	# the rest would only wait in vain
test_expect 'a shop opens and sells' 'open_shop till && start_selling till && sells_on till 20'
[ -s "$stage/till/sales.sold" ] || test_done
watchdogs_act till 3
test_expect 'every sale that was answered is there, once' 'stop_selling && all_there till'
[ ! -s "$stage/gaps" ] || note "$(cat "$stage/gaps")"
test_done
