#!/bin/sh
test_description='PostgreSQL itself keeps shops apart: the role of a hub sees one at a time, owns nothing, and cannot do without'
. "${FEXL_SRC:-.}/t/lib.sh"

[ -n "${FEXL_TEST_PG:-}" ] || skip_all 'FEXL_TEST_PG is not set'

# A session of its own, as the role that the hub works as.
as_app()	# SQL…
{
	for statement; do
		set -- "$@" -c "$statement"
		shift
	done
	psql -qAtX -v ON_ERROR_STOP=1 "$(sed -n 's/^DATABASE_URL="\(.*\)"$/\1/p' "$stage/cloud/env")" "$@" 2>&1
}

in_shop_of()	# tenant SQL: in the words that the daemon uses
{
	as_app BEGIN "SELECT FROM set_config('fexl.tenant', '$1', true)" "$2" | sed '/^$/d'
}

shop()	# name -> its uuid; with goods, a sale, somebody who is signed in
{
	ctl cloud --json tenant create "$1" >"$stage/$1.json" && t=$(jq -r .tenant_uuid "$stage/$1.json") &&
		printf 482951 | ctl cloud user add "Owner of the $1" --role owner --pin-file - --tenant "$t" >"$stage/out" &&
		in_shop "$t" POST /api/products "{\"name\":\"Tea of the $1\",\"price\":250}" >"$stage/product" &&
		in_shop "$t" POST /api/invoices "{\"lines\":[{\"product\":\"$(jq -r .uuid "$stage/product")\",\"qty\":1000}],\
\"payments\":[{\"method\":\"cash\",\"amount\":250}]}" >"$stage/invoice" &&
		curl -sS -H 'Content-Type: application/json' "$(url_of cloud)/api/session" \
			-d "{\"tenant\":\"$t\",\"user\":\"Owner of the $1\",\"pin\":\"482951\"}" | jq -r .token >"$stage/$1.token" && echo "$t"
}

in_shop()	# tenant METHOD PATH [JSON]
{
	curl -sS --fail-with-body --max-time 20 --unix-socket "$stage/cloud/run/apid.sock" -X "$2" -H "Fexl-Tenant: $1" \
		${4:+-H 'Content-Type: application/json' --data-binary "$4"} "http://localhost$3"
}

# Tables, and the column that says whose a row is.
walled()
{
	rows cloud "SELECT c.relname, CASE c.relname WHEN 'tenants' THEN 'uuid' ELSE 'tenant' END FROM pg_class c
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relrowsecurity AND c.relforcerowsecurity"
}

# One statement that counts every walled table.
counting()	# [tenant]
{
	walled | sort | while IFS='|' read -r table column; do
		echo "SELECT '$table', count(*) FROM $table${1:+ WHERE $column = '$1'}"
	done | sed '2,$s/^/UNION ALL /'
}

counts()	# tenant: as the hub sees them
{
	in_shop_of "$1" "$(counting)" | sort
}

counts_of()	# tenant: by somebody who sees everything
{
	rows cloud "$(counting "$1")" | sort
}

refused()	# what words it is refused in, SQL…
{
	words=$1
	shift
	! as_app "$@" >"$stage/said" && grep -q "$words" "$stage/said" || { cat "$stage/said"; return 1; }
}

starts_as()	# a line for the environment…: its log says why not
{
	stop cloud && cp "$stage/cloud/env" "$stage/env.before" && printf '%s\n' "$@" >>"$stage/cloud/env" && : >"$stage/cloud/log.apid" &&
		start_daemon cloud apid && wait_for "! is_running cloud apid || [ -s $stage/cloud/run/apid.port ]" &&
		is_running cloud apid
}

as_before()
{
	stop cloud; cp "$stage/env.before" "$stage/cloud/env" && start cloud
}

test_expect 'a hub whose role owns nothing, with two shops' '
	cloud cloud postgres && north=$(shop North) && south=$(shop South) && [ -n "$north" ] && [ -n "$south" ]
'
north=$(jq -r .tenant_uuid "$stage/North.json") south=$(jq -r .tenant_uuid "$stage/South.json")
test_expect 'every table is walled but two that are nobodys' '
	[ "$(rows cloud "SELECT relname FROM pg_class WHERE relnamespace = '\''public'\''::regnamespace AND relkind = '\''r'\''
		AND NOT (relrowsecurity AND relforcerowsecurity) ORDER BY 1" | tr "\n" " ")" = "schema_version server " ] &&
	[ "$(walled | wc -l)" -ge 50 ]
'
test_expect 'the role is no superuser, is not exempt, and owns nothing' '
	[ "$(as_app "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = current_user")" = f ] &&
	[ "$(as_app "SELECT count(*) FROM pg_class WHERE pg_has_role(current_user, relowner, '\''USAGE'\'')")" = 0 ]
'
test_expect 'without a shop it sees no row of any table' '
	as_app "$(counting)" >$stage/seen && [ "$(wc -l <$stage/seen)" -ge 50 ] && ! grep -v "|0$" $stage/seen
'
test_expect 'with one, that shops rows, all of them and no others' '
	counts $north >$stage/as.north && counts_of $north | diff - $stage/as.north && counts $south >$stage/as.south &&
	counts_of $south | diff - $stage/as.south && [ "$(grep -vc "|0$" $stage/as.north)" -ge 12 ] && [ "$(grep -vc "|0$" $stage/as.south)" -ge 12 ]
'
test_expect 'one that is not there has nothing' '[ -z "$(counts $(uuid) | grep -v "|0$")" ]'
test_expect 'it changes and deletes nothing of another shop' '
	[ "$(in_shop_of $south "WITH u AS (UPDATE products SET price = 1 WHERE tenant = '\''$north'\'' RETURNING 1) SELECT count(*) FROM u")" = 0 ] &&
	[ "$(in_shop_of $south "WITH d AS (DELETE FROM invoices WHERE tenant = '\''$north'\'' RETURNING 1) SELECT count(*) FROM d")" = 0 ] &&
	counts_of $north | diff - $stage/as.north
'
test_expect 'nor writes a row into it, nor makes one of its own a row of it' '
	refused "row-level security" BEGIN "SELECT FROM set_config('\''fexl.tenant'\'', '\''$south'\'', true)" \
		"INSERT INTO lockouts VALUES ('\''$north'\'', '\''x'\'', 1, 0)" &&
	refused "row-level security" BEGIN "SELECT FROM set_config('\''fexl.tenant'\'', '\''$south'\'', true)" "UPDATE users SET tenant = '\''$north'\''"
'
test_expect 'it makes, changes and empties no table, and takes nobody elses part' '
	refused "permission denied" "CREATE TABLE x (y int)" && refused "must be owner" "ALTER TABLE users NO FORCE ROW LEVEL SECURITY" &&
	refused "must be owner" "DROP POLICY shop ON users" && refused "permission denied" "TRUNCATE users" &&
	refused "permission denied" "SET ROLE fexl_owner" && refused "permission denied" "UPDATE schema_version SET version = 1"
'
test_expect 'a setting ends with its transaction' '
	[ "$(as_app BEGIN "SELECT FROM set_config('\''fexl.tenant'\'', '\''$north'\'', true)" COMMIT "SELECT count(*) FROM products" | sed "/^$/d")" = 0 ]
'
test_expect 'a token finds its own session and no list of them' '
	hash=$(printf %s "$(cat $stage/North.token)" | sha256sum | cut -c1-64) &&
	[ "$(as_app "SELECT tenant FROM door_session('\''\\x$hash'\'')")" = "$north" ] && refused "does not exist" "SELECT * FROM door_session()" &&
	[ "$(as_app "SELECT count(*) FROM door_session('\''\\x00'\'')")" = 0 ]
'
test_expect 'others than the hubs role find no door' '
	for f in $(rows cloud "SELECT oid::regprocedure::text FROM pg_proc WHERE proname LIKE '\''door%'\''" | tr -d " "); do
		[ "$(rows cloud "SELECT has_function_privilege('\''pg_monitor'\'', '\''$f'\'', '\''EXECUTE'\'')")" = f ] || exit 1
	done
'
test_expect 'status, figures and doctor say that it stands' '
	api cloud GET /status | jq -e ".wall == \"stands\"" && api cloud GET /metrics | grep -x "fexl_database_wall 1" &&
	ctl cloud --json doctor --tenant $north | jq -e ".items[] | select(.code == \"wall\") | .state == \"ok\""
'
test_expect 'tables that are up to date need no owner to start' '
	starts_as FEXL_DATABASE_OWNER_URL= && curl -sf $(url_of cloud)/api/products -H "Authorization: Bearer $(cat $stage/North.token)" >$stage/out &&
	jq -e ".items[0].name == \"Tea of the North\"" $stage/out && as_before
'
test_expect 'a role that is exempt does not start where the wall is required, and says so where it is not' '
	! starts_as "DATABASE_URL=\"$(pg_of_node cloud)\"" && grep -q "exempt from row security" $stage/cloud/log.apid && as_before &&
	starts_as "DATABASE_URL=\"$(pg_of_node cloud)\"" FEXL_REQUIRE_WALL=no && grep -q "exempt from row security" $stage/cloud/log.apid &&
	api cloud GET /status | jq -e ".wall == \"bypassed\"" && api cloud GET /metrics | grep -x "fexl_database_wall 0" &&
	ctl cloud --json doctor --tenant $north | jq -e ".items[] | select(.code == \"wall\") | .state == \"warn\"" && as_before
'
test_expect 'nor does one that owns the tables; it is held up all the same' '
	owner=$(pg_of_owner "$(pg_of_node cloud)") &&
	! starts_as "DATABASE_URL=\"$owner\"" && grep -q "owns the tables" $stage/cloud/log.apid && as_before &&
	starts_as "DATABASE_URL=\"$owner\"" FEXL_REQUIRE_WALL=no && [ "$(psql -qAtX "$owner" -c "SELECT count(*) FROM products")" = 0 ] &&
	curl -sf $(url_of cloud)/api/products -H "Authorization: Bearer $(cat $stage/North.token)" | jq -e ".items | length == 1" && as_before
'
test_expect 'a database that nobody has prepared: who may not says what to do, the owner does it' '
	stop cloud && story_db=$(pg_of_node cloud | sed "s/.*dbname=//") && pg_make_story && ! starts_as FEXL_DATABASE_OWNER_URL= && grep -q "fexlctl cloud migrate" $stage/cloud/log.apid &&
	cp $stage/env.before $stage/cloud/env && (set -a && . $stage/cloud/env && "$build/fexl-apid" --migrate) &&
	(set -a && . $stage/cloud/env && "$build/fexl-apid" --migrate) && starts_as FEXL_DATABASE_OWNER_URL= && as_before
'
test_expect 'no log of all this names a password or a shop that was not meant' '! grep -i "password=" $stage/cloud/log.apid'
test_done
