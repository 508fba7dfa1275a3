#!/usr/bin/perl
# The contract that is served is the contract that holds: it lists what the server
# takes, and every operation in it does what it says, for a body that is right and
# for bodies that are wrong.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use JSON::PP;
use Fexl;

my $till = Fexl->start(FEXL_ROLE => 'desktop');
my $owner = $till->set_up;
my $r = $till->get('/openapi.json');
is($r->{status}, 200, 'the contract is served to anybody');
my $doc = $r->{json};
like($doc->{openapi}, qr/^3\.1\./, 'it is OpenAPI 3.1');

# --- routes and document list the same ---

my (%routes, %listed);
open(my $src, '<', ($ENV{FEXL_SRC} // "$FindBin::Bin/..") . '/daemons/apid/routes.c') or die $!;
my $text = do { local $/; <$src> };
$text =~ s/.*?const struct route routes\[\]//s;
my %methods = (RECORDS => ['GET:', 'GET:/:uuid', 'POST:', 'PATCH:/:uuid', 'DELETE:/:uuid'], SHOWN => ['GET:', 'GET:/:uuid'],
	TWINS => ['POST:/:uuid/merge', 'POST:/:uuid/unmerge'], DOCUMENTS => ['POST:', 'GET:', 'GET:/:uuid'], FOLLOWS => ['POST:']);
$methods{SIZED_RECORDS} = $methods{RECORDS};
while ($text =~ /^\t(?:\{ )?([A-Z_]+)\("(\/[^"]+)"/mg) {
	my ($macro, $path) = ($1, $2);
	for my $one (@{$methods{$macro} // ["$macro:"]}) {
		my ($method, $rest) = split(/:/, $one, 2);
		my $whole = $path . ($rest // '');
		$whole =~ s/:(\w+)/{$1}/g;
		$routes{"$method $whole"} = 1 unless $whole =~ m{^/internal/};
	}
}
for my $path (keys %{$doc->{paths}}) {
	$listed{uc($_) . " $path"} = $doc->{paths}{$path}{$_} for keys %{$doc->{paths}{$path}};
}
cmp_ok(scalar keys %routes, '>', 60, 'the routes are read');
is_deeply([sort keys %listed], [sort keys %routes], 'routes and document list the same');
is_deeply([grep { !$listed{$_}{summary} } sort keys %listed], [], 'each operation says what it does');

# --- references lead somewhere ---

sub refs
{
	my ($j) = @_;

	return map { refs($_) } @$j if ref $j eq 'ARRAY';
	return () unless ref $j eq 'HASH';
	return map { $_ eq '$ref' ? $j->{$_} : refs($j->{$_}) } keys %$j;
}

sub resolve
{
	my ($ref) = @_;
	my $at = $doc;

	$at = ref $at eq 'HASH' ? $at->{$_} : undef for split(m{/}, $ref =~ s{^#/}{}r);
	return $at;
}

is_deeply([grep { !resolve($_) } refs($doc)], [], 'every reference leads somewhere');

# --- a shop to try it on ---

my %world = (product => 'products', customer => 'customers', supplier => 'suppliers', category => 'categories');
my %uuid;
$uuid{$_} = $till->post("/api/$world{$_}", { name => "A $_", ($_ eq 'product' ? (price => 500) : ()) }, token => $owner)->{json}{uuid}
	for sort keys %world;

my $n = 0;

# What the path names must be there, and fresh enough for the operation.
sub sale
{
	return $till->post('/api/invoices', { customer => $uuid{customer}, payments => $_[0] ? [{ method => 'cash', amount => 1000 }] : [],
		lines => [{ product => $uuid{product}, qty => 2000 }] }, token => $owner)->{json}{uuid};
}
sub purchase
{
	my $fresh = $till->post('/api/products', { name => 'Fresh ' . ++$n, price => 500 }, token => $owner)->{json}{uuid};

	return $till->post('/api/purchases', { supplier => $uuid{supplier}, lines => [{ product => $fresh, qty => 2000,
		unit_cost => 300 }] }, token => $owner)->{json}{uuid};
}
sub shifts_close
{
	for my $s (@{$till->get('/api/shifts', token => $owner)->{json}{items}}) {
		$till->post("/api/shifts/$s->{uuid}/close", { counted => 1000 }, token => $owner) if $s->{status} eq 'open';
	}
}
sub shift_open
{
	shifts_close();
	return $till->post('/api/shifts', { opening => 1000 }, token => $owner)->{json}{uuid};
}

sub made
{
	my ($list, $uuid, $verb) = @_;

	return $till->post("/api/$list/$uuid/$verb", { reason => 'a mistake' }, token => $owner)->{json}{uuid};
}

sale(0) for 1 .. 2;	# something to pay
my $example = '0191d5a0-0000-7000-8000-000000000001';
# The example with the uuids of this shop in it, and names that are free.
sub in_this_shop
{
	my ($j, $name) = @_;

	return [map { in_this_shop($_, $name) } @$j] if ref $j eq 'ARRAY';
	return { map { $_ => in_this_shop($j->{$_}, $_) } keys %$j } if ref $j eq 'HASH';
	return $uuid{$name} if defined $j && $j eq $example && $uuid{$name};
	return uuid() if defined $j && $j eq $example;
	return "$j" . ++$n if defined $j && ($name // '') eq 'code';
	return "$j " . ++$n if defined $j && !ref $j && ($name // '') =~ /^(name|sku|barcode|phone|code)$/;
	return 100 if ($name // '') eq 'amount';	# at most what is owed
	return $j;
}

sub uuid
{
	return Fexl::uuid();
}

# Operations that need more than the example can say are tried in stories of their own.
my %elsewhere = map { ($_ => 1) } ('POST /api/session', 'DELETE /api/session', 'POST /api/setup', 'GET /ws', 'PUT /api/sync/pairing',
	'DELETE /api/sync/pairing', 'GET /api/session/cloud-token', 'POST /api/sync/run', 'POST /api/sync/seen',
	(map { ("POST /api/$_/{uuid}/merge", "POST /api/$_/{uuid}/unmerge") } qw(products customers suppliers)),
	'POST /api/restore', 'GET /api/reviews/{uuid}', 'PATCH /api/reviews/{uuid}', 'GET /api/conflicts/{uuid}', 'POST /api/conflicts/{uuid}/restore');
my %path_of = (
	'/api/invoices/{uuid}/cancel' => sub { sale(1) }, '/api/invoices/{uuid}/return' => sub { sale(1) },
	'/api/invoices/{uuid}/payments' => sub { sale(0) }, '/api/invoices/{uuid}' => sub { sale(1) },
	'/api/shifts/{uuid}' => \&shift_open, '/api/shifts/{uuid}/close' => \&shift_open, '/api/shifts/{uuid}/movements' => \&shift_open,
	'/api/shifts' => \&shifts_close,
	'/api/cancellations/{uuid}' => sub { made('invoices', sale(1), 'cancel') },
	'/api/purchase-voids/{uuid}' => sub { made('purchases', purchase(), 'void') },
	'/api/purchases/{uuid}/void' => \&purchase, '/api/purchases/{uuid}' => \&purchase,
);

sub tried_here
{
	my ($op, $name) = @_;

	return !$elsewhere{$name} && ($op->{'x-server'} // '') ne 'cloud' && ($op->{'x-who'} // '') !~ /administrator|approved till, by/;
}

# --- what is answered is what was promised ---

my %is_type = (
	string => sub { defined $_[0] && !ref $_[0] }, integer => sub { defined $_[0] && $_[0] =~ /^-?\d+$/ },
	boolean => sub { JSON::PP::is_bool($_[0]) }, array => sub { ref $_[0] eq 'ARRAY' }, object => sub { ref $_[0] eq 'HASH' },
	null => sub { !defined $_[0] },
);

sub faults
{
	my ($schema, $value, $at) = @_;

	$schema = resolve($schema->{'$ref'}) if $schema->{'$ref'};
	my @types = ref $schema->{type} ? @{$schema->{type}} : $schema->{type} ? ($schema->{type}) : ();
	return "$at is no @types" if @types && !grep { $is_type{$_}->($value) } @types;
	return map { faults($schema->{items}, $value->[$_], "$at/$_") } 0 .. $#$value if ref $value eq 'ARRAY' && $schema->{items};
	return () unless ref $value eq 'HASH';
	return ((map { "$at/$_ is missing" } grep { !exists $value->{$_} } @{$schema->{required} // []}),
		map { faults($schema->{properties}{$_}, $value->{$_}, "$at/$_") } grep { $schema->{properties}{$_} } sort keys %$value);
}

sub is_problem
{
	my ($r) = @_;

	return $r->{status} >= 400 && $r->{status} < 500 && ($r->{json}{code} // '') ne '' && ($r->{json}{detail} // '') ne '';
}

# A fresh row of the table that the path is of, made from the contract's own example.
sub path_for
{
	my ($path) = @_;

	my $uuid = $path_of{$path} ? $path_of{$path}->() : undef;
	return $path unless $path =~ /\{/;
	return $path =~ s/\{name\}/$till->tcp('POST', '\/api\/backups', token => $owner)->{json}{name}/er if $path =~ m{^\/api\/backups};
	(my $list = $path) =~ s{/\{.*}{};
	my $post = $listed{"POST $list"};
	if (!$uuid && $post) {
		my $body = in_this_shop($post->{requestBody}{content}{'application/json'}{example});
		$uuid = $till->post($list, $body, token => $owner)->{json}{uuid};
	}
	$uuid //= $uuid{product};
	return $path =~ s/\{uuid\}|\{product\}/$uuid/r =~ s/\{key\}/receipt_footer/r;
}

sub ask
{
	my ($name, $path, $body) = @_;
	my ($method) = split(/ /, $name);

	return $till->tcp($method, $path, token => $owner, defined $body ? (json => $body) : ());
}

for my $name (sort keys %listed) {
	my ($op, $path) = ($listed{$name}, (split(/ /, $name))[1]);
	next unless tried_here($op, $name);
	my $content = $op->{requestBody} && $op->{requestBody}{content}{'application/json'};
	next if $op->{requestBody} && !$content;	# CSV: 2140
	subtest $name => sub {
		my $body = $content ? in_this_shop($content->{example}) : undef;
		my $at = path_for($path);
		my $r = ask($name, $at, $body);
		my ($want) = grep { /^\d/ } sort keys %{$op->{responses}};
		is($r->{status}, $want, 'a body that is right is answered as promised') or diag($r->{text});
		my $schema = $op->{responses}{$want}{content}{'application/json'}{schema};
		is_deeply([$schema ? faults($schema, $r->{json}, '') : ()], [], 'in the promised shape');
		return unless $content;
		my $shape = $content->{schema}{'$ref'} ? resolve($content->{schema}{'$ref'}) : $content->{schema};
		ok(is_problem(ask($name, path_for($path), { %$body, no_such_member => 1 })), 'a member nobody knows is refused');
		for my $must (@{$shape->{required} // []}) {
			my %less = %$body;
			delete $less{$must};
			ok(is_problem(ask($name, path_for($path), \%less)), "without $must it is refused");
		}
		for my $member (sort keys %{$shape->{properties}}) {
			my $type = $shape->{properties}{$member}{type} // next;
			next if ref $type && grep { $_ eq 'object' } @$type;
			ok(is_problem(ask($name, path_for($path), { %$body, $member => { odd => 1 } })), "an object as $member is refused");
		}
	};
}

done_testing;
