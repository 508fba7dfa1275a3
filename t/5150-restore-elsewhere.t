#!/bin/sh
# A cloud whose machine is gone: its backup comes back on an empty one.  What a
# restore has put aside can be restored itself, and no two restores are one server.
test_description='a backup is worth something without the machine that made it'
. "${FEXL_SRC:-.}/t/lib.sh"

newest()	# node: its newest backup, as a path
{
	ls "$stage/$1/data/backups"/fexl-*.db | tail -n 1
}

# What systemd does: it ends, it is started again.
restore()	# node what options…
{
	restored=$1
	shift
	ctl "$restored" --json --timeout 60 restore "$@" --yes >"$stage/$restored/restored.json" &
	asking=$!
	grep -q '^DB_TYPE=postgres' "$stage/$restored/env" ||
		{ wait_for "has_ended $(pid_of "$restored" apid)" && start_apid "$restored"; } || return 1
	wait $asking && cat "$stage/$restored/restored.json"
}

# Another machine under the address of the first.
empty_cloud()	# name engine instead-of
{
	make_node "$1" cloud
	sed -i "s/^FEXL_LISTEN=.*/FEXL_LISTEN=127.0.0.1:$(port_of "$3")/" "$stage/$1/env"
	if [ "$2" = postgres ]; then
		pg_admin "DROP DATABASE IF EXISTS $other_db" && pg_admin "CREATE DATABASE $other_db OWNER fexl_owner" &&
			pg_env "$(pg_named "$other_db")" >>"$stage/$1/env" && echo FEXL_LANES=4 >>"$stage/$1/env" || return 1
	fi
	stop "$3" && start_apid "$1"
}

who()	# node: the origin of what it stores
{
	if grep -q '^DB_TYPE=postgres' "$stage/$1/env"; then
		rows "$1" 'SELECT uuid FROM server'
	else
		rows "$1" 'SELECT lower(hex(uuid)) FROM server'
	fi
}

other_db="story_$$_other"

the_machine_is_gone()
{
	cloud hub "$engine" && till till1 && till till2 && { pair till1 hub && pair till2 hub; } >/dev/null
	tenant=$(jq -r .tenant_uuid "$stage/hub/tenant.json")
	p=$(product till1 Tea 100) && buy till1 "$p" 1000 60 >/dev/null && { sell_many till1 "$p" 10 && sync_now till1 till2; } >/dev/null
	test_expect 'a backup, and then more sales' '
		ctl hub backup create --tenant "$tenant" && cp "$(newest hub)" "$(newest hub).sha256" "$stage/" &&
		sell_many till1 "$p" 10 && sync_now till1 && [ "$(invoices hub)" = 20 ]'
	test_expect 'an empty cloud takes the backup, and a new licence key is shown' '
		before=$(who hub) && empty_cloud other "$engine" hub && restore other "$stage/$(basename "$(newest hub)")" &&
		[ "$(invoices other)" = 10 ] && jq -e ".licenses | length == 1 and (.[0].license_key | startswith(\"FEXL-\"))" "$stage/other/restored.json" &&
		[ "$(who other)" != "$before" ]'
	test_expect 'the tills go on with it: nobody approves them again, all 20 sales are there' '
		sync_now till1 till2 till1 && wait_for "[ \$(invoices other) = 20 ]" && sync_now till2 && is_identical till1 till2 &&
		[ "$(ctl other --json devices | jq "[.items[] | select(.status == \"approved\")] | length")" = 2 ]'
	test_expect 'the new key lets a till in' '
		jq ".licenses[0]" "$stage/other/restored.json" >"$stage/other/tenant.json" && till till3 && pair till3 other && is_identical till3'
	test_expect 'its sales up to the backup again' '
		restore other "$stage/$(basename "$(newest hub)")" && [ "$(invoices other)" = 10 ] && jq -r .safety "$stage/other/restored.json"'
	test_expect 'what that restore has kept is restored itself' '
		restore other "$(jq -r .safety "$stage/other/restored.json")" && [ "$(invoices other)" = 20 ] && sync_now till1 till2 till3 &&
		is_identical till1 till2 till3'
	test_expect 'the licence key is still that one' 'till till4 && pair till4 other && is_identical till4'
	stop other
	[ "$engine" = sqlite ] || pg_admin "DROP DATABASE IF EXISTS $other_db WITH (FORCE)"
}

two_of_one_backup()
{
	till till1 && p=$(product till1 Tea 100) && buy till1 "$p" 100 60 >/dev/null && sell_many till1 "$p" 5
	test_expect 'two copies of one machine, both restored from one backup, are two servers' '
		ctl till1 backup create && sell_many till1 "$p" 3 && stop till1 && cp -a "$stage/till1" "$stage/twin" && sed -i "s#/till1/#/twin/#" "$stage/twin/env" &&
		sed -i "s/^FEXL_LISTEN=.*/FEXL_LISTEN=127.0.0.1:0/" "$stage/twin/env" && start till1 && start_apid twin &&
		restore till1 "$(basename "$(newest till1)")" && restore twin "$(basename "$(newest twin)")" &&
		[ "$(invoices till1)" = 5 ] && [ "$(invoices twin)" = 5 ] && [ "$(who till1)" != "$(who twin)" ]'
	test_expect 'what was put aside comes back, with its log' '
		kept=$(jq -r .safety "$stage/twin/restored.json") && echo "$kept" && restore twin "$kept" && [ "$(invoices twin)" = 8 ]'
	test_expect 'a name that is none is refused' '! ctl twin restore before-restore-20010101-000000 --yes && ! ctl twin restore before-restore-../x --yes && is_running twin apid'
}

each_engine the_machine_is_gone
two_of_one_backup
test_done
