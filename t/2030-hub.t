#!/usr/bin/perl
# A hub: shops that do not see each other, tills that ask to be let in, and the
# platform's administrator.  With TEST_DATABASE_URL and TEST_DATABASE_OWNER_URL the
# same on PostgreSQL.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use File::Temp qw(tempdir);
use Test::More;
use Fexl;

my $dir = tempdir(CLEANUP => 1);
open(my $f, '>', "$dir/admin") or die;
print {$f} "let me administer\n";
close($f);

my @pg = $ENV{TEST_DATABASE_URL} ? (DB_TYPE => 'postgres', FEXL_REQUIRE_WALL => 'yes', DATABASE_URL => $ENV{TEST_DATABASE_URL}, FEXL_DATABASE_OWNER_URL => $ENV{TEST_DATABASE_OWNER_URL}) : ();
my $hub = Fexl->start(FEXL_ROLE => 'cloud', FEXL_ADMIN_PASSWORD_FILE => "$dir/admin", @pg);
my ($north, $south) = map { $hub->make_shop($_) } qw(North South);

sub said { return Fexl::said(@_) }
sub device_status { return Fexl::said($hub->get('/api/sync/pull?since=x', token => $_[0])) }

# --- shops ---

is($hub->local('GET', '/status')->{json}{engine}, @pg ? 'postgres' : 'sqlite', 'the engine that was meant');

subtest 'the operator names a shop' => sub {
	is(said($hub->local('GET', '/api/products')), '422 tenant_required /tenant', 'of two he must');
	is(said($hub->local('GET', "/api/products?tenant=$north->{uuid}")), 200, 'in the query');
	is(said($hub->local('GET', '/api/products', header => { 'Fexl-Tenant' => $north->{uuid} })), 200, 'or in a header');
	is(said($hub->local('GET', '/api/products?tenant=' . Fexl::uuid())), '404 no_tenant', 'one that is there');
	is(said($hub->local('GET', '/api/products?tenant=north')), '422 type /tenant', 'by its UUID');
	is(scalar @{$hub->local('GET', '/api/admin/tenants')->{json}{items}}, 2, 'he sees both');
	is(said($hub->get('/api/admin/tenants', token => $north->{token})), '403 permission', 'an owner does not');
	is(said($hub->post('/api/setup', { name => 'x', owner => 'x', pin => '1234', code => 'x' })), '404 not_here', 'and a hub is not set up like a till');
};

subtest 'a wall between shops' => sub {
	my $r = $hub->post('/api/products', { name => 'Ours', price => 700, sku => 'N1' }, token => $north->{token});
	my $uuid = $r->{json}{uuid};

	is($r->{status}, 201, 'the north has a product') or diag($r->{text});
	is(said($hub->get("/api/products/$uuid", token => $south->{token})), '404 not_found', 'the south does not see it');
	is(said($hub->patch("/api/products/$uuid", { price => 1 }, token => $south->{token})), '404 not_found', 'nor change it');
	is(said($hub->delete_("/api/products/$uuid", token => $south->{token})), '404 not_found', 'nor delete it');
	is(said($hub->post('/api/invoices', { lines => [ { product => $uuid, qty => 1000 } ], payments => [ { method => 'cash', amount => 700 } ] },
		token => $south->{token})), '422 unknown /lines/0/product', 'nor sell it');
	is(scalar @{$hub->get('/api/products', token => $south->{token})->{json}{items}}, 0, 'nor list it');
	is(scalar @{$hub->get('/api/products?q=N1', token => $south->{token})->{json}{items}}, 0, 'nor find it');
	is(said($hub->post('/api/products', { uuid => $uuid, name => 'Theirs', price => 1, sku => 'N1' }, token => $south->{token})), 201,
		'the same uuid and sku are another product there');
	is($hub->get("/api/products/$uuid", token => $north->{token})->{json}{name}, 'Ours', 'and ours is what it was');
	is(said($hub->get('/api/products', token => $south->{token}, header => { 'Fexl-Tenant' => $north->{uuid} })), 200, 'a header of theirs');
	is($hub->get('/api/products', token => $south->{token}, header => { 'Fexl-Tenant' => $north->{uuid} })->{json}{items}[0]{name}, 'Theirs',
		'opens no other shop');
};

subtest 'the cloud wants a shop, a name and a password' => sub {
	my %me = (tenant => $north->{uuid}, user => $north->{owner}, password => 'correct horse');

	is(said($hub->post('/api/session', \%me)), 201, 'all three');
	is(said($hub->post('/api/session', { %me, tenant => $south->{uuid} })), '401 password_wrong', 'another shop');
	is(said($hub->post('/api/session', { %me, tenant => Fexl::uuid() })), '401 password_wrong', 'no shop: the same answer');
	is(said($hub->post('/api/session', { user => $me{user}, password => $me{password} })), '422 required /tenant', 'not told which');
	$hub->post('/api/users', { name => 'Pat', pin => '7788', role => 'manager' }, token => $north->{token});
	is(said($hub->post('/api/session', { tenant => $north->{uuid}, user => 'Pat', password => '7788' })), 201, 'the PIN, of who has no password');
	is(said($hub->post('/api/session', { tenant => $north->{uuid}, user => 'Pat', pin => '7788' })), 201, 'or as a PIN');
};

# --- tills ---

my $till = Fexl::make_device($north);

subtest 'a till is not let in by a wrong key' => sub {
	my $key = $south->{key};
	my $wrong = $hub->post('/api/sync/credentials', Fexl::credentials($till, $key));
	my $nowhere = $hub->post('/api/sync/credentials', Fexl::credentials({ %$till, tenant => Fexl::uuid() }, $key));
	my $none = $hub->post('/api/sync/credentials', Fexl::credentials($till, 'open sesame'));

	is(said($_), '403 credentials_refused', 'one and the same no') for $wrong, $nowhere, $none;
	is($wrong->{json}{detail}, $_->{json}{detail}, 'in the same words') for $nowhere, $none;
	is(said($hub->post('/api/sync/credentials', Fexl::credentials($till, $north->{key}, public_key => 'x'))), '422 type /public_key',
		'a public key that is none');
	is(device_status(Fexl::device_token($till)), '401 device_unknown', 'and nobody knows it');
	is(scalar @{$hub->get('/api/devices', token => $north->{token})->{json}{items}}, 0, 'the owner least of all');
};

subtest 'asking is not being let in' => sub {
	my $r = $hub->post('/api/sync/credentials', Fexl::credentials($till, lc $north->{key}));
	my $token = Fexl::device_token($till);

	is($r->{status}, 202, 'asked') or diag($r->{text});
	is($r->{json}{status}, 'pending', 'waits');
	like($r->{json}{code}, qr/^\w{4}-\w{4}$/, 'with a code to compare');
	is($hub->post('/api/sync/credentials', Fexl::credentials($till, $north->{key}))->{json}{code}, $r->{json}{code}, 'again is the same');
	for my $path (qw(pull?since=x snapshot)) {
		is(said($hub->get("/api/sync/$path", token => $token)), '403 device_pending', "no $path");
	}
	is(said($hub->post("/api/sync/$_", {}, token => $token)), '403 device_pending', "no $_") for qw(push digest);
	is(said($hub->get('/api/products', token => $token)), '403 permission', 'nor the shop');
	my $health = $hub->get('/api/sync/health', token => $token)->{json};
	is($health->{device}{status}, 'pending', 'health says what it is');
	ok(!exists $health->{$_}, "and not the $_") for qw(hub epoch seq limits);
	is_deeply([ sort keys %{$hub->get('/api/sync/health')->{json}} ], [ qw(server_time status) ], 'a stranger learns the time');
};

subtest 'the owner lets it in' => sub {
	my ($seen) = @{$hub->get('/api/devices', token => $north->{token})->{json}{items}};

	is($seen->{uuid}, $till->{uuid}, 'sees it');
	is(said($hub->tcp('POST', "/api/devices/$till->{uuid}/approve", token => $south->{token})), '404 not_found', 'another shop\'s does not');
	my $r = $hub->tcp('POST', "/api/devices/$till->{uuid}/approve", token => $north->{token});
	is($r->{json}{status}, 'approved', 'approved') or diag($r->{text});
	is($r->{json}{prefix}, 'T1', 'the first series');
	my $health = $hub->get('/api/sync/health?pending=3&cursor=0', token => Fexl::device_token($till))->{json};
	is($health->{device}{prefix}, 'T1', 'the till hears of it');
	ok(defined $health->{$_}, "and of the $_") for qw(hub epoch seq limits protocol schema);
	$hub->wait_for(10, sub {
		my ($d) = @{$hub->get('/api/devices', token => $north->{token})->{json}{items}};
		$d->{last_seen} && defined $d->{pending} && $d->{pending} == 3;
	});
	pass('and the owner sees what it said');
	is(said($hub->patch("/api/devices/$till->{uuid}", { name => 'Front' }, token => $north->{token})), 200, 'renamed');
	is(said($hub->local('PATCH', "/api/devices/$till->{uuid}", json => { name => 'Front desk' })), 200, 'by the operator without a shop');
};

subtest 'only its own key opens' => sub {
	my $now = int(time());
	my %bad = (
		'401 token_expired' => { iat => $now - 1000, exp => $now - 700 },
		'401 token_early' => { iat => $now + 500, exp => $now + 800 },
		'401 token_bad' => { iat => $now, exp => $now + 86400 },
		'401 incarnation' => { inc => 2 },
		'401 device_unknown' => { ten => $south->{uuid} },
	);

	is(device_status(Fexl::device_token($till, %{$bad{$_}})), $_, $_) for sort keys %bad;
	my $thief = { %{Fexl::make_device($north)}, uuid => $till->{uuid} };
	is(device_status(Fexl::device_token($thief)), '401 token_bad', 'another key');
	my ($head, $claims, $sig) = split(/\./, Fexl::device_token($till));
	is(device_status("$head.$claims."), '401 token_bad', 'no signature');
	is(device_status(join('.', Fexl::base64url('{"alg":"none"}'), $claims, '')), '401 token_bad', 'alg none');
	is(said($hub->post('/api/sync/credentials', Fexl::credentials($thief, $north->{key}))), '409 device_key_differs', 'asking with another key');
	like($hub->get('/api/devices', token => $north->{token})->{json}{items}[0]{alarm}, qr/another key/, 'is an alarm for the owner');
};

sub product_row
{
	my ($uuid, $name) = @_;

	return { table => 'products', uuid => $uuid, id => 1, updated_at => '2026-01-02T03:04:05.000000Z', origin => Fexl::uuid(),
		row => { name => $name, price => 100, tracked => JSON::PP::true, archived => JSON::PP::false } };
}

subtest 'rows go up and come down' => sub {
	my $token = Fexl::device_token($till);
	my $uuid = Fexl::uuid();
	my $r = $hub->post('/api/sync/push', { rows => [ product_row($uuid, 'Pushed'), product_row(Fexl::uuid(), '') ] }, token => $token,
		header => { 'Fexl-Protocol' => 1 });

	is($r->{status}, 200, 'pushed') or diag($r->{text});
	is_deeply([ map { $_->{status} } @{$r->{json}{results}} ], [ 201, 422 ], 'each row by itself');
	is($hub->get("/api/products/$uuid", token => $north->{token})->{json}{name}, 'Pushed', 'the shop has it');
	is(said($hub->get("/api/products/$uuid", token => $south->{token})), '404 not_found', 'the other has not');
	my ($rows, $after) = (0);
	do {
		$r = $hub->get('/api/sync/snapshot?limit=7' . ($after ? "&after=$after" : ''), token => $token);
		is($r->{status}, 200, 'a page') or return diag($r->{text});
		$rows += @{$r->{json}{rows}};
		$after = $r->{json}{next};
	} while ($r->{json}{more});
	is($rows, $r->{json}{total}, 'all of them');
	my $since = "$r->{json}{epoch}.$r->{json}{as_of}";
	$hub->post('/api/products', { name => 'New', price => 5 }, token => $north->{token});
	$r = $hub->get("/api/sync/pull?since=$since", token => $token);
	is_deeply([ map { $_->{row}{name} } @{$r->{json}{rows}} ], [ 'New' ], 'then what is new');
	is(said($hub->get('/api/sync/pull?since=' . Fexl::uuid() . '.0', token => $token)), '410 epoch', 'another hub\'s cursor');
	is(said($hub->get('/api/sync/pull', token => $token)), '422 required /since', 'none');
	is(said($hub->get("/api/sync/pull?since=$since", token => $token, header => { 'Fexl-Protocol' => 9 })), '426 protocol', 'another protocol');
	is(said($hub->post('/api/sync/push', { rows => [] }, token => $north->{token})), '403 permission', 'a person does not push');
	is(said($hub->post('/api/sync/push', {}, token => $token)), '422 required /rows', 'no rows');
};

subtest 'a till vouches for its user, in the shop' => sub {
	my $me = $hub->get('/api/users?q=Pat', token => $north->{token})->{json}{items}[0]{uuid};
	my $token = Fexl::device_token($till, use => 'user', sub => $me);

	is(said($hub->get('/api/products', token => $token)), 200, 'reads');
	is(said($hub->post('/api/products', { name => 'By Pat', price => 5 }, token => $token)), 201, 'writes: a manager, says the cloud');
	is(said($hub->get("/api/$_", token => $token)), '403 till_token', "not $_") for qw(devices users settings);
	is(said($hub->post('/api/users', { name => 'M', pin => '1234' }, token => $token)), '403 till_token', 'makes no users');
	is(said($hub->get('/api/admin/tenants', token => $token)), '403 permission', 'nor shops');
	is(said($hub->get('/api/products', token => Fexl::device_token($till, use => 'user', sub => Fexl::uuid()))), '401 user_unknown', 'nobody');
	is(said($hub->patch("/api/users/$me", { role => 'cashier' }, token => $north->{token})), 200, 'made a cashier at the cloud');
	is(said($hub->post('/api/products', { name => 'By Pat', price => 5 }, token => $token)), '403 permission', 'and may less at once');
};

subtest 'revoked is out, and its people with it' => sub {
	my $token = Fexl::device_token($till);
	my $user = Fexl::device_token($till, use => 'user', sub => $hub->get('/api/users?q=Pat', token => $north->{token})->{json}{items}[0]{uuid});

	is(said($hub->get('/api/products', token => $user)), 200, 'before');
	is(said($hub->local('POST', "/api/devices/$till->{uuid}/revoke")), 200, 'revoked');
	is(device_status($token), '403 device_revoked', 'the till, at once');
	is(said($hub->get('/api/products', token => $user)), '403 device_revoked', 'its user too');
	is($hub->get('/api/sync/health', token => $token)->{json}{device}{status}, 'revoked', 'health says why');
};

subtest 'licence keys are not guessed' => sub {
	my $other = Fexl::make_device($south);
	my @said = map { said($hub->post('/api/sync/credentials', Fexl::credentials($other, 'FEXL-AAAA-AAAA-AAAA-AAAA'))) } 1 .. 6;

	is($said[0], '403 credentials_refused', 'a wrong one');
	is($said[5], '429 locked_out', 'five misses, and an address waits');
	is(said($hub->post('/api/sync/credentials', Fexl::credentials({ %$other, tenant => Fexl::uuid() }, $south->{key}))), '429 locked_out',
		'of a shop that is not there as well');
	is(said($hub->post('/api/sync/credentials', Fexl::credentials($other, $south->{key}))), '202', 'who has the right one gets in all the same');
	my $budget = 0;
	for (1 .. 130) {
		$budget = said($hub->post('/api/sync/credentials', Fexl::credentials({ %$other, tenant => Fexl::uuid() }, $south->{key})));
		last if $budget =~ /too_many/;
	}
	is($budget, '429 too_many_devices', 'and an address has a budget, over all shops');
};

# --- the platform ---

subtest 'the administrator' => sub {
	is(said($hub->post('/api/admin/session', { password => 'wrong' })), '401 password_wrong', 'a wrong password');
	my $r = $hub->post('/api/admin/session', { password => 'let me administer' });
	is($r->{status}, 201, 'the right one') or diag($r->{text});
	my $admin = $r->{json}{token};
	is(said($hub->get('/api/admin/health', token => $admin)), 200, 'health');
	$r = $hub->post('/api/admin/tenants', { name => 'West' }, token => $admin);
	is($r->{status}, 201, 'makes a shop');
	like($r->{json}{license_key}, qr/^FEXL(-\w{4}){4}$/, 'with a key');
	like($r->{json}{link}, qr{^fexl://pair\?url=http%3A%2F%2Flocalhost&tenant=$r->{json}{tenant_uuid}&key=FEXL-}, 'and a link');
	is(said($hub->get('/api/products', token => $admin)), '403 permission', 'has no say in any');
	is(said($hub->delete_('/api/session', token => $admin)), 204, 'out');
	is(said($hub->get('/api/admin/health', token => $admin)), '401 session_unknown', 'is out');
	my @said = map { said($hub->post('/api/admin/session', { password => 'guess' })) } 1 .. 6;
	is($said[5], '429 locked_out', 'nobody guesses');
};

subtest 'no administrator, no door' => sub {
	my $other = Fexl->start(FEXL_ROLE => 'cloud');

	is(said($other->post('/api/admin/session', { password => '' })), '403 no_admin', 'says so');
	is(said($other->post('/api/admin/session', { password => 'x' })), '403 no_admin', 'whatever is tried');
	is($other->stop, 0, 'ends in order');
};

unlike($hub->log_text, qr/FEXL-\w{4}|fxs_[\w-]{20}|correct horse|let me administer|eyJ/, 'no key, token or password in the log');
is($hub->stop, 0, 'ends in order');
done_testing();
