#!/bin/sh
# Every command is run with --json against a real till and a real cloud, and what
# it prints is what its schema says: etc/schema/devices-list.json for `fexlctl
# devices list`.  The table of commands itself says which there are: one without a
# schema, or that nobody runs here, is a failure.
test_description='what --json prints is what etc/schema says'
. "${FEXL_SRC:-.}/t/lib.sh"
/usr/bin/python3 -c 'import jsonschema' 2>/dev/null || skip_all 'python3-jsonschema is not installed: ./dev deps test'

# What they said, over all stories.
answers=$stage.answers
mkdir "$answers"
trap 'clear_stage; rm -rf "$stage" "$answers"' EXIT

# --- running them ---

next_answer()	# the words of a command's name, and what follows
{
	said=$answers/$(ls "$answers" | wc -l)
	printf '%s\n' "$@" >"$said.words"
}

# answer NODE COMMAND…: what it says is kept, and shown
answer()
{
	answer_node=$1
	shift
	next_answer "$@"
	ctl "$answer_node" --timeout "$PATIENCE_S" --json "$@" >"$said.json"
	answer_end=$?
	cat "$said.json"
	return $answer_end
}

# hear NODE COMMAND…: one that goes on until it is interrupted, while goods come in
hear()
{
	hear_node=$1
	shift
	next_answer "$@"
	(exec "$build/fexlctl" --run-dir "$stage/$hear_node/run" --json "$@" >"$said.json") &
	wait_for "product $hear_node Goods 100 && [ \$(wc -l <$said.json) -ge 2 ]"
	kill -INT $!
	wait $!
	[ $? -eq 130 ]
}

# restore_newest NODE [OPTION]: it ends to begin with the backup; systemd would start it again
restore_newest()
{
	restore_node=$1
	shift
	backup=$(basename "$(ls "$stage/$restore_node/data/backups"/fexl-*.db | tail -n 1)")
	answer "$restore_node" restore "$backup" --yes "$@" &
	restoring=$!
	wait_for "has_ended $(pid_of "$restore_node" apid)" && start_apid "$restore_node" && wait $restoring
}

newest_conflict()
{
	ctl "$1" --json conflicts list | jq -r '.items[0].uuid'
}

ask()
{
	jq -r .license_key "$stage/hub/tenant.json" | answer till1 pair --url "$(url_of hub)" \
		--tenant "$(jq -r .tenant_uuid "$stage/hub/tenant.json")" --license-file - --name till1
}

# Two edits of one row, here and at the cloud.
meet()
{
	c=$(customer till1 "$(uuid)") && sync_now till1 && answer till1 sync pause &&
		api till1 PATCH "/api/customers/$c" '{"name":"Here"}' && api hub PATCH "/api/customers/$c" '{"name":"There"}' &&
		answer till1 sync resume && sync_now till1
}

refused()	# node
{
	wait_for "ctl $1 --json quarantine | jq -e '.items != []'" >/dev/null
}

# A price that no version of ours would write, behind everybody's back; sync is paused.
refused_product()	# node
{
	p=$(product "$1" Sand 100) && stop "$1" && sqlite3 "$stage/$1/data/fexl.db" "UPDATE products SET price = -1 WHERE name = 'Sand'" &&
		start "$1" && ctl "$1" sync resume && sync_now "$1" >/dev/null && refused "$1" &&
		echo "$p"
}

# --- what they say ---

alone()
{
	test_expect 'of itself' '
		mkdir -p "$stage/none" && answer none version && answer none help && answer none completion bash &&
		answer none completion zsh && answer none help sync now && answer none explain && answer none explain locked_out && answer none cloud init --dry-run && answer none cloud migrate
	'
	test_expect 'a till that is alone' '
		echo 1234 >"$stage/pin" && till till1 && start_daemon till1 realtimed && answer till1 setup && answer till1 status &&
		answer till1 user add Amal --role owner --pin-file - <"$stage/pin" && answer till1 user set-pin Amal --pin-file - <"$stage/pin" &&
		answer till1 user add Yusuf --role cashier --pin-file - <"$stage/pin" && answer till1 user disable Yusuf &&
		answer till1 user enable Yusuf && answer till1 user unlock Yusuf && answer till1 metrics fexl_h && answer till1 metrics &&
		answer till1 user list && answer till1 config show --origin && answer till1 config get listen &&
		answer till1 config diff && answer till1 config check && : >"$stage/conf" && answer till1 config set --config "$stage/conf" push_rows 500 &&
		answer till1 pending && answer till1 conflicts list &&
		answer till1 sync history && answer till1 api GET /status
		[ $? -eq 0 ] && { answer till1 logs || :; }
	'
	test_expect 'a history' '
		printf "%s\n" "InvoiceNo,StockCode,Description,Quantity,UnitPrice,CustomerID,Country" \
			"536365,85123A,WHITE HEART,6,2.55,17850,United Kingdom" "C536367,85123A,WHITE HEART,-1,2.55,17850,United Kingdom" \
			"536366,POST,POSTAGE,1,18,13047,United Kingdom" "536368,85123A,,-10,0,,United Kingdom" >"$stage/sales.csv" &&
		answer till1 import "$stage/sales.csv" --map online-retail --dry-run && answer till1 import "$stage/sales.csv" --map online-retail
	'
	test_expect 'what happens' 'hear till1 watch && hear till1 top'
	clear_stage
}

together()
{
	test_expect 'a cloud with a till that waits' '
		till till1 && cloud hub $engine && answer hub tenant list && answer hub devices list &&
		ask && answer hub devices list && answer hub devices show till1 && answer till1 status && answer hub status &&
		{ answer till1 check; [ $? -eq 1 ]; } && { answer hub check; [ $? -eq 1 ]; } &&
		answer hub devices reject till1 --yes && { ctl till1 sync now --wait; [ $? -eq 6 ]; } && answer till1 status && ask &&
		answer hub devices approve till1 --yes
	'
	hub="--tenant $(jq -r .tenant_uuid "$stage/hub/tenant.json")"
	test_expect 'a till in a cloud' '
		answer till1 sync now --wait && answer till1 sync now && answer till1 sync history --lines 1 && answer till1 verify && answer till1 verify products && answer till1 repair &&
		answer till1 status && answer hub status && answer hub devices rename till1 "Till 1" &&
		answer hub devices resync "Till 1" --yes && answer hub devices list && answer till1 sync now --wait
	'
	test_expect 'two edits that met' '
		meet && answer hub conflicts list $hub && answer till1 conflicts list && id=$(newest_conflict till1) &&
		answer till1 conflicts show "$id" && answer till1 conflicts restore "$id" && answer till1 conflicts list
	'
	test_expect 'what is not in the cloud yet' '
		answer till1 sync pause && product till1 Salt 100 && answer till1 pending && answer till1 pending products && answer till1 pending --oldest &&
		answer till1 status && answer till1 sync resume
	'
	test_expect 'what the cloud refused' '
		ctl till1 sync pause && answer till1 quarantine list && p=$(refused_product till1) && answer till1 quarantine list &&
		answer till1 quarantine show "$p" && answer till1 quarantine retry && refused till1 && answer till1 quarantine drop "$p" --yes
	'
	test_expect 'a row, a shop, a database, a report' '
		p=$(product till1 Rope 100) && answer till1 why "$p" && sync_now till1 && answer till1 why "$p" && answer hub why "$p" $hub &&
		q=$(product hub Soap 100) && answer till1 why "$q" && answer hub tenant show $hub && answer till1 tenant show && answer hub tenant export $hub &&
		answer hub tenant export $hub --output "$stage/shop" &&
		for node in till1 hub; do
			answer $node db info && answer $node db migrate && answer $node db check && answer $node db vacuum --yes &&
			answer $node bugreport --output "$stage/$node/report.tar.gz" || exit 1
		done
	'
	test_expect 'a backup, and a doctor' '
		for node in till1 hub; do
			[ $node = hub ] && tenant=$hub || tenant=
			answer $node doctor $tenant; [ $? -eq 8 ] && answer $node backup create $tenant && { answer $node doctor --fix $tenant || :; } &&
			answer $node backup list $tenant && answer $node backup verify $tenant || exit 1
		done && answer till1 backup prune --keep 5 && answer till1 backup prune --keep 1 --yes
	'
	test_expect 'a backup that comes back, a till that goes' '
		restore_newest till1 --as-new && answer hub tenant create "Second shop" &&
		answer hub devices revoke "Till 1" --yes && answer till1 unpair --yes && answer till1 status
	'
}

alone
each_engine together
test_expect 'each answer is as its schema says, each command has one' '
	"$build/fexlctl" help --json >"$stage/commands" &&
	/usr/bin/python3 "$src/t/schemas.py" "$src/etc/schema" "$stage/commands" "$answers"
'
test_expect 'each schema is installed' '
	for f in "$src"/etc/schema/*.json; do grep -qF "/${f##*/}" "$src/etc/local.mk" || { echo "$f is not in etc/local.mk"; exit 1; }; done
'
test_done
