#!/bin/sh
# TLS without anybody in front: a hub that speaks it itself, and a till that
# trusts the shop's own authority.
test_description='TLS by the daemons themselves'
. "${FEXL_SRC:-.}/t/lib.sh"
command -v openssl >/dev/null || skip_all 'openssl is needed'

# An authority, and a certificate for "localhost" and 127.0.0.1 from it.
authority()	# name
{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=Authority $1" \
		-keyout "$stage/$1-ca.key" -out "$stage/$1-ca.pem" 2>/dev/null &&
		openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=localhost' \
			-addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' -keyout "$stage/$1.key" -out "$stage/$1.csr" 2>/dev/null &&
		openssl x509 -req -in "$stage/$1.csr" -CA "$stage/$1-ca.pem" -CAkey "$stage/$1-ca.key" -CAcreateserial -days 2 \
			-copy_extensions copy -out "$stage/$1.pem" 2>/dev/null
}

url_of()
{
	echo "https://localhost:$(port_of "$1")"
}

secure_hub()
{
	make_node hub cloud
	printf 'FEXL_TLS_CERT=%s\nFEXL_TLS_KEY=%s\n' "$stage/ours.pem" "$stage/ours.key" >>"$stage/hub/env"
	start_apid hub && keep_port hub && ctl hub --json tenant create 'Corner shop' >"$stage/hub/tenant.json"
}

hello()	# openssl s_client options…
{
	timeout 20 openssl s_client -connect "127.0.0.1:$(port_of hub)" -CAfile "$stage/ours-ca.pem" "$@" </dev/null 2>&1
}

asked()	# curl options…
{
	curl -s --max-time 20 --cacert "$stage/ours-ca.pem" "$@"
}

test_expect 'a shop has an authority of its own, and somebody else has one' '
	authority ours && authority theirs
'
test_expect 'the hub speaks TLS' '
	secure_hub && asked "$(url_of hub)/api/sync/health" | jq -e ".status == \"ok\""
'
test_expect 'of 1.2 and 1.3, and nothing older' '
	hello -tls1_2 | grep "Protocol.*TLSv1.2" && hello -tls1_3 | grep "TLSv1.3" &&
	! hello -tls1_1 -cipher "ALL:@SECLEVEL=0" | grep "Cipher is [A-Z]"
'
test_expect 'it speaks HTTP/1.1, and says so to who asks' '
	hello -alpn h2,http/1.1 | grep "ALPN protocol: http/1.1" && hello -alpn h2 | grep -i "alert no application protocol"
'
test_expect 'without forward secrecy it does not speak' '
	! hello -tls1_2 -cipher AES256-SHA | grep "Cipher is [A-Z]"
'
test_expect 'who speaks plain HTTP there gets nothing' '
	! curl -s --max-time 10 "http://127.0.0.1:$(port_of hub)/api/sync/health"
'
test_expect 'a client that says nothing is not waited for' '
	stop hub && echo FEXL_HEAD_MS=500 >>"$stage/hub/env" && start hub &&
	perl -MIO::Socket::INET -e "
		my \$s = IO::Socket::INET->new(\"127.0.0.1:$(port_of hub)\") or die;
		local \$SIG{ALRM} = sub { exit 1 }; alarm 10; exit(sysread(\$s, my \$x, 1) ? 1 : 0)"
'
# Larger than what all buffers on the way hold together.
test_expect 'a large body comes in, a large file goes out to a slow client' '
	stop hub && mkdir -p "$stage/web/assets" && echo hello >"$stage/web/index.html" &&
	head -c 4000000 /dev/urandom >"$stage/web/assets/large.bin" && echo "FEXL_WEB_DIR=$stage/web" >>"$stage/hub/env" && start hub &&
	asked --limit-rate 4M "$(url_of hub)/assets/large.bin" | cmp - "$stage/web/assets/large.bin" &&
	perl -e "print q({\"x\":\"), q(y) x 3000000, q(\"})" >"$stage/large" &&
	[ "$(asked -o "$stage/answer" -w "%{http_code}" -H "Content-Type: application/json" --data-binary "@$stage/large" \
		"$(url_of hub)/api/session")" = 413 ] && [ "$(jq -r .status "$stage/answer")" = 413 ]
'
test_expect 'a till that does not know the authority sends nothing' '
	till till1 && ! pair till1 hub && [ "$(ctl hub --json devices | jq ".items | length")" = 0 ] &&
	grep "SSL certificate problem" "$stage/till1/log.syncd"
'
test_expect 'nor does one that knows another authority' '
	stop till1 && echo "FEXL_CLOUD_CA=$stage/theirs-ca.pem" >>"$stage/till1/env" && start till1 &&
	! ctl till1 --timeout 5 sync now --wait && [ "$(ctl hub --json devices | jq ".items | length")" = 0 ]
'
test_expect 'with cloud_ca it is paired, loads, sells and is the same' '
	stop till1 && sed -i "s/theirs-ca/ours-ca/" "$stage/till1/env" && start till1 &&
	wait_for "ctl hub --json devices | jq -e \".items[0]\"" &&
	ctl hub devices approve "$(ctl hub --json devices | jq -r ".items[0].uuid")" --yes && sync_now till1 &&
	p=$(product till1 Tea 250) && sell till1 $p 1 250 >/dev/null && sync_now till1 && is_identical till1
'
# Its socket is the plain end of a TLS connection, and belongs to realtimed.
test_expect 'live updates come through it, long before the next cycle' '
	start_daemon hub realtimed && stop till1 && sed -i "s/^FEXL_SYNC_INTERVAL_S=.*/FEXL_SYNC_INTERVAL_S=3600/" "$stage/till1/env" &&
	start till1 && sync_now till1 && wait_for "ctl hub --json api --daemon realtimed GET /status | jq -e \".clients == 1\"" &&
	product hub Coffee 300 >/dev/null && wait_for "rows till1 \"SELECT count(*) FROM products\" | grep -x 2"
'
test_expect 'an orderly stop ends what is under way' '
	for i in 1 2 3 4 5 6; do
		asked -o /dev/null -w "%{http_code}\n" "$(url_of hub)/api/sync/health" >>"$stage/codes" &
	done; wait; stop hub; [ "$(sort -u "$stage/codes")" = 200 ] && ! grep -i "not stopped after" "$stage/hub/log.apid"
'
test_expect 'a key that does not fit is said at the start' '
	sed -i "s|^FEXL_TLS_KEY=.*|FEXL_TLS_KEY=$stage/theirs.key|" "$stage/hub/env" &&
	start_daemon hub apid && wait_for "grep -q \"cannot be used as the key of that certificate\" $stage/hub/log.apid"
'
test_expect 'one without the other as well' '
	sed -i "/^FEXL_TLS_KEY=/d" "$stage/hub/env" && start_daemon hub apid &&
	wait_for "grep -q \"tls_cert and tls_key belong together\" $stage/hub/log.apid"
'
test_done
