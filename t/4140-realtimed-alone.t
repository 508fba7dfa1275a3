#!/usr/bin/perl
# P7, alone: a realtimed that is killed, stopped, flooded; half a handshake a
# thousand times.  Sales go on as if nothing were.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use IO::Socket::INET;
use Test::More;
use Time::HiRes qw(time sleep);
use Fexl;
use Ws;

my $till = Fexl->start(FEXL_ROLE => 'desktop', FEXL_CONNECTIONS => 3000, FEXL_HEAD_MS => 20000, FEXL_WS_WAIT_MS => 3000);
my $token = $till->set_up;
my $tea = $till->post('/api/products', { name => 'Tea', price => 100 }, token => $token)->{json}{uuid};

sub sell
{
	return $till->post('/api/invoices', { lines => [ { product => $tea, qty => 1000 } ], payments => [ { method => 'cash', amount => 100 } ] },
		token => $token)->{status};
}

# The median of $n sales, in ms; all must succeed.
sub pace
{
	my ($n) = @_;
	my @took;

	for (1 .. $n) {
		my $began = time();
		return 'refused' if sell() != 201;
		push(@took, 1000 * (time() - $began));
	}
	return (sort { $a <=> $b } @took)[$n / 2];
}

sub is_quick
{
	my ($ms, $usual, $what) = @_;

	like($ms, qr/^[\d.]+$/, "$what: all sales succeed") and
		cmp_ok($ms, '<', 5 * $usual + 100, sprintf('%s: %.1f ms, usually %.1f', $what, $ms, $usual));
}

my $usual = pace(50);
$till->start_realtimed(FEXL_WS_CLIENTS_TENANT => 500);
my @ws = map { Ws->open($till, '/ws', token => $token) } 1 .. 100;

subtest 'a hundred who listen' => sub {
	is_quick(pace(50), $usual, 'with them');
	my $heard = 0;
	$heard++ while $heard < 50 && $ws[99]->event('invoice:created');
	is($heard, 50, 'and the last of them hears of each');
};

subtest 'stopped' => sub {
	kill('STOP', $till->{realtimed});
	my $began = time();
	my $asked = Ws->ask($till, '/ws', token => $token);
	is($asked->{status}, 503, 'who would listen is told that it is not to be had');
	ok($asked->is_gone, 'and left alone');
	cmp_ok(time() - $began, '<', 15, sprintf('after %.1f s', time() - $began));
	$began = time();
	is(Ws->ask($till, '/ws', token => $token)->problem->{code}, 'no_live_updates', 'the next one');
	cmp_ok(time() - $began, '<', 2.5, 'at once, without waiting those 3 s again');
	is_quick(pace(400), $usual, 'SIGSTOP');
	my @codes = map { $_->{status} } map { Ws->ask($till, '/api/products', token => $token) } 1 .. 3;
	is("@codes", '200 200 200', 'reads as well');
	kill('CONT', $till->{realtimed});
	$till->wait_for(20, sub { $till->realtimed->{apid} });
	is(sell(), 201, 'it goes on');
	ok($ws[0]->event('invoice:created') || $ws[0]->event('resync'), 'and who listened hears again');
	$till->wait_for(20, sub { Ws->ask($till, '/ws', token => $token)->{status} == 101 });
	pass('others may listen again');
};

subtest 'killed, again and again, while it sells' => sub {
	my $seller = fork() // die;
	my $sold = 0;

	if (!$seller) {
		my $ms = pace(300);
		$till->{owner} = 0;
		open(my $f, '>', "$till->{dir}/pace") or die;
		print {$f} $ms;
		close($f);
		exec('true');
	}
	for (1 .. 5) {
		$till->stop_realtimed('KILL');
		$till->start_realtimed(FEXL_WS_CLIENTS_TENANT => 500);
		push(@ws, Ws->ask($till, '/ws', token => $token));
	}
	waitpid($seller, 0);
	is_quick($till->slurp("$till->{dir}/pace"), $usual, 'kill -9');
	my $ws = Ws->open($till, '/ws', token => $token);
	is(sell(), 201, 'one more');
	ok($ws->event('invoice:created'), 'is heard of');
};
@ws = ();

subtest 'a flood' => sub {
	my (@half, @open);

	for (1 .. 1000) {
		my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $till->{port}) or last;
		syswrite($s, "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n");
		push(@half, $s);
	}
	is(scalar @half, 1000, 'a thousand halves of a handshake');
	is_quick(pace(50), $usual, 'beside them');
	push(@open, Ws->open($till, '/ws', token => $token)) for 1 .. 200;
	my $flood = fork() // die;
	if (!$flood) {
		$till->{owner} = 0;
		local $SIG{PIPE} = 'IGNORE';
		my $until = time() + 3;
		while (time() < $until) {
			$_->put(Ws::frame_bytes($Ws::TEXT, 'x') x 20) for @open;
		}
		exec('true');
	}
	is_quick(pace(50), 2 * $usual, 'and a flood of frames of one byte, with half of the processor left');
	waitpid($flood, 0);
	is($till->realtimed->{clients} > 0, 1, 'realtimed is still there');
};

is($till->stop_realtimed, 0, 'an orderly end') or diag($till->log_text);
is($till->stop, 0, 'of both');
done_testing();
