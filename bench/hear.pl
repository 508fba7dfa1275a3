#!/usr/bin/perl
# From a sale on one till to the event on a screen of another:
#
#	hear.pl FROM_DIR TO_DIR PRODUCT N RATE
#
# Sells N times, RATE a second, at FROM's Unix socket; listens at TO's.  Prints
# one line of KEY=VALUE, in microseconds: from sending the request on.
use strict;
use warnings;
use IO::Socket::UNIX;
use Time::HiRes qw(time);
use Ws;

my ($from, $to, $product, $n, $rate) = @ARGV;
my $ws = Ws->open({ dir => $to }, '/ws', local => 1);
my $till = IO::Socket::UNIX->new(Peer => "$from/run/apid.sock") or die "apid.sock: $!\n";
my (%sold_at, @took);

sub sell
{
	my ($k) = @_;
	my $uuid = sprintf('%08x-%04x-7%03x-8000-%012x', int(time() * 1000) >> 16, int(time() * 1000) & 0xffff, $k & 0xfff, $$ * 100000 + $k);
	my $body = qq({"uuid":"$uuid","lines":[{"product":"$product","qty":1000,"unit_price":100}],"payments":[{"method":"cash","amount":100}]});

	$sold_at{$uuid} = time();
	syswrite($till, "POST /api/invoices HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " . length($body) . "\r\n\r\n$body");
}

# The answer is read, so that the socket is ready for the next.
sub answered
{
	my $text = '';

	sysread($till, $text, 65536, length $text) until $text =~ /\r\n\r\n/;
	$text =~ m{^HTTP/1\.1 201} or die "a sale was not taken: $text\n";
	my ($len) = $text =~ /content-length: (\d+)/i;
	sysread($till, $text, 65536, length $text) while length($text) - index($text, "\r\n\r\n") - 4 < $len;
}

sub hear_until
{
	my ($until) = @_;

	while ((my $left = $until - time()) > 0 && @took < $n) {
		my $e = $ws->event('invoice:created', $left) or next;
		push(@took, time() - $sold_at{$e->{uuid}}) if defined $e->{uuid} && $sold_at{$e->{uuid}};
	}
}

my $began = time();
for my $k (1 .. $n) {
	sell($k);
	answered();
	hear_until($began + $k / $rate);
}
hear_until(time() + 30);
die 'only ' . @took . " of $n were heard of\n" if @took != $n;
@took = sort { $a <=> $b } @took;
printf("n=%d p50_us=%.0f p95_us=%.0f p99_us=%.0f\n", $n, map { 1e6 * $took[int(($n - 1) * $_)] } 0.5, 0.95, 0.99);
