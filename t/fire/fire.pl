#!/usr/bin/perl
# Processes under fire: a seeded schedule of trouble for a cloud and its tills.
#
#	fire.pl STAGE BUILD SECONDS SEED
#
# Starts the daemons of the nodes that stand in STAGE (t/lib.sh made them), keeps
# them running as systemd would, and hurts them and all that they need.  In the
# end everything is well again, and the daemons go on.  STAGE/faults gets a line
# for each fault; a daemon that crashed without our doing is an error.
use strict;
use warnings;
use FindBin;
use POSIX qw(:sys_wait_h);
use Time::HiRes qw(sleep clock_gettime CLOCK_MONOTONIC);

my ($TICK_S, $AGAIN_S, $OWN_END_S, $HEAL_S) = (0.05, 0.3, 1, 60);
my ($stage, $build, $seconds, $seed) = @ARGV;
die "usage: $0 STAGE BUILD SECONDS SEED\n" if !defined $seed;
srand($seed);
my @tills = map { m{/(till\d+)$} } sort glob("$stage/till[0-9]");
my %unit;		# "till1 apid" -> { pid, due, ours }
my @later;		# [when, what]
my %operators;		# pids of those who stop and start databases
my ($primary, $began, $crashed) = ('db1', now(), 0);

sub now { return clock_gettime(CLOCK_MONOTONIC) }
sub any { return $_[rand @_] }
sub between { my ($least, $most) = @_; return $least + rand($most - $least) }

sub note
{
	open(my $f, '>>', "$stage/faults") or die "$stage/faults: $!\n";
	printf $f "%.2f %s\n", now() - $began, "@_";
}

sub put
{
	my ($path, $text) = @_;
	open(my $f, '>', "$path.new") or die "$path.new: $!\n";
	print $f "$text\n";
	close($f) && rename("$path.new", $path) or die "$path: $!\n";
}

# --- daemons ---

sub unit_start
{
	my ($name) = @_;
	my ($node, $daemon) = split(/ /, $name);
	my $pid = fork() // die "fork: $!\n";
	if (!$pid) {
		exec('sh', '-c', 'cd "$1" && set -a && . ./env && exec "$2" >>"$3" 2>&1 </dev/null', 'sh', "$stage/$node",
			"$build/fexl-$daemon", "log.$daemon") or POSIX::_exit(127);
	}
	put("$stage/$node/pid.$daemon", $pid);
	$unit{$name} = { pid => $pid, began => now() };
}

# What ended is started again; what crashed by itself is remembered.
sub reap
{
	while ((my $pid = waitpid(-1, WNOHANG)) > 0) {
		delete $operators{$pid};
		my ($name) = grep { ($unit{$_}{pid} // 0) == $pid } keys %unit or next;
		my ($u, $signal) = ($unit{$name}, $? & 127);
		if ($signal && !$u->{ours}) {
			note("crash $name: signal $signal");
			$crashed++;
		}
		note("ended $name: status " . ($? >> 8)) if !$signal;
		@$u{qw(pid due)} = (undef, now() + ($u->{ours} ? between(0, 1.5) : $OWN_END_S));
	}
	unit_start($_) for grep { !$unit{$_}{pid} && $unit{$_}{due} <= now() } keys %unit;
}

sub unit_kill
{
	my ($u) = @_;
	$u->{ours} = 1;
	return $u->{pid} && kill('KILL', $u->{pid});
}

# --- faults ---

# Once at a time where two of them would be one.
my %busy;
sub for_a_while
{
	my ($what, $least_s, $most_s, $begin, $end) = @_;
	return if $busy{$what};
	$busy{$what} = 1;
	$begin->();
	my $s = between($least_s, $most_s);
	note(sprintf('%s for %.1f s', $what, $s));
	push(@later, [now() + $s, sub { $end->(); delete $busy{$what} }]);
}

sub fault_kill
{
	my $name = any(sort keys %unit);
	unit_kill($unit{$name}) and note("kill $name");
}

sub fault_stop
{
	my $name = any(sort keys %unit);
	my $pid = $unit{$name}{pid} // return;
	for_a_while("stop $name", 0.5, $name =~ /apid/ ? 3 : 10, sub { kill('STOP', $pid) }, sub { kill('CONT', $pid) });
}

sub fault_line
{
	my $till = any(@tills);
	my $line = $till =~ s/till/line/r;
	my $mode = any('cut', 'hole', 'lose', 'half', 'slow ' . int(between(20, 400)));
	for_a_while("line $line", 0.5, 6, sub { put("$stage/$line/mode", $mode); note("line-" . ($mode =~ /^(\w+)/)[0] . " $line") },
		sub { put("$stage/$line/mode", 'pass') });
}

sub fault_clock
{
	return if !-e "$stage/till4/clock";
	my $by = any('+3d', '-3d', '+2h', '-20m', '+61s', '-1y', '+0');
	put("$stage/till4/clock", $by);
	note("clock $by");
}

# Nothing more fits: not a byte.
sub fault_disk
{
	return if !-e "$stage/till3/small";
	for_a_while('disk till3', 0.5, 5, sub {
		open(my $f, '>', "$stage/till3/data/ballast") or return;
		for my $size (1 << 16, 4096) {
			1 while syswrite($f, 'x' x $size);
		}
	}, sub { unlink("$stage/till3/data/ballast") });
}

# In the background: it may take a while, and the rest goes on.  One after the
# other: a primary that comes back beside its successor would be another fault.
sub pg
{
	my ($commands) = @_;
	my $pid = fork() // die "fork: $!\n";
	return $operators{$pid} = 1 if $pid;
	exec('sh', '-c', ". \"\$1/pg.sh\"; stage=\$2; $commands", 'sh', "$FindBin::Bin/..", $stage) or POSIX::_exit(127);
}

sub database_busy { return %operators || grep { /^database/ } keys %busy }

sub fault_database
{
	my $mode = any('immediate', 'fast');
	for_a_while("database $primary $mode", 0.1, 3, sub { pg("pg_stop $stage/$primary $mode") },
		sub { pg("pg_start --no-fsync $stage/$primary") }) if !database_busy();
}

# The primary is gone for good, and the standby takes over.
sub fault_fail_over
{
	return if $primary ne 'db1' || !-d "$stage/db2/pg/data" || database_busy();
	note('fail-over');
	$primary = 'db2';
	return pg("pg_stop $stage/db1 immediate; pg_promote $stage/db2");
}

my @faults = ((\&fault_kill) x 8, (\&fault_stop) x 4, (\&fault_line) x 8, (\&fault_clock) x 2, (\&fault_disk) x 2,
	(\&fault_database) x 2);

# --- the schedule ---

sub tick
{
	reap();
	my @due = grep { $_->[0] <= now() } @later;
	@later = grep { $_->[0] > now() } @later;
	$_->[1]->() for @due;
	sleep($TICK_S);
}

sub burn
{
	my ($until, $next, $failing_over) = ($began + $seconds, now() + 1, $began + $seconds / 2);
	while (now() < $until) {
		tick();
		$failing_over = $until if now() > $failing_over && fault_fail_over();
		next if now() < $next;
		any(@faults)->();
		$next = now() + between(0.1, 1.5);
	}
}

# All that was done is undone; ready when nobody waits to be started.
sub heal
{
	$_->[1]->() for splice(@later);
	put("$stage/till4/clock", '+0') if -e "$stage/till4/clock";
	my $end = now() + $HEAL_S;
	my $well = 0;
	while ($well < 20 && now() < $end) {
		tick();
		$well = %operators || (grep { !$unit{$_}{pid} || now() - $unit{$_}{began} < 1 } keys %unit) ? 0 : $well + 1;
	}
	kill('CONT', grep { defined } map { $_->{pid} } values %unit);
}

unit_start($_) for 'cloud apid', 'cloud realtimed', map { ("$_ apid", "$_ syncd") } @tills;
tick() for 1 .. 20;
burn();
heal();
die "fire: $crashed daemons crashed (seed $seed)\n" if $crashed;
