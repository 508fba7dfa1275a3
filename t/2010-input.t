#!/usr/bin/perl
# Whatever is wrong with a request is refused with a 4xx that names the culprit,
# and nothing of it is stored.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Fexl;

my $till = Fexl->start(FEXL_ROLE => 'desktop');
my $owner = $till->set_up;
my $product = $till->post('/api/products', { name => 'Tea', price => 900 }, token => $owner)->{json}{uuid};
my $other = '01890a5d-ac96-774b-bcce-b302099a8057';

# How much there is of everything that people enter.
sub stored
{
	my %n;

	for my $path (qw(products customers categories suppliers tax-rates users settings invoices purchases)) {
		$n{$path} = scalar @{$till->get("/api/$path?limit=500", token => $owner)->{json}{items}};
	}
	return \%n;
}

# status, code, field: undef where it does not matter.
sub refused
{
	my ($what, $r, $status, $code, $field) = @_;

	subtest $what => sub {
		is($r->{status}, $status, 'status') or diag($r->{text});
		like(Fexl::header($r, 'Content-Type'), qr{^application/problem\+json}, 'a problem');
		is($r->{json}{status}, $status, 'says its status');
		ok(length($r->{json}{detail} // ''), 'in words');
		ok(length($r->{json}{instance} // ''), 'with the id of the request');
		is($r->{json}{code}, $code, 'code') if defined $code;
		is($r->{json}{field}, $field, 'field') if defined $field;
	};
}

my $before = stored();
my $deep = '[' x 40 . ']' x 40;
my $long = 'x' x 201;
my $line = qq({"product":"$product","qty":1000});
my $cash = '{"method":"cash","amount":900}';

# --- JSON itself ---

my @texts = (
	[ 'no body', '', 400, 'body_required' ],
	[ 'no JSON', 'name=Tea', 400 ],
	[ 'half a JSON', '{"name":"Tea"', 400 ],
	[ 'two of them', '{"name":"Tea","price":1} {}', 400 ],
	[ 'no object', '[1,2]', 422, 'type' ],
	[ 'a lone null', 'null', 422, 'type' ],
	[ 'twins', '{"name":"Tea","price":1,"price":2}', 400, undef, '/price' ],
	[ 'too deep', qq({"name":"Tea","price":1,"note":$deep}), 400 ],
	[ 'NaN', '{"name":"Tea","price":NaN}', 400 ],
	[ 'infinity', '{"name":"Tea","price":1e999}', 400 ],
	[ 'a number beyond 64 bits', '{"name":"Tea","price":99999999999999999999}', 400 ],
	[ 'bad UTF-8', qq({"name":"T\xffa","price":1}), 400 ],
	[ 'an overlong slash', qq({"name":"T\xc0\xafa","price":1}), 400 ],
	[ 'half a surrogate', '{"name":"\ud800","price":1}', 400 ],
	[ 'a raw control character', qq({"name":"T\x01","price":1}), 400 ],
);
refused("products: $_->[0]", $till->tcp('POST', '/api/products', text => $_->[1], token => $owner), @$_[2 .. 4]) for @texts;

# --- fields ---

my @fields = (
	[ 'no name', '{"price":1}', 422, 'required', '/name' ],
	[ 'no price', '{"name":"Tea"}', 422, 'required', '/price' ],
	[ 'a name of another type', '{"name":7,"price":1}', 422, 'type', '/name' ],
	[ 'a price as text', '{"name":"Tea","price":"1"}', 422, 'type', '/price' ],
	[ 'a price with a fraction', '{"name":"Tea","price":1.5}', 422, 'type', '/price' ],
	[ 'a negative price', '{"name":"Tea","price":-1}', 422, 'range', '/price' ],
	[ 'a huge price', '{"name":"Tea","price":9000000000000000000}', 422, 'range', '/price' ],
	[ 'a truth as text', '{"name":"Tea","price":1,"tracked":"yes"}', 422, 'type', '/tracked' ],
	[ 'an empty name', '{"name":"","price":1}', 422, undef, '/name' ],
	[ 'a name too long', qq({"name":"$long","price":1}), 422, 'too_long', '/name' ],
	[ 'a NUL in a name', '{"name":"T\u0000","price":1}', 422, undef, '/name' ],
	[ 'an unknown field', '{"name":"Tea","price":1,"colour":"green"}', 422, 'unknown_field', '/colour' ],
	[ 'what servers set', '{"name":"Tea","price":1,"updated_at":"2026-01-01T00:00:00Z"}', 422, undef, '/updated_at' ],
	[ 'a uuid that is none', '{"uuid":"tea","name":"Tea","price":1}', 422, 'type', '/uuid' ],
	[ 'a category that is not there', qq({"name":"Tea","price":1,"category":"$other"}), 422, 'unknown', '/category' ],
);
refused("products: $_->[0]", $till->tcp('POST', '/api/products', text => $_->[1], token => $owner), @$_[2 .. 4]) for @fields;

# --- documents ---

my @sales = (
	[ 'no lines', '{"payments":[]}', 422, 'required', '/lines' ],
	[ 'empty lines', '{"lines":[]}', 422, 'required', '/lines' ],
	[ 'lines of another type', '{"lines":{}}', 422, 'type', '/lines' ],
	[ 'a line that is no object', '{"lines":[7]}', 422, undef, '/lines/0' ],
	[ 'no such product', qq({"lines":[{"product":"$other","qty":1}]}), 422, 'unknown', '/lines/0/product' ],
	[ 'no quantity', qq({"lines":[{"product":"$product"}]}), 422, 'required', '/lines/0/qty' ],
	[ 'nothing of it', qq({"lines":[{"product":"$product","qty":0}]}), 422, 'range', '/lines/0/qty' ],
	[ 'a discount larger than the line', qq({"lines":[{"product":"$product","qty":1000,"discount":901}]}), 422, 'range',
		'/lines/0/discount' ],
	[ 'a line beyond all money', qq({"lines":[{"product":"$product","qty":1000000000000,"unit_price":1000000000000000}]}), 422, 'range',
		'/lines/0/qty' ],
	[ 'an amount in a line', qq({"lines":[{"product":"$product","qty":1000,"amount":1}]}), 422, undef, '/lines/0/amount' ],
	[ 'an unknown method', qq({"lines":[$line],"payments":[{"method":"shells","amount":900}]}), 422, 'not_a_choice',
		'/payments/0/method' ],
	[ 'paid with less than nothing', qq({"lines":[$line],"payments":[{"method":"cash","amount":-1}]}), 422, 'range',
		'/payments/0/amount' ],
	[ 'a card charged too much', qq({"lines":[$line],"payments":[{"method":"card","amount":901}]}), 422, 'overpaid', '/payments' ],
	[ 'on account of nobody', qq({"lines":[$line]}), 422, 'customer_required', '/customer' ],
	[ 'on account of a stranger', qq({"lines":[$line],"customer":"$other"}), 422, 'unknown', '/customer' ],
	[ 'a time that is none', qq({"lines":[$line],"payments":[$cash],"at":"yesterday"}), 422, 'type', '/at' ],
	[ 'a total of its own', qq({"lines":[$line],"payments":[$cash],"total":1}), 422, undef, '/total' ],
	[ 'too many lines', '{"lines":[' . join(',', ($line) x 2001) . ']}', 422, 'too_long', '/lines' ],
);
refused("invoices: $_->[0]", $till->tcp('POST', '/api/invoices', text => $_->[1], token => $owner), @$_[2 .. 4]) for @sales;

refused('purchases: a supplier that is not there',
	$till->post('/api/purchases', { supplier => $other, lines => [ { product => $product, qty => 1, unit_cost => 1 } ] }, token => $owner),
	422, 'unknown', '/supplier');
refused('purchases: beyond all money',
	$till->post('/api/purchases', { lines => [ { product => $product, qty => 1000000000000, unit_cost => 1000000000000000 } ] },
	token => $owner), 422, 'range', '/lines');
refused('purchases: a status that is none',
	$till->post('/api/purchases', { status => 'lost', lines => [ { product => $product, qty => 1, unit_cost => 1 } ] }, token => $owner),
	422, 'not_a_choice', '/status');

# --- other nouns ---

refused('users: a PIN that is none', $till->post('/api/users', { name => 'A', pin => '12' }, token => $owner), 422, undef, '/pin');
refused('users: a role that is none', $till->post('/api/users', { name => 'A', pin => '1234', role => 'king' }, token => $owner), 422,
	'not_a_choice', '/role');
refused('users: a hash of their own', $till->post('/api/users', { name => 'A', pin_hash => '$y$' }, token => $owner), 422, undef,
	'/pin_hash');
refused('session: another shop', $till->post('/api/session', { tenant => $other, user => 'Olga', pin => '4711' }), 422, 'unknown_field',
	'/tenant');
refused('pairing: an address with more in it', $till->put('/api/sync/pairing', { url => 'https://a.example/?x', tenant_uuid => $other,
	license_key => 'FEXL-AAAA-AAAA-AAAA-AAAA', name => 'T' }, token => $owner), 422, 'url_shape', '/url');
refused('pairing: a key that is none', $till->put('/api/sync/pairing', { url => 'https://a.example', tenant_uuid => $other,
	license_key => 'open sesame', name => 'T' }, token => $owner), 422, undef, '/license_key');

# --- around the body ---

refused('another content type', $till->tcp('POST', '/api/products', text => '{"name":"Tea","price":1}', type => 'text/plain',
	token => $owner), 415, 'content_type');
refused('a form', $till->tcp('POST', '/api/products', text => 'name=Tea', type => 'application/x-www-form-urlencoded', token => $owner),
	415, 'content_type');
refused('no content type', $till->raw("POST /api/products HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer $owner\r\n" .
	"Content-Length: 2\r\n\r\n{}"), 415, 'content_type');
refused('a body where none belongs', $till->tcp('DELETE', "/api/products/$product", text => '{}', token => $owner), 400, 'body_unexpected');
refused('a record too large', $till->post('/api/products', { name => 'Tea', note => 'x' x 70000 }, token => $owner), 413);
refused('a body beyond all limits', $till->post('/api/invoices', { note => 'x' x (5 << 20) }, token => $owner), 413);

# --- paths and queries ---

refused('no such route', $till->get('/api/poems', token => $owner), 404, 'no_route');
refused('nor one for strangers to count', $till->get('/api/poems'), 404, 'no_route');
refused('a name that is no uuid', $till->get('/api/products/tea', token => $owner), 404, 'not_found');
refused('a verb that is not there', $till->tcp('PUT', '/api/products', json => {}, token => $owner), 405, 'method');
refused('an unknown parameter', $till->get('/api/products?colour=green', token => $owner), 422, 'query_unknown', '/colour');
refused('a parameter twice', $till->get('/api/products?limit=1&limit=2', token => $owner), 422, 'query_repeated', '/limit');
refused("limit=$_", $till->get("/api/products?limit=$_", token => $owner), 422, 'query_not_a_number', '/limit') for qw(0 -1 501 many 1e2);
refused('a cursor of one\'s own', $till->get('/api/products?after=here', token => $owner), 422, 'cursor', '/after');
refused('a tenant of one\'s own choice', $till->get("/api/products?tenant=$other", token => $owner), 422, 'query_unknown', '/tenant');
refused('a percent that is none', $till->get('/api/products?q=%zz', token => $owner), 400, 'target');
refused('bytes that are no text', $till->get('/api/products?q=%ff', token => $owner), 422, 'query_not_text', '/q');

# --- and after all this ---

is_deeply(stored(), $before, 'nothing of it was stored');
is($till->post('/api/products', { name => 'Tee für zwei ☕', price => 1 }, token => $owner)->{json}{name}, 'Tee für zwei ☕',
	'what is right goes on');
unlike($till->log_text, qr/fexl-apid: .*(ERROR|runtime error|Sanitizer)/, 'nothing went wrong inside');
is($till->stop, 0, 'ends in order');
done_testing();
