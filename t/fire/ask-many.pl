#!/usr/bin/perl
# Asks a node the same few things very often.
#
#	ask-many.pl NODE-FOLDER requests|cycles N PRODUCT
#
# `requests` go to its apid, 50 a connection: what is answered well, what is
# refused, what is not there, and a write now and then.  `cycles` are demanded of
# its syncd, one after the other, each waited for; every tenth has a row to carry.
use strict;
use warnings;
use IO::Socket::UNIX;
use JSON::PP;
use Time::HiRes qw(sleep time);

my ($A_CONNECTION, $PATIENCE_S, $LOOK_S) = (50, 60, 0.001);
my ($dir, $what, $n, $product) = @ARGV;
die "usage: $0 NODE-FOLDER requests|cycles N PRODUCT\n" if !defined $product;
$SIG{ALRM} = sub { die "no answer for $PATIENCE_S s\n" };
my %line;		# daemon -> its connection, and how often it was used

sub connection
{
	my ($daemon) = @_;
	my $l = $line{$daemon};
	return $l->{socket} if $l && $l->{used}++ < $A_CONNECTION;
	$line{$daemon} = { used => 1, socket => IO::Socket::UNIX->new(Peer => "$dir/run/$daemon.sock") // die "$dir/run/$daemon.sock: $!\n" };
	return $line{$daemon}{socket};
}

# The status, and the body.
sub ask
{
	my ($daemon, $method, $path, $body) = @_;
	my $s = connection($daemon);
	my $more = defined $body ? "Content-Type: application/json\r\nContent-Length: " . length($body) . "\r\n" : '';
	alarm($PATIENCE_S);
	syswrite($s, "$method $path HTTP/1.1\r\nHost: localhost\r\n$more\r\n" . ($body // ''));
	my $text = '';
	sysread($s, $text, 65536, length $text) or die "$method $path: $!\n" until $text =~ /\r\n\r\n/;
	my ($head) = $text =~ /^(.*?\r\n\r\n)/s;
	my ($length) = $head =~ /^Content-Length: (\d+)/mi;
	sysread($s, $text, 65536, length $text) or die "$method $path: $!\n" while length $text < length($head) + ($length // 0);
	alarm(0);
	my ($status) = $head =~ m{^HTTP/1.1 (\d+)};
	return ($status, substr($text, length $head));
}

sub expect
{
	my ($wanted, @request) = @_;
	my ($status, $body) = ask(@request);
	die "@request: $status $body\n" if $status != $wanted;
	return $body;
}

sub change { return (200, 'apid', 'PATCH', "/api/products/$product", '{"note":"' . $_[0] . '"}') }

my @requests = (
	sub { (200, 'apid', 'GET', '/api/products?limit=50') },
	sub { (200, 'apid', 'GET', "/api/products/$product") },
	sub { (422, 'apid', 'POST', '/api/products', '{"name":"","price":-1}') },
	sub { (404, 'apid', 'GET', '/api/products/0191d5a0-0000-7000-8000-000000000001') },
	sub { (200, 'apid', 'GET', '/api/inventory') },
	sub { (400, 'apid', 'POST', '/api/products', '{"name":') },
	sub { (200, 'apid', 'GET', '/api/reports/trial-balance') },
	sub { (200, 'apid', 'GET', '/status') },
	\&change,
);

sub cycle
{
	my ($i) = @_;
	expect(change($i)) if $i % 10 == 0;
	my $before = decode_json(expect(200, 'syncd', 'GET', '/status'))->{cycles};
	ask('syncd', 'POST', '/sync/now', '{}');
	my $end = time + $PATIENCE_S;
	until (decode_json(expect(200, 'syncd', 'GET', '/status'))->{cycles} > $before) {
		die "no cycle for $PATIENCE_S s\n" if time > $end;
		sleep($LOOK_S);
	}
}

for my $i (1 .. $n) {
	$what eq 'cycles' ? cycle($i) : expect($requests[$i % @requests]->($i));
}
