#!/bin/sh
test_description='moving: no row blocks another; what is refused or waits is visible, and goes when it can'
. "${FEXL_SRC:-.}/t/lib.sh"
. "$src/t/link.sh"

command -v perl >/dev/null || skip_all 'perl is needed'
export FEXL_BACKOFF_MIN_MS=100 FEXL_BACKOFF_MAX_MS=500

products()
{
	rows "$1" 'SELECT count(*) FROM products'
}

# behind_its_back NODE SQL: into the database while nobody looks.
behind_its_back()
{
	if grep -q '^DB_TYPE=postgres' "$stage/$1/env"; then
		rows "$1" "$2"
	else
		sqlite3 -cmd '.timeout 5000' "$stage/$1/data/fexl.db" "$2"
	fi
}

member()	# node path name
{
	api "$1" GET "$2" | jq -r ".$3"
}

# The row of `fexlctl pending TABLE`, in a few words.
pending_row()	# node table
{
	ctl "$1" --json pending "$2" | jq -r '.items[] | "\(.uuid) \(.state) \(.code) \(.field)"'
}

one_among_many()
{
	test_expect 'without a cloud: 500 products, 2 sales' '
		cloud cloud $engine && till till1 && till till2 && pair till1 cloud && pair till2 cloud && stop cloud &&
		perl $src/t/post.pl $stage/till1/run/apid.sock /api/products 500 2 $stage/acked \
			"{\"uuid\":\"UUID\",\"name\":\"Product NUMBER\",\"price\":100}" &&
		sed -n 250p $stage/acked >$stage/bad && sed -n 251p $stage/acked >$stage/good &&
		sell till1 $(cat $stage/bad) 1 100 && sell till1 $(cat $stage/good) 1 100 && [ "$(pending till1)" = 502 ]
	'
	test_expect 'C13: one row among them is malformed: 499 are confirmed, and the sale that does not need it' '
		stop till1 && id=$(tr -d - <$stage/bad) &&
		behind_its_back till1 "UPDATE products SET price = -5 WHERE hex(uuid) = upper('"'\$id'"')" && start cloud till1 &&
		sync_now till1 till2 && [ "$(products cloud)" = 499 ] && [ "$(products till2)" = 499 ] && [ "$(invoices cloud)" = 1 ]
	'
	test_expect 'C13: fexlctl pending shows it: which row, what is wrong, in which field' '
		[ "$(pending till1)" = 2 ] && pending_row till1 products | tee $stage/row && grep -q "^$(cat $stage/bad) refused .*price" $stage/row &&
		ctl till1 pending | grep "products .* 1 "
	'
	test_expect 'and what waits for it, by itself' 'pending_row till1 invoices | grep " waiting "'
	test_expect 'another cycle sends neither' '
		sync_now till1 && [ "$(ctl till1 --json sync history | jq "[.. | objects | select(.cycle?) | .pushed][0]")" = 0 ]
	'
	test_expect 'released when edited: both go up' '
		api till1 PATCH /api/products/$(cat $stage/bad) "{\"price\":100}" && sync_now till1 till2 && [ "$(pending till1)" = 0 ] &&
		for n in cloud till2; do [ "$(products $n)" = 500 ] && [ "$(invoices $n)" = 2 ] || exit 1; done
	'
	test_expect 'same: all three are identical' 'is_identical till1 till2'
}

# Who comes first is not for sure: a child may be before its parent, each way.
child_and_parent()
{
	test_expect 'a customer whom the cloud has lost, and a sale to them' '
		cloud cloud $engine && link line cloud && till till1 && pair till1 cloud && FEXL_PULL_ROWS=1 till till2 && pair till2 line &&
		tea=$(product till1 Tea 100) && echo $tea >$stage/tea && customer till1 0770 >$stage/ali && sync_now till1 till2 &&
		behind_its_back cloud "DELETE FROM customers WHERE phone LIKE '"'0770'"'" &&
		api till1 POST /api/invoices "{\"customer\":\"$(cat $stage/ali)\",\"lines\":[{\"product\":\"$tea\",\"qty\":1000}]}"
	'
	test_expect 'the sale is refused at first, then travels with a copy of its customer' '
		wait_for "sync_now till1 && [ \$(pending till1) = 0 ]" && sync_now till2 &&
		for n in cloud till2; do
			[ "$(invoices $n)" = 1 ] && [ "$(member $n /api/customers/$(cat $stage/ali) phone)" = 0770 ] || exit 1
		done
	'
	test_expect 'down: a sale, its customer later because of an edit, one row a page: the sale waits aside' '
		ctl till2 sync pause && bob=$(customer till1 0771) && echo $bob >$stage/bob && sync_now till1 &&
		api till1 POST /api/invoices "{\"customer\":\"$bob\",\"lines\":[{\"product\":\"$(cat $stage/tea)\",\"qty\":1000}]}" &&
		sync_now till1 && api till1 PATCH /api/customers/$bob "{\"name\":\"Bob\"}" && sync_now till1 &&
		link_mode line slow 300 /api/sync/pull && ctl till2 sync resume &&
		wait_for "[ \$(rows till2 \"SELECT count(*) FROM parked\") = 1 ]" && [ "$(invoices till2)" = 1 ]
	'
	test_expect 'and is there as soon as its customer is' '
		link_mode line pass && sync_now till2 && [ "$(invoices till2)" = 2 ] && [ "$(rows till2 "SELECT count(*) FROM parked")" = 0 ] &&
		[ "$(member till2 /api/customers/$(cat $stage/bob) name)" = Bob ]
	'
	test_expect 'same: all three are identical' 'is_identical till1 till2'
}

in_flight()
{
	test_expect 'an edit is on its way: the cloud has it, its answer has not come' '
		cloud cloud $engine && link line cloud && till till1 && pair till1 line && product till1 Tea 100 >$stage/tea && sync_now till1 &&
		link_mode line hold /api/sync/push && api till1 PATCH /api/products/$(cat $stage/tea) "{\"name\":\"First\"}" &&
		link_saw line "hold POST /api/sync/push" && [ "$(member cloud /api/products/$(cat $stage/tea) name)" = First ]
	'
	test_expect 'edited meanwhile, then the answer comes: the second edit stays dirty' '
		api till1 PATCH /api/products/$(cat $stage/tea) "{\"name\":\"Second\"}" && link_mode line hole /api/sync/push &&
		link_saw line "hole POST /api/sync/push" && [ "$(pending till1)" = 1 ] &&
		[ "$(rows till1 "SELECT _seq FROM products")" = "$(rows cloud "SELECT _seq FROM products")" ] &&
		[ "$(rows till1 "SELECT name, _isDirty FROM products")" = "Second|1" ] &&
		[ "$(member cloud /api/products/$(cat $stage/tea) name)" = First ]
	'
	test_expect 'and goes up as an edit of the first: no conflict' '
		link_mode line pass && wait_for "[ \$(pending till1) = 0 ]" &&
		[ "$(member cloud /api/products/$(cat $stage/tea) name)" = Second ] && [ "$(rows cloud "SELECT count(*) FROM conflicts")" = 0 ] &&
		is_identical till1
	'
}

each_engine one_among_many
each_engine child_and_parent
each_engine in_flight
test_done
