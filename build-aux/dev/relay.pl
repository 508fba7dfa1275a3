#!/usr/bin/perl
# The cable between the tills and the cloud, for the demo: a TCP relay that can
# be cut.
#
#	relay.pl PORT TO-PORT FLAG
#
# While the file FLAG exists the cable is cut: connections break, new ones are
# refused.  The port stays ours all the time: what else might answer there is not
# the cloud.
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use Socket;

my $ROOM = 256 << 10;		# of bytes on their way in one direction
my $LOOK_S = 0.1;		# how often FLAG is looked for

my ($port, $to_port, $flag) = @ARGV;
my ($listener, $listening, %pipe, $stop);	# pipe: socket -> { from, to, bytes, ended }

sub notify
{
	my ($text) = @_;
	my $path = $ENV{NOTIFY_SOCKET} // return;
	socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or return;
	send($s, $text, 0, pack_sockaddr_un($path));
}

sub port_take
{
	$listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Proto => 'tcp', ReuseAddr => 1)
		or die "relay: port $port: $@\n";
	$listener->blocking(0);
}

# While nobody listens there, whoever allows sharing could take the port from one
# who does; but old connections must not keep us from listening again.
sub port_share
{
	my ($yes) = @_;
	setsockopt($listener, SOL_SOCKET, SO_REUSEADDR, $yes) or die "relay: port $port: $!\n";
}

sub listen_begin
{
	port_share(1);
	listen($listener, 128) or die "relay: port $port: $!\n";
	$listening = 1;
	notify("READY=1\nSTATUS=The cable to the cloud: 127.0.0.1:$port to $to_port");
}

# --- one connection: two pipes ---

sub join_sockets
{
	my ($a, $b) = @_;
	$_->blocking(0) for $a, $b;
	$pipe{$a} = { from => $a, to => $b, bytes => '' };
	$pipe{$b} = { from => $b, to => $a, bytes => '' };
}

sub accept_all
{
	while (my $till = $listener->accept) {
		my $cloud = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $to_port, Timeout => 5);
		if ($cloud) {
			join_sockets($till, $cloud);
		} else {
			close($till);
		}
	}
}

sub part
{
	my ($p) = @_;
	delete @pipe{$p->{from}, $p->{to}};
	close($_) for $p->{from}, $p->{to};
}

# Over a list of its own: pipes go while we walk.
sub each_pipe
{
	my ($do) = @_;
	my @all = values %pipe;
	$pipe{$_->{from}} && $do->($_) for @all;
}

sub take
{
	my ($p) = @_;
	my $n = sysread($p->{from}, $p->{bytes}, 65536, length $p->{bytes});
	return if !defined $n && ($!{EAGAIN} || $!{EINTR});
	$p->{ended} = 1 if !$n;
}

sub give
{
	my ($p) = @_;
	my $n = syswrite($p->{to}, $p->{bytes});
	return if !defined $n && ($!{EAGAIN} || $!{EINTR});
	return part($p) if !defined $n;
	substr($p->{bytes}, 0, $n, '');
}

# All that was read is passed on before the end is.
sub pass_end
{
	my ($p) = @_;
	return if !$p->{ended} || $p->{passed} || length $p->{bytes};
	shutdown($p->{to}, 1);
	$p->{passed} = 1;
	part($p) if $pipe{$p->{to}}{passed};
}

sub move
{
	my $in = IO::Select->new($listener, map { $_->{from} } grep { !$_->{ended} && length $_->{bytes} < $ROOM } values %pipe);
	my $out = IO::Select->new(map { $_->{to} } grep { length $_->{bytes} } values %pipe);
	my ($readable, $writable) = IO::Select->select($in, $out, undef, $LOOK_S);

	for my $s (@{$readable // []}) {
		$s == $listener ? accept_all() : $pipe{$s} && take($pipe{$s});
	}
	for my $s (@{$writable // []}) {
		give($pipe{$pipe{$s}{to}}) if $pipe{$s};
	}
	each_pipe(\&pass_end);
}

# --- the cable ---

sub cut
{
	each_pipe(\&part);
	# On Linux this ends the listening and keeps the port.
	shutdown($listener, 2);
	port_share(0);
	$listening = 0;
	notify("STATUS=The cable to the cloud is cut");
}

$SIG{TERM} = sub { $stop = 1 };
$SIG{PIPE} = 'IGNORE';
port_take();
listen_begin();
until ($stop) {
	if (-e $flag) {
		cut() if $listening;
		select(undef, undef, undef, $LOOK_S);
	} else {
		listen_begin() if !$listening;
		move();
	}
}
