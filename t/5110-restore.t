#!/bin/sh
# A backup comes back: on a till that is alone, on one that is paired, on a hub.
# Nothing is lost that was acknowledged and is anywhere still.
test_description='a restored server is the backup, under another incarnation; its peers bring the rest'
. "${FEXL_SRC:-.}/t/lib.sh"

newest()	# node: its newest backup
{
	basename "$(ls "$stage/$1/data/backups"/fexl-*.db | tail -n 1)"
}

# What systemd does: it ends, it is started again.
restart_ended()	# node
{
	wait_for "has_ended $(pid_of "$1" apid)" && start_apid "$1"
}

restore()	# node options…
{
	restored=$1
	shift
	before=$(incarnation "$restored")
	ctl "$restored" --timeout 60 restore "$(newest "$restored")" --yes "$@" &
	asking=$!
	restart_ended "$restored" && wait $asking && [ "$(incarnation "$restored")" -gt "$before" ]
}

incarnation()
{
	api "$1" GET /status | jq .incarnation
}

number()	# node invoice
{
	api "$1" GET "/api/invoices/$2" | jq -r .number
}

till_alone()
{
	d="$stage/till1/data"
	till till1 && p=$(product till1 Tea 100) && buy till1 "$p" 1000 60 >/dev/null
	test_expect 'what is sold after the backup is gone with the restore, and kept beside it' '
		sell_many till1 "$p" 5 && ctl till1 backup create && sell_many till1 "$p" 3 &&
		restore till1 && [ "$(invoices till1)" = 5 ] &&
		[ "$(sqlite3 -readonly "$stage"/till1/data/backups/before-restore-*/fexl.db "SELECT count(*) FROM invoices")" = 8 ]'
	test_expect 'it sells on, in another series of numbers' '
		u=$(uuid) && sell till1 "$p" 1 100 "$u" >/dev/null && new=$(number till1 "$u") &&
		echo "$new" && ! rows till1 "SELECT number FROM invoices" | grep -v "$new" | cut -d- -f1 | grep -x "${new%-*}"'
	test_expect 'a damaged backup is refused, and nothing was touched' '
		f="$stage/till1/data/backups/$(newest till1)" && cp "$f" "$stage/good" &&
		printf "\377" | dd of="$f" bs=1 seek=20000 conv=notrunc 2>/dev/null
		! ctl till1 restore "$(newest till1)" --yes && is_running till1 apid && [ "$(invoices till1)" = 6 ] && cp "$stage/good" "$f"'
	test_expect 'a swap that was broken off goes on at the next start' '
		stop till1 && mkdir -p "$d/restore" && cp "$stage/good" "$d/restore/next.db" &&
		echo before-restore-20260101-000000 >"$d/restore/ready" &&
		mkdir "$d/backups/before-restore-20260101-000000" && mv "$d/fexl.db" "$d/backups/before-restore-20260101-000000/" &&
		start till1 && [ "$(invoices till1)" = 5 ] && [ ! -e "$d/restore/ready" ]'
	test_expect 'and one that was over but for the marker takes nothing away' '
		stop till1 && echo before-restore-20260101-000000 >"$d/restore/ready" && start till1 && [ "$(invoices till1)" = 5 ] &&
		[ ! -e "$d/restore/ready" ]'
	test_expect 'what was only prepared is no restore' '
		stop till1 && cp "$stage/good" "$d/restore/next.db" && start till1 && [ "$(invoices till1)" = 5 ] && [ ! -e "$d/restore/next.db" ]'
}

hub_comes_back()
{
	cloud hub "$engine" && till till1 && till till2 && { pair till1 hub && pair till2 hub; } >/dev/null
	tenant=$(jq -r .tenant_uuid "$stage/hub/tenant.json")
	p=$(product till1 Tea 100) && buy till1 "$p" 1000 60 >/dev/null
	test_expect 'yesterday there were 20 sales' '
		sell_many till1 "$p" 20 && sync_now till1 till2 && [ "$(invoices till2)" = 20 ] &&
		ctl hub backup create --tenant "$tenant"'
	test_expect 'today 200 more came in, the hub has them and both tills' '
		sell_many till1 "$p" 100 && sync_now till1 && sell_many till2 "$p" 100 && sync_now till2 till1 &&
		[ "$(invoices hub)" = 220 ]'
	test_expect 'the hub is as it was yesterday' '
		if [ "$engine" = sqlite ]; then
			restore hub
		else
			ctl hub --timeout 60 restore "$(newest hub)" --yes
		fi && [ "$(invoices hub)" = 20 ]'
	test_expect 'the tills notice, and all 220 are everywhere' '
		sync_now till1 till2 till1 &&
		wait_for "[ \$(invoices hub) = 220 ]" && [ "$(invoices till1)" = 220 ] && [ "$(invoices till2)" = 220 ]'
	test_expect 'all replicas are identical, nothing is pending' '
		sync_now till2 till1 && is_identical till1 till2 && [ "$(pending till1)" = 0 ] && [ "$(pending till2)" = 0 ]'
	test_expect 'every sale that was acknowledged is there once' '
		rows hub "SELECT count(DISTINCT uuid) FROM invoices" | grep -x 220 && sort -u "$stage/sold" | wc -l | grep -x 220'
	test_expect 'the licence key still lets a till in' 'till till3 && pair till3 hub && is_identical till3'
}

paired_till()
{
	cloud hub && till till1 && till till2 && { pair till1 hub && pair till2 hub; } >/dev/null
	p=$(product till1 Tea 100) && buy till1 "$p" 1000 60 >/dev/null
	{ sell_many till1 "$p" 10 && sync_now till1 till2 && ctl till1 backup create; } >/dev/null
	test_expect 'without a choice nothing happens, and both ways are told' '
		! ctl till1 restore "$(newest till1)" --yes 2>"$stage/said"; cat "$stage/said"
		grep -q as-new "$stage/said" && grep -q discard-local "$stage/said" && is_running till1 apid'
	test_expect 'as new: what was sold since is at the cloud and comes again' '
		sell_many till1 "$p" 10 && sync_now till1 && restore till1 --as-new && [ "$(invoices till1)" = 10 ] &&
		sync_now till1 && [ "$(invoices till1)" = 20 ]'
	test_expect 'it was let in again by its own key, without a person' '
		[ "$(ctl hub --json devices | jq -r ".items[] | select(.name == \"till1\") | .status")" = approved ]'
	test_expect 'its numbers begin a new series' '
		u=$(uuid) && sell till1 "$p" 1 100 "$u" >/dev/null && echo "$(number till1 "$u")" && [ "$(number till1 "$u" | sed "s/.*-//")" = 000001 ]'
	test_expect 'and all are the same' 'sync_now till1 till2 till1 && is_identical till1 till2 && [ "$(invoices till2)" = 21 ]'
	test_expect 'discard: what was not sent is in the safety copy only' '
		stop_node hub && sell_many till1 "$p" 2 && restore till1 --discard-local && [ "$(invoices till1)" = 0 ] && start hub &&
		sync_now till1 && [ "$(invoices till1)" = 21 ]'
	test_expect 'and all are the same again' 'sync_now till1 till2 && is_identical till1 till2'
}

sign_in()	# url user pin: prints the token
{
	curl -sS -H 'Content-Type: application/json' -d "{\"user\":\"$2\",\"pin\":\"$3\"}" "$1/api/session" | jq -r .token
}

# As a browser does it: by the public port, signed in.
person()	# node user pin METHOD PATH [JSON]
{
	token=$(sign_in "$(url_of "$1")" "$2" "$3")
	echo "$token" >"$stage/token"
	status "$1" "$4" "$5" -H "Authorization: Bearer $token" ${6:+-H 'Content-Type: application/json' -d "$6"}
}

# An address of this machine that is not its own alone.
outer=$(hostname -I 2>/dev/null | tr ' ' '\n' | grep -m 1 '^[0-9.]*$')

people_restore()
{
	till till1 && p=$(product till1 Tea 100) && buy till1 "$p" 1000 60 >/dev/null &&
		{ printf 1234 | ctl till1 user add Amal --role owner --pin-file - &&
			printf 4321 | ctl till1 user add Mona --role manager --pin-file -; } >/dev/null
	test_expect 'a manager makes a backup, and must not restore it' '
		sell_many till1 "$p" 2 && [ "$(person till1 Mona 4321 POST /api/backups)" = 201 ] && sell_many till1 "$p" 1 &&
		[ "$(person till1 Mona 4321 POST /api/restore "{\"name\":\"$(newest till1)\"}")" = 403 ] && jq -e ".code == \"owner_only\"" "$stage/body"'
	test_expect 'nor an owner, from another machine' '
		if [ -n "$outer" ]; then
			stop till1 && sed -i "s/^FEXL_LISTEN=.*/FEXL_LISTEN=0.0.0.0:0/" "$stage/till1/env" && start till1 &&
			port=$(url_of till1) && port=${port##*:} &&
			token=$(sign_in "http://$outer:$port" Amal 1234) &&
			curl -sS -H "Authorization: Bearer $token" -H "Content-Type: application/json" -d "{\"name\":\"$(newest till1)\"}" \
				"http://$outer:$port/api/restore" | jq -e ".code == \"till_only\""
		else
			echo "this machine has no other address"
		fi'
	test_expect 'an owner may, at the till; who was signed in signs in again' '
		[ "$(person till1 Amal 1234 POST /api/restore "{\"name\":\"$(newest till1)\"}")" = 202 ] &&
		jq -e ".status == \"restarting\"" "$stage/body" && restart_ended till1 && [ "$(invoices till1)" = 2 ] &&
		[ "$(status till1 GET /api/session -H "Authorization: Bearer $(cat "$stage/token")")" = 401 ] &&
		[ "$(person till1 Amal 1234 GET /api/backups)" = 200 ]'
}

till_alone
clear_stage
test_prefix='people: '
people_restore
clear_stage
test_prefix='paired: '
paired_till
clear_stage
each_engine hub_comes_back
test_done
