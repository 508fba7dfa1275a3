#!/usr/bin/perl
# A bad line between a till and its cloud, byte by byte; WebSockets and all.
#
#	line.pl TO-PORT FOLDER
#
# Listens on a port of its own, writes its number to FOLDER/run/apid.port, and does
# what FOLDER/mode says, at any time:
#
#	pass		hands everything on
#	slow MS		the same, so much later, each way
#	cut		breaks what is there, and whoever comes
#	hole		says nothing any more, and closes nothing
#	lose		hands on what the till says, and drops what it is answered
#	half		the cloud is gone and nobody tells the till; who comes anew is let through
#
# With the mode ends what it has spoilt: those connections are reset.
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use Socket qw(:DEFAULT IPPROTO_TCP TCP_NODELAY);
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

my $ROOM = 1 << 20;		# of bytes on their way in one direction
my $LOOK_S = 0.05;
my ($to_port, $dir) = @ARGV;
die "usage: $0 TO-PORT FOLDER\n" if !defined $dir;
my ($mode, $late_s, %pipe, $stop) = ('pass', 0);	# socket -> { from, to, up, queue, bytes, ended, passed, spoilt }

sub now { return clock_gettime(CLOCK_MONOTONIC) }

# --- connections ---

sub join_sockets
{
	my ($till, $cloud) = @_;
	$_->blocking(0) for $till, $cloud;
	setsockopt($_, IPPROTO_TCP, TCP_NODELAY, 1) for $till, $cloud;
	$pipe{$till} = { from => $till, to => $cloud, up => 1, queue => [], bytes => 0 };
	$pipe{$cloud} = { from => $cloud, to => $till, up => 0, queue => [], bytes => 0 };
}

# No orderly end: a reset.
sub part
{
	my ($p) = @_;
	delete @pipe{grep { defined } $p->{from}, $p->{to}};
	for my $s (grep { defined($_) && defined(fileno($_)) } $p->{from}, $p->{to}) {
		setsockopt($s, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0));
		close($s);
	}
}

sub accept_one
{
	my ($listener) = @_;
	my $till = $listener->accept or return;
	my $cloud = $mode ne 'cut' && IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $to_port, Timeout => 5);
	return join_sockets($till, $cloud) if $cloud;
	setsockopt($till, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0));
	close($till);
}

# Over a list of its own: pipes go while we walk.
sub each_pipe
{
	my ($do) = @_;
	my @all = values %pipe;
	$pipe{$_->{from}} && $do->($_) for @all;
}

sub is_still { my ($p) = @_; return $p->{dead} || $mode eq 'hole' }

sub take
{
	my ($p) = @_;
	my $n = sysread($p->{from}, my $bytes, 65536);
	return if !defined $n && ($!{EAGAIN} || $!{EINTR});
	return part($p) if !defined $n;
	return $p->{ended} = 1 if !$n;
	return $p->{spoilt} = 1 if $mode eq 'lose' && !$p->{up};
	push(@{$p->{queue}}, [now() + $late_s, $bytes]);
	$p->{bytes} += $n;
}

sub give
{
	my ($p) = @_;
	my $first = $p->{queue}[0];
	my $n = syswrite($p->{to}, $first->[1]);
	return if !defined $n && ($!{EAGAIN} || $!{EINTR});
	return part($p) if !defined $n;
	substr($first->[1], 0, $n, '');
	$p->{bytes} -= $n;
	shift(@{$p->{queue}}) if !length $first->[1];
}

# All that was read is passed on before the end is.
sub pass_end
{
	my ($p) = @_;
	return if !$p->{ended} || $p->{passed} || @{$p->{queue}} || is_still($p);
	shutdown($p->{to}, 1);
	$p->{passed} = 1;
	part($p) if $pipe{$p->{to}}{passed};
}

sub is_due { my ($p) = @_; return @{$p->{queue}} && $p->{queue}[0][0] <= now() }

sub move
{
	my ($listener) = @_;
	my @open = grep { !is_still($_) } values %pipe;
	my $in = IO::Select->new($listener, map { $_->{from} } grep { !$_->{ended} && $_->{bytes} < $ROOM } @open);
	my $out = IO::Select->new(map { $_->{to} } grep { is_due($_) } @open);
	my ($readable, $writable) = IO::Select->select($in, $out, undef, $late_s ? $LOOK_S / 10 : $LOOK_S);

	for my $s (@{$readable // []}) {
		$s == $listener ? accept_one($listener) : $pipe{$s} && take($pipe{$s});
	}
	for my $s (@{$writable // []}) {
		my $p = $pipe{$s} && $pipe{$pipe{$s}{to}};
		give($p) if $p && @{$p->{queue}};
	}
	each_pipe(\&pass_end);
}

# --- the mode ---

# The till is not told: its side stays open, and silent.
sub forget_cloud
{
	my ($p) = @_;
	return if !$p->{up};
	delete $pipe{$p->{to}};
	close($p->{to});
	@$p{qw(to dead spoilt)} = (undef, 1, 1);
}

sub mode_read
{
	open(my $f, '<', "$dir/mode") or return;
	chomp(my $line = <$f> // 'pass');
	my ($new, $ms) = split(/ /, $line);
	return if $new eq $mode;
	each_pipe(sub { part($_[0]) if $_[0]{spoilt} });
	($mode, $late_s) = ($new, ($ms // 0) / 1000);
	each_pipe(\&part) if $mode eq 'cut';
	each_pipe(\&forget_cloud) if $mode eq 'half';
}

$SIG{TERM} = sub { $stop = 1 };
$SIG{PIPE} = 'IGNORE';
my $listener = IO::Socket::INET->new(Listen => 64, LocalAddr => '127.0.0.1', ReuseAddr => 1) or die "listen: $!\n";
open(my $f, '>', "$dir/run/apid.port") or die "$dir/run/apid.port: $!\n";
print $f $listener->sockport, "\n";
close($f);
my $looked = 0;
until ($stop) {
	($looked = now(), mode_read()) if now() - $looked > $LOOK_S;
	move($listener);
}
