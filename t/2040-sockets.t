#!/usr/bin/perl
# Sockets that systemd keeps: while fexl-apid is away who connects waits, and is
# not turned away.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use IO::Socket::INET;
use IO::Socket::UNIX;
use List::Util qw(max);
use Test::More;
use Time::HiRes qw(sleep time);
use Fexl;

my ($tcp, $unix);

sub open_sockets
{
	my ($dir) = @_;

	$tcp = IO::Socket::INET->new(Listen => 128, LocalAddr => '127.0.0.1', Proto => 'tcp', ReuseAddr => 1) or die "listen: $!";
	$unix = IO::Socket::UNIX->new(Listen => 128, Local => "$dir/run/apid.sock") or die "$dir/run/apid.sock: $!";
	return ($tcp, $unix);
}

# A client that connects anew for each request, until told to stop: the seconds
# that each took, or -1 for one that had no answer.
sub keep_asking
{
	my ($port, $end) = @_;

	pipe(my $read, my $write) or die;
	my $pid = fork() // die;
	if (!$pid) {
		my @took;
		until (-e $end) {
			my $began = time;
			my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port", Timeout => 20);
			print {$s} "GET /api/sync/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" if $s;
			my $line = $s ? <$s> // "nothing" : "no connection: $!";
			push(@took, $line =~ m{^HTTP/1\.1 200 } ? time - $began : -1);
			print "# $line" if $took[-1] < 0;
		}
		print {$write} "@took";
		close($write);
		POSIX::_exit(0);
	}
	close($write);
	return sub { my @all = split(' ', <$read> // ''); waitpid($pid, 0); return @all };
}

my $till = Fexl->start(FEXL_ROLE => 'desktop', sockets => \&open_sockets);
is($till->{port}, $tcp->sockport, 'it listens where systemd does, and nowhere else');
is($till->local('GET', '/status')->{json}{listen}, '127.0.0.1:' . $tcp->sockport, 'and says so');

my $end = "$till->{dir}/enough";
my @clients = map { keep_asking($till->{port}, $end) } 1 .. 3;
sleep(0.2);
for (1 .. 3) {
	is($till->stop, 0, 'it stops in order');
	ok(-S "$till->{dir}/run/apid.sock", 'and leaves a socket that is not its own');
	sleep(0.3);
	$till->again;
}
open(my $f, '>', $end) or die;
close($f);
my @took = map { $_->() } @clients;
cmp_ok(scalar(@took), '>', 50, scalar(@took) . ' connections were made meanwhile');
is(scalar(grep { $_ < 0 } @took), 0, 'none of them was lost over three restarts');
cmp_ok(max(@took), '<', 15, sprintf('the longest waited %.2f s', max(@took)));
is($till->local('GET', '/status')->{status}, 200, 'fexlctl is answered by the same Unix socket');

$till->stop;
my $other = Fexl->start(FEXL_ROLE => 'desktop', FEXL_LISTEN => '127.0.0.1:0', sockets => \&open_sockets);
isnt($other->local('GET', '/status')->{json}{listen}, undef, 'with an address of its own as well');
my @listening = $other->log_text =~ m{listening on http://127\.0\.0\.1:(\d+)}g;
is(scalar(@listening), 2, 'an address that the administrator names comes to those of systemd');
done_testing();
