#!/usr/bin/perl
# fexlctl import: every line of the file is sold or refused with a reason, the
# books come out right, and a second run makes nothing new.
#
# FEXL_DATA_CSV names online-retail.csv.gz (Online Retail, UCI Machine Learning
# Repository, the first 50,062 lines), which is not part of the tree; without it
# that part is skipped here, and 6000-real-data.t tells the longer story.
use strict;
use warnings;
use Compress::Zlib ();
use File::Temp 'tempdir';
use FindBin;
use lib "$FindBin::Bin/lib";
use FakeDaemon;
use Fexl;
use JSON::PP;
use List::Util qw(sum0);
use Test::More;
use Time::HiRes qw(sleep time);

my $build = $ENV{FEXL_BUILD} // '.';
my $fexlctl = "$build/fexlctl";
-x $fexlctl or BAIL_OUT("$fexlctl is not built: run make check, or set FEXL_BUILD to the build directory");
my $dir = tempdir('fexl-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $json = JSON::PP->new->canonical->utf8;
my $header = "InvoiceNo,StockCode,Description,Quantity,UnitPrice,CustomerID,Country\n";
my $small = $header . <<'END';
536365,85123A,WHITE HEART,6,2.55,17850,United Kingdom
536365,71053,"LANTERN, METAL",4,3.39,17850,United Kingdom
536366,85123A,WHITE HEART,2,2.75,13047,United Kingdom
536366,POST,POSTAGE,1,18,13047,United Kingdom
C536367,85123A,WHITE HEART,-1,2.55,17850,United Kingdom
536368,85123A,,-10,0,,United Kingdom
536369,71053,"LANTERN, METAL",1,0,,United Kingdom
536369,22423,,3,10.95,,United Kingdom
536370,71053,"LANTERN, METAL",1.5,3.39,,United Kingdom
END

sub file
{
	my ($name, $text) = @_;
	open(my $f, '>:raw', "$dir/$name") or die;
	print $f $text;
	close($f) or die;
	return "$dir/$name";
}

sub slurp
{
	my ($path) = @_;
	open(my $f, '<:raw', $path) or return '';
	local $/;
	return scalar(<$f>) // '';
}

sub begin_import
{
	my ($run, @args) = @_;
	my $pid = fork() // die;
	if (!$pid) {
		open(STDIN, '<', '/dev/null') && open(STDOUT, '>', "$dir/stdout") && open(STDERR, '>', "$dir/stderr") or die;
		exec($fexlctl, '--run-dir', $run, 'import', '--map', 'online-retail', @args) or die;
	}
	return $pid;
}

# { end, out, err, json }
sub import_ended
{
	my ($pid) = @_;

	waitpid($pid, 0);
	my $r = { end => $? & 127 ? "signal $?" : $? >> 8, out => slurp("$dir/stdout"), err => slurp("$dir/stderr") };
	$r->{json} = eval { $json->decode($r->{out}) };
	return $r;
}

sub import_file { import_ended(begin_import(@_)) }

sub ended
{
	my ($r, $end, $promise) = @_;
	is($r->{end}, $end, $promise) or diag("stdout:\n$r->{out}stderr:\n$r->{err}");
}

# --- files that are none ---

for my $case (['none', undef, 5, qr/cannot be read/], ['empty', '', 1, qr/empty/], ['other', "a,b\n1,2\n", 1, qr/column 1 is "a"/],
	      ['open', "$header\"1,2\n", 1, qr/line 2: a quote is opened/],
	      ['torn.gz', substr(Compress::Zlib::memGzip($small), 0, -20), 1, qr/ends in the middle|cannot be read/]) {
	my ($name, $text, $end, $why) = @$case;
	file($name, $text) if defined $text;
	my $r = import_file($dir, "$dir/$name");
	ended($r, $end, "$name: exit $end");
	like($r->{err}, $why, 'and why');
}
my $path = file('small.csv', $small);
my $r = import_file($dir, $path, '--cost-percent', '-1');
ended($r, 2, 'a cost below nothing is a usage error');

# --- a dry run ---

$r = import_file($dir, $path, '--dry-run', '--json');
ended($r, 0, 'a dry run needs no daemon');
is_deeply([@{$r->{json}}{qw(invoices returns lines products customers amount_sold)}],
	  [{ total => 5, posted => 0, duplicate => 0, refused => 2 }, { total => 1, posted => 0, duplicate => 0, refused => 0 },
	   { total => 9, sold => 6, returned => 1, refused => 2 }, 4, 2,
	   6 * 255 + 4 * 339 + 2 * 275 + 1800 + 3 * 1095], 'and says what would be done');
my $packed = import_file($dir, file('small.csv.gz', Compress::Zlib::memGzip($small)), '--dry-run', '--json');
is($packed->{out}, $r->{out}, 'the same out of a packed file');

# --- a server with moods ---

# Answers 201 and remembers, 409 the second time; $mood->($path, $body, $nth) may answer first.
sub shop_up
{
	my ($mood) = @_;
	my (%here, %nth);

	return FakeDaemon->start("$dir/apid.sock", sub {
		my ($rq) = @_;
		return (200, { items => [], next => undef }) if $rq->{path} eq '/api/settings';
		my $body = $json->decode($rq->{body});
		my @answer = $mood ? $mood->($rq->{path}, $body, ++$nth{$body->{uuid}}) : ();
		return @answer if @answer;
		my $old = $here{$body->{uuid}};
		$here{$body->{uuid}} //= $rq->{body};
		return (201, $body) if !defined $old;
		return (409, { code => 'duplicate', detail => 'is here', identical => $old eq $rq->{body} ? JSON::PP::true : JSON::PP::false });
	});
}

sub posts
{
	my ($apid, $path) = @_;
	return map { $json->decode($_->{body}) } grep { $_->{path} eq $path } @{$apid->asked};
}

{
	my $apid = shop_up();
	my $r = import_file($dir, $path, '--json', '--report', "$dir/report.csv");
	ended($r, 0, 'an import');
	is_deeply([@{$r->{json}}{qw(invoices returns)}], [{ total => 5, posted => 3, duplicate => 0, refused => 2 },
		  { total => 1, posted => 1, duplicate => 0, refused => 0 }], 'posts what can be a sale, or a return');
	is_deeply([map { [split(/,/)]->[0] } grep { !/^line/ } split(/\n/, slurp("$dir/report.csv"))], [7, 10], 'reports the rest by line');
	is_deeply([sort map { s/:.*//r } keys %{$r->{json}{refused}}], [qw(negative_quantity quantity)], 'and by reason');
	is_deeply($r->{json}{not_kept_in_stock}, ['POST'], 'and what is not kept in stock');

	my %product = map { $_->{sku} => $_ } posts($apid, '/api/products');
	is_deeply([map { [@$_{qw(name price)}] } @product{qw(85123A 71053 22423)}],
		  [['WHITE HEART', 255], ['LANTERN, METAL', 339], ['22423', 1095]], 'products have their usual name and price');
	my ($purchase) = posts($apid, '/api/purchases');
	is_deeply({ map { my $l = $_; my ($sku) = grep { $product{$_}{uuid} eq $l->{product} } keys %product; ($sku => [@$l{qw(qty unit_cost)}]) }
		    @{$purchase->{lines}} },
		  { '85123A' => [8000, 153], 71053 => [5000, 203], 22423 => [3000, 657] }, 'the opening stock covers what is sold, at 60 %');
	my %sale = map { $_->{number} => $_ } posts($apid, '/api/invoices');
	is_deeply($sale{'OR-536365'}{payments}, [{ method => 'cash', amount => 6 * 255 + 4 * 339 }], 'a sale is paid in cash, in full');
	is($sale{'OR-536369'}{customer}, undef, 'nobody\'s sale has no customer');
	is(scalar(@{$sale{'OR-536369'}{lines}}), 2, 'a line given away is part of it');
	cmp_ok($sale{'OR-536365'}{at}, 'lt', $sale{'OR-536366'}{at}, 'times rise with the invoices');
	my ($return) = posts($apid, '/api/returns');
	is_deeply([@$return{qw(number refunds)}, [map { @$_{qw(qty unit_price tax_rate)} } @{$return->{lines}}]],
		  ['OR-C536367', [{ method => 'cash', amount => 255 }], [1000, 255, 0]], 'goods come back at the price in the file');
	cmp_ok($sale{'OR-536366'}{at}, 'lt', $return->{at}, 'when they came back');
	cmp_ok($purchase->{at}, 'lt', $sale{'OR-536365'}{at}, 'the stock is there before');

	$r = import_file($dir, $path, '--json');
	ended($r, 0, 'a second run');
	is_deeply([@{$r->{json}}{qw(invoices made_now)}],
		  [{ total => 5, posted => 0, duplicate => 3, refused => 2 }, { products => 0, customers => 0, purchases => 0 }], 'makes nothing new');
	$r = import_file($dir, $path, '--json', '--cost-percent', '70');
	ended($r, 6, 'a second run that says something else about the stock is refused');
	like($r->{err}, qr/refused 1 requests/, 'that one document');
	$apid->stop;
}
{
	my $apid = shop_up(sub { my ($p, $b, $nth) = @_; $p eq '/api/invoices' && $nth <= 2 ? (503, { code => 'busy', detail => 'later' }) : () });
	my $r = import_file($dir, $path, '--json');
	ended($r, 0, 'a server that is too busy is asked again');
	is($r->{json}{invoices}{posted}, 3, 'until it has all');
	$apid->stop;
}
{
	my $apid = shop_up(sub { my ($p, $b, $nth) = @_; $p eq '/api/invoices' && $nth == 1 ? (undef) : () });
	my $r = import_file($dir, $path, '--json');
	ended($r, 0, 'a server that hangs up is asked again with the same uuid');
	is_deeply([sort map { $_->{number} } posts($apid, '/api/invoices')], [map { ("OR-$_") x 2 } 536365, 536366, 536369], 'once');
	$apid->stop;
}
{
	my $apid = shop_up(sub { my ($p, $b) = @_; ($b->{number} // '') eq 'OR-536366' ? (422, { code => 'unknown', detail => 'no such product' }) : () });
	my $r = import_file($dir, $path, '--json', '--report', "$dir/report.csv");
	ended($r, 6, 'what the server refuses ends in exit 6');
	is_deeply($r->{json}{invoices}, { total => 5, posted => 2, duplicate => 0, refused => 3 }, 'the others are posted');
	is($r->{json}{lines}{sold} + $r->{json}{lines}{returned} + $r->{json}{lines}{refused}, 9, 'no line is lost');
	like(slurp("$dir/report.csv"), qr/^4,server_unknown: the server answered 422,no such product,536366/m, 'and its lines are reported');
	$apid->stop;
}
{
	my $apid = shop_up(sub { my ($p, $b) = @_; $p eq '/api/products' && $b->{sku} eq 'POST' ? (409, { code => 'taken', detail => 'another has it' }) : () });
	my $r = import_file($dir, $path, '--report', "$dir/report.csv");
	ended($r, 6, 'a product that is another one\'s already');
	like($r->{err}, qr/product POST was refused: another has it/, 'is named');
	like(slurp("$dir/report.csv"), qr/^,server_taken: the server answered 409,product POST: another has it$/m, 'and reported');
	$apid->stop;
}
{
	my $apid = shop_up(sub { $_[0] eq '/api/invoices' ? (500, { code => 'internal', detail => 'sorry' }) : () });
	my $r = import_file($dir, $path);
	ended($r, 1, 'a server that fails ends it');
	like($r->{err}, qr/sorry.*no invoice was posted/s, 'with the reason and what was done');
	is($r->{out}, '', 'and without a summary');
	$apid->stop;
}
{
	my $apid = FakeDaemon->start("$dir/apid.sock", sub { (200, { items => [{ scope => 'tenant', key => 'currency_exponent', value => 3 }] }) });
	my $r = import_file($dir, $path);
	ended($r, 6, 'a shop that counts in thousandths gets no prices in hundredths');
	like($r->{err}, qr/2 decimals, the shop's currency has 3/, 'and is told why');
	is(scalar(@{$apid->asked}), 1, 'before anything was made');
	$apid->stop;
}
{
	my $long = $header . join('', map { "$_,A,LAMP,1,1,,UK\n" } 1 .. 300);
	my $apid = shop_up(sub { $_[0] eq '/api/invoices' && sleep(0.05); () });
	my $pid = begin_import($dir, file('long.csv', $long));
	my $until = time + 30;
	sleep(0.05) until posts($apid, '/api/invoices') > 20 || time > $until;
	kill('INT', $pid);
	my $r = import_ended($pid);
	ended($r, 130, 'interrupted: exit 130');
	like($r->{err}, qr/\d+ of 300 invoices are in the shop; run the same command again/, 'and how to go on');
	$apid->stop;
}

# --- a real shop ---

sub books
{
	my ($till) = @_;
	my %book = map { $_->{code} => $_->{debit} - $_->{credit} } @{$till->local('GET', '/api/reports/trial-balance')->{json}{items}};
	return \%book;
}

sub import_into_till
{
	my ($what, $path) = @_;
	my $till = Fexl->start(FEXL_ROLE => 'desktop');
	my $run = "$till->{dir}/run";
	my $r = import_file($run, $path, '--json');

	ended($r, 0, "$what: into a real till");
	my $book = books($till);
	is($book->{1010}, $r->{json}{amount_sold} - $r->{json}{amount_returned}, 'the cash is what was sold, less what went back');
	is(-$book->{4010}, $r->{json}{amount_sold}, 'the sales are what was sold');
	is($book->{4020}, $r->{json}{amount_returned}, 'the refunds what went back');
	cmp_ok($book->{1200}, '>', 0, 'of the opening stock there is what came back');
	is(sum0(values %$book), 0, 'the books balance');
	is($till->local('GET', '/api/reports/valuation')->{json}{total}, $book->{1200}, 'and the stock is worth what they say');
	my $again = import_file($run, $path, '--json');
	ended($again, 0, 'again');
	is_deeply([@{$again->{json}{invoices}}{qw(posted duplicate)}], [0, $r->{json}{invoices}{posted}], 'makes nothing new');
	is_deeply(books($till), $book, 'and changes nothing');
	is($till->stop, 0, 'the till ends well');
	return $r->{json};
}

import_into_till('a small file', $path);

SKIP: {
	my $real = $ENV{FEXL_DATA_CSV} // '';
	skip('FEXL_DATA_CSV does not name online-retail.csv.gz', 1) if !-r $real;
	my $sum = import_into_till('50,062 lines of a real shop', $real);
	is_deeply([@$sum{qw(invoices returns lines amount_sold products customers)}],
		  [{ total => 1958, posted => 1873, duplicate => 0, refused => 85 }, { total => 384, posted => 384, duplicate => 0, refused => 0 },
		   { total => 50062, sold => 49054, returned => 923, refused => 85 }, 95607071, 2879, 1041], 'as others have counted it');
	is_deeply({ map { s/:.*//r => $sum->{refused}{$_} } keys %{$sum->{refused}} }, { negative_quantity => 85 }, 'and what was refused');
}

done_testing();
