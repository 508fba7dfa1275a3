#!/usr/bin/perl
# Two tills sell without pause while their world is broken: the cable is cut,
# daemons are killed and stopped.  In the end nothing may be lost or doubled.
#
#	soak.pl DEMO-DIR BUILD-DIR SECONDS [SEED]
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Time::HiRes qw(sleep time);
use Node;

my $TROUBLE_S = 3;		# between two troubles
my $ANSWER_S = 60;		# a sale is sent again, with the same uuid, until it is answered
my $SETTLE_S = 120;

my ($dir, $build, $seconds, $seed) = @ARGV;
die "usage: soak.pl DEMO-DIR BUILD-DIR SECONDS [SEED]\n" if !$seconds;
$seed //= $$;
srand($seed);
$| = 1;

my ($cloud, @tills) = map { Node->new($dir, $_, $build) } qw(cloud till-1 till-2);
my (@stored, @stopped, %count);

sub say_line { printf("%7.1f s  %s\n", time - $^T, $_[0]) }

# --- trouble ---

sub pid_of
{
	my ($unit) = @_;
	open(my $f, '<', "$dir/state") or return;
	my ($pid) = map { /^\Q$unit\E\t\w+\t(\d+)\t/ ? $1 : () } <$f>;
	return $pid;
}

sub unit_any
{
	my @units = qw(cloud.apid till-1.apid till-1.syncd till-2.apid till-2.syncd);
	return $units[rand @units];
}

sub trouble_kill
{
	my $unit = unit_any();
	my $pid = pid_of($unit) // return;
	say_line("kill -9 $unit");
	kill('KILL', $pid);
}

sub trouble_stop
{
	my $unit = (qw(till-1.syncd till-2.syncd))[rand 2];
	my $pid = pid_of($unit) // return;
	say_line("kill -STOP $unit");
	kill('STOP', $pid);
	push(@stopped, $pid);
}

sub trouble_go_on
{
	kill('CONT', splice(@stopped));
}

sub trouble_cut
{
	say_line('the cable is cut');
	open(my $f, '>', "$dir/cut") or die "soak: $dir/cut: $!\n";
}

sub trouble_mend
{
	unlink("$dir/cut") and say_line('the cable is mended');
}

my @troubles = (\&trouble_kill, \&trouble_kill, \&trouble_stop, \&trouble_go_on, \&trouble_cut, \&trouble_mend, \&trouble_mend);

# --- selling ---

# Whatever happens to the answer: the same key again.
sub insist
{
	my ($till, $method, $path, $body) = @_;
	my $end = time + $ANSWER_S;
	for (;;) {
		my $r = $till->request($method, $path, $body);
		return $r if $r->{status} < 500;
		die "soak: $method $path at $till->{name}: $r->{status} $r->{content}\n" if time > $end;
		$count{again}++;
		sleep(0.1);
	}
}

sub sell_one
{
	my ($till, $products) = @_;
	my $p = $products->[rand @$products];
	my $uuid = Node::uuid_new();
	my $r = insist($till, 'POST', '/api/invoices', { uuid => $uuid,
		lines => [ { product => $p->{uuid}, qty => 1000, unit_price => $p->{price} } ],
		payments => [ { method => 'cash', amount => $p->{price} } ] });
	# 409: an earlier try was stored, and its answer was lost.
	die "soak: a sale was answered $r->{status} $r->{content}\n" if $r->{status} != 201 && $r->{status} != 409;
	$count{lost_answers}++ if $r->{status} == 409;
	push(@stored, $uuid);
}

sub invoices_of
{
	my ($node) = @_;
	return map { $_->{uuid} } $node->list('/api/invoices');
}

# --- and in the end ---

sub settle
{
	trouble_go_on();
	trouble_mend();
	my $end = time + $SETTLE_S;
	for my $till (@tills, $tills[0]) {
		until (eval { $till->sync_now; 1 }) {
			die "soak: $till->{name} does not settle: $@" if time > $end;
			sleep(1);
		}
	}
}

# Each sale once, everywhere, and nothing else.
sub compare
{
	my ($node, $before) = @_;
	my @there = invoices_of($node);
	my %there = map { $_ => 1 } @there;
	my @lost = grep { !$there{$_} } @stored;
	my $more = @there - $before - @stored;
	say_line("$node->{name}: " . @there . ' invoices, ' . @lost . " lost, $more too many");
	return !@lost && !$more;
}

sub books_balance
{
	my ($node) = @_;
	my ($debit, $credit) = (0, 0);
	$debit += $_->{debit}, $credit += $_->{credit} for @{$node->get('/api/reports/trial-balance')->{items}};
	say_line("$node->{name}: debit $debit, credit $credit");
	return $debit == $credit && $debit > 0;
}

sub main
{
	my ($who) = ({ name => 'Amal', pin => '1234' });
	my ($tenant) = map { $_->{uuid} } @{$cloud->ctl('', qw(tenant list))->{items}};
	$_->sign_in($who) for @tills;
	$cloud->sign_in($who, $tenant);
	my @products = grep { $_->{price} > 0 } @{$tills[0]->get('/api/products?limit=100')->{items}};
	my $before = () = invoices_of($cloud);
	say_line("seed $seed, $before invoices before");
	my ($end, $next) = (time + $seconds, time + $TROUBLE_S);
	while (time < $end) {
		sell_one($_, \@products) for @tills;
		next if time < $next;
		$troubles[rand @troubles]->();
		$next = time + $TROUBLE_S;
	}
	settle();
	say_line(@stored . ' sales, ' . ($count{again} // 0) . ' tries again, ' . ($count{lost_answers} // 0) . ' answers were lost');
	my @wrong = (grep({ !compare($_, $before) } $cloud, @tills), grep({ !books_balance($_) } $cloud, @tills),
		grep({ !$_->ctl('', 'verify')->{identical} } @tills));
	die 'soak: wrong at ' . join(', ', map { $_->{name} } @wrong) . " (seed $seed)\n" if @wrong;
	say_line('nothing was lost or doubled; all copies are identical, and the books balance');
}

main();
