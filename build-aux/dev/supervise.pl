#!/usr/bin/perl
# Stand-in for systemd while developing: keeps the daemons of a folder running.
#
#	supervise.pl [--attached] DIR
#
# DIR/plan has a unit a line: its name, the unit it comes after (or -), its
# watchdog in seconds (0: none), its command.  A unit says READY=1 on the socket
# it finds in NOTIFY_SOCKET, and WATCHDOG=1 from then on.  What dies is started
# again after a second; what does not say READY in time, or falls silent, is
# killed.  DIR/state tells at any time how all are doing, DIR/lock is held while
# we run, DIR/log/UNIT.log is what a unit prints.
#
# SIGTERM stops the units, those first that came last.  --attached: so does the
# end of the process that started us.
use strict;
use warnings;
use Fcntl qw(:flock);
use IO::Handle;
use IO::Select;
use POSIX qw(:sys_wait_h :signal_h);
use Socket;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

my $BACK_OFF_S = 1;
my $START_S = 60;		# until READY=1
my $STOP_S = 30;		# until SIGKILL; the daemons' own limit is shorter
my $STARTS_MAX = 10;		# in a row that never came to READY=1
my $TICK_S = 0.25;
my $STALL_S = 5;		# a longer turn of our own loop: we were stopped, not they
my $LOG_MAX = 16 << 20;

my ($dir, $attached, $parent, @units, %unit, $stopping);

sub now { return clock_gettime(CLOCK_MONOTONIC) }

sub announce
{
	my ($text) = @_;
	my @t = localtime;
	printf("%02d:%02d:%02d %s\n", @t[2, 1, 0], $text);
}

# --- the plan ---

sub plan_read
{
	open(my $f, '<', "$dir/plan") or die "supervise: $dir/plan: $!\n";
	while (my $line = <$f>) {
		next if $line =~ /^\s*(#|$)/;
		my ($name, $after, $watchdog_s, @command) = split(' ', $line);
		die "supervise: $dir/plan line $.: name, after, watchdog, command\n" if !@command;
		die "supervise: $dir/plan line $.: $after must stand above\n" if $after ne '-' && !$unit{$after};
		my $u = { name => $name, after => $after, watchdog_s => $watchdog_s, command => \@command,
			state => 'waiting', since => time, starts => 0, failures => 0, status => '' };
		$unit{$name} = $u;
		push(@units, $u);
	}
	die "supervise: $dir/plan names no unit\n" if !@units;
}

# --- what others may read ---

sub state_write
{
	open(my $f, '>', "$dir/state.new") or die "supervise: $dir/state.new: $!\n";
	for my $u (@units) {
		my $restarts = $u->{starts} > 0 ? $u->{starts} - 1 : 0;
		print $f join("\t", @$u{qw(name state)}, $u->{pid} // '-', $u->{since}, $restarts, $u->{status}), "\n";
	}
	close($f) && rename("$dir/state.new", "$dir/state") or die "supervise: $dir/state: $!\n";
}

sub turn
{
	my ($u, $state) = @_;
	@$u{qw(state since)} = ($state, time);
	state_write();
}

# --- starting ---

# A socket for each unit: who wrote is known by where it was read.
sub notify_open
{
	my ($u) = @_;
	my $path = "$dir/notify/$u->{name}";
	unlink($path);
	socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die "supervise: socket: $!\n";
	bind($s, pack_sockaddr_un($path)) or die "supervise: $path: $! (is the path longer than 107 bytes?)\n";
	$s->blocking(0);
	@$u{qw(socket socket_path)} = ($s, $path);
}

sub log_open
{
	my ($u) = @_;
	my $path = "$dir/log/$u->{name}.log";
	rename($path, "$path.old") if -e $path && -s $path > $LOG_MAX;
	open(my $log, '>>', $path) or die "supervise: $path: $!\n";
	return $log;
}

sub unit_exec
{
	my ($u, $log) = @_;
	$SIG{$_} = 'DEFAULT' for qw(INT TERM HUP CHLD PIPE);
	open(STDIN, '<', '/dev/null');
	open(STDOUT, '>&', $log);
	open(STDERR, '>&', $log);
	$ENV{NOTIFY_SOCKET} = $u->{socket_path};
	delete @ENV{qw(WATCHDOG_USEC WATCHDOG_PID)};
	@ENV{qw(WATCHDOG_USEC WATCHDOG_PID)} = ($u->{watchdog_s} * 1_000_000, $$) if $u->{watchdog_s};
	# If we are killed they must not go on alone.
	exec("setpriv", "--pdeathsig=TERM", "--", @{$u->{command}}) or POSIX::_exit(127);
}

sub unit_start
{
	my ($u) = @_;
	my $log = log_open($u);
	my $pid = fork();
	if (!defined $pid) {
		announce("$u->{name}: no process: $!");
		$u->{again_at} = now() + $BACK_OFF_S;
		return;
	}
	unit_exec($u, $log) if $pid == 0;
	$u->{starts}++;
	@$u{qw(pid status killed)} = ($pid, '', 0);
	$u->{deadline} = now() + $START_S;
	turn($u, 'starting');
}

# The first time in order; later each by itself, as with systemd.
sub unit_may_start
{
	my ($u) = @_;
	return 0 if $u->{pid} || $u->{state} eq 'failed' || now() < ($u->{again_at} // 0);
	return $u->{starts} > 0 || $u->{after} eq '-' || $unit{$u->{after}}{state} eq 'ready';
}

# --- hearing ---

sub notify_heard
{
	my ($u, $text) = @_;
	my %said = map { /^([A-Z_]+)=(.*)$/ ? ($1, $2) : () } split(/\n/, $text);
	if (exists $said{STATUS} && $said{STATUS} ne $u->{status}) {
		$u->{status} = $said{STATUS} =~ s/[\t\r]/ /gr;
		state_write();
	}
	if ($said{READY} && $u->{state} eq 'starting') {
		$u->{failures} = 0;
		turn($u, 'ready');
		announce("$u->{name} runs again") if $u->{starts} > 1;
	}
	if ($u->{state} eq 'ready') {
		$u->{deadline} = $u->{watchdog_s} ? now() + $u->{watchdog_s} : undef if $said{READY} || $said{WATCHDOG};
	}
}

sub notify_read
{
	my ($u) = @_;
	while (defined recv($u->{socket}, my $text, 8192, 0)) {
		notify_heard($u, $text);
	}
}

# --- dying ---

sub why_died
{
	my ($status) = @_;
	return "was killed by signal " . ($status & 127) if $status & 127;
	return 'ended with status ' . ($status >> 8);
}

sub unit_died
{
	my ($u, $status) = @_;
	notify_read($u);
	delete @$u{qw(pid deadline)};
	return turn($u, 'stopped') if $stopping;
	$u->{failures}++ if $u->{state} ne 'ready';
	my $why = "$u->{name} " . why_died($status);
	if ($u->{failures} >= $STARTS_MAX) {
		announce("$why; it never came up in $STARTS_MAX tries, so it is left alone: see $dir/log/$u->{name}.log");
		return turn($u, 'failed');
	}
	$u->{again_at} = now() + $BACK_OFF_S;
	announce("$why; it is started again in $BACK_OFF_S s");
	turn($u, 'died');
}

sub reap
{
	while ((my $pid = waitpid(-1, WNOHANG)) > 0) {
		my $status = $?;
		my ($u) = grep { ($_->{pid} // 0) == $pid } @units;
		unit_died($u, $status) if $u;
	}
}

# SIGKILL, for nothing else ends a process that is stopped.
sub check_deadline
{
	my ($u) = @_;
	return if !$u->{pid} || !defined $u->{deadline} || now() < $u->{deadline} || $u->{killed};
	my %why = (starting => "was not ready within $START_S s", ready => "was silent for $u->{watchdog_s} s",
		stopping => "did not stop within $STOP_S s");
	announce("$u->{name} $why{$u->{state}}: it is killed (pid $u->{pid})");
	kill('KILL', $u->{pid});
	$u->{killed} = 1;
}

# --- stopping ---

sub stop_begin
{
	return if $stopping;
	$stopping = 1;
	$_->{pid} || turn($_, 'stopped') for @units;
}

# A unit is stopped when nothing runs any more that came after it.
sub stop_go_on
{
	for my $u (grep { $_->{pid} && $_->{state} ne 'stopping' } @units) {
		next if grep { $_->{pid} && $_->{after} eq $u->{name} } @units;
		kill('TERM', $u->{pid});
		kill('CONT', $u->{pid});
		$u->{deadline} = now() + $STOP_S;
		turn($u, 'stopping');
	}
}

# --- all of it ---

sub lock_take
{
	open(my $lock, '>>', "$dir/lock") or die "supervise: $dir/lock: $!\n";
	flock($lock, LOCK_EX | LOCK_NB) or die "supervise: $dir is supervised already\n";
	truncate($lock, 0);
	syswrite($lock, "$$\n");
	return $lock;	# open as long as we live; children close it, Perl's files being close-on-exec
}

# Deadlines that passed while we ourselves were stopped prove nothing.
sub forgive
{
	my ($gap) = @_;
	$_->{deadline} += $gap for grep { defined $_->{deadline} } @units;
}

sub go_round
{
	my ($heard) = @_;
	my %of = map { $_->{socket} => $_ } @units;
	notify_read($of{$_}) for @$heard;
	reap();
	stop_begin() if $attached && getppid() != $parent;
	return stop_go_on() if $stopping;
	unit_may_start($_) && unit_start($_) for @units;
}

sub supervise
{
	my $select = IO::Select->new(map { $_->{socket} } @units);
	my $last = now();
	until ($stopping && !grep { $_->{pid} } @units) {
		go_round([$select->can_read($TICK_S)]);
		forgive(now() - $last) if now() - $last > $STALL_S;
		$last = now();
		check_deadline($_) for @units;
	}
}

sub main
{
	$attached = @ARGV && $ARGV[0] eq '--attached' && shift @ARGV;
	$dir = shift(@ARGV) // die "usage: supervise.pl [--attached] DIR\n";
	$parent = getppid();
	$SIG{TERM} = $SIG{INT} = $SIG{HUP} = \&stop_begin;
	$SIG{CHLD} = sub { };
	$SIG{PIPE} = 'IGNORE';
	STDOUT->autoflush(1);
	POSIX::setsid();	# ^C is for who started us; we are told in order
	mkdir("$dir/$_") for qw(log notify);
	my $lock = lock_take();
	plan_read();
	notify_open($_) for @units;
	state_write();
	supervise();
	unlink("$dir/state", map { $_->{socket_path} } @units);
}

main();
