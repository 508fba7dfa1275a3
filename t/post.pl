#!/usr/bin/perl
# Posts many things as fast as several cashiers can, and does not give up: what
# was not answered is sent again just as it was, with the same uuid, as any
# client of ours does.
#
#	post.pl SOCKET PATH N CASHIERS ACKED 'JSON with UUID and NUMBER in it'
#
# ACKED gets a line for each uuid that was answered 2xx, or 409 because it is
# there already, identical.  Any other 4xx ends it, and so do 60 seconds without
# an answer.  POST_PAUSE_MS is how long each cashier rests between two.
use strict;
use warnings;
use IO::Socket::UNIX;
use Time::HiRes qw(sleep time);

my ($PATIENCE_S, $PAUSE_S) = (60, 0.02);
my ($path, $to, $n, $cashiers, $acked, $template) = @ARGV;
die "usage: $0 SOCKET PATH N CASHIERS ACKED JSON\n" if !defined $template;
$SIG{PIPE} = 'IGNORE';

sub uuid
{
	open(my $f, '<', '/proc/sys/kernel/random/uuid') or die;
	chomp(my $u = <$f>);
	return $u;
}

# The status of one answer, or nothing when the connection ended before it did.
sub read_answer
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
	my ($status) = $head =~ m{^HTTP/1\.1 (\d+)} or die "no answer: $head";
	return ($status, substr($text, length($head)));
}

my $socket;

sub try
{
	my ($json) = @_;

	$socket //= IO::Socket::UNIX->new(Peer => $path) or return;
	my $text = "POST $to HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
		. length($json) . "\r\n\r\n$json";
	my $sent = syswrite($socket, $text);
	my @answer = $sent && $sent == length($text) ? read_answer($socket) : ();
	undef $socket if !@answer;
	return @answer;
}

sub post
{
	my ($json) = @_;
	my $until = time() + $PATIENCE_S;

	while (time() < $until) {
		my ($status, $body) = try($json);
		return if $status && ($status < 300 || ($status == 409 && $body =~ /"identical":true/));
		die "$status: $body\n" if $status && $status < 500;
		sleep($PAUSE_S);
	}
	die "no answer for $PATIENCE_S s\n";
}

sub cashier
{
	my ($first) = @_;
	open(my $log, '>>', $acked) or die "$acked: $!";
	$log->autoflush(1);

	for (my $i = $first; $i <= $n; $i += $cashiers) {
		my ($uuid, $json) = (uuid(), $template);
		$json =~ s/UUID/$uuid/g;
		$json =~ s/NUMBER/$i/g;
		post($json);
		print $log "$uuid\n";
		sleep(($ENV{POST_PAUSE_MS} // 0) / 1000);
	}
	exit 0;
}

for my $c (1 .. $cashiers) {
	my $pid = fork() // die "fork: $!";
	cashier($c) if !$pid;
}
my $failed = 0;
$failed |= $? while wait() > 0;
exit($failed ? 1 : 0);
