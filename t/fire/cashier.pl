#!/usr/bin/perl
# Somebody who works at a till and does not give up: sells, takes back, takes
# payments, receives goods, changes prices.  What is not answered is sent again,
# with the same uuid.
#
#	cashier.pl STAGE TILL SEED [CLOUD LINE]
#
# With a cloud he works as the console does: what he sells he sends there first,
# over that line, under a number from his till, and to his till when that fails.
# STAGE/TILL/told has a line of JSON for each thing entered: what was said of it
# (yes, no, unknown), and how long it took.  Ends on SIGTERM, with the thing in hand.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Fexl;
use IO::Handle;
use JSON::PP;
use POSIX qw(strftime);
use Time::HiRes qw(sleep time clock_gettime CLOCK_MONOTONIC);

my ($TRY_S, $CLOUD_S, $AGAIN_S, $PAUSE_S, $END_S, $KEPT) = (8, 4, 0.1, 0.03, 120, 50);
my ($stage, $till, $seed, $cloud, $line) = @ARGV;
die "usage: $0 STAGE TILL SEED [CLOUD LINE]\n" if !defined $seed;
my $json = JSON::PP->new->canonical->utf8;
my ($end, @sales) = (0);	# of this till, neither returned nor cancelled
srand($seed);
$SIG{PIPE} = 'IGNORE';
$SIG{TERM} = sub { $end ||= now() + $END_S };
sub now { return clock_gettime(CLOCK_MONOTONIC) }
sub any { return $_[rand @_] }

sub words_of { my ($file) = @_; open(my $f, '<', "$stage/$file") or die "$file: $!\n"; chomp(my @w = <$f>); return @w }
my @products = words_of('products');
my @customers = words_of('customers');
my $token = $cloud && (words_of("$cloud/token"))[0];
my %price = map { $_ => 100 + 25 * (hex(substr($_, -2)) % 8) } @products;
open(my $told, '>>', "$stage/$till/told") or die "$stage/$till/told: $!\n";
$told->autoflush(1);

sub uuid { open(my $f, '<', '/proc/sys/kernel/random/uuid') or die; chomp(my $u = <$f>); return $u }

# --- asking ---

# The answer, or nothing when there was none.
sub ask
{
	my ($socket, $patience_s, $method, $path, $body, @more) = @_;
	return if !$socket;
	local $Fexl::ANSWER_MAX = $patience_s;
	return eval { Fexl::answer_read_of($socket, Fexl::request_text($method, $path, json => $body, @more)) };
}

sub ask_till
{
	return ask(IO::Socket::UNIX->new(Peer => "$stage/$till/run/apid.sock"), $TRY_S, @_);
}

sub ask_cloud
{
	my $port = (words_of("$line/run/apid.port"))[0];
	return ask(IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port, Timeout => $CLOUD_S), $CLOUD_S, @_,
		token => $token);
}

# yes, no, or again
sub verdict
{
	my ($r) = @_;
	return 'again' if !$r || $r->{status} >= 500 || $r->{status} =~ /^4(01|08|25|26|29)$/;
	return 'yes' if $r->{status} < 300 || ($r->{status} == 409 && ($r->{json}{identical} // 0));
	return 'no';
}

# At the till, until it is answered.
sub insist
{
	my ($method, $path, $body, $tries) = @_;
	for (;;) {
		my $r = ask_till($method, $path, $body);
		my $how = verdict($r);
		return ($how, $r) if $how ne 'again';
		return 'unknown' if $end && now() > $end;
		$$tries++;
		sleep($AGAIN_S);
	}
}

# As the console does: whatever the cloud does not answer goes to the till, unchanged.
sub fail_over
{
	my ($method, $path, $body, $tries) = @_;
	my $r = ask_cloud($method, $path, $body);
	my $how = verdict($r);
	return ($how, $r, 'cloud') if $how ne 'again';
	$$tries++;
	($how, $r) = insist($method, $path, $body, $tries);
	return ($how eq 'no' ? 'unknown' : $how, $r, $till);
}

sub note
{
	my ($kind, $uuid, $said, $began, $how, $at, $tries, $r) = @_;
	my %line = (kind => $kind, uuid => $uuid, said => $said, how => $how, at => $at, tries => $tries,
		began => $began, ms => int((now() - $began) * 1000));
	$line{why} = substr($r->{text} // '', 0, 200) if $how eq 'no';
	print $told $json->encode(\%line), "\n";
}

# Enters one thing; true when it is stored at the till.
sub enter
{
	my ($kind, $path, $body, $said, $first_cloud) = @_;
	my ($began, $tries) = (now(), 0);
	my ($how, $r, $at) = ($first_cloud ? \&fail_over : \&insist)->('POST', $path, $body, \$tries);
	$at //= $till;
	note($kind, $body->{uuid}, $said, $began, $how, $at, $tries, $r);
	return $how eq 'yes' && $at eq $till;
}

# --- a day in a shop ---

sub sell
{
	my ($customer) = @_;
	my @lines = map { my $p = any(@products); { product => $p, qty => 1000 * (1 + int rand 3), unit_price => $price{$p}, tax_rate => 0 } }
		1 .. 1 + int rand 2;
	my $total = 0;
	$total += $_->{unit_price} * $_->{qty} / 1000 for @lines;
	my $body = { uuid => uuid(), lines => \@lines };
	$customer ? ($body->{customer} = $customer) : ($body->{payments} = [{ method => 'cash', amount => $total }]);
	if ($cloud) {
		my ($how, $r) = insist('POST', '/api/numbers', { uuid => $body->{uuid}, kind => 'invoice' }, \my $tries);
		return if $how ne 'yes';
		$body->{number} = $r->{json}{number};
		$body->{at} = strftime('%Y-%m-%dT%H:%M:%S', gmtime) . '.000000Z';
	}
	my $said = { total => $total, lines => [map { [@$_{qw(product qty unit_price)}] } @lines] };
	enter('invoices', '/api/invoices', $body, $said, $cloud && rand() < 0.7) or return;
	push(@sales, { uuid => $body->{uuid}, line => $lines[0] });
	shift(@sales) if @sales > $KEPT;
}

# Each sale is undone at most once: how much comes back is known then.
sub take_sale { return @sales ? splice(@sales, rand @sales, 1) : undef }

sub give_back
{
	my $s = take_sale() or return;
	enter('returns', "/api/invoices/$s->{uuid}/return", { uuid => uuid(), lines => [{ line => 0, qty => 1000 }] },
		{ total => $s->{line}{unit_price}, lines => [[$s->{line}{product}, 1000]] });
}

sub cancel
{
	my $s = take_sale() or return;
	enter('cancellations', "/api/invoices/$s->{uuid}/cancel", { uuid => uuid(), reason => 'wrong' }, { invoice => $s->{uuid} });
}

sub receive
{
	my $line = { product => any(@products), qty => 1000 * (1 + int rand 20), unit_cost => 40 + int rand 60 };
	enter('purchases', '/api/purchases', { uuid => uuid(), lines => [$line] }, { lines => [[@$line{qw(product qty unit_cost)}]] });
}

sub adjust
{
	my $line = { product => any(@products), qty => rand() < 0.5 ? 1000 : -1000 };
	enter('stock_adjustments', '/api/stock-adjustments', { uuid => uuid(), reason => 'counted', lines => [$line] },
		{ lines => [[@$line{qw(product qty)}]] });
}

sub be_paid
{
	my $body = { uuid => uuid(), customer => any(@customers), method => 'cash', amount => 1 + int rand 50 };
	enter('customer_payments', '/api/customer-payments', $body, { total => $body->{amount} });
}

sub meet
{
	my $uuid = uuid();
	enter('customers', '/api/customers', { uuid => $uuid, name => "Ali $uuid" }, {});
}

# The last word wins, whoever has it: all copies must agree on which it was.
sub rename_product
{
	my ($p, $tries, $began) = (any(@products), 0, now());
	my ($how, $r) = insist('PATCH', "/api/products/$p", { note => "$till $began" }, \$tries);
	note('products', $p, {}, $began, $how, $till, $tries, $r);
}

my @acts = ((\&sell) x 10, (sub { sell(any(@customers)) }) x 3, (\&give_back) x 3, \&cancel, (\&receive) x 4, \&adjust,
	(\&be_paid) x 2, \&meet, (\&rename_product) x 2);
until ($end) {
	any(@acts)->();
	sleep($PAUSE_S);
}
