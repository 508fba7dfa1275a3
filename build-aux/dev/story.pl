#!/usr/bin/perl
# What happens in ./dev demo once all runs: the shop is made, the tills are
# paired, people sell.
#
#	story.pl DEMO-DIR BUILD-DIR CLOUD-URL furnish FILE | reconnect | sell | tour | guide
#
# CLOUD-URL is the cloud as the tills reach it: through the cable.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use IO::Socket::INET;
use JSON::PP;
use Time::HiRes qw(sleep time);
use Node;

my $OWNER = { name => 'Amal', role => 'owner', pin => '1234' };
my $CASHIER = { name => 'Yusuf', role => 'cashier', pin => '2222' };
my $SHOP = 'Rafidain Grocery';
my $PATIENCE_S = 30;
my $SALES = 5;
my $RESTOCK_LINES = 400;	# of one purchase

my ($dir, $build, $cloud_url, $verb, @arguments) = @ARGV;
my ($cloud, @tills) = map { Node->new($dir, $_, $build) } qw(cloud till-1 till-2);
my $shop;	# { tenant_uuid, license_key, cloud_url }

$| = 1;

sub tell_line
{
	my ($word, $text) = @_;
	printf("  %-10s %s\n", $word, $text);
}

sub took
{
	my ($from) = @_;
	my $s = time - $from;
	return $s < 1 ? sprintf('%d ms', $s * 1000) : sprintf('%.1f s', $s);
}

sub commas
{
	my ($n) = @_;
	1 while $n =~ s/^(\d+)(\d{3})/$1,$2/;
	return $n;
}

sub amount
{
	my ($cents) = @_;
	return sprintf('%s.%02d', commas(int($cents / 100)), $cents % 100);
}

# Until it is so, and no longer than we have patience.
sub wait_until
{
	my ($what, $is_so) = @_;
	my $end = time + $PATIENCE_S;
	until ($is_so->()) {
		die "story: waited $PATIENCE_S s in vain until $what\n" if time > $end;
		sleep(0.05);
	}
}

sub shop_load
{
	open(my $f, '<', "$dir/shop.json") or die "story: $dir/shop.json: $!\n";
	local $/;
	$shop = decode_json(<$f>);
}

# The licence key is in it, to pair the tills again when the cable has another port.
sub shop_save
{
	my $old = umask(077);
	open(my $f, '>', "$dir/shop.json.new") or die "story: $dir/shop.json: $!\n";
	print $f encode_json($shop);
	close($f) && rename("$dir/shop.json.new", "$dir/shop.json") or die "story: $dir/shop.json: $!\n";
	umask($old);
}

# --- the shop is made ---

sub make_shop
{
	my $from = time;
	my $made = $cloud->ctl('', qw(tenant create), $SHOP);
	$shop = { tenant_uuid => $made->{tenant_uuid}, license_key => $made->{license_key}, cloud_url => $cloud_url };
	$cloud->ctl($_->{pin}, qw(user add), $_->{name}, '--role', $_->{role}, '--pin-file', '-', '--tenant',
		$shop->{tenant_uuid}) for $OWNER, $CASHIER;
	tell_line('shop', "$SHOP, with $OWNER->{name} (owner) and $CASHIER->{name} (cashier), in " . took($from));
}

sub pair
{
	my ($till, $name) = @_;
	return $till->ctl($shop->{license_key}, 'pair', '--url', $cloud_url, '--tenant', $shop->{tenant_uuid},
		'--license-file', '-', '--name', $name)->{device_uuid};
}

sub device_status
{
	my ($uuid) = @_;
	my ($device) = grep { $_->{uuid} eq $uuid } @{$cloud->ctl('', 'devices')->{items}};
	return $device ? $device->{status} : '';
}

sub pair_and_approve
{
	for my $i (0 .. $#tills) {
		my $from = time;
		my $name = 'Till ' . ($i + 1);
		my $uuid = pair($tills[$i], $name);
		wait_until("the cloud hears of $name", sub { device_status($uuid) ne '' });
		$cloud->ctl('', qw(devices approve), $uuid, '--yes');
		$tills[$i]->sync_now;
		tell_line('paired', "$name: asked, approved by the cloud, first load, in " . took($from));
	}
}

sub import_file
{
	my ($file) = @_;
	my $from = time;
	my $got = $tills[0]->ctl('', 'import', $file, '--map', 'online-retail');
	tell_line('data', sprintf('%s products, %s customers, %s invoices rung up on till 1 in %s', commas($got->{products}),
		commas($got->{customers}), commas($got->{invoices}{posted}), took($from)));
	my $refused = $got->{lines}{refused};
	tell_line('', commas($refused) . ' lines of the file were no sales: fexlctl import --report names them') if $refused;
}

# The file's stock is what it sold: the shelves are empty now.
sub restock
{
	my $from = time;
	my @products = grep { $_->{tracked} } $tills[0]->list('/api/products');
	my $n = @products;
	while (my @some = splice(@products, 0, $RESTOCK_LINES)) {
		my @lines = map { { product => $_->{uuid}, qty => 24000, unit_cost => int($_->{price} * 0.6) } } @some;
		$tills[0]->post('/api/purchases', { uuid => Node::uuid_new(), note => 'made up, for the demo', lines => \@lines });
	}
	tell_line('stock', 'each of ' . commas($n) . ' products restocked with 24, in ' . took($from));
}

sub sync_all
{
	my $from = time;
	$_->sync_now for @tills;
	tell_line('synced', 'till 1 has sent it all to the cloud, till 2 has it from there, in ' . took($from));
}

sub furnish
{
	my ($file) = @_;
	make_shop();
	pair_and_approve();
	$tills[0]->sign_in($OWNER);
	import_file($file);
	restock();
	sync_all();
	shop_save();
}

# Another program may have taken the cable's port since.
sub reconnect
{
	shop_load();
	if ($shop->{cloud_url} ne $cloud_url) {
		pair($tills[$_], 'Till ' . ($_ + 1)) for 0 .. $#tills;
		$_->sync_now for @tills;
		$shop->{cloud_url} = $cloud_url;
		shop_save();
	}
	tell_line('data', 'the shop of the last time (./dev clean forgets it)');
}

# --- people sell ---

sub all_sign_in
{
	shop_load();
	$cloud->sign_in($OWNER, $shop->{tenant_uuid});
	$_->sign_in($CASHIER) for @tills;
}

# Key and number are fixed before the sale is sent, as the console does it.
sub sell_one
{
	my ($till, @products) = @_;
	my $uuid = Node::uuid_new();
	my $number = $till->post('/api/numbers', { uuid => $uuid, kind => 'invoice' })->{number};
	my @lines = map { { product => $_->{uuid}, qty => 1000 * (1 + int(rand(3))), unit_price => $_->{price} } } @products;
	my $total = 0;
	$total += $_->{unit_price} * $_->{qty} / 1000 for @lines;
	my $from = time;
	my $sale = $till->post('/api/invoices', { uuid => $uuid, number => $number, lines => \@lines,
		payments => [ { method => 'cash', amount => 500 * int($total / 500 + 1) } ] });
	tell_line('', sprintf('%s  %s: %d product%s, %s, change %s  (%s)', $till->title, $number, scalar @lines,
		@lines == 1 ? '' : 's', amount($sale->{total}),
		amount($sale->{change_given}), took($from)));
	return $uuid;
}

sub sell_some
{
	my ($till, $n) = @_;
	my @products = grep { $_->{price} > 0 } @{$till->get('/api/products?limit=200')->{items}};
	die "story: the shop has nothing to sell\n" if !@products;
	return map { sell_one($till, map { $products[rand @products] } 0 .. int(rand(4))) } 1 .. $n;
}

sub has_all
{
	my ($node, @uuids) = @_;
	return !grep { !$node->has("/api/invoices/$_") } @uuids;
}

sub sell
{
	all_sign_in();
	tell_line('sell', "$CASHIER->{name} signs in at till 1 and sells:");
	my @sales = sell_some($tills[0], $SALES);
	my $from = time;
	wait_until('the sales are in the cloud', sub { has_all($cloud, @sales) });
	tell_line('arrived', 'in the cloud ' . took($from) . ' after the last of them');
	$tills[1]->sync_now;
	wait_until('the sales are on till 2', sub { has_all($tills[1], @sales) });
	tell_line('', 'on till 2 ' . took($from) . ' after it');
}

# --- the cable is cut ---

sub cable_port
{
	return $cloud_url =~ /:(\d+)$/ ? $1 : die "story: $cloud_url has no port\n";
}

sub cable_works
{
	return !!IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => cable_port(), Timeout => 2);
}

sub cable_cut
{
	open(my $f, '>', "$dir/cut") or die "story: $dir/cut: $!\n";
	close($f);
	wait_until('the cable is cut', sub { !cable_works() });
	tell_line('cut', 'the cable to the cloud: both tills are alone now');
}

sub cable_mend
{
	unlink("$dir/cut");
	wait_until('the cable is mended', \&cable_works);
	tell_line('mended', 'the cable');
}

sub say_pending
{
	for my $till (@tills) {
		my $status = $till->ctl('', qw(api GET /api/sync/status));
		tell_line('', $till->title . ": $status->{text}");
		die 'story: ' . $till->title . " says that nothing is pending\n" if !$status->{pending}{total};
	}
}

# verify's tables of both tills, side by side.
sub print_rows
{
	my @seen = @_;
	my %here = map { my $i = $_; map { ("$i $_->{table}" => $_->{here}) } @{$seen[$i]{tables}} } 0 .. $#seen;
	printf("             %-16s %8s %8s %8s\n", '', 'cloud', map { $_->title } @tills);
	for my $t (@{$seen[0]{tables}}) {
		printf("             %-16s %8s %8s %8s\n", $t->{table}, commas($t->{cloud}),
			map { commas($here{"$_ $t->{table}"}) } 0 .. $#tills);
	}
}

sub verify
{
	my @seen = map { $_->ctl('', 'verify') } @tills;
	print_rows(@seen);
	for my $i (0 .. $#tills) {
		die 'story: ' . $tills[$i]->title . " and the cloud differ\n" if !$seen[$i]{identical};
	}
	tell_line('identical', 'row by row, the digests of both tills and the cloud agree');
}

sub tour
{
	all_sign_in();
	cable_cut();
	my @sales = map { sell_some($_, $SALES) } @tills;
	say_pending();
	die "story: the cloud has a sale that nobody could send\n" if grep { $cloud->has("/api/invoices/$_") } @sales;
	my $from = time;
	cable_mend();
	$_->sync_now for @tills, $tills[0];
	wait_until('all have all sales', sub { !grep { !has_all($_, @sales) } $cloud, @tills });
	tell_line('', scalar(@sales) . ' sales made alone are in the cloud and on both tills ' . took($from) . ' later');
	verify();
}

# --- and now ---

sub guide
{
	shop_load();
	print "\n";
	print "  Cloud      ", $cloud->url, "/     there sign in with the shop below\n";
	print "  Till 1     ", $tills[0]->url, "/\n";
	print "  Till 2     ", $tills[1]->url, "/\n";
	print "  Sign in    $OWNER->{name} ($OWNER->{role}) $OWNER->{pin}, $CASHIER->{name} ($CASHIER->{role}) $CASHIER->{pin}\n";
	print "  Shop       $shop->{tenant_uuid}\n\n";
	print "  Try, in another terminal:\n";
	print "    ./dev ctl status                    how is till 1?  (\@till-2 and \@cloud stand before the command)\n";
	print "    touch .demo/cut; rm .demo/cut       cut and mend the cable; ./dev ctl pending\n";
	print "    ./dev ctl verify                    is this till's copy the same as the cloud's?\n";
	print "    ./dev ctl \@cloud devices            the tills as the cloud sees them\n";
	print "    ./dev status                        the processes: kill -9 or -STOP one and look again\n";
	print "  Stop       Ctrl-C      Forget it all: ./dev clean\n";
}

my %verbs = (furnish => \&furnish, reconnect => \&reconnect, sell => \&sell, tour => \&tour, guide => \&guide);
$verbs{$verb // ''} or die "story: furnish FILE | reconnect | sell | tour | guide\n";
$verbs{$verb}->(@arguments);
