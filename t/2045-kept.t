#!/usr/bin/perl
# Answers that are given again while nothing of theirs was written: they are, and
# nobody is ever told what is not so any more.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Fexl;

my $till = Fexl->start(FEXL_ANSWERS_KEPT_BYTES => 65536);
my $token = $till->set_up;

sub get { return $till->get($_[0], token => $token, header => $_[1] // {}) }
sub kept { my ($n) = $till->local('GET', '/metrics')->{text} =~ /^fexl_kept_answers_total (\d+)$/m; return $n }
sub kept_bytes { my ($n) = $till->local('GET', '/metrics')->{text} =~ /^fexl_kept_answers_bytes (\d+)$/m; return $n }
sub names { return join(' ', sort map { $_->{name} } @{get($_[0])->{json}{items}}) }

# Asked until it is kept: a commit that is under way (the clock's, say) puts it off.
sub warm
{
	my ($path) = @_;
	my $before = kept();

	return $till->wait_for(60, sub { get($path); kept() > $before }) || 1;
}

sub product
{
	my ($name) = @_;
	my $r = $till->post('/api/products', { name => $name, price => 100 }, token => $token);

	die $r->{text} if $r->{status} != 201;
	return $r->{json}{uuid};
}

my $tea = product('Tea');

subtest 'the same again is the same, byte by byte' => sub {
	for my $path ('/api/products', "/api/products/$tea", '/api/products?q=tea', '/api/products?limit=1', '/api/accounts') {
		my $first = get($path);

		ok(warm($path), "$path: is kept");
		is(get($path)->{text}, $first->{text}, 'the text');
		is(Fexl::header(get($path), 'etag'), Fexl::header($first, 'etag'), 'its ETag');
		is(get($path, { 'If-None-Match' => Fexl::header($first, 'etag') })->{status}, 304, 'which spares the text');
	}
};

# Each after all of them were kept, and asked at once behind the answer.
my $milk;
my @writes = (
	[ 'a new one', sub { $milk = product('Milk') }, 'Milk Tea' ],
	[ 'a change', sub { $till->patch("/api/products/$tea", { name => 'Green tea' }, token => $token) }, 'Green tea Milk' ],
	[ 'a deletion', sub { $till->delete_("/api/products/$milk", token => $token) }, 'Green tea' ],
);

subtest 'and whatever is written shows at once' => sub {
	for my $w (@writes) {
		my ($what, $write, $names) = @$w;

		warm($_) for '/api/products', '/api/products?q=tea', "/api/products/$tea";
		$write->();
		is(names('/api/products'), $names, $what);
	}
	is(names('/api/products?q=tea'), 'Green tea', 'to who searches');
	is(get("/api/products/$tea")->{json}{name}, 'Green tea', 'and by its UUID');
	is(get("/api/products/$milk")->{status}, 404, 'what is gone is gone');
};

# For longer than a token is remembered: then the guard reads as well.
subtest 'again and again' => sub {
	my ($wrong, $n, $until) = (0, 0, time() + 2);

	while (time() <= $until || $n < 100) {
		$n++;
		$till->patch("/api/products/$tea", { price => $n }, token => $token);
		$wrong++ if get("/api/products/$tea")->{json}{price} != $n;
		$wrong++ if get('/api/products')->{json}{items}[0]{price} != $n;
		$wrong++ if get('/api/products')->{json}{items}[0]{price} != $n;
	}
	is($wrong, 0, 'no answer is older than the write before it');
};

subtest 'what others write leaves it alone' => sub {
	my $before;

	ok(warm('/api/products'), 'kept');
	is($till->post('/api/customers', { name => 'Ali' }, token => $token)->{status}, 201, 'a customer comes');
	is($till->post('/api/invoices', { lines => [ { product => $tea, qty => 1000 } ],
		payments => [ { method => 'cash', amount => 100000 } ] }, token => $token)->{status}, 201, 'and buys');
	$before = kept();
	get('/api/products');
	is(kept(), $before + 1, 'the products are given again');
};

subtest 'it is for who may' => sub {
	ok(warm('/api/accounts'), 'kept for the owner');
	is($till->get('/api/accounts')->{status}, 401, 'not for a stranger');
	is($till->get('/api/products', token => 'fxs_' . 'x' x 43)->{status}, 401, 'nor for a made-up token');
	is($till->post('/api/users', { name => 'Yusuf', role => 'cashier', pin => '2222' }, token => $token)->{status}, 201, 'a cashier');
	my $r = $till->post('/api/session', { user => 'Yusuf', pin => '2222' });
	ok(warm('/api/accounts'), 'kept again');
	is($till->get('/api/accounts', token => $r->{json}{token})->{status}, 403, 'not for a role that may not');
};

subtest 'there is an end to it' => sub {
	my @all = map { product("Number $_") } 1 .. 150;

	for my $uuid (@all) {
		get("/api/products/$uuid");
	}
	cmp_ok(kept_bytes(), '<=', 65536, 'never more than the option says');
	cmp_ok(kept_bytes(), '>', 30000, 'though as much as it may');
	get('/api/products?limit=200');
	cmp_ok(kept_bytes(), '<=', 65536, 'an answer that is too large for it is given, and not kept');
	is(scalar @{get('/api/products?limit=200')->{json}{items}}, 151, 'whole');
};

subtest 'a hub keeps its shops apart' => sub {
	my $hub = Fexl->start(FEXL_ROLE => 'cloud');
	my ($north, $south) = map { $hub->make_shop($_) } qw(North South);
	my @names;

	for my $shop ($north, $south) {
		$hub->post('/api/products', { name => "of $shop->{owner}", price => 1 }, token => $shop->{token});
	}
	for my $round (1 .. 3) {
		push(@names, $hub->get('/api/products', token => $_->{token})->{json}{items}[0]{name}) for $north, $south;
	}
	is(join(', ', @names), join(', ', ('of owner of North', 'of owner of South') x 3), 'each sees its own');
};

subtest 'and it can be left out' => sub {
	my $plain = Fexl->start(FEXL_ANSWERS_KEPT_BYTES => 0);
	my $owner = $plain->set_up;

	$plain->get('/api/accounts', token => $owner) for 1 .. 5;
	like($plain->local('GET', '/metrics')->{text}, qr/^fexl_kept_answers_total 0$/m, 'by its option');
};

done_testing();
