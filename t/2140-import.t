#!/usr/bin/perl
# A list from a spreadsheet becomes the shop's: first as a dry run that stores
# nothing, then for good; all of it, or what is right of it when that is asked.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Fexl;

my $till = Fexl->start(FEXL_ROLE => 'desktop');
my $owner = $till->set_up;

sub import_csv
{
	my ($what, $csv, $query) = @_;

	return $till->tcp('POST', "/api/import/$what" . ($query ? "?$query" : ''), text => $csv, type => 'text/csv', token => $owner);
}

sub products
{
	return scalar @{$till->get('/api/products?limit=500', token => $owner)->{json}{items}};
}

my $good = "name,sku,price\nTea,T-1,2.50\nCoffee,C-1,9\n";
my $r = import_csv('products', $good, 'dry_run=1');
is($r->{status}, 200, 'a dry run is answered');
is($r->{json}{created}, 2, 'with what would be done');
ok(!$r->{json}{stored}, 'and says that nothing was');
is(products(), 0, 'which is so');

$r = import_csv('products', $good);
ok($r->{json}{stored}, 'the same for good');
is(products(), 2, 'is in the shop');
is(import_csv('products', $good)->{json}{unchanged}, 2, 'the same file again changes nothing');

my $bad = "name,sku,price\nMilk,M-1,3\nOil,O-1,expensive\n";
$r = import_csv('products', $bad);
ok(!$r->{json}{stored}, 'a file with a mistake is not stored');
is(products(), 2, 'not even what is right of it');
is_deeply([@{$r->{json}{errors}[0]}{qw(line field code)}], [3, 'price', 'number'], 'the mistake is named by line and column');
$r = import_csv('products', $bad, 'skip_errors=1');
is($r->{json}{created}, 1, 'unless it is asked to leave mistakes out');
is(products(), 3, 'then the rest is stored');

is(import_csv('products', '')->{status}, 400, 'no file is no import');
is($till->post('/api/import/products', { name => 'Tea' }, token => $owner)->{status}, 415, 'JSON is no CSV');
is(import_csv('products', "name,colour\n")->{json}{code}, 'unknown_column', 'a column nobody knows is named');
is(import_csv('products', $good, 'dry_run=perhaps')->{status}, 422, 'a dry run is asked for by 1 or 0');
is(import_csv('users', $good)->{status}, 404, 'users are not imported');

done_testing;
