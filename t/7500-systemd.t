#!/bin/sh
# In a real systemd, from the packages as they are built: a till that is
# installed sells, and comes back by itself.
test_description='a till at home on Linux'
. "${FEXL_SRC:-.}/t/lib.sh"
[ -n "${FEXL_LONG:-}" ] || skip_all 'packages are built and a machine is booted for it: ./dev test --long'
. "$src/t/machine.sh"
machine_needs

test_expect 'the packages are built' '
	packages_built
'
if command -v lintian >/dev/null; then
	test_expect 'lintian has neither errors nor warnings to tell' '
		lintian --allow-root --fail-on error,warning --tag-display-limit 0 "$deb_dir"/*.deb
	'
else
	test_skip 'lintian has neither errors nor warnings to tell' 'lintian is not installed (./dev deps deb)'
fi
test_expect 'the three shells find how fexlctl goes on' '
	for file in bash-completion/completions/fexlctl fish/vendor_completions.d/fexlctl.fish zsh/vendor-completions/_fexlctl; do
		dpkg-deb -c "$deb_dir"/fexl-common_*.deb | grep -q " ./usr/share/$file$" || { echo "$file is missing"; return 1; }
	done
'
test_expect 'a bare Debian boots' '
	machine till && boot till
'
machines=till

test_expect 'fexl-desktop is installed, and everything is up by itself' '
	install_packages till desktop &&
	wait_for "on till systemctl is-active --quiet fexl-apid fexl-syncd fexl-realtimed fexl.target" &&
	[ -z "$(on till systemctl --failed --no-legend)" ]
'
test_expect 'its status answers whether the shop is safe' '
	status_of till fexl-apid && status_of till fexl-syncd &&
	status_of till fexl-syncd | grep -q "this till keeps everything to itself"
'
test_expect 'no other user of the machine gets at its socket or its data' '
	on till useradd stranger &&
	! on till setpriv --reuid=stranger --regid=stranger --clear-groups ls /run/fexl &&
	! on till setpriv --reuid=stranger --regid=stranger --clear-groups fexlctl status &&
	! on till setpriv --reuid=stranger --regid=stranger --clear-groups cat /var/lib/fexl/fexl.db
'
test_expect 'it is reached from this machine only' '
	[ "$(near till ss -Hltn | awk "{ print \$4 }")" = 127.0.0.1:8089 ]
'
test_expect 'a shop opens and sells' '
	open_shop till && start_selling till && sells_on till 20
'

[ -s "$stage/till/sales.sold" ] || test_done	# the rest would only wait in vain

test_expect 'an orderly restart turns nobody away' '
	from=$(sold till) &&
	on till systemctl restart fexl-apid && sells_on till 20 &&
	gap_at_most till $from 6000 "restart of apid"
'
test_expect 'apid is killed and back, nobody had to do anything' '
	from=$(sold till) pid=$(main_pid till fexl-apid) &&
	on till kill -9 $pid && wait_for "is_another till fexl-apid $pid" && sells_on till 20 &&
	gap_at_most till $from 15000 "kill -9 of apid"
'
test_expect 'syncd is killed, and no client notices' '
	from=$(sold till) pid=$(main_pid till fexl-syncd) &&
	on till kill -9 $pid && wait_for "is_another till fexl-syncd $pid" && sells_on till 20 &&
	gap_at_most till $from 3000 "kill -9 of syncd"
'

test_expect 'its watchdogs may have less patience' 'impatient till 3 && sells_on till 20'
watchdogs_act till 3

test_expect 'one request is found in the journal by its id' '
	echo "log_level = debug" | put till /etc/fexl/fexl.conf.d/test.conf && on till systemctl restart fexl-apid &&
	near till curl -s -o /dev/null -H "X-Request-Id: needle-7" http://127.0.0.1:8089/api/sync/health &&
	wait_for "on till fexlctl logs --trace needle-7 | grep \"GET /api/sync/health: 200 in\"" &&
	[ "$(on till fexlctl --json logs --trace needle-7 | jq -r .FEXL_TRACE | sort -u)" = needle-7 ] &&
	on till fexlctl logs --daemon syncd | grep "is ready" && on till rm /etc/fexl/fexl.conf.d/test.conf
'
test_expect 'it reboots, and the shop is open again' '
	from=$(sold till) && reboot till && sells_on till 20 &&
	gap_at_most till $from 60000 "reboot"
'
test_expect 'every sale that was answered is there, once' '
	stop_selling && all_there till
'

test_expect 'an upgrade keeps the data and does not ask' '
	start_selling till && from=$(sold till) &&
	install_packages till desktop 0.1.1~test && sells_on till 20 &&
	gap_at_most till $from 15000 "upgrade" &&
	[ "$(on till dpkg-query -Wf "\${Version}" fexl-common)" = 0.1.1~test ]
'
test_expect 'an older version over a newer schema is refused' '
	on till sh -c "echo 999 >/var/lib/fexl/schema-version" &&
	! install_packages till desktop && sells_on till 20 &&
	[ "$(on till dpkg-query -Wf "\${Version}" fexl-common)" = 0.1.1~test ]
'
test_expect 'and every sale is there still' '
	stop_selling && all_there till
'
test_expect 'removing and purging it leaves the data unless told otherwise' '
	on till rm /var/lib/fexl/schema-version &&
	on till dpkg --purge fexl-desktop fexl-common && on till test -s /var/lib/fexl/fexl.db &&
	! on till test -e /etc/fexl && install_packages till desktop &&
	wait_for "on till systemctl is-active --quiet fexl-apid" &&
	echo fexl-common fexl-common/purge-data boolean true | on till debconf-set-selections &&
	on till dpkg --purge fexl-desktop fexl-common && ! on till test -e /var/lib/fexl
'
test_expect 'it shuts down in order' '
	shut_down till
'
[ ! -s "$stage/gaps" ] || note "$(cat "$stage/gaps")"
test_done
