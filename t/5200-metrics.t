#!/bin/sh
# Figures for Prometheus: on each Unix socket, and on loopback when that is
# wanted; valid, explained, and with labels that do not grow.
test_description='metrics'
. "${FEXL_SRC:-.}/t/lib.sh"
[ -x "$build/fexl-realtimed" ] || skip_all 'fexl-realtimed is not built'

of()	# node daemon
{
	curl -sS --fail --max-time 20 --unix-socket "$stage/$1/run/$2.sock" http://localhost/metrics
}

metrics_url()
{
	sed -n 's/.*figures on \(http:[^ ]*\)$/\1/p' "$stage/till1/log.apid" | tail -n 1
}

# Each sample has its HELP and TYPE before it, once, and no label has a UUID or a
# number (but the bounds of a histogram, le).
is_explained()	# file
{
	awk '
		/^# HELP / { if (help[$3]++ || NF < 5) bad = bad "\nHELP " $3; next }
		/^# TYPE / { if (type[$3]++ || $4 !~ /^(counter|gauge|histogram)$/) bad = bad "\nTYPE " $3; kind[$3] = $4; next }
		{
			name = $1; sub(/[{].*/, "", name); family = name
			if (!(family in kind)) sub(/_(bucket|sum|count)$/, "", family)
			if (!(family in help) || !(family in type)) bad = bad "\nno HELP: " $0
			if (kind[family] == "counter" && name !~ /_total$/) bad = bad "\nnot _total: " name
			if ($0 ~ /[0-9a-f]{8}-[0-9a-f]{4}/ || $0 ~ /[^e]="[0-9]+"/) bad = bad "\nlabel: " $0
			if (seen[$1]++) bad = bad "\ntwice: " $1
			n++
		}
		END { if (bad != "" || n < 10) { print n " samples" bad; exit 1 } }' "$1"
}

test_expect 'a till and its daemons' '
	cloud hub && start_daemon hub realtimed && till till1 && echo "FEXL_METRICS_LISTEN=127.0.0.1:0" >>"$stage/till1/env" && stop till1 &&
	start till1 && start_daemon till1 realtimed && wait_for "of till1 realtimed" && pair till1 hub &&
	p=$(product till1 Tea 250) && sell till1 $p 1 250 && sync_now till1
'
for daemon in apid syncd realtimed; do
	test_expect "$daemon explains each figure, and no label grows" '
		of till1 $daemon >"$stage/$daemon.prom" && is_explained "$stage/$daemon.prom"
	'
	if command -v promtool >/dev/null; then
		test_expect "$daemon: promtool has nothing to say" '
			said=$(promtool check metrics <"$stage/$daemon.prom" 2>&1) && [ -z "$said" ] || { echo "$said"; return 1; }
		'
	else
		test_skip "$daemon: promtool has nothing to say" 'promtool is not installed (./dev deps long)'
	fi
done
test_expect 'the check would see what it is for' '
	printf "fexl_x{device=\"01a207ec-61a4-7000-923b-4c37c5b392fb\"} 1\n" >"$stage/bad" && ! is_explained "$stage/bad"
'
test_expect 'what happened is counted' '
	grep "^fexl_request_duration_seconds_count{kind=\"write\"} [1-9]" "$stage/apid.prom" &&
	grep "^fexl_sync_pushed_rows_total [1-9]" "$stage/syncd.prom" && grep "^fexl_sync_pending_rows 0$" "$stage/syncd.prom" &&
	last=$(sed -n "s/^fexl_sync_last_complete_time_seconds //p" "$stage/syncd.prom") && [ $(($(date +%s) - last)) -lt 60 ]
'
test_expect 'on loopback there are those of all three' '
	url=$(metrics_url) && [ -n "$url" ] &&
	curl -sS --fail "$url" | grep "^fexl_build_info{daemon=\"fexl-apid\"" &&
	curl -sS --fail "$url/syncd" | grep "^fexl_build_info{daemon=\"fexl-syncd\"" &&
	curl -sS --fail "$url/realtimed" | grep "^fexl_build_info{daemon=\"fexl-realtimed\""
'
test_expect 'a page that reached us under a foreign name learns nothing, and nothing else is there' '
	[ "$(curl -s -o /dev/null -w "%{http_code}" -H "Host: evil.example" "$(metrics_url)")" = 421 ] &&
	[ "$(curl -s -o /dev/null -w "%{http_code}" "$(metrics_url)/../status")" = 404 ]
'
test_expect 'the public port has none' '
	[ "$(status till1 GET /metrics)" != 200 ] || ! grep -q fexl_build_info "$stage/body"
'
test_expect 'a daemon that hangs is told apart from one that does not run; apid waits for neither' '
	kill -STOP "$(pid_of till1 syncd)" && stop_daemon till1 realtimed &&
	curl -s "$(metrics_url)/syncd" >"$stage/hangs" & hang=$!
	sleep 0.2; curl -sS --fail --max-time 2 "$(metrics_url)" >/dev/null || return 1
	curl -s "$(metrics_url)/realtimed" | jq -e ".status == 503 and (.detail | test(\"does not run\"))" || return 1
	wait $hang; kill -CONT "$(pid_of till1 syncd)"; jq -e ".status == 503 and (.detail | test(\"it hangs\"))" "$stage/hangs"
'
test_expect 'an address for others is refused at the start' '
	make_node stranger desktop && echo "FEXL_METRICS_LISTEN=0.0.0.0:0" >>"$stage/stranger/env" && start_daemon stranger apid &&
	wait_for "grep -q \"only a loopback address will do\" $stage/stranger/log.apid"
'
test_expect 'the dashboard shows figures that exist' '
	jq -e ".panels | length > 8" "$src/etc/grafana.json" &&
	jq -r ".panels[].targets[].expr" "$src/etc/grafana.json" | grep -oE "(fexl|process)_[a-z_]+" | sort -u >"$stage/shown" &&
	cat "$stage"/*.prom | grep -oE "^(fexl|process)_[a-z_]+" | sort -u >"$stage/told" &&
	[ -z "$(comm -23 "$stage/shown" "$stage/told" | tee /dev/stderr)" ]
'
test_done
