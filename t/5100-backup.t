#!/bin/sh
# Backups: made while the shop sells, whole, judged, and gone when asked; on
# either engine.
test_description='a backup is the shop at one moment, and is known to be whole'
. "${FEXL_SRC:-.}/t/lib.sh"

newest()	# node: the file of its newest backup
{
	ls "$stage/$1/data/backups"/fexl-*.db | tail -n 1
}

in_backup()	# node SQL
{
	sqlite3 -readonly "$(newest "$1")" "$2"
}

# Sells until the file $stage/enough is there; $stage/sold has what was acknowledged.
sell_on()	# node product
{
	while [ ! -e "$stage/enough" ]; do
		sell_many "$1" "$2" 1
	done
}

a_hub_is_backed_up()
{
	cloud hub "$engine" && p=$(product hub Tea 100) && buy hub "$p" 1000 60 >/dev/null
	tenant=$(jq -r .tenant_uuid "$stage/hub/tenant.json")
	test_expect 'selling goes on while a backup is made' '
		sell_many hub "$p" 20
		sell_on hub "$p" & seller=$!
		before=$(invoices hub)
		ctl hub --json backup create --tenant "$tenant" >"$stage/made.json"; made=$?
		touch "$stage/enough"
		wait $seller
		[ $made -eq 0 ] && n=$(in_backup hub "SELECT count(*) FROM invoices") &&
		echo "$before before, $n in it, $(invoices hub) after" &&
		[ "$n" -ge "$before" ] && [ "$n" -le "$(invoices hub)" ] &&
		jq -e --argjson n "$n" ".tables[] | select(.table == \"invoices\") | .rows == \$n" "$stage/made.json"'
	test_expect 'each sale in it is whole' '
		in_backup hub "SELECT count(*) FROM invoices i WHERE NOT EXISTS (SELECT 1 FROM invoice_lines l WHERE l.doc = i.uuid)
			OR NOT EXISTS (SELECT 1 FROM journal_lines j WHERE j.doc = i.uuid)" | grep -x 0'
	test_expect 'it is the size it says, and sha256sum agrees' '
		(cd "$stage/hub/data/backups" && sha256sum -c ./*.sha256) &&
		[ "$(jq -r .bytes "$stage/made.json")" = "$(stat -c %s "$(newest hub)")" ]'
	test_expect 'nobody else may read it' '
		[ "$(stat -c %a "$(newest hub)")" = 600 ] && [ "$(stat -c %a "$stage/hub/data/backups")" = 700 ]'
	test_expect 'no licence, no session is in it' '
		in_backup hub "SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM tenants WHERE license_hash IS NOT NULL)" | grep -x 0'
	test_expect 'it is one file, which needs no other' '
		[ "$(in_backup hub "PRAGMA journal_mode")" = delete ] && [ "$(ls "$stage/hub/data/backups" | grep -c part)" = 0 ]'
	test_expect 'it is judged to be whole' 'ctl hub backup verify'
	test_expect 'a flipped bit is found' '
		f=$(newest hub) && cp "$f" "$stage/good" &&
		printf "\377" | dd of="$f" bs=1 seek=20000 conv=notrunc 2>/dev/null
		! ctl hub backup verify 2>"$stage/said" && grep -q SHA-256 "$stage/said" && cp "$stage/good" "$f"'
	test_expect 'books that do not balance are found' '
		f=$(newest hub) && sqlite3 "$f" "UPDATE journal_lines SET debit = debit + 1 WHERE rowid IS NOT NULL OR 1 = 1" 2>/dev/null ||
			sqlite3 "$f" "UPDATE journal_lines SET debit = debit + 1"
		(cd "$stage/hub/data/backups" && sha256sum "$(basename "$f")" >"$(basename "$f").sha256")
		! ctl hub backup verify 2>"$stage/said" && grep -q "do not balance" "$stage/said" && cp "$stage/good" "$f"'
	test_expect 'old ones go when asked, the newest stay' '
		ctl hub backup create --tenant "$tenant" && ctl hub backup create --tenant "$tenant" &&
		[ "$(ctl hub --json backup list | jq ".items | length")" = 3 ] &&
		ctl hub backup prune --keep 1 --yes && [ "$(ls "$stage/hub/data/backups" | grep -c "db$")" = 1 ] &&
		ctl hub backup verify'
	test_expect 'an owner of a shop makes no backup of the cloud' '
		printf "correct horse" | ctl hub user add Amal --role owner --tenant "$tenant" --password-file - >/dev/null &&
		token=$(curl -s -H "Content-Type: application/json" -d "{\"tenant\":\"$tenant\",\"user\":\"Amal\",\"password\":\"correct horse\"}" \
			"$(url_of hub)/api/session" | jq -r .token) &&
		[ "$(status hub GET /api/backups -H "Authorization: Bearer $token")" = 403 ]'
	test_expect 'no name leads out of the folder' '
		for name in ..%2Ffexl.db lock fexl-20260230-000000.db fexl-20260101-000000.db.part; do
			code=$(curl -s -o /dev/null -w "%{http_code}" --unix-socket "$stage/hub/run/apid.sock" -X DELETE \
				"http://localhost/api/backups/$name")
			echo "$name: $code"
			[ "$code" = 404 ] || [ "$code" = 400 ] || return 1
		done
		[ -e "$stage/hub/data/backups/lock" ]'
}

each_engine a_hub_is_backed_up
test_done
