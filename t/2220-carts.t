#!/bin/sh
test_description='a cart put aside on one till is picked up on another, by one person'
. "${FEXL_SRC:-.}/t/lib.sh"

hold()	# node product
{
	api "$1" POST /api/carts "{\"name\":\"Ali\",\"lines\":[{\"product\":\"$2\",\"qty\":2000,\"unit_price\":240}]}"
}

etag()	# node path
{
	curl -sS -o /dev/null -D - --unix-socket "$stage/$1/run/apid.sock" "http://localhost$2" | tr -d '\r' |
		sed -n 's/^[Ee][Tt]ag: //p'
}

# The status of picking it up as it was seen; the answer is in $stage/body.
pick_up()	# node cart etag
{
	curl -sS -o "$stage/body" -w '%{http_code}' --max-time "$PATIENCE_S" --unix-socket "$stage/$1/run/apid.sock" \
		-X DELETE -H "If-Match: $3" "http://localhost/api/carts/$2"
}

said()	# body: its status is 422
{
	! api till1 POST /api/carts "$1" >"$stage/body" && jq -r '"\(.code) \(.field)"' "$stage/body"
}

story()
{
	test_expect 'a cloud and two tills' '
		cloud cloud $engine && till till1 && till till2 && pair till1 cloud && pair till2 cloud
	'
	test_expect 'a cart is held, and lies at the other till' '
		tea=$(product till1 Tea 250) && echo $tea >$stage/tea && hold till1 $tea | jq -r .uuid >$stage/cart &&
		sync_now till1 till2 && [ "$(api till2 GET /api/carts/$(cat $stage/cart) | jq -c ".lines[0].qty")" = 2000 ]
	'
	test_expect 'it says which till holds it' '
		[ "$(api till2 GET /api/carts/$(cat $stage/cart) | jq -r .device)" = "$(device_of till1)" ]
	'
	test_expect 'lines that no cart can have are refused' '
		tea=$(cat $stage/tea) &&
		[ "$(said "{\"lines\":[{\"product\":\"$(uuid)\",\"qty\":1000}]}")" = "unknown /lines/0/product" ] &&
		[ "$(said "{\"lines\":[{\"product\":\"$tea\"}]}")" = "required /lines/0/qty" ] &&
		[ "$(said "{\"lines\":[{\"product\":\"$tea\",\"qty\":0}]}")" = "range /lines/0/qty" ] &&
		[ "$(said "{\"lines\":[{\"product\":\"$tea\",\"qty\":1000,\"name\":\"x\"}]}")" = "read_only /lines/0/name" ] &&
		[ "$(said "{\"lines\":[]}")" = "required /lines" ] &&
		[ "$(said "{\"lines\":{}}")" = "type /lines" ]
	'
	test_expect 'picked up at the other till: gone from all' '
		cart=$(cat $stage/cart) && [ "$(pick_up till2 $cart "$(etag till2 /api/carts/$cart)")" = 204 ] &&
		sync_now till2 till1 && [ "$(api till1 GET /api/carts | jq ".items | length")" = 0 ] && is_identical till1 till2
	'
	test_expect 'the slower one hears that somebody else has it' '
		cart=$(hold cloud $(cat $stage/tea) | jq -r .uuid) && tag=$(etag cloud /api/carts/$cart) &&
		[ "$(pick_up cloud $cart "$tag")" = 204 ] && [ "$(pick_up cloud $cart "$tag")" = 412 ] &&
		jq -e ".code == \"gone\" and .current == null" $stage/body
	'
	test_expect 'and what was changed meanwhile is shown' '
		cart=$(hold till1 $(cat $stage/tea) | jq -r .uuid) && tag=$(etag till1 /api/carts/$cart) &&
		api till1 PATCH /api/carts/$cart "{\"note\":\"and a bag\"}" && [ "$(pick_up till1 $cart "$tag")" = 412 ] &&
		jq -e ".code == \"changed\" and .current.note == \"and a bag\"" $stage/body
	'
}

each_engine story
test_done
