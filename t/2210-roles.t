#!/bin/sh
test_description='roles of a shop of its own: what they permit is what may be done'
. "${FEXL_SRC:-.}/t/lib.sh"

sign_in()	# node user pin
{
	curl -sS --fail-with-body "$(url_of "$1")/api/session" -H 'Content-Type: application/json' \
		-d "{\"user\":\"$2\",\"pin\":\"$3\"}" | jq -r .token
}

# status of a request with a token: as TOKEN NODE METHOD PATH [JSON]
as()
{
	as_token=$1
	shift
	status "$1" "$2" "$3" -H "Authorization: Bearer $as_token" ${4:+-H 'Content-Type: application/json' --data-binary "$4"}
}

role_uuid()	# node code
{
	api "$1" GET /api/roles | jq -r ".items[] | select(.code == \"$2\") | .uuid"
}

user_uuid()	# node name
{
	api "$1" GET /api/users | jq -r ".items[] | select(.name == \"$2\") | .uuid"
}

# Whose change reached the cloud last stays an owner: which of the tills was first is chance.
owners_of()
{
	api "$1" GET /api/users | jq -c '[.items[] | select(.role == "owner") | .name]'
}

story()
{
	test_expect 'a cloud and two tills, with an owner and a clerk' '
		cloud cloud $engine && till till1 && till till2 && pair till1 cloud && pair till2 cloud &&
		api cloud POST /api/users "{\"name\":\"Amal\",\"role\":\"owner\",\"pin\":\"2580\"}" &&
		api cloud POST /api/roles "{\"code\":\"clerk\",\"name\":\"Clerk\",\"permissions\":[\"products:read\",\"customers:write\"]}" &&
		api cloud POST /api/users "{\"name\":\"Eve\",\"role\":\"clerk\",\"pin\":\"1470\"}" && sync_now till1 till2
	'
	test_expect 'at the till the clerk may what the role says, and no more' '
		eve=$(sign_in till1 Eve 1470) && echo $eve >$stage/eve &&
		[ "$(as $eve till1 GET /api/products)" = 200 ] && [ "$(as $eve till1 POST /api/customers "{\"phone\":\"0770\"}")" = 201 ] &&
		[ "$(as $eve till1 POST /api/products "{\"name\":\"Tea\",\"price\":250}")" = 403 ] &&
		grep -q "products:write" $stage/body && [ "$(as $eve till1 GET /api/users)" = 200 ] &&
		[ "$(as $eve till1 GET /api/roles)" = 403 ] && [ "$(as $eve till1 GET /api/conflicts)" = 403 ]
	'
	test_expect 'the session says so too' '
		[ "$(as $(cat $stage/eve) till1 GET /api/session)" = 200 ] &&
		jq -e ".user.name == \"Eve\" and .user.role == \"clerk\" and .permissions == [\"products:read\",\"customers:write\"]" $stage/body
	'
	test_expect 'a permission given at the cloud is there within a second of its coming' '
		api cloud PATCH /api/roles/$(role_uuid cloud clerk) "{\"permissions\":[\"products:read\",\"products:write\"]}" &&
		sync_now till1 && wait_for "[ \"\$(as $(cat $stage/eve) till1 PATCH /api/products/$(uuid) {})\" = 404 ]" &&
		[ "$(as $(cat $stage/eve) till1 POST /api/customers "{\"phone\":\"0771\"}")" = 403 ]
	'
	test_expect 'nobody invents permissions, or gives none' '
		! api cloud POST /api/roles "{\"code\":\"x\",\"name\":\"X\",\"permissions\":[\"everything\"]}" >$stage/body &&
		jq -e ".code == \"unknown_permission\"" $stage/body &&
		! api cloud POST /api/roles "{\"code\":\"x\",\"name\":\"X\",\"permissions\":[]}"
	'
	test_expect 'the owner role stays whole; a role in use stays' '
		! api cloud PATCH /api/roles/$(role_uuid cloud owner) "{\"permissions\":[\"products:read\"]}" >$stage/body &&
		jq -e ".code == \"owner_role\"" $stage/body && ! api cloud DELETE /api/roles/$(role_uuid cloud owner) &&
		! api cloud DELETE /api/roles/$(role_uuid cloud clerk) >$stage/body && jq -e ".code == \"in_use\"" $stage/body
	'
	test_expect 'whoever manages people gives nothing that they have not' '
		api cloud POST /api/roles "{\"code\":\"hr\",\"name\":\"People\",\"permissions\":[\"products:read\",\"settings:manage_users\"]}" &&
		api cloud POST /api/users "{\"name\":\"Hana\",\"role\":\"hr\",\"pin\":\"3690\"}" && hana=$(sign_in cloud Hana 3690) &&
		[ "$(as $hana cloud POST /api/users "{\"name\":\"Me\",\"role\":\"owner\",\"pin\":\"9517\"}")" = 403 ] &&
		[ "$(as $hana cloud PATCH /api/users/$(user_uuid cloud Amal) "{\"pin\":\"9517\"}")" = 403 ] &&
		[ "$(as $hana cloud POST /api/users "{\"name\":\"Friend\",\"role\":\"hr\",\"pin\":\"9517\"}")" = 201 ]
	'
	test_expect 'two owners take it from each other while alone: one is left everywhere, and people hear of it' '
		api cloud POST /api/users "{\"name\":\"Yusuf\",\"role\":\"owner\",\"pin\":\"7531\"}" && sync_now till1 till2 && stop cloud &&
		api till1 PATCH /api/users/$(user_uuid till1 Yusuf) "{\"role\":\"cashier\"}" &&
		api till2 PATCH /api/users/$(user_uuid till2 Amal) "{\"role\":\"cashier\"}" && rejoin cloud till1 till2 &&
		left=$(owners_of cloud) && { [ "$left" = "[\"Amal\"]" ] || [ "$left" = "[\"Yusuf\"]" ]; } &&
		for n in cloud till1 till2; do
			[ "$(owners_of $n)" = "$left" ] &&
			[ "$(api $n GET /api/reviews | jq -r ".items[0].kind")" = last_owner ] || exit 1
		done && is_identical till1 till2
	'
	test_expect 'settings: the shop'\''s are everybody'\''s, one'\''s own are one'\''s own, a device'\''s stay there' '
		eve=$(sign_in till1 Eve 1470) && amal=$(sign_in till1 Amal 2580) &&
		[ "$(as $eve till1 PUT /api/settings/columns "{\"value\":3,\"scope\":\"user\"}")" = 200 ] &&
		[ "$(as $eve till1 PUT /api/settings/columns "{\"value\":3}")" = 403 ] &&
		[ "$(as $amal till1 PUT /api/settings/columns "{\"value\":5}")" = 200 ] &&
		[ "$(as $amal till1 PUT /api/settings/printer "{\"value\":\"usb\",\"scope\":\"device\"}")" = 200 ] &&
		as $eve till1 GET /api/settings && [ "$(jq -c "[.items[] | [.scope, .key]] | sort" $stage/body)" = \
			"[[\"device\",\"printer\"],[\"tenant\",\"columns\"],[\"user\",\"columns\"]]" ] &&
		as $eve till1 GET "/api/settings?scope=user" && [ "$(jq ".items[0].value" $stage/body)" = 3 ] &&
		as $amal till1 GET "/api/settings?scope=user" && [ "$(jq ".items | length" $stage/body)" = 0 ] &&
		sync_now till1 till2 && api till2 GET /api/settings >$stage/body && [ "$(jq -c "[.items[].key]" $stage/body)" = "[\"columns\"]" ] &&
		[ "$(pending till1)" = 0 ] && [ "$(rows cloud "SELECT count(*) FROM settings WHERE scope = '\''device'\''")" = 0 ] &&
		is_identical till1 till2
	'
}

each_engine story
test_done
