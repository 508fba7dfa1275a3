#!/bin/sh
test_description='undo: two edits of one row meet; people see both, and put the other back'
. "${FEXL_SRC:-.}/t/lib.sh"

name_of()	# node customer
{
	api "$1" GET "/api/customers/$2" | jq -r .name
}

# The newest conflict there, or one member of it.
conflict()	# node [member]
{
	ctl "$1" --json conflicts list | jq -r ".items[0].${2:-uuid}"
}

meet()	# who pushes first
{
	ali=$(customer till1 "$(uuid)") && sync_now till1 till2 && stop cloud &&
		api till2 PATCH "/api/customers/$ali" '{"name":"Earlier"}' &&
		api till1 PATCH "/api/customers/$ali" '{"name":"Later"}' &&
		start cloud && sync_now "$@" "$1" && echo "$ali" >"$stage/ali"
}

story()
{
	test_expect 'a cloud and two tills' '
		cloud cloud $engine && till till1 && till till2 && pair till1 cloud && pair till2 cloud
	'
	test_expect 'C3: two edits of one customer meet: the later stands everywhere' '
		meet till2 till1 && for n in cloud till1 till2; do [ "$(name_of $n $(cat $stage/ali))" = Later ] || exit 1; done
	'
	test_expect 'C3: the cloud and the till that lost show both versions, devices and rule' '
		for n in cloud till2; do
			[ "$(conflict $n winner.name)" = Later ] && [ "$(conflict $n loser.name)" = Earlier ] &&
			[ "$(conflict $n rule)" = newest_wins ] && [ "$(conflict $n table)" = customers ] &&
			[ "$(conflict $n winner_device)" = till1 ] && [ "$(conflict $n loser_device)" = till2 ] || exit 1
		done
	'
	test_expect 'the till that won has nothing to show' '[ "$(ctl till1 --json conflicts | jq ".items | length")" = 0 ]'
	test_expect 'C3: both count it, for a day' '
		[ "$(ctl cloud --json devices | jq -c "[.items[].conflicts_24h]")" = "[1,1]" ] &&
		[ "$(api till2 GET /api/sync/status | jq .conflicts_24h)" = 1 ]
	'
	test_expect 'a person sees them side by side' '
		ctl cloud conflicts show "$(conflict cloud)" | grep -q "^name.*Later.*Earlier" &&
		ctl cloud conflicts | grep -q "newest_wins"
	'
	test_expect 'the loser is put back at the cloud, and travels' '
		ctl cloud conflicts restore "$(conflict cloud)" && sync_now till1 till2 &&
		for n in cloud till1 till2; do [ "$(name_of $n $(cat $stage/ali))" = Earlier ] || exit 1; done && is_identical till1 till2
	'
	test_expect 'it says when; putting it back is itself kept' '
		[ "$(conflict cloud rule)" = restored ] &&
		[ "$(ctl cloud --json conflicts | jq -r ".items[1].restored_at")" != null ]
	'
	test_expect 'and undone, at the till whose version it took the place of' '
		[ "$(conflict till1 rule)" = restored ] && ctl till1 conflicts restore "$(conflict till1)" &&
		sync_now till1 till2 && for n in cloud till1 till2; do [ "$(name_of $n $(cat $stage/ali))" = Later ] || exit 1; done &&
		is_identical till1 till2
	'
	test_expect 'what was changed since is not overwritten unasked: exit 6; with --force it is' '
		meet till1 till2 && ali=$(cat $stage/ali) && id=$(conflict cloud) &&
		api cloud PATCH /api/customers/$ali "{\"name\":\"Latest\"}" &&
		{ ctl cloud conflicts restore $id; [ $? -eq 6 ]; } && [ "$(name_of cloud $ali)" = Latest ] &&
		ctl cloud conflicts restore --force $id && [ "$(name_of cloud $ali)" = Earlier ]
	'
	test_expect 'by column, where the shop wants it so: a price and a name given on two tills both stand' '
		api cloud PUT /api/settings/conflict_policy "{\"value\":\"column\"}" && tea=$(product till1 Tea 250) &&
		sync_now till1 till2 && stop cloud && api till1 PATCH /api/products/$tea "{\"price\":300}" &&
		api till2 PATCH /api/products/$tea "{\"name\":\"Green tea\"}" && start cloud && sync_now till1 till2 till1 &&
		for n in cloud till1 till2; do
			[ "$(api $n GET /api/products/$tea | jq -c "[.name, .price]")" = "[\"Green tea\",300]" ] || exit 1
		done && [ "$(conflict cloud rule)" = merged ] && is_identical till1 till2 &&
		api cloud PUT /api/settings/conflict_policy "{\"value\":\"row\"}"
	'
	test_expect 'one that is not there: exit 5' 'ctl cloud conflicts show $(uuid); [ $? -eq 5 ]'
	test_expect 'the same phone given twice while alone is listed for people, once, with both' '
		stop cloud && a=$(customer till1 0770123) && b=$(customer till2 0770123) && start cloud && sync_now till1 till2 till1 &&
		for n in cloud till1 till2; do
			api $n GET /api/reviews >$stage/reviews && [ "$(jq ".items | length" $stage/reviews)" = 1 ] || exit 1
		done &&
		id=$(jq -r ".items[0].uuid" $stage/reviews) && api till2 GET /api/reviews/$id >$stage/review &&
		jq -e ".kind == \"twin\" and .state == \"open\" and .detail == {field: \"phone\", value: \"0770123\"}" $stage/review &&
		jq -r ".a_head.uuid, .b_head.uuid" $stage/review | sort >$stage/two &&
		[ "$(printf "%s\n" $a $b | sort)" = "$(cat $stage/two)" ]
	'
	test_expect 'whoever looked at it says so, and that travels' '
		id=$(jq -r ".items[0].uuid" $stage/reviews) &&
		api till2 PATCH /api/reviews/$id "{\"state\":\"done\",\"note\":\"two brothers\"}" && sync_now till2 till1 &&
		for n in cloud till1; do [ "$(api $n GET /api/reviews/$id | jq -r .state)" = done ] || exit 1; done &&
		is_identical till1 till2
	'
	test_expect 'what it is about cannot be changed' '
		id=$(jq -r ".items[0].uuid" $stage/reviews) &&
		! api cloud PATCH /api/reviews/$id "{\"kind\":\"oversold\"}" && ! api cloud PATCH /api/reviews/$id "{\"detail\":1}"
	'
}

each_engine story
test_done
