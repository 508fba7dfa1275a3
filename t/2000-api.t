#!/usr/bin/perl
# A till over REST: setting it up, signing in, records, documents, the books.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Fexl;

my $till = Fexl->start(FEXL_ROLE => 'desktop');
my $owner;

sub said { return Fexl::said(@_) }

# --- people ---

subtest 'the first owner needs the code, and there is one first owner' => sub {
	my %body = (name => 'Corner shop', owner => 'Olga', pin => '4711');

	is(said($till->post('/api/setup', { %body, code => 'AAAA-AAAA' })), '403 no_code', 'no code was made yet');
	my $code = $till->local('POST', '/internal/setup-code')->{json}{code};
	is(said($till->post('/api/setup', { %body, code => 'AAAA-AAAA' })), '422 code_wrong /code', 'a wrong one');
	like(said($till->post('/api/setup', { %body, pin => 'abc', code => $code })), qr/^422 \S+ \/pin$/, 'a PIN that is none');
	like(said($till->post('/api/setup', { %body, owner => '', code => $code })), qr/^422 \S+ \/owner$/, 'nobody');
	my $r = $till->post('/api/setup', { %body, code => lc $code });
	is($r->{status}, 201, 'the right one, in small letters');
	is($r->{json}{user}{role}, 'owner', 'and the owner is signed in');
	$owner = $r->{json}{token};
	is(said($till->post('/api/setup', { %body, code => $code })), '403 no_code', 'a code works once');
	is(said($till->local('POST', '/internal/setup-code')), '409 set_up', 'and there is no other');
};

subtest 'five wrong codes are enough' => sub {
	my $other = Fexl->start(FEXL_ROLE => 'desktop');
	my $code = $other->local('POST', '/internal/setup-code')->{json}{code};
	my %body = (name => 'S', owner => 'O', pin => '4711');

	$other->post('/api/setup', { %body, code => 'WRNG-WRNG' }) for 1 .. 5;
	is(said($other->post('/api/setup', { %body, code => $code })), '403 no_code', 'then the right one is void too');
	is($other->stop, 0, 'ends in order');
};

subtest 'sign in and out' => sub {
	is(said($till->get('/api/products')), '401 sign_in', 'nothing without a token');
	is(said($till->get('/api/products', token => 'fxs_' . 'A' x 43)), '401 session_unknown', 'nor with an invented one');
	is(said($till->get('/api/products', token => 'eyJh.e30.xx')), '401 token_bad', 'nor with a foreign one');
	is(said($till->get('/api/products', header => { Authorization => 'Basic abc' })), '401 token_bad', 'nor in another way');
	is(said($till->post('/api/session', { user => 'Olga', pin => '0000' })), '401 pin_wrong', 'a wrong PIN');
	is(said($till->post('/api/session', { user => 'Nobody', pin => '0000' })), '401 pin_wrong', 'nobody: the same answer');
	is(said($till->post('/api/session', { user => 'Olga' })), '422 required /pin', 'no PIN at all');
	my $r = $till->post('/api/session', { user => 'Olga', pin => '4711' });
	is($r->{status}, 201, 'the right one');
	like($r->{json}{token}, qr/^fxs_[\w-]{43}$/, 'a token that says nothing');
	is(said($till->get('/api/products', token => $r->{json}{token})), 200, 'it opens the shop');
	is(said($till->delete_('/api/session', token => $r->{json}{token})), 204, 'out');
	is(said($till->get('/api/products', token => $r->{json}{token})), '401 session_unknown', 'at once');
};

subtest 'who guesses waits, and so does the right PIN then' => sub {
	$till->post('/api/users', { name => 'Gus', pin => '1234' }, token => $owner);
	my @said = map { said($till->post('/api/session', { user => 'Gus', pin => '0000' })) } 1 .. 5;
	is_deeply(\@said, [ ('401 pin_wrong') x 5 ], 'five misses');
	my $r = $till->post('/api/session', { user => 'Gus', pin => '1234' });
	is(said($r), '429 locked_out', 'locked, also for the right PIN');
	ok(Fexl::header($r, 'Retry-After') > 200, 'for minutes');
	is(said($till->post('/api/session', { user => 'Olga', pin => '4711' })), 201, 'others are not');
	@said = map { said($till->post('/api/session', { user => 'Ghost', pin => '0000' })) } 1 .. 6;
	is($said[5], '429 locked_out', 'a name that nobody has looks the same');
};

subtest 'guesses at the same time are not worth more' => sub {
	my @pids;

	$till->post('/api/users', { name => 'Par', pin => '1234' }, token => $owner);
	for (1 .. 12) {
		my $pid = fork() // die;
		push(@pids, $pid), next if $pid;
		my $r = $till->post('/api/session', { user => 'Par', pin => '0000' });
		POSIX::_exit($r->{status} == 401 ? 1 : 0);
	}
	my $looked_at = 0;
	for (@pids) {
		waitpid($_, 0);
		$looked_at += $? >> 8;
	}
	is($looked_at, 5, 'five of twelve were looked at');
};

subtest 'a role is what it may do' => sub {
	my $r = $till->post('/api/users', { name => 'Carl', pin => '2222' }, token => $owner);
	my ($uuid, $etag) = ($r->{json}{uuid}, Fexl::header($r, 'ETag'));
	my $carl = $till->post('/api/session', { user => $uuid, pin => '2222' })->{json}{token};

	is($r->{json}{role}, 'cashier', 'a cashier, unless said otherwise');
	unlike($r->{text}, qr/hash|2222|\$y\$/, 'no secret in the answer');
	is(said($till->get('/api/products', token => $carl)), 200, 'sees the catalogue');
	is(said($till->post('/api/products', { name => 'X', price => 1 }, token => $carl)), '403 permission', 'does not change it');
	is(said($till->get("/api/$_", token => $carl)), '403 permission', "sees no $_") for qw(inventory reports/valuation journal-entries);
	is(said($till->post('/api/users', { name => 'Y', pin => '3333' }, token => $carl)), '403 permission', 'makes no users');
	is(said($till->put('/api/sync/pairing', {}, token => $carl)), '403 permission', 'does not pair');
	is(said($till->patch("/api/users/$uuid", { role => 'manager' }, token => $owner)), 200, 'made manager');
	is(said($till->get('/api/inventory', token => $carl)), 200, 'and may more at once');
	is(said($till->patch("/api/users/$uuid", { role => 'owner' }, token => $owner, header => { 'If-Match' => $etag })), '412 changed',
		'an old version is not overwritten');
	is(said($till->patch("/api/users/$uuid", { active => JSON::PP::false }, token => $owner)), 200, 'put to rest');
	is(said($till->get('/api/products', token => $carl)), '401 session_unknown', 'and is out at once');
	is(said($till->post('/api/session', { user => 'Carl', pin => '2222' })), '401 pin_wrong', 'and stays out');
};

subtest 'there is always an owner' => sub {
	my $me = $till->get('/api/users?q=Olga', token => $owner)->{json}{items}[0]{uuid};

	is(said($till->delete_("/api/users/$me", token => $owner)), '409 last_owner', 'not deleted');
	is(said($till->patch("/api/users/$me", { role => 'cashier' }, token => $owner)), '409 last_owner', 'not demoted');
};

# --- records ---

subtest 'a record lives' => sub {
	my $r = $till->post('/api/categories', { name => 'Fruit' }, token => $owner);
	my $at = Fexl::header($r, 'Location');
	my $etag = Fexl::header($r, 'ETag');

	is($r->{status}, 201, 'made');
	is($at, "/api/categories/$r->{json}{uuid}", 'and says where');
	is($till->get($at, token => $owner)->{json}{name}, 'Fruit', 'read');
	is(said($till->get($at, token => $owner, header => { 'If-None-Match' => $etag })), 304, 'the same as before');
	$r = $till->patch($at, { name => 'Fruits' }, token => $owner, header => { 'If-Match' => $etag });
	is($r->{json}{name}, 'Fruits', 'changed');
	isnt(Fexl::header($r, 'ETag'), $etag, 'and so has its ETag');
	is(said($till->get($at, token => $owner, header => { 'If-None-Match' => $etag })), 200, 'not the same any more');
	$r = $till->patch($at, { name => 'Fruits' }, token => $owner, header => { 'If-Match' => $etag });
	is(said($r), 200, 'by who lost the answer to the same: it is as he said');
	$r = $till->patch($at, { name => 'Berries' }, token => $owner, header => { 'If-Match' => $etag });
	is(said($r), '412 changed', 'by somebody who saw the old one: no');
	is($r->{json}{current}{name}, 'Fruits', 'and is shown what is there');
	$r = $till->delete_($at, token => $owner, header => { 'If-Match' => $etag });
	is(said($r), '412 changed', 'nor does he delete it');
	is(said($till->delete_($at, token => $owner)), 204, 'deleted');
	is(said($till->get($at, token => $owner)), '404 not_found', 'gone');
	is(said($till->delete_($at, token => $owner)), '404 not_found', 'twice is once');
};

subtest 'a creator may choose the uuid' => sub {
	my $uuid = Fexl::uuid();

	is(said($till->post('/api/suppliers', { uuid => $uuid, name => 'Farm' }, token => $owner)), 201, 'made');
	my $r = $till->post('/api/suppliers', { uuid => $uuid, name => 'Farm' }, token => $owner);
	is(said($r), '409 duplicate', 'again');
	is($r->{json}{current}{uuid}, $uuid, 'and is shown what is there');
	ok($r->{json}{identical}, 'which is what was sent: whoever lost the first answer has what he wants');
	$r = $till->post('/api/suppliers', { uuid => $uuid, name => 'Mill' }, token => $owner);
	is(said($r), '409 duplicate', 'with another name');
	ok(exists $r->{json}{identical} && !$r->{json}{identical}, 'not the same');
	$till->delete_("/api/suppliers/$uuid", token => $owner);
	$r = $till->post('/api/suppliers', { uuid => $uuid, name => 'Farm' }, token => $owner);
	ok(exists $r->{json}{identical} && !$r->{json}{identical}, 'nor when it is gone');
};

subtest 'lists go page by page' => sub {
	$till->post('/api/customers', { name => "Customer $_", phone => "555-$_" }, token => $owner) for 1 .. 7;
	my (@seen, $after);
	do {
		my $r = $till->get('/api/customers?limit=3' . ($after ? "&after=$after" : ''), token => $owner);
		is($r->{status}, 200, 'a page') or return;
		cmp_ok(@{$r->{json}{items}}, '<=', 3, 'no larger than asked');
		push(@seen, map { $_->{name} } @{$r->{json}{items}});
		$after = $r->{json}{next};
	} while ($after);
	is_deeply([ sort grep { /^Customer/ } @seen ], [ map { "Customer $_" } 1 .. 7 ], 'each of them once');
	is(scalar @{$till->get('/api/customers?q=555-4', token => $owner)->{json}{items}}, 1, 'found by phone');
	my $etag = Fexl::header($till->get('/api/customers', token => $owner), 'ETag');
	is(said($till->get('/api/customers', token => $owner, header => { 'If-None-Match' => $etag })), 304, 'an unchanged list');
};

subtest 'what must be unique is, among the living' => sub {
	my $r = $till->post('/api/products', { name => 'Pear', sku => 'P1', price => 100 }, token => $owner);

	is($r->{status}, 201, 'the first');
	is(said($till->post('/api/products', { name => 'Pear 2', sku => 'P1', price => 100 }, token => $owner)), '409 taken /sku', 'its twin');
	$till->delete_("/api/products/$r->{json}{uuid}", token => $owner);
	is(said($till->post('/api/products', { name => 'Pear 2', sku => 'P1', price => 100 }, token => $owner)), 201, 'its heir');
};

subtest 'settings are one row a key' => sub {
	is(said($till->put('/api/settings/currency', { value => 'EUR' }, token => $owner)), 200, 'set');
	is($till->put('/api/settings/currency', { value => 'USD' }, token => $owner)->{json}{value}, 'USD', 'set again');
	my @rows = grep { $_->{key} eq 'currency' } @{$till->get('/api/settings', token => $owner)->{json}{items}};
	is(scalar @rows, 1, 'still one row');
	is(said($till->put('/api/settings/theme', { value => 'dark', scope => 'user' }, token => $owner)), 200, 'one of mine');
	is(said($till->put('/api/settings/x', {}, token => $owner)), '422 required /value', 'no value');
	is(said($till->put('/api/settings/x', { value => 1, scope => 'world' }, token => $owner)), '422 not_a_choice /scope', 'no such scope');
};

# --- documents ---

my $tea = $till->post('/api/products', { name => 'Tea', price => 900, barcode => '4006381333931' }, token => $owner)->{json}{uuid};

subtest 'buy 10 at 5 and 10 at 7, sell 12 at 9' => sub {
	for my $cost (500, 700) {
		my $r = $till->post('/api/purchases', { uuid => Fexl::uuid(), lines => [ { product => $tea, qty => 10000, unit_cost => $cost } ] },
			token => $owner);
		is($r->{status}, 201, "bought at $cost") or diag($r->{text});
	}
	my $r = $till->post('/api/invoices', { uuid => Fexl::uuid(), lines => [ { product => $tea, qty => 12000 } ],
		payments => [ { method => 'cash', amount => 11000 } ] }, token => $owner);
	is($r->{status}, 201, 'sold') or diag($r->{text});
	is($r->{json}{total}, 10800, 'the total');
	is($r->{json}{change_given}, 200, 'the change');
	like($r->{json}{number}, qr/^L[A-Z]{4}-000001$/, 'a number of its own series');
	my ($item) = grep { $_->{product} eq $tea } @{$till->get('/api/inventory', token => $owner)->{json}{items}};
	is_deeply([ @$item{qw(on_hand value)} ], [ 8000, 5600 ], 'eight are left, worth 56');
	is($till->get('/api/reports/valuation', token => $owner)->{json}{total}, 5600, 'so says the valuation');
	my %account = map { $_->{code} => $_->{debit} - $_->{credit} } @{$till->get('/api/reports/trial-balance', token => $owner)->{json}{items}};
	is($account{1200}, 5600, 'and the stock account');
	is($account{5010}, 6400, 'the goods sold had cost 64');
	is($account{1010}, 10800, 'the cash is there');
	my $sum = 0;
	$sum += $_ for values %account;
	is($sum, 0, 'the books balance');
	is(scalar @{$till->get("/api/inventory/$tea/moves", token => $owner)->{json}{items}}, 4, 'two moves in, two out');
	is(scalar @{$till->get('/api/journal-entries', token => $owner)->{json}{items}}, 3, 'three entries');
};

subtest 'the same sale again is not another sale' => sub {
	my %sale = (uuid => Fexl::uuid(), lines => [ { product => $tea, qty => 1000 } ], payments => [ { method => 'card', amount => 900 } ]);
	my $r = $till->post('/api/invoices', \%sale, token => $owner, header => { 'Idempotency-Key' => $sale{uuid} });

	is($r->{status}, 201, 'sold');
	my $again = $till->post('/api/invoices', \%sale, token => $owner);
	is(said($again), '409 duplicate', 'again');
	ok($again->{json}{identical}, 'the same');
	is($again->{json}{document}{number}, $r->{json}{number}, 'and is shown');
	ok(exists $again->{json}{cloud_id}, 'with its number at the cloud, if it has one');
	$sale{lines}[0]{qty} = 2000;
	$sale{payments}[0]{amount} = 1800;
	$again = $till->post('/api/invoices', \%sale, token => $owner);
	is(said($again), '409 duplicate', 'with other content');
	ok(!$again->{json}{identical}, 'not the same');
	is(said($till->post('/api/invoices', \%sale, token => $owner, header => { 'Idempotency-Key' => Fexl::uuid() })), '400 idempotency_key',
		'another key than the uuid');
	is($till->get("/api/invoices/$sale{uuid}", token => $owner)->{json}{lines}[0]{qty}, 1000, 'what was sold stays as it was');
};

subtest 'what goods have cost is not for cashiers' => sub {
	$till->post('/api/users', { name => 'Cass', pin => '5656' }, token => $owner);
	my $cass = $till->post('/api/session', { user => 'Cass', pin => '5656' })->{json}{token};
	my $r = $till->post('/api/invoices', { lines => [ { product => $tea, qty => 1000 } ], payments => [ { method => 'cash', amount => 900 } ] },
		token => $cass);

	is($r->{status}, 201, 'sells');
	my $path = "/api/invoices/$r->{json}{uuid}";
	for my $part (qw(moves entry entry_lines)) {
		ok(!exists $r->{json}{$part}, "gets no $part");
		ok(!exists $till->get($path, token => $cass)->{json}{$part}, 'nor later');
		ok(exists $till->get($path, token => $owner)->{json}{$part}, 'the owner does');
	}
	is(said($till->get('/api/purchases', token => $cass)), '403 permission', 'sees no purchases');
};

subtest 'a number is reserved before the sale' => sub {
	my $uuid = Fexl::uuid();
	my $r = $till->post('/api/numbers', { uuid => $uuid, kind => 'invoice' }, token => $owner);

	is($r->{status}, 200, 'reserved') or diag($r->{text});
	is($till->post('/api/numbers', { uuid => $uuid, kind => 'invoice' }, token => $owner)->{json}{number}, $r->{json}{number}, 'and kept');
	my $sale = $till->post('/api/invoices', { uuid => $uuid, lines => [ { product => $tea, qty => 1000 } ],
		payments => [ { method => 'cash', amount => 900 } ] }, token => $owner);
	is($sale->{json}{number}, $r->{json}{number}, 'the sale carries it');
	is(said($till->post('/api/numbers', { uuid => Fexl::uuid(), kind => 'poem' }, token => $owner)), '422 not_a_choice /kind', 'no such kind');
};

subtest 'a sale is never refused for want of stock' => sub {
	my $r = $till->post('/api/invoices', { lines => [ { product => $tea, qty => 100000 } ],
		payments => [ { method => 'cash', amount => 90000 } ] }, token => $owner);
	is($r->{status}, 201, 'oversold') or diag($r->{text});
};

subtest 'documents do not change' => sub {
	my $uuid = $till->get('/api/invoices', token => $owner)->{json}{items}[0]{uuid};

	for my $method (qw(PATCH PUT DELETE)) {
		my $r = $till->tcp($method, "/api/invoices/$uuid", token => $owner, json => { note => 'x' });
		is(said($r), '405 method', "no $method");
		is(Fexl::header($r, 'Allow'), 'GET, HEAD', 'says what is allowed');
	}
};

subtest 'sync is off' => sub {
	my $r = $till->get('/api/sync/status', token => $owner)->{json};

	is($r->{state}, 'off', 'and says so');
	is($r->{pairing}, undef, 'paired with nobody');
	cmp_ok($r->{pending}{total}, '>', 10, 'what was written waits for the day it is');
	is($till->get('/api/pending', token => $owner)->{json}{total}, $r->{pending}{total}, 'the same number');
	my ($rows, $after) = (0);
	do {
		my $page = $till->get('/api/pending?limit=5' . ($after ? "&after=$after" : ''), token => $owner)->{json};
		$rows += @{$page->{items}};
		$after = $page->{next};
	} while ($after);
	is($rows, $r->{pending}{total}, 'and each of them in a list');
	is(said($till->post('/api/sync/run', {}, token => $owner)), '409 not_paired', 'nothing to run');
	is(said($till->get('/api/session/cloud-token', token => $owner)), '409 not_paired', 'no token for a cloud');
};

# --- the end ---

subtest 'what was answered is there after kill -9' => sub {
	my $r = $till->post('/api/products', { name => 'Kept', price => 5 }, token => $owner);
	my @before = map { $_->{uuid} } @{$till->get('/api/invoices', token => $owner)->{json}{items}};

	$till->kill9;
	$till->again;
	is($till->get("/api/products/$r->{json}{uuid}", token => $owner)->{json}{name}, 'Kept', 'the record, and the session');
	is_deeply([ map { $_->{uuid} } @{$till->get('/api/invoices', token => $owner)->{json}{items}} ], \@before, 'the sales');
};

subtest 'status and metrics' => sub {
	my $s = $till->local('GET', '/status')->{json};

	is($s->{role}, 'desktop', 'role');
	is($s->{engine}, 'sqlite', 'engine');
	like($till->local('GET', '/metrics')->{text}, qr/^fexl_store_commits_total \d+$/m, 'metrics');
};

unlike($till->log_text, qr/4711|fxs_[\w-]{20}|2222|555-/, 'no PIN, token or phone number in the log');
is($till->stop, 0, 'ends in order');
done_testing();
