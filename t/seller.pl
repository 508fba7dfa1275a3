#!/usr/bin/perl
# A cashier who does not give up: sells one thing after the other over TCP, each
# with a uuid of its own, and sends it again just so until it is answered.
#
#	seller.pl PORT TOKEN-FILE PRODUCT OUT
#
# OUT.sold gets a line for each sale that was answered 2xx, or 409 because it is
# there already: its uuid, and when, as seconds with fractions.  Ends on SIGTERM,
# with the sale in hand, unless nobody answers for 10 s; and after 15 minutes in any
# case: no story is longer.
use strict;
use warnings;
use HTTP::Tiny;
use IO::Handle;
use Time::HiRes qw(clock_gettime sleep CLOCK_MONOTONIC);

my ($PAUSE_S, $AGAIN_S, $END_S, $LIFE_S) = (0.02, 0.02, 10, 900);
my ($port, $token_file, $product, $out) = @ARGV;
die "usage: $0 PORT TOKEN-FILE PRODUCT OUT\n" if !defined $out;

open(my $f, '<', $token_file) or die "$token_file: $!\n";
chomp(my $token = <$f>);
open(my $sold, '>>', "$out.sold") or die "$out.sold: $!\n";
open(my $log, '>>', "$out.log") or die "$out.log: $!\n";
$_->autoflush(1) for $sold, $log;

my $http = HTTP::Tiny->new(timeout => 5, keep_alive => 1, default_headers => { Authorization => "Bearer $token" });
alarm($LIFE_S);
my $end = 0;	# when to give up, once told to stop
$SIG{TERM} = sub { $end ||= now() + $END_S };
sub now { return clock_gettime(CLOCK_MONOTONIC) }

sub uuid
{
	open(my $random, '<', '/proc/sys/kernel/random/uuid') or die;
	chomp(my $u = <$random>);
	return $u;
}

# True when it is stored, by this attempt or by one before it.
sub offer
{
	my ($uuid) = @_;
	my $r = $http->post("http://127.0.0.1:$port/api/invoices", {
		headers => { 'Content-Type' => 'application/json' },
		content => qq({"uuid":"$uuid","lines":[{"product":"$product","qty":1000,"unit_price":250}],)
			. qq("payments":[{"method":"cash","amount":250}]}),
	});
	return 1 if $r->{success} || ($r->{status} == 409 && $r->{content} =~ /"identical":\s*true/);
	print {$log} "$uuid: $r->{status} $r->{content}\n";
	die "$uuid was refused: $r->{status} $r->{content}\n" if $r->{status} =~ /^4/ && $r->{status} !~ /^4(08|25|29)$/;
	return 0;
}

until ($end) {
	my $uuid = uuid();
	until (offer($uuid)) {
		exit 0 if $end && now() > $end;
		sleep($AGAIN_S);
	}
	printf {$sold} "%s %.3f\n", $uuid, now();
	sleep($PAUSE_S);
}
