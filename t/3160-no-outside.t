#!/bin/sh
test_description='with sync off a till has no outside: its day opens no socket but loopback and unix'
. "${FEXL_SRC:-.}/t/lib.sh"

command -v perl >/dev/null || skip_all 'perl is needed'
unshare -n true 2>/dev/null || skip_all 'a network namespace is not permitted here'
command -v ip >/dev/null || skip_all 'ip is missing (package iproute2)'
strace -qq -o /dev/null true 2>/dev/null || skip_all 'strace is missing, or not permitted'

# The whole till in a namespace of its own, where loopback is all there is, and
# each call about sockets written down.
alone()	# daemon -> the words before its program
{
	echo unshare -n sh -c "ip\${IFS}link\${IFS}set\${IFS}lo\${IFS}up&&exec\${IFS}\"\$@\"" sh \
		strace -D -f -qq -e trace=network -o "$stage/till1/trace.$1"
}

start_alone()
{
	start_apid till1 $(alone apid) && keep_port till1 && start_daemon till1 syncd $(alone syncd) &&
		wait_for "[ -S $stage/till1/run/syncd.sock ] && ctl till1 --json sync history"
}

# Calls that reach, or try to reach, beyond this machine: any address that is
# neither a unix socket nor 127.0.0.1, any family that is neither unix nor inet.
outside_calls()	# daemon
{
	grep -E '(AF_|PF_)[A-Z0-9]+' "$stage/till1/trace.$1" | grep -vE 'AF_UNIX|AF_LOCAL' |
		grep -vE '^[0-9]+ +socket\(AF_INET, ' | grep -vE 'sin_addr=inet_addr\("127\.0\.0\.1"\)'
}

inet_sockets()	# daemon
{
	grep -c 'socket(AF_INET' "$stage/till1/trace.$1"
}

test_expect 'a till that never paired, in a network of its own' '
	export FEXL_SYNC_INTERVAL_S=1 && make_node till1 desktop && start_alone
'
test_expect 'its day: products, stock, sales, edits, reports, backups of nobody' '
	tea=$(product till1 Tea 100) && ali=$(customer till1 0770) && buy till1 $tea 500 60 &&
	perl $src/t/post.pl $stage/till1/run/apid.sock /api/invoices 200 2 $stage/acked "{\"uuid\":\"UUID\",\"lines\":[{\
\"product\":\"$tea\",\"qty\":1000}],\"payments\":[{\"method\":\"cash\",\"amount\":100}]}" &&
	api till1 PATCH /api/customers/$ali "{\"name\":\"Ali\"}" && for r in trial-balance valuation; do
		api till1 GET /api/reports/$r || exit 1
	done && [ "$(invoices till1)" = 200 ]
'
test_expect 'people look at it by loopback' '
	nsenter -t $(pid_of till1 apid) -n curl -sS --max-time 10 -o $stage/body -w "%{http_code}" \
		http://127.0.0.1:$(port_of till1)/api/sync/health | grep -qx "[24].."
'
test_expect 'sync now, verify: no, sync is off' '
	! ctl till1 sync now --wait && ! ctl till1 --json verify && [ "$(ctl till1 --json status | jq -r .sync.state)" = off ]
'
test_expect 'it is switched off at night, and on in the morning' '
	cp $stage/till1/trace.apid $stage/till1/evening.apid && cp $stage/till1/trace.syncd $stage/till1/evening.syncd && stop till1 &&
	start_alone && cat $stage/till1/evening.apid >>$stage/till1/trace.apid && cat $stage/till1/evening.syncd >>$stage/till1/trace.syncd
'
test_expect 'syncd has looked several times whether there is something to do' '
	wait_for "[ \$(curl -sS --unix-socket $stage/till1/run/syncd.sock http://localhost/status | jq .uptime_s) -ge 3 ]"
'
test_expect 'apid opened its door on loopback, and nothing else' '
	[ "$(inet_sockets apid)" -ge 1 ] && ! outside_calls apid
'
test_expect 'syncd opened no socket of a network at all' '[ "$(inet_sockets syncd)" = 0 ] && ! outside_calls syncd'
test_expect 'the network had nothing but loopback, and nobody added to it' '
	[ "$(sed 1,2d /proc/$(pid_of till1 apid)/net/dev | cut -d: -f1 | tr -d " ")" = lo ]
'
test_expect 'this would have been seen: once it is told of a cloud, syncd calls there' '
	echo FEXL-AAAA-BBBB-CCCC-DDDD | ctl till1 pair --url http://192.0.2.1 --tenant $(uuid) --license-file - --name till1
	wait_for "outside_calls syncd | grep -q 192.0.2.1"
'
test_done
