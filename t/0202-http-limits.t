#!/usr/bin/perl
# Where our HTTP server's patience ends: time, size and number; and how it begins
# and ends itself.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use HttpTest;
use POSIX 'WNOHANG';
use Test::More;
use Time::HiRes qw(sleep time);

my $socket = "$dir/echo.sock";
my ($server, $tcp);

sub counters
{
	return json(ask($tcp, 'GET /counters'));
}

# Of the next answer, which is JSON.
sub next_status
{
	my ($raw) = read_until($_[0], sub { $_[0] =~ /\}$/ });
	return statuses(answers($raw));
}

sub restart
{
	$server = start(@_);
	($tcp) = @{$server->{where}};
}

# --- beginning ---

restart(listen => ['127.0.0.1:0', $socket]);
is((stat $socket)[2] & 0777, 0600, 'the socket file has its mode');
like(start(listen => [$socket])->{stderr}, qr/already running behind \Q$socket\E/,
	'a second server on the same socket is told who is there');
like(start(listen => [$tcp])->{stderr}, qr/\Q$tcp\E: http-echo \(pid $server->{pid}\) has that port/,
	'and on the same port too');
like(start(listen => [$dir])->{stderr}, qr/is no socket/, 'what is no socket is not removed');
like(start(listen => [$_])->{stderr}, qr/cannot listen on "?\Q$_\E/, "cannot listen on $_")
	for 'localhost', ':80', '::1:80', '[::1]', 'h:http', '127.0.0.1:', '127.0.0.1:99999', '127.0.0.1:-1';
is(stop($server), 0, 'a server ends clean');
ok(!-e $socket, 'and takes its socket file along');
{
	my $first = start(listen => [$socket]);
	kill KILL => $first->{pid};
	waitpid $first->{pid}, 0;
	ok(-S $socket, 'a killed server leaves its socket file');
	$first = start(listen => [$socket]);
	is(ask($socket, 'GET /echo')->{status}, 200, 'which its successor replaces');
	unlink $socket;
	my $second = start(listen => [$socket]);
	stop($first);
	is(ask($socket, 'GET /echo')->{status}, 200, 'and does not lose to a predecessor that ends late');
	stop($second);
}
SKIP: {
	my $v6 = start(listen => ['[::1]:0']);
	skip 'no IPv6 here', 1 if defined $v6->{failed};
	like($v6->{where}[0], qr/^\[::1\]:\d+$/, 'listens on IPv6');
	stop($v6);
}

# --- time and size ---

restart(flags => [qw(--head-ms 400 --body-ms 400 --idle-ms 1000 --write-ms 500
	--head-bytes 1000 --body-bytes 10000)]);

sub left_after
{
	my ($bytes, $statuses, $name) = @_;
	my $begun = time;
	my ($raw, $end) = talk($tcp, $bytes);
	ok($end eq 'closed' && statuses(answers($raw)) eq $statuses && time - $begun > 0.3, $name)
		or diag("$end after ", time - $begun, " s: $raw");
}

left_after('', '', 'who says nothing is left without a word');
left_after(get('/echo'), '200', 'so is who has nothing more to say');
left_after("GET /echo HTTP/1.1\r\nHost:", '408', 'an unfinished head gets 408');
left_after(post("Content-Length: 5\r\n", 'hell'), '408', 'so does an unfinished body');
left_after(get('/echo') . chunked("5\r\nhello\r\n"), '200 408', 'also behind a good request');
for (['head', ''], ['body', post("Content-Length: 1000\r\n")]) {
	my ($what, $before) = @$_;
	my ($c, $begun, $bytes) = (connect_to($tcp), time, '');
	print $c $before;
	for (1 .. 400) {
		print $c 'G' or last;
		my ($got, $end) = read_until($c, sub { 0 }, 0.025);
		$bytes .= $got;
		last if $end ne 'silent';
	}
	is(statuses(answers($bytes)), '408', "a $what that trickles in is cut all the same");
	cmp_ok(time - $begun, '<', 5, 'in time');
}
{
	my ($c, $served) = (connect_to($tcp), 0);
	for (1 .. 5) {
		print $c get('/echo');
		$served += next_status($c) eq '200';
		sleep 0.3;
	}
	is($served, 5, 'who comes back in time is served again and again');
}
{
	my $c = connect_to($tcp);
	print $c get('/hold/long');
	sleep 1;
	is(ask($tcp, 'POST /release/long', '', '')->{body}, '1', "a handler's time is not the client's fault");
	is(next_status($c), 200, 'its answer arrives');
}
{
	my $c = connect_to($tcp);
	print $c get('/big?n=50000000');
	ok(wait_for { counters()->{open} == 1 }, 'who does not read the answer is cut');
	is((read_all($c))[1], 'reset', 'and can tell that it is not whole');
	$c = connect_to($tcp);
	print $c get('/stream?pieces=1000000&size=100000');
	is(said($server), 'stream gone', 'a stream that nobody reads ends too');
	$c = connect_to($tcp);
	print $c get('/big?n=4000') x 10000 . $after;
	ok(wait_for { counters()->{open} == 1 }, 'so does a pipeline whose answers nobody reads');
}
is(statuses(told($tcp, get('/' . 'a' x 1000))), '414', '414 by the limit');
is(statuses(told($tcp, with('X: ' . 'a' x 1000 . "\r\n"))), '431', '431 by the limit');
is(statuses(told($tcp, post("Content-Length: 10001\r\n"))), '413', '413 by the limit');
is(statuses(told($tcp, post("Content-Length: 8000000\r\n", 'x' x 8_000_000))), '413',
	'413 reaches a client that sends its whole body first');
is(stop($server), 0, 'the impatient server ends clean');

# --- number ---

restart(flags => [qw(--connections 3)]);
{
	my @idle = map { connect_to($tcp) } 1 .. 3;
	$_->print(get('/echo')) for @idle;
	next_status($_) for @idle;
	for my $request ('', get('/echo')) {
		my ($raw, $end) = talk($tcp, $request);
		my @a = answers($raw);
		ok(statuses(@a) eq '503' && $end eq 'closed' && $a[0]{headers}{'retry-after'} == 1,
			'one connection more is told 503') or diag("$end $raw");
	}
	my @more = map { connect_to($tcp) } 1 .. 80;
	my @told = map { [read_all($_)] } @more;
	is(scalar(grep { $_->[1] ne 'silent' } @told), 80, 'of 80 more each comes to its end');
	my $with_a_word = grep { statuses(answers($_->[0])) eq '503' } @told;
	ok($with_a_word > 20 && $with_a_word < 80, 'but not all are worth a word') or diag($with_a_word);
	$idle[0]->print(get('/echo/again'));
	is(next_status($idle[0]), 200, 'those within are served');
	close $idle[1];
	ok(wait_for { ask($tcp, 'GET /echo')->{status} == 200 }, 'a place that is left is free again');
	cmp_ok(counters()->{refused}, '>=', 82, 'the refused are counted');
}
is(stop($server), 0, 'the crowded server ends clean');

restart(wrap => ['sh', '-c', 'ulimit -n 32; exec "$0" "$@"']);
{
	my @many = map { connect_to($tcp) } 1 .. 60;
	ok(wait_for { errors() =~ /cannot accept connections: / }, 'without descriptors the operator is told');
	$many[0]->print(get('/echo'));
	is(next_status($many[0]), 200, 'and those within are served');
	close $_ for @many;
	ok(wait_for { ask($tcp, 'GET /echo')->{status} == 200 }, 'and new ones when some have left');
	is(scalar(() = errors() =~ /cannot accept/g), 1, 'the operator is told once');
}
is(stop($server), 0, 'the server without descriptors ends clean');

# --- memory: what is produced waits for the reader, even one who is slow but steady ---

restart(listen => [$socket], wrap => ['env', 'ASAN_OPTIONS=quarantine_size_mb=1']);

# MB by which the server grows while we read n bytes slowly.
sub growth
{
	my ($c, $n) = @_;
	my $rss = sub { open(my $f, '<', "/proc/$server->{pid}/statm") or die; (split ' ', <$f>)[1] / 256 };
	my ($before, $most, $turns, $bytes) = ($rss->(), 0, 0);
	while ($n > 0 && (my $got = sysread($c, $bytes, 16384))) {
		$n -= $got;
		sleep 0.001;
		next if $turns++ % 64;
		my $now = $rss->() - $before;
		$most = $now if $now > $most;
	}
	diag("$n bytes did not come") if $n > 0;
	return $n > 0 ? 1e9 : $most;
}

{
	my $c = connect_to($socket);
	print $c get('/stream?pieces=1000&size=1000000');
	cmp_ok(growth($c, 30_000_000), '<', 16, 'a stream in large pieces is made as it is read');
	close $c;
	is(said($server), 'stream gone', 'and ends when its reader leaves');
	$c = connect_to($socket);
	my $pid = fork() // die;
	if ($pid == 0) {
		my $request = get('/big?n=4000') =~ s/Host/'X: ' . 'y' x 3000 . "\r\nHost"/er;
		print $c $request for 1 .. 20000;
		exec 'true' or die;
	}
	cmp_ok(growth($c, 60_000_000), '<', 16, 'and so is an endless pipeline');
	kill KILL => $pid;
	waitpid $pid, 0;
}
{
	my $c = connect_to($socket);
	print $c get('/hold/flood');
	my $pid = fork() // die;
	if ($pid == 0) {
		print $c get('/echo') x 1000 for 1 .. 100;
		exec 'true' or die;
	}
	sleep 1;
	is(waitpid($pid, WNOHANG), 0, 'behind a held request we do not read for ever');
	kill KILL => $pid;
	waitpid $pid, 0;
}
is(stop($server), 0, 'the server with slow readers ends clean');

# --- drain ---

restart();
{
	my ($idle, $held, $begun) = map { connect_to($tcp) } 1 .. 3;
	print $idle get('/echo');
	next_status($idle);
	print $held get('/hold/last') . get('/echo/never');
	print $begun "POST /release/last HTTP/1.1\r\nHost: h\r\n";
	ok(wait_for { counters()->{in_hand} == 2 }, 'one request is held');
	is(ask($tcp, 'POST /drain', '', '')->{status}, 202, 'the server is drained');
	is((read_all($idle))[1], 'closed', 'idle connections are closed');
	ok(!eval { connect_to($tcp) }, 'new ones are not accepted');
	print $begun "\r\n";
	my ($a) = answers((read_all($begun))[0]);
	is("$a->{status} $a->{headers}{connection}", '200 close', 'a request that was begun is finished');
	my @a = answers((read_all($held))[0]);
	is(statuses(@a) . " $a[0]{headers}{connection}", '200 close',
		'so is the one that was held, and none after it');
	is(said($server), 'drained', 'then the server says so');
	is(stop($server), 0, 'and ends clean');
}
restart();
{
	my $held = connect_to($tcp);
	print $held get('/hold/for-ever');
	ok(wait_for { counters()->{in_hand} == 2 }, 'a request that is never answered');
	ask($tcp, 'POST /drain?wait_ms=300', '', '');
	is(said($server), 'drained', 'does not hold up the end');
	is(stop($server), 0, 'which is clean');
}
restart();
{
	my $c = connect_to($tcp);
	my $begun = time;
	print $c "POST /drain HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n";
	is(said($server), 'drained', 'nor does a client that has its answer and does not close');
	cmp_ok(time - $begun, '<', 1.9, 'not even for the time we would linger');
	is(stop($server), 0, 'it ends clean, too');
}
restart();
{
	my $reader = connect_to($tcp);
	print $reader get('/stream?pieces=1000000&size=100000');
	read_until($reader, sub { length $_[0] > 1000 });
	is(stop($server), 0, 'a server that ends in the middle of a stream ends clean');
}

done_testing();
