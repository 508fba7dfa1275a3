#!/usr/bin/perl
# Every door of the contract is tried by everybody who must not come in: no
# operation of /openapi.json is missed, nor one that is added later.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Digest::SHA qw(hmac_sha256);
use Test::More;
use Fexl;

my $web = File::Temp::tempdir(CLEANUP => 1);
for my $file (['secret.txt', 'do not show'], ['console/index.html', '<title>Console</title>'], ['console/assets/a.js', 'let a;']) {
	my ($path, $text) = @$file;
	mkdir("$web/$_") for qw(console console/assets);
	open(my $f, '>', "$web/$path") or die "$path: $!";
	print {$f} $text;
	close($f);
}

my $hub = Fexl->start(FEXL_ROLE => 'cloud', FEXL_WEB_DIR => "$web/console", FEXL_LOG_LEVEL => 'debug');
my ($north, $south) = map { $hub->make_shop($_) } qw(North South);
my $doc = $hub->get('/openapi.json')->{json};
my %op = map { my $p = $_; map { (uc($_) . " $p" => $doc->{paths}{$p}{$_}) } keys %{$doc->{paths}{$p}} } keys %{$doc->{paths}};
my @names = sort grep { $op{$_}{'x-server'} ne 'till' } keys %op;
my @doors = grep { @{$op{$_}{security}} } @names;

# --- who is there ---

sub pair
{
	my ($shop) = @_;
	my $d = Fexl::make_device($shop);

	$hub->post('/api/sync/credentials', Fexl::credentials($d, $shop->{key}));
	my $r = $hub->post("/api/devices/$d->{uuid}/approve", {}, token => $shop->{token});
	die "approve: $r->{text}" if $r->{status} != 200;
	return $d;
}

sub cashier
{
	my ($shop) = @_;

	$hub->post('/api/users', { name => 'Carl', role => 'cashier', password => 'correct horse' }, token => $shop->{token});
	return $hub->post('/api/session', { tenant => $shop->{uuid}, user => 'Carl', password => 'correct horse' })->{json}{token};
}

my ($till, $foreign) = map { pair($_) } ($north, $south);
my $cashier = cashier($north);

sub push_row
{
	my ($table, $uuid, $at, $row) = @_;

	return $hub->post('/api/sync/push', { rows => [{ table => $table, uuid => $uuid, id => 1, updated_at => $at, origin => $till->{uuid},
		row => $row }] }, token => Fexl::device_token($till), header => { 'Fexl-Protocol' => 1 })->{json};
}

# Something of everything, with a word in it that nobody else may read.
my %made;
my $canary = 'Northern canary';
my %more = (products => { price => 500 }, 'tax-rates' => { rate => 1900 }, accounts => { code => '9999', kind => 'asset' },
	roles => { code => 'baker', permissions => ['products:read'] });
for my $list (qw(products customers suppliers categories tax-rates accounts roles)) {
	my $r = $hub->post("/api/$list", { name => "$canary of $list", %{$more{$list} // {}} }, token => $north->{token});
	$made{"/api/$list"} = $r->{json}{uuid} // die $r->{text};
}
$hub->patch("/api/customers/$made{'/api/customers'}", { note => "$canary, later" }, token => $north->{token});
push_row('customers', $made{'/api/customers'}, '2020-01-01T00:00:00.000000Z', { name => "$canary of long ago" });
push_row('customers', Fexl::uuid(), '2020-01-01T00:00:00.000000Z', { name => "$canary $_", phone => '07700900461' }) for 1 .. 2;
$hub->post('/api/invoices', { customer => $made{'/api/customers'}, payments => [], note => $canary,
	lines => [{ product => $made{'/api/products'}, qty => 1000 }] }, token => $north->{token});
$hub->post('/api/purchases', { supplier => $made{'/api/suppliers'}, lines => [{ product => $made{'/api/products'}, qty => 1000,
	unit_cost => 300 }] }, token => $north->{token});

# --- asking ---

my $nowhere = '0191d5a0-0000-7000-8000-0000000000ff';

sub path_with
{
	my ($name, $uuid) = @_;
	my $path = (split(/ /, $name))[1];

	return $path =~ s/\{(?:uuid|product)\}/$uuid/r =~ s/\{key\}/receipt_footer/r;
}

sub ask
{
	my ($name, $token, $uuid, $query) = @_;
	my ($method) = split(/ /, $name);
	my $content = $op{$name}{requestBody} ? $op{$name}{requestBody}{content} : {};
	my $body = $content->{'application/json'} ? $content->{'application/json'}{example} // {} : undef;

	return $hub->tcp($method, path_with($name, $uuid // $nowhere) . ($query // ''), token => $token,
		header => { 'Fexl-Protocol' => 1 }, defined $body ? (json => $body) : $content->{'text/csv'} ? (text => "name\n", type => 'text/csv') : ());
}

sub holds_nothing_of_the_north
{
	my ($r) = @_;

	return index($r->{text} // '', $canary) < 0 && !grep { index($r->{text} // '', $_) >= 0 } values %made;
}

# The doors of @names at which the answer to a token is not this.
sub opened
{
	my ($wanted, $token, @at) = @_;
	my @wrong;

	for my $name (@at) {
		my $r = ask($name, $token);
		push(@wrong, "$name: " . Fexl::said($r)) unless Fexl::said($r) =~ $wanted && holds_nothing_of_the_north($r);
	}
	return \@wrong;
}

cmp_ok(scalar @doors, '>', 100, 'the contract is read');
is_deeply([grep { !@{$op{$_}{security}} } @names], ['GET /api/site', 'GET /api/sync/health', 'GET /openapi.json', 'POST /api/admin/session',
	'POST /api/session', 'POST /api/sync/credentials'], 'no door stands open but these');

# --- tokens ---

sub b64 { return Fexl::base64url($_[0]) }

sub forged
{
	my ($header, $signature_of) = @_;
	my $claims = (split(/\./, Fexl::device_token($till)))[1];
	my $signed = b64($header) . ".$claims";

	return "$signed." . b64($signature_of->($signed));
}

my $now = time();
my $public = MIME::Base64::decode_base64($till->{public_key} =~ tr{-_}{+/}r);
my $mine = Fexl::make_device($north);
my %bad = (
	'no token' => undef, 'a word' => 'canary', 'a session that never was' => 'fxs_' . 'a' x 43,
	'an expired token' => Fexl::device_token($till, iat => $now - 900, exp => $now - 600),
	'a token of tomorrow' => Fexl::device_token($till, iat => $now + 86400, exp => $now + 86700),
	'a token that lives for a year' => Fexl::device_token($till, exp => $now + 31536000),
	'a token of another incarnation' => Fexl::device_token($till, inc => 2),
	'a token for another shop' => Fexl::device_token($foreign, ten => $north->{uuid}),
	'a token signed by somebody else' => Fexl::device_token({ %$mine, uuid => $till->{uuid} }),
	'a token without a signature' => forged('{"alg":"none","typ":"JWT"}', sub { '' }),
	'our algorithm, no signature' => forged('{"alg":"EdDSA","typ":"JWT"}', sub { '' }),
	'the public key as a secret (HS256)' => forged('{"alg":"HS256","typ":"JWT"}', sub { hmac_sha256($_[0], $public) }),
	'a key that it brings along' => forged("{\"alg\":\"EdDSA\",\"jwk\":{\"kty\":\"OKP\",\"x\":\"$mine->{public_key}\"}}", sub { 'x' x 64 }),
	'a user nobody knows' => Fexl::device_token($till, use => 'user', sub => $nowhere),
);
is_deeply(opened(qr/^401 /, $bad{$_}, @doors), [], "with $_: 401 everywhere") for sort keys %bad;

# --- the wrong person ---

subtest 'who has not the permission' => sub {
	my %may = map { $_ => 1 } @{$hub->get('/api/session', token => $cashier)->{json}{user}{permissions}
		// $hub->get('/api/session', token => $cashier)->{json}{permissions}};
	my @closed = grep { my $p = $op{$_}{'x-permission'}; defined $p && !$may{$p} } @doors;

	cmp_ok(scalar keys %may, '>', 3, 'a cashier may do something');
	cmp_ok(scalar @closed, '>', 50, 'and much is closed to him');
	is_deeply(opened(qr/^403 /, $cashier, @closed), [], 'which is answered 403, whatever the body');
};

subtest 'who is something else' => sub {
	my @of_tills = grep { $op{$_}{'x-who'} =~ /^an approved till/ } @doors;
	my @of_admins = grep { $op{$_}{'x-who'} =~ /administrator/ } @doors;
	my @of_people = grep { $op{$_}{'x-who'} =~ /^a user with/ } @doors;

	is_deeply([scalar @of_tills, scalar @of_admins], [6, 3], 'tills have doors of their own, and the platform');
	is_deeply(opened(qr/^40[13] /, $north->{token}, @of_tills, @of_admins), [], 'an owner is no till, and not the platform');
	is_deeply(opened(qr/^40[13] /, Fexl::device_token($till), @of_people, @of_admins), [], 'a till is no user');
};

# --- the other shop ---

sub is_list { return $_[0] =~ m#^GET /api/[^{]+$# }

sub uuids_of_the_north
{
	my %found = %made;

	for my $name (grep { is_list($_) } @doors) {
		my $r = ask($name, $north->{token});
		my ($first) = map { $_->{uuid} // $_->{id} } @{ref $r->{json} eq 'HASH' && $r->{json}{items} || []};
		$found{(split(/ /, $name))[1]} //= $first if $first;
	}
	return %found;
}

subtest 'not yours and not there are one answer' => sub {
	my %of = uuids_of_the_north();
	my $tried = 0;

	ok($of{"/api/$_"}, "the north has $_") for qw(conflicts reviews invoices purchases users devices);
	for my $name (grep { /\{(?:uuid|product)\}/ } @doors) {
		my ($list) = $name =~ m# (/api/[^{]+)/[{]#;
		my $theirs = $of{$list eq '/api/inventory' ? '/api/products' : $list} or next;
		my ($yours, $none) = map { ask($name, $south->{token}, $_) } $theirs, $nowhere;
		my ($a, $b) = map { Fexl::said($_) . ' ' . ($_->{json}{detail} // '') } $yours, $none;
		s/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/UUID/g for $a, $b;
		is($a, $b, $name);
		isnt(int($yours->{status} / 100), 2, 'and no yes') unless $name =~ /(moves|layers|account)$/ && $none->{status} == 200;
		ok(index($yours->{text} // '', $canary) < 0, 'nor a word of theirs');
		$tried++;
	}
	cmp_ok($tried, '>', 40, "$tried doors tried");
};

subtest 'lists, words and cursors of the other shop' => sub {
	my %cursor = map { my $r = ask($_, $north->{token}, undef, '?limit=1'); ($_ => ref $r->{json} eq 'HASH' ? $r->{json}{next} : undef) }
		grep { is_list($_) } @doors;
	my @wrong;

	for my $name (grep { is_list($_) } @doors) {
		my %takes = map { $_->{name} => 1 } @{$op{$name}{parameters} // []};
		my @queries = ('', $takes{q} ? '?q=Northern+canary' : (), $cursor{$name} && $takes{after} ? "?after=$cursor{$name}" : (),
			"?tenant=$north->{uuid}");
		push(@wrong, grep { my $r = ask($name, $south->{token}, undef, $_); !holds_nothing_of_the_north($r) } @queries);
	}
	is_deeply(\@wrong, [], 'show nothing of it');
	cmp_ok(scalar(grep { defined } values %cursor), '>', 2, 'there were cursors to take along');
	my $epoch = $hub->get('/api/sync/snapshot', token => Fexl::device_token($till), header => { 'Fexl-Protocol' => 1 })->{json}{epoch};
	is(Fexl::said($hub->get("/api/sync/pull?since=$epoch.0", token => Fexl::device_token($foreign), header => { 'Fexl-Protocol' => 1 })),
		'410 epoch', 'a pull from the other shop\'s place');
};

# --- SQL ---

my @sql = ("'", "' OR '1'='1", '1; DROP TABLE products--', "') UNION SELECT license_hash FROM tenants--", '$1', '%00', "\xc0\xa7", '1e9',
	'-1', '9' x 40, 'name desc', '*', '%', '_');
sub encoded { return join('', map { /[A-Za-z0-9]/ ? $_ : sprintf('%%%02X', ord) } split(//, $_[0])) }

subtest 'SQL as a parameter is text' => sub {
	my (@wrong, $tried);

	for my $name (grep { /^GET / } @doors) {
		my @params = map { $_->{name} } grep { $_->{in} eq 'query' } @{$op{$name}{parameters} // []};
		my $who = $op{$name}{'x-who'} =~ /^an approved till/ ? Fexl::device_token($foreign) : $south->{token};
		for my $try (map { my $p = $_; map { "?$p=" . encoded($_) } @sql } @params, 'sort', 'order') {
			my $r = ask($name, $who, undef, $try);
			$tried++;
			push(@wrong, "$name$try: $r->{status}") unless $r->{status} < 500 && holds_nothing_of_the_north($r);
		}
		next unless $name =~ /\{/;
		my @in_path = map { my $r = ask($name, $who, encoded($_)); $r->{status} < 500 && $r->{status} >= 400 ? () : "$name $_: $r->{status}" } @sql;
		push(@wrong, @in_path) unless $name =~ /\{key\}/;
	}
	is_deeply(\@wrong, [], 'no answer is the inside\'s, none is another shop\'s');
	cmp_ok($tried, '>', 1000, "$tried questions");
	unlike($hub->log_text, qr/database: .* in: /, 'and no statement failed');
	is($hub->get("/api/products/$made{'/api/products'}", token => $north->{token})->{json}{name}, "$canary of products", 'all is there');
};

# --- files ---

subtest 'no path leads out of the console\'s folder' => sub {
	my @up = ('../', '..%2f', '%2e%2e/', '%2e%2e%2f', '..%5c', '..\\', '%252e%252e%252f', '....//', '.%00./', '..;/', '%c0%ae%c0%ae/');
	my @paths = map { my $u = $_; map {; "$_${u}secret.txt", "$_$u${u}secret.txt" } '/', '/assets/', '/assets/a.js/' } @up;

	for my $path (@paths, "//$web/secret.txt", "/$web/secret.txt", "file://$web/secret.txt") {
		my $r = $hub->get($path);
		unlike($r->{text} // '', qr/do not show/, "$path: $r->{status}");
	}
	is($hub->get('/assets/a.js')->{text}, 'let a;', 'what is in it is served');
};

# --- what was learned ---

subtest 'no secret was written down' => sub {
	my $told = join('', $hub->log_text, map { $hub->local('GET', $_)->{text} } qw(/status /metrics));
	my @secrets = ('correct horse', '07700900461', $north->{key}, $south->{key}, $north->{token}, $cashier, grep { defined && length > 20 } values %bad);

	cmp_ok(length($told), '>', 5000, 'much was said');
	is_deeply([grep { index($told, $_) >= 0 } @secrets], [], 'in the log at its most talkative, the status and the metrics');
};

subtest 'replayed after it is revoked' => sub {
	my $token = Fexl::device_token($till);
	my %as = (token => $token, header => { 'Fexl-Protocol' => 1 });

	is($hub->get('/api/sync/snapshot', %as)->{status}, 200, 'a good token');
	$hub->post("/api/devices/$till->{uuid}/revoke", {}, token => $north->{token});
	is(Fexl::said($hub->get('/api/sync/snapshot', %as)), '403 device_revoked', 'is good no more at the next request');
	is($hub->tcp('DELETE', '/api/session', token => $cashier)->{status}, 204, 'a session that ended');
	is_deeply(opened(qr/^401 /, $cashier, @doors), [], 'opens nothing');
};

is($hub->stop, 0, 'ends in order');
done_testing();
