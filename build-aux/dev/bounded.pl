#!/usr/bin/perl
# Runs a command that has an end, whatever happens.
#
#	bounded.pl SECONDS LOG COMMAND [ARGUMENT]...
#
# What it prints goes to LOG; and on, but for lines that match the pattern
# BOUNDED_HIDE.  After SECONDS, or when we are told to stop, its whole process
# group is ended.  Its exit status is ours; 124: it took too long.
use strict;
use warnings;
use IO::Handle;
use IO::Select;
use POSIX qw(:sys_wait_h);
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

my $GRACE_S = 10;	# between SIGTERM and SIGKILL
my ($seconds, $log_path, @command) = @ARGV;
die "usage: bounded.pl SECONDS LOG COMMAND [ARGUMENT]...\n" if !@command;

my $hide = $ENV{BOUNDED_HIDE} // '^(?!)';
my $line = '';		# its last one, as far as it is there

my ($told, $deadline, $kill_at) = ('', clock_gettime(CLOCK_MONOTONIC) + $seconds);

sub begin
{
	pipe(my $from, my $to) or die "bounded: pipe: $!\n";
	my $pid = fork() // die "bounded: fork: $!\n";
	if ($pid == 0) {
		POSIX::setsid();
		$SIG{$_} = 'DEFAULT' for qw(INT TERM HUP);
		open(STDIN, '<', '/dev/null');
		open(STDOUT, '>&', $to);
		open(STDERR, '>&', $to);
		exec(@command) or print STDERR "$command[0]: $!\n";
		POSIX::_exit(127);
	}
	close($to);
	return ($pid, $from);
}

sub show
{
	my ($text) = @_;
	$line .= $text;
	while ($line =~ s/^(.*)\n//) {
		print "$1\n" if $1 !~ /$hide/;
	}
}

sub group_end
{
	my ($pid) = @_;
	my $now = clock_gettime(CLOCK_MONOTONIC);
	return if !$told && $now < $deadline;
	if (!$kill_at) {
		$told ||= 'time';
		$kill_at = $now + $GRACE_S;
		kill('TERM', -$pid);
	} elsif ($now > $kill_at) {
		kill('KILL', -$pid);
	}
}

# Until the command is over.  A grandchild may keep the pipe open longer: that
# is no reason to wait.
sub follow
{
	my ($pid, $from, $log) = @_;
	my $select = IO::Select->new($from);
	my $over;
	for (;;) {
		my $n;
		if ($select->can_read(0.2)) {
			$n = sysread($from, my $text, 65536);
			if ($n) {
				print $log $text;
				show($text);
			}
			$select->remove($from) if defined $n && $n == 0;
		} elsif (!$select->count) {
			select(undef, undef, undef, 0.05);
		}
		return $over if defined $over && !$n;
		$over = $? if !defined $over && waitpid($pid, WNOHANG) > 0;
		group_end($pid) if !defined $over;
	}
}

open(my $log, '>>', $log_path) or die "bounded: $log_path: $!\n";
$_->autoflush(1) for $log, *STDOUT;
$SIG{$_} = sub { $told = 'signal' } for qw(INT TERM HUP);
my ($pid, $from) = begin();
my $status = follow($pid, $from, $log);
kill('KILL', -$pid);	# what it left behind
print $log "took more than $seconds s and was ended: @command\n" if $told eq 'time';
exit($told eq 'time' ? 124 : $told ? 130 : $status & 127 ? 128 + ($status & 127) : $status >> 8);
