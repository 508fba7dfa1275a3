#!/usr/bin/perl
# Ports of this machine.
#
#	port.pl owner PORT		who listens there, in words; nothing: nobody
#	port.pl free PORT [TAKEN]...	PORT, or the next that is free and none of TAKEN
use strict;
use warnings;
use IO::Socket::INET;

my $TRIES = 200;
my $LISTENS = '0A';	# in /proc/net/tcp

# [inode, uid] of who listens on the port, or nothing
sub listener_of
{
	my ($port) = @_;
	my $hex = sprintf('%04X', $port);
	for my $table (qw(/proc/net/tcp /proc/net/tcp6)) {
		open(my $f, '<', $table) or next;
		while (<$f>) {
			my (undef, $local, undef, $state, undef, undef, undef, $uid, undef, $inode) = split;
			return [$inode, $uid] if $state eq $LISTENS && $local =~ /:$hex$/;
		}
	}
	return;
}

sub pid_of
{
	my ($inode) = @_;
	for my $fd (glob('/proc/[0-9]*/fd/*')) {
		my $to = readlink($fd) // next;
		return $1 if $to eq "socket:[$inode]" && $fd =~ m{^/proc/(\d+)/};
	}
	return;
}

sub owner
{
	my $listener = listener_of($_[0]) or return '';
	my ($inode, $uid) = @$listener;
	my $pid = pid_of($inode);
	return 'a process of user ' . (getpwuid($uid) // $uid) . ', who alone may say which' if !$pid;
	open(my $f, '<', "/proc/$pid/comm") or return "pid $pid";
	chomp(my $name = <$f> // '?');
	return "$name (pid $pid)";
}

sub is_free
{
	my ($port) = @_;
	return 0 if listener_of($port);
	return !!IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 1, ReuseAddr => 1);
}

sub next_free
{
	my ($from, @taken) = @_;
	my %taken = map { $_ => 1 } @taken;
	for my $port ($from .. $from + $TRIES) {
		return $port if !$taken{$port} && is_free($port);
	}
	die "port: none of $from to " . ($from + $TRIES) . " is free\n";
}

my %verbs = (owner => \&owner, free => \&next_free);
my $verb = $verbs{shift(@ARGV) // ''} or die "usage: port.pl owner|free PORT [TAKEN]...\n";
my $answer = $verb->(@ARGV);
print "$answer\n" if $answer ne '';
