#!/bin/sh
test_description='who guesses locks himself out: not the people whose names he knows, not their tills, not the platform'
. "${FEXL_SRC:-.}/t/lib.sh"

PASSWORD='correct horse battery staple'
PIN=482951

# from ADDRESS NODE PATH JSON [curl options]: the status, and the code of a refusal.
from()
{
	from_address=$1 from_node=$2 from_path=$3 from_body=$4
	shift 4
	curl -sS --max-time 20 --interface "$from_address" -o "$stage/body" -w '%{http_code}' -H 'Content-Type: application/json' \
		--data-binary "$from_body" "$@" "$(url_of "$from_node")$from_path" >"$stage/status" || return 1
	case $(cat "$stage/status") in
	2*) cat "$stage/status" ;;
	*) echo "$(cat "$stage/status") $(jq -r .code "$stage/body")" ;;
	esac
}

sign_in_from()	# address secret [curl options]
{
	sign_in_address=$1 sign_in_secret=$2
	shift 2
	from "$sign_in_address" cloud /api/session "{\"user\":\"Olga\",\"password\":\"$sign_in_secret\"}" "$@"
}

key_from()	# address licence-key tenant
{
	from "$1" cloud /api/sync/credentials "{\"device_uuid\":\"$(uuid)\",\"incarnation\":1,\"name\":\"Till\",\"license_key\":\"$2\",\
\"tenant_uuid\":\"$3\",\"public_key\":\"$(head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n')\",\"os\":\"x\",\"version\":\"1\"}"
}

guess()	# times command…: all of it must be refused
{
	guess_left=$1
	shift
	while [ "$guess_left" -gt 0 ]; do
		case $("$@") in 401* | 403* | 429*) ;; *) return 1 ;; esac
		guess_left=$((guess_left - 1))
	done
}

# Twenty misses from twenty addresses that were never here.
guess_from_everywhere()	# command that takes an address first
{
	for last in $(seq 101 120); do
		"$@" "127.0.3.$last" >/dev/null || return 1
	done
}

wrong_password() { sign_in_from "$1" 'wrong horse'; }
wrong_admin() { from "$1" cloud /api/admin/session '{"password":"wrong"}'; }

strangers()
{
	test_expect 'a cloud with an owner and an administrator' '
		umask 077 && printf "let me administer\n" >$stage/admin && cloud_with_admin && tenant=$(tenant_of cloud) &&
		printf %s "$PASSWORD" | ctl cloud user add Olga --role owner --password-file - &&
		[ "$(sign_in_from 127.0.0.1 "$PASSWORD")" = 201 ]
	'
	tenant=$(tenant_of cloud) key=$(jq -r .license_key "$stage/cloud/tenant.json")
	test_expect 'five misses from one address: it waits, with the right password too' '
		guess 5 sign_in_from 127.0.0.66 nonsense && [ "$(sign_in_from 127.0.0.66 "$PASSWORD")" = "429 locked_out" ]
	'
	test_expect 'Olga does not, where she was before nor elsewhere' '
		[ "$(sign_in_from 127.0.0.1 "$PASSWORD")" = 201 ] && [ "$(sign_in_from 127.0.0.5 "$PASSWORD")" = 201 ]
	'
	test_expect 'guesses from everywhere: strangers wait, whoever they are' '
		guess_from_everywhere wrong_password && [ "$(sign_in_from 127.0.0.77 "$PASSWORD")" = "429 locked_out" ]
	'
	test_expect 'Olga signs in from where she was, and a session that is open stays' '
		[ "$(sign_in_from 127.0.0.1 "$PASSWORD")" = 201 ] && token=$(jq -r .token $stage/body) &&
		guess_from_everywhere wrong_password && [ "$(status cloud GET /api/products -H "Authorization: Bearer $token")" = 200 ] &&
		[ "$(sign_in_from 127.0.0.5 "$PASSWORD")" = 201 ]
	'
	test_expect 'a name that nobody has is locked in the same words, after as many' '
		guess 5 from 127.0.0.67 cloud /api/session "{\"user\":\"Ghost\",\"password\":\"x\"}" &&
		[ "$(from 127.0.0.67 cloud /api/session "{\"user\":\"Ghost\",\"password\":\"x\"}")" = "429 locked_out" ]
	'
	test_expect 'the administrator is not kept out by strangers either' '
		[ "$(from 127.0.0.1 cloud /api/admin/session "{\"password\":\"let me administer\"}")" = 201 ] &&
		guess_from_everywhere wrong_admin && [ "$(from 127.0.0.78 cloud /api/admin/session "{\"password\":\"let me administer\"}")" = "429 locked_out" ] &&
		[ "$(from 127.0.0.1 cloud /api/admin/session "{\"password\":\"let me administer\"}")" = 201 ] && ctl cloud --json tenant list
	'
	test_expect 'wrong licence keys: the guesser waits, the one who has the right key does not' '
		guess 5 key_from 127.0.0.66 FEXL-AAAA-AAAA-AAAA-AAAA $tenant &&
		[ "$(key_from 127.0.0.66 FEXL-AAAA-AAAA-AAAA-AAAA $tenant)" = "429 locked_out" ] &&
		[ "$(key_from 127.0.0.1 $key $tenant)" = 202 ] && [ "$(key_from 127.0.0.66 $key $tenant)" = 202 ]
	'
	test_expect 'right key, wrong shop; wrong key, right shop; nothing right: one answer' '
		[ "$(key_from 127.0.0.9 $key $(uuid))" = "403 credentials_refused" ] && jq -S "del(.instance, .request_id)" $stage/body >$stage/one &&
		[ "$(key_from 127.0.0.9 FEXL-AAAA-AAAA-AAAA-AAAA $tenant)" = "403 credentials_refused" ] &&
		jq -S "del(.instance, .request_id)" $stage/body | diff $stage/one - &&
		[ "$(key_from 127.0.0.9 FEXL-AAAA-AAAA-AAAA-AAAA $(uuid))" = "403 credentials_refused" ] &&
		jq -S "del(.instance, .request_id)" $stage/body | diff $stage/one -
	'
	test_expect 'an address that asks all day takes no other address its turn' '
		for n in $(seq 130); do
			printf "next\nurl = %s\ninterface = 127.0.0.88\ndata = {}\nheader = \"Content-Type: application/json\"\n" \
				$(url_of cloud)/api/sync/credentials
		done | sed 1d >$stage/all-day && curl -sS -K $stage/all-day >$stage/answers && grep -q too_many_devices $stage/answers &&
		[ "$(key_from 127.0.0.2 $key $tenant)" = 202 ]
	'
	test_expect 'who sends X-Forwarded-For himself is believed nothing' '
		guess 5 sign_in_from 127.0.0.99 nonsense -H "X-Forwarded-For: 192.0.2.1" &&
		[ "$(sign_in_from 127.0.0.99 "$PASSWORD" -H "X-Forwarded-For: 192.0.2.2")" = "429 locked_out" ]
	'
}

behind_a_proxy()
{
	test_expect 'behind a proxy that is trusted its word counts, the last one' '
		cloud_with_admin FEXL_TRUSTED_PROXIES=127.0.0.1 && printf %s "$PASSWORD" | ctl cloud user add Olga --role owner --password-file - &&
		guess 5 sign_in_from 127.0.0.1 nonsense -H "X-Forwarded-For: 192.0.2.1" &&
		[ "$(sign_in_from 127.0.0.1 "$PASSWORD" -H "X-Forwarded-For: 192.0.2.1")" = "429 locked_out" ] &&
		[ "$(sign_in_from 127.0.0.1 "$PASSWORD" -H "X-Forwarded-For: 192.0.2.9, 192.0.2.1")" = "429 locked_out" ] &&
		[ "$(sign_in_from 127.0.0.1 "$PASSWORD" -H "X-Forwarded-For: 192.0.2.1, 192.0.2.9")" = 201 ]
	'
	test_expect 'a network of IPv6 is one address, and words that are none are the proxys own' '
		guess 5 sign_in_from 127.0.0.1 nonsense -H "X-Forwarded-For: 2001:db8:1:2::1" &&
		[ "$(sign_in_from 127.0.0.1 "$PASSWORD" -H "X-Forwarded-For: 2001:db8:1:2:ffff::9")" = "429 locked_out" ] &&
		[ "$(sign_in_from 127.0.0.1 "$PASSWORD" -H "X-Forwarded-For: 2001:db8:1:3::1")" = 201 ] &&
		guess 5 sign_in_from 127.0.0.1 nonsense -H "X-Forwarded-For: not-an-address" &&
		[ "$(sign_in_from 127.0.0.1 "$PASSWORD" -H "X-Forwarded-For: unknown")" = "429 locked_out" ]
	'
}

tenant_of()
{
	jq -r .tenant_uuid "$stage/$1/tenant.json"
}

cloud_with_admin()	# [a line for its environment]
{
	printf 'let me administer\n' >"$stage/admin" && chmod 600 "$stage/admin" && make_node cloud cloud &&
		printf 'FEXL_ADMIN_PASSWORD_FILE=%s\n%s\n' "$stage/admin" "${1:-}" >>"$stage/cloud/env" && start_apid cloud && keep_port cloud &&
		ctl cloud --json tenant create 'Corner shop' >"$stage/cloud/tenant.json"
}

strangers
clear_stage
behind_a_proxy
test_done
