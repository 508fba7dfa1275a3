#!/usr/bin/perl
# A bad line between a till and its cloud.
#
#	proxy.pl TARGET_PORT FOLDER
#
# Listens on a port of its own, writes its number to FOLDER/run/apid.port, and
# looks at FOLDER/mode before each request:
#
#	pass			hands it on, and the answer back
#	cut [PATH]		closes the connection
#	hole [PATH]		takes the request, hands nothing on, never answers
#	lose [PATH]		hands it on, and drops the answer
#	hold [PATH]		hands it on, and keeps the answer until the mode changes
#	slow MS [PATH]		hands it on after so many milliseconds
#	answer STATUS [PATH]	answers itself
#
# With PATH it means the requests whose path begins so; all others pass.  Each
# request is a line in FOLDER/log.requests, "MODE METHOD PATH", written when its
# mode has had its effect: for `lose` and `hold` when the target has answered.
# A connection carries one request.
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use Time::HiRes qw(sleep time);

my ($LIFE_S, $TICK_S) = (120, 0.02);
my ($target, $folder) = @ARGV;
die "usage: $0 TARGET_PORT FOLDER\n" if !defined $folder;
my $parent = $$;
$SIG{PIPE} = 'IGNORE';
$SIG{CHLD} = 'IGNORE';

sub first_line
{
	open(my $f, '<', "$folder/mode") or return '';
	my $line = <$f> // '';
	chomp($line);
	return $line;
}

sub note
{
	open(my $f, '>>', "$folder/log.requests") or die "$folder/log.requests: $!";
	syswrite($f, "@_\n");
}

# A whole request, or nothing when the client went away before.
sub read_request
{
	my ($s) = @_;
	my $text = '';

	until ($text =~ /\r\n\r\n/) {
		return if !sysread($s, $text, 65536, length($text));
	}
	my ($head) = $text =~ /^(.*?\r\n\r\n)/s;
	my ($body) = $head =~ /^Content-Length: *(\d+)/mi;
	while (length($text) < length($head) + ($body // 0)) {
		return if !sysread($s, $text, 65536, length($text));
	}
	return $text;
}

sub write_all
{
	my ($s, $text) = @_;

	while (length($text)) {
		my $n = syswrite($s, $text) or return;
		substr($text, 0, $n) = '';
	}
}

# The target's answer, all of it: we ask it to close behind it.
sub ask_target
{
	my ($request) = @_;
	my $answer = '';
	my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $target) or return '';

	$request =~ s/^Connection:[^\r]*\r\n//mig;
	$request =~ s/\r\n/\r\nConnection: close\r\n/;
	write_all($s, $request);
	1 while sysread($s, $answer, 65536, length($answer));
	return $answer;
}

# Until the mode is another one, the client is gone, or we are orphaned.
sub wait_for_change
{
	my ($client, $line) = @_;
	my $until = time() + $LIFE_S;

	while (first_line() eq $line && getppid() == $parent && time() < $until) {
		last if IO::Select->new($client)->can_read($TICK_S);
	}
}

sub own_answer
{
	my ($status) = @_;
	my $body = "{\"status\":$status,\"code\":\"said_by_the_line\",\"title\":\"No\"}";

	return "HTTP/1.1 $status No\r\nContent-Type: application/problem+json\r\nContent-Length: " . length($body)
		. "\r\nConnection: close\r\n\r\n$body";
}

my %modes = (
	pass => sub { my ($c, $rq) = @_; write_all($c, ask_target($rq)); },
	cut => sub { },
	hole => sub { my ($c, $rq, $line) = @_; wait_for_change($c, $line); },
	lose => sub { my ($c, $rq) = @_; ask_target($rq); },
	slow => sub { my ($c, $rq, $line, $ms) = @_; sleep($ms / 1000); write_all($c, ask_target($rq)); },
	answer => sub { my ($c, $rq, $line, $status) = @_; write_all($c, own_answer($status)); },
);
my %has_number = (slow => 1, answer => 1);

sub serve
{
	my ($client) = @_;
	my $request = read_request($client) // return;
	my ($method, $path) = split(/ /, $request);
	my $line = first_line();
	my ($mode, @words) = split(/ /, $line);
	my $number = $has_number{$mode // ''} ? shift(@words) : 0;

	($mode, $line) = ('pass', '') if !defined $mode || ($words[0] && index($path, $words[0]) != 0);
	if ($mode eq 'hold') {
		my $answer = ask_target($request);
		note($mode, $method, $path);
		wait_for_change($client, $line);
		write_all($client, $answer);
		return;
	}
	note($mode, $method, $path) if $mode eq 'hole';
	($modes{$mode} // die "no such mode: $mode\n")->($client, $request, $line, $number);
	note($mode, $method, $path) if $mode ne 'hole';
}

my $listener = IO::Socket::INET->new(Listen => 64, LocalAddr => '127.0.0.1', ReuseAddr => 1) or die "listen: $!";
open(my $f, '>', "$folder/run/apid.port") or die "$folder/run/apid.port: $!";
print $f $listener->sockport, "\n";
close($f);

while (1) {
	my $client = $listener->accept or next;
	my $pid = fork() // die "fork: $!";
	if (!$pid) {
		alarm($LIFE_S);
		close($listener);
		serve($client);
		exit 0;
	}
	close($client);
}
