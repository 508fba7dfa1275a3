#!/usr/bin/perl
# Every door of the contract, at a till: what 2021-closed-doors.t does at a hub.
# A till knows sessions that it gave itself, and no other token in the world.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Fexl;

my $till = Fexl->start(FEXL_ROLE => 'desktop', FEXL_LOG_LEVEL => 'debug');
my $owner = $till->set_up;
my $doc = $till->get('/openapi.json')->{json};
my %op = map { my $p = $_; map { (uc($_) . " $p" => $doc->{paths}{$p}{$_}) } keys %{$doc->{paths}{$p}} } keys %{$doc->{paths}};
my @names = sort grep { $op{$_}{'x-server'} ne 'cloud' } keys %op;
my @doors = grep { @{$op{$_}{security}} } @names;
my $canary = 'Canary of the till';
my $nowhere = '0191d5a0-0000-7000-8000-0000000000ff';

$till->post("/api/$_", { name => $canary, $_ eq 'products' ? (price => 500) : () }, token => $owner) for qw(products customers suppliers);
$till->post('/api/users', { name => 'Carl', role => 'cashier', pin => '4822' }, token => $owner);
my $carl = $till->post('/api/session', { user => 'Carl', pin => '4822' })->{json}{token};

sub ask
{
	my ($name, $token) = @_;
	my ($method, $path) = split(/ /, $name);
	my $content = $op{$name}{requestBody} ? $op{$name}{requestBody}{content} : {};
	my $body = $content->{'application/json'} ? $content->{'application/json'}{example} // {} : undef;

	$path =~ s/\{(?:uuid|product)\}/$nowhere/;
	$path =~ s/\{[a-z_]+\}/receipt_footer/g;
	return $till->tcp($method, $path, token => $token, defined $body ? (json => $body) : $content->{'text/csv'} ? (text => "name\n", type => 'text/csv') : ());
}

# The doors at which the answer to a token is not this.
sub opened
{
	my ($wanted, $token, @at) = @_;

	return [map { my $r = ask($_, $token); Fexl::said($r) =~ $wanted && index($r->{text} // '', $canary) < 0 ? () : "$_: " . Fexl::said($r) } @at];
}

cmp_ok(scalar @doors, '>', 90, 'the contract is read');
is_deeply([grep { !@{$op{$_}{security}} } @names], ['GET /api/site', 'GET /api/sync/health', 'GET /openapi.json', 'POST /api/session', 'POST /api/setup'],
	'no door stands open but these') or diag(explain([grep { !@{$op{$_}{security}} } @names]));

# --- tokens ---

my $signed_out = $till->post('/api/session', { user => 'Carl', pin => '4822' })->{json}{token};
$till->delete_('/api/session', token => $signed_out);
my $stranger = Fexl::make_device({ uuid => $nowhere });
my $other = Fexl->start(FEXL_ROLE => 'desktop');
my %bad = (
	'no token' => undef, 'a word' => 'canary', 'a session that never was' => 'fxs_' . 'a' x 43, 'a session that was signed out' => $signed_out,
	'a session of another till' => $other->set_up, 'the token of a device' => Fexl::device_token($stranger),
	'the token of a device for a user' => Fexl::device_token($stranger, use => 'user', sub => $nowhere),
	'two tokens in one' => "$carl $carl", 'a token with its case changed' => uc $carl,
);
is_deeply(opened(qr/^401 /, $bad{$_}, @doors), [], "with $_: 401 everywhere") for sort keys %bad;

# --- people ---

subtest 'who has not the permission' => sub {
	my $me = $till->get('/api/session', token => $carl)->{json};
	my %may = map { $_ => 1 } @{$me->{user}{permissions} // $me->{permissions}};
	my @closed = grep { my $p = $op{$_}{'x-permission'}; defined $p && !$may{$p} } @doors;

	cmp_ok(scalar keys %may, '>', 3, 'a cashier may do something');
	cmp_ok(scalar @closed, '>', 45, 'and much is closed to him');
	is_deeply(opened(qr/^403 /, $carl, @closed), [], 'which is answered 403, whatever the body');
};

subtest 'who may look at goods and do nothing else' => sub {
	my @made = ($till->post('/api/roles', { code => 'baker', name => 'Baker', permissions => ['products:read'] }, token => $owner),
		$till->post('/api/users', { name => 'Gita', role => 'baker', pin => '4823' }, token => $owner));
	my $gita = $till->post('/api/session', { user => 'Gita', pin => '4823' })->{json}{token} // diag(map { $_->{text} } @made);
	my @closed = grep { my $p = $op{$_}{'x-permission'}; defined $p && $p !~ /^(?:none|products:read)$/ } @doors;

	cmp_ok(scalar @closed, '>', 60, 'that is nearly all');
	is_deeply(opened(qr/^403 /, $gita, @closed), [], 'and all of it is closed');
};

subtest 'whose right is taken away, has it no more' => sub {
	my ($user) = grep { $_->{name} eq 'Carl' } @{$till->get('/api/users', token => $owner)->{json}{items}};

	is(Fexl::said($till->get('/api/products', token => $carl)), 200, 'before');
	is(Fexl::said($till->patch("/api/users/$user->{uuid}", { active => JSON::PP::false() }, token => $owner)), 200, 'taken away');
	is_deeply(opened(qr/^401 /, $carl, @doors), [], 'every door, at once');
};

# --- what is a cloud's, and what is inside ---

subtest 'the doors of a cloud are not here' => sub {
	my @clouds = grep { $op{$_}{'x-server'} eq 'cloud' } keys %op;

	cmp_ok(scalar @clouds, '>', 10, 'there are such');
	is_deeply(opened(qr/^404 not_here/, $owner, @clouds), [], 'not for the owner either');
};

is_deeply([map { my $r = $till->tcp('POST', "/internal/$_", token => $owner, json => {}); $r->{status} == 404 ? () : "$_: $r->{status}" }
	qw(setup-code sync/apply sync/confirm sync/state sync/done sync/kick sync/registered)], [], 'what is for the daemons is not on the network');
is(scalar(() = $till->log_text =~ /fxs_[A-Za-z0-9_-]{20}|\b482[23]\b(?!\d*Z)/g), 0, 'and no secret of all that is in the log');
is($till->stop, 0, 'ends in order');
done_testing();
