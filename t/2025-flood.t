#!/usr/bin/perl
# A flood: strangers do what they can to one server, and a shop goes on selling
# there.  How long a sale takes is compared with how long it took before, so a
# slow machine is no failure.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use IO::Socket::INET;
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);
use Fexl;

my $SALES = 25;
my ($TIMES_MAX, $ROOM_MS, $GROWTH_KIB) = (20, 200, 128 * 1024);	# a sale under fire, against one in peace
my $hub = Fexl->start(FEXL_ROLE => 'cloud', FEXL_CONNECTIONS => 1000);
my $shop = $hub->make_shop('North');
my $product = $hub->post('/api/products', { name => 'Tea' . 'x' x 80, price => 500 }, token => $shop->{token})->{json}{uuid};

# --- the shop ---

sub sale_ms
{
	my $began = time();
	my $r = $hub->post('/api/invoices', { uuid => Fexl::uuid(), payments => [{ method => 'cash', amount => 500 }],
		lines => [{ product => $product, qty => 1000 }] }, token => $shop->{token});

	return $r->{status} == 201 ? (time() - $began) * 1000 : undef;
}

# Of $SALES sales: how many were answered 201, and what the one in the middle took.
sub sell
{
	my @took = sort { $a <=> $b } grep { defined } map { eval { sale_ms() } } 1 .. $SALES;

	return (scalar @took, $took[@took / 2] // 0);
}

sub memory_kib
{
	return $hub->slurp("/proc/$hub->{pid}/status") =~ /^VmRSS:\s+(\d+)/m ? $1 : 0;
}

# --- the strangers ---

sub connect_to
{
	return IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $hub->{port}, Timeout => 5);
}

# Says it and takes the answer's first line, again and again.
sub asks
{
	my ($make) = @_;

	return sub {
		my $s = connect_to() or return;
		syswrite($s, $make->());
		my $line = <$s> // '';
		return $line =~ m{^HTTP/1\.1 (\d+)} ? $1 : undef;
	};
}

my $guess = 0;
my $stranger = Fexl::make_device($shop);
my %flood = (
	'heads that never end' => sub {
		our @dribbling;
		@dribbling = map { my $s = connect_to(); syswrite($s, "GET /api/site HTTP/1.1\r\nHost: localhost\r\nX-A: ") if $s; $s // () } 1 .. 300
			unless @dribbling > 100;
		syswrite($_, 'a') for @dribbling;
		sleep(0.01);
		return;
	},
	'readers that do not read' => sub {
		our @deaf;
		push(@deaf, grep { defined } connect_to()) if @deaf < 200;
		syswrite($deaf[-1], Fexl::request_text('GET', '/openapi.json', header => { Connection => 'keep-alive' }) x 8) if @deaf < 200;
		sleep(0.002);
		return;
	},
	'large bodies' => asks(sub { Fexl::request_text('POST', '/api/import/products', type => 'text/csv', text => 'x' x 4_000_000) }),
	'guesses at passwords' => asks(sub { Fexl::request_text('POST', '/api/session',
		json => { tenant => $shop->{uuid}, user => 'nobody' . $guess++, password => "guess $guess" }) }),
	'guesses at licence keys' => asks(sub { Fexl::request_text('POST', '/api/sync/credentials',
		json => Fexl::credentials($stranger, sprintf('FEXL-%04d-WX4V-CRRZ-ML27', $guess++ % 10000))) }),
);

# Children that do it until they are told to stop: what stops them.
sub begin_flood
{
	my ($act, $n) = @_;
	my @pids;

	for my $k (1 .. $n) {
		my $pid = fork() // die "fork: $!";
		if (!$pid) {
			$SIG{PIPE} = 'IGNORE';
			$SIG{TERM} = sub { POSIX::_exit(0) };
			($guess) = $k * 1_000_000;
			eval { $act->(); 1 } while getppid() != 1;
			POSIX::_exit(0);
		}
		push(@pids, $pid);
	}
	return sub { kill('TERM', @pids); waitpid($_, 0) for @pids };
}

# --- the story ---

my ($n, $quiet_ms) = sell();
my $memory = memory_kib();
is($n, $SALES, sprintf('in peace all is sold, in %.1f ms', $quiet_ms));
my $limit_ms = $TIMES_MAX * $quiet_ms + $ROOM_MS;

for my $what (sort keys %flood) {
	my $stop = begin_flood($flood{$what}, 3);
	sleep(0.3);	# let it rise: what is measured comes after it
	my ($sold, $ms) = sell();
	$stop->();
	is($sold, $SALES, "$what: every sale is answered 201");
	cmp_ok($ms, '<', $limit_ms, sprintf('and in %.1f ms', $ms));
}

my %said = map { ($flood{$_}->() // 0) => 1 } ('guesses at passwords', 'guesses at licence keys', 'large bodies');
is_deeply([grep { !/^4/ } sort keys %said], [], 'and whoever floods is told no');
SKIP: {
	skip('sanitizers keep what was freed', 1) if Fexl::is_sanitized();
	cmp_ok(memory_kib() - $memory, '<', $GROWTH_KIB, 'memory is bounded');
}
my ($after, $after_ms) = sell();
is($after, $SALES, 'when it is over all is sold');
cmp_ok($after_ms, '<', $limit_ms, sprintf('in %.1f ms', $after_ms));
is($hub->get('/api/session', token => $shop->{token})->{status}, 200, 'nobody was locked out by a stranger');
is($hub->stop, 0, 'and it ends in order');
done_testing();
