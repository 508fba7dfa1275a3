#!/usr/bin/perl
# Live updates: who may listen, what they hear, how they come back, and how it
# ends.  A till for the small things, a hub for shops and devices.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(time sleep);
use Fexl;
use Ws;

my $till = Fexl->start(FEXL_ROLE => 'desktop', FEXL_PUBLIC_HOSTS => 'shop.example');
my $token = $till->set_up;

sub code_of { my ($ws) = @_; return "$ws->{status} " . ($ws->problem->{code} // '') }
sub product { my ($s, $t, $name) = @_; return $s->post('/api/products', { name => $name, price => 100 }, token => $t)->{json}{uuid} }

subtest 'without realtimed everything else works' => sub {
	my $ws = Ws->ask($till, '/ws', token => $token);

	is(code_of($ws), '503 no_live_updates', 'live updates are off');
	is($ws->{header}{'retry-after'}, 5, 'and when to ask again');
	ok(product($till, $token, 'salt'), 'a product is made');
};

$till->start_realtimed(FEXL_WS_CLIENTS_TENANT => 40);

# --- the door ---

subtest 'the opening handshake (RFC 6455, 4.2)' => sub {
	my $ws = Ws->open($till, '/ws', token => $token);

	is($ws->{header}{'sec-websocket-accept'}, 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=', "the RFC's own accept");
	is(lc $ws->{header}{upgrade}, 'websocket', 'Upgrade');
	is($ws->{header}{'sec-websocket-protocol'}, undef, 'no protocol that was not offered');
	$ws = Ws->open($till, '/ws', header => { 'Sec-WebSocket-Protocol' => "fexl.1, bearer.$token" });
	is($ws->{header}{'sec-websocket-protocol'}, 'fexl.1', 'the token among the protocols, as a page must');
	for (['no Upgrade', Upgrade => undef], ['another upgrade', Upgrade => 'h2c'], ['no Connection', Connection => undef],
		['version 8', 'Sec-WebSocket-Version' => 8], ['no version', 'Sec-WebSocket-Version' => undef]) {
		my ($what, %header) = @$_;
		my $no = Ws->ask($till, '/ws', token => $token, header => \%header);
		is($no->{status}, 426, $what);
		is($no->{header}{'sec-websocket-version'}, 13, '  and told the version');
	}
	is(Ws->ask($till, '/ws', token => $token, header => { 'Sec-WebSocket-Key' => $_ })->{status}, 400, "the key '$_'")
		for '', 'short', 'dGhlIHNhbXBsZSBub25jZQ', 'x' x 24;
	is(Ws->ask($till, '/ws', token => $token, method => 'POST')->{status}, 405, 'POST');
	is(Ws->ask($till, '/ws', token => $token, version => 'HTTP/1.0')->{status}, 426, 'HTTP/1.0 has no WebSockets');
};

subtest 'who may listen' => sub {
	my %bad = (header => { 'Sec-WebSocket-Protocol' => 'fexl.1, bearer.fxs_no' });

	is(code_of(Ws->ask($till, '/ws')), '401 sign_in', 'nobody');
	is(code_of(Ws->ask($till, '/ws', token => 'fxs_nonsense')), '401 session_unknown', 'an unknown session');
	is(code_of(Ws->ask($till, '/ws', %bad)), '401 session_unknown', 'among the protocols as well');
	is(code_of(Ws->ask($till, "/ws?token=$token")), '401 sign_in', 'a token in the URL is none');
	is(Ws->ask($till, "/ws?token=$token", token => $token)->{status}, 422, 'and not a parameter');
	is(code_of(Ws->ask($till, '/ws', token => $token, header => { Host => 'evil.example' })), '421 host', 'by another name');
	is(code_of(Ws->ask($till, '/ws', token => $token, header => { Origin => 'https://evil.example' })), '403 cross_site', 'a page from elsewhere');
	is(code_of(Ws->ask($till, '/ws', token => $token, header => { Origin => 'null' })), '403 cross_site', 'a page from nowhere');
	is(Ws->ask($till, '/ws', token => $token, header => { Host => 'shop.example', Origin => 'https://shop.example' })->{status}, 101, 'our own page');
	is(Ws->ask($till, '/ws', local => 1)->{status}, 101, 'the operator');
};

# --- what is heard ---

subtest 'every change has its event' => sub {
	my $ws = Ws->open($till, '/ws', token => $token);
	my $uuid = product($till, $token, 'tea');
	my $e = $ws->event('product:created');

	is($e->{uuid}, $uuid, 'which');
	like($e->{at}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/, 'when');
	like($e->{epoch}, qr/^[0-9a-f-]{36}$/, 'epoch');
	my $seq = $e->{seq};
	$till->patch("/api/products/$uuid", { price => 120 }, token => $token);
	is($ws->event->{event}, 'product:updated', 'a change');
	my $sale = $till->post('/api/invoices', { lines => [ { product => $uuid, qty => 1000 } ], payments => [ { method => 'cash', amount => 120 } ] },
		token => $token)->{json};
	$e = $ws->event;
	is("$e->{event} $e->{uuid}", "invoice:created $sale->{uuid}", 'a sale, once');
	is($e->{seq}, $seq + 2, 'numbered without gaps');
	$till->put('/api/settings/shop.name', { value => 'Corner' }, token => $token);
	like($ws->event->{event}, qr{^setting:}, 'a setting');
	$till->delete_("/api/products/$uuid", token => $token);
	ok($ws->event('product:deleted'), 'an end');
};

subtest 'since: what was missed, or resync' => sub {
	my $ws = Ws->open($till, '/ws', token => $token);
	my @made = map { product($till, $token, "p$_") } 1 .. 5;
	my @heard = map { $ws->event('product:created') } @made;
	my ($seq, $epoch) = @{$heard[1]}{qw(seq epoch)};

	$ws = Ws->open($till, "/ws?since=$seq", token => $token);
	is_deeply([map { $ws->event } 1 .. 3], [@heard[2 .. 4]], 'what came behind it, in order');
	is(Ws->open($till, "/ws?since=$seq&epoch=$epoch", token => $token)->event->{seq}, $heard[2]{seq}, 'with its epoch');
	$ws = Ws->open($till, "/ws?since=$heard[4]{seq}", token => $token);
	product($till, $token, 'p6');
	is($ws->event->{seq}, $heard[4]{seq} + 1, 'nothing missed: the next');
	for (['another epoch', "since=$seq&epoch=" . Fexl::uuid()], ['long ago', 'since=3'], ['in the future', 'since=' . ($heard[4]{seq} + 1000)]) {
		my $e = Ws->open($till, "/ws?$_->[1]", token => $token)->event;
		is($e->{event}, 'resync', $_->[0]);
		is($e->{seq}, $heard[4]{seq} + 1, '  and where to go on from');
	}
	is(Ws->ask($till, '/ws?since=x', token => $token)->{status}, 422, 'no number');
	is(Ws->ask($till, '/ws?since=1&epoch=x', token => $token)->{status}, 422, 'no epoch');
};

subtest 'too many for a screen are told as one, a till hears each' => sub {
	my $busy = Fexl->start(FEXL_ROLE => 'desktop');
	my $owner = $busy->set_up;

	$busy->start_realtimed(FEXL_WS_SCREEN_EVENTS => 2);	# so few that a slow machine makes more as well

	my $screen = Ws->open($busy, '/ws', token => $owner);
	my $machine = Ws->open($busy, '/ws', local => 1);
	my ($told, $messages, $heard) = (0, 0, 0);

	product($busy, $owner, "many $_") for 1 .. 300;
	while ($told < 300 && defined(my $e = $screen->event('product:created'))) {
		$told += $e->{count} // 1;
		$messages++;
		is($e->{uuid}, undef, 'no uuid of many') if $e->{count} && $messages < 60;
	}
	$heard++ while $heard < 300 && $machine->event('product:created');
	is($told, 300, 'the counts add up');
	cmp_ok($messages, '<=', 200, "in $messages messages");
	is($heard, 300, 'each of them');
};

# --- how it ends ---

subtest 'signed out' => sub {
	my ($mine, $other) = map { $till->post('/api/session', { user => 'Olga', pin => '4711' })->{json}{token} } 1, 2;
	my ($a, $b) = map { Ws->open($till, '/ws', token => $_) } $mine, $other;
	my $began = time();

	is($till->delete_('/api/session', token => $mine)->{status}, 204, 'signed out');
	is($a->ends, 4403, 'its socket is closed');
	cmp_ok(time() - $began, '<', 10, sprintf('after %.1f of the 2 s promised', time() - $began));
	product($till, $token, 'after');
	ok($b->event('product:created'), 'the other session listens on');
};

subtest 'a user who is let go' => sub {
	my $uuid = $till->post('/api/users', { name => 'Pat', pin => '7788', role => 'cashier' }, token => $token)->{json}{uuid};
	my $pat = $till->post('/api/session', { user => 'Pat', pin => '7788' })->{json}{token};
	my $ws = Ws->open($till, '/ws', token => $pat);

	is($till->delete_("/api/users/$uuid", token => $token)->{status}, 204, 'deleted');
	is($ws->ends, 4403, 'hears nothing more');
};

subtest 'places are limited' => sub {
	my @taken;

	while (@taken < 60) {
		my $ws = Ws->ask($till, '/ws', token => $token);
		is($ws->{status}, 503, 'one too many is answered') and last if $ws->{status} != 101;
		push(@taken, $ws);
	}
	cmp_ok(scalar @taken, '<=', 40, 'not more than the option allows');
	is($till->get('/api/products', token => $token)->{status}, 200, 'requests are not');
	@taken = ();
	$till->wait_for(10, sub { $till->realtimed->{clients} < 20 });
	is(Ws->ask($till, '/ws', token => $token)->{status}, 101, 'a place that was left is free');
};

subtest 'a reader that stands still costs a bounded amount' => sub {
	my $slow = Ws->open($till, '/ws', local => 1);
	my $quick = Ws->open($till, '/ws', local => 1);
	my $uuid = product($till, $token, 'slow');
	my $rss = $till->realtimed->{rss_kb};
	my $heard = 0;

	setsockopt($slow->{socket}, 1, 8, pack('i', 2048));
	for my $round (1 .. 40) {
		$till->raw(join('', map { my $last = $_ == 100;
			my $body = '{"price":' . (100 * $round + $_) . '}';
			"PATCH /api/products/$uuid HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer $token\r\nContent-Type: application/json\r\nContent-Length: "
			. length($body) . "\r\n" . ($last ? "Connection: close\r\n" : '') . "\r\n$body" } 1 .. 100));
		$heard++ while $heard < 100 * $round && $quick->event('product:updated');
	}
	is($heard, 4000, 'who reads hears all');
	my ($seen, $resync) = (0, 0);
	$till->patch("/api/products/$uuid", { price => 1 }, token => $token);
	while (defined(my $e = $slow->event(undef, 2))) {
		$e->{event} eq 'resync' ? $resync++ : $seen++;
	}
	is($resync, 1, "who does not hears $seen and is told to resync, once");
	cmp_ok($till->realtimed->{rss_kb} - $rss, '<', 4096, 'a few kilobytes of memory') if !Fexl::is_sanitized();
};

# --- apid, realtimed: each may be restarted ---

subtest 'apid is restarted: the same sockets go on' => sub {
	my $ws = Ws->open($till, '/ws', token => $token);
	my $uuid = product($till, $token, 'before');

	is($ws->event('product:created')->{uuid}, $uuid, 'as before');
	$till->stop;
	$till->again;
	$till->wait_for(10, sub { $till->realtimed->{apid} });
	is($ws->event->{event}, 'resync', 'who listened is told');
	is(product($till, $token, 'after'), $ws->event('product:created')->{uuid}, 'and hears on');
};

subtest 'signed out while realtimed was away from apid' => sub {
	my $mine = $till->post('/api/session', { user => 'Olga', pin => '4711' })->{json}{token};
	my ($ws, $other) = map { Ws->open($till, '/ws', token => $_) } $mine, $token;

	kill('STOP', $till->{realtimed});
	is($till->delete_('/api/session', token => $mine)->{status}, 204, 'signed out');
	$till->stop;
	$till->again;
	kill('CONT', $till->{realtimed});
	is($ws->ends, 4403, 'it is found out');
	my $e = $other->event;
	is($e && $e->{event}, 'resync', 'the other stays') or diag(explain([@$other{qw(code eof in)}]), $till->log_text);
};

subtest 'realtimed is restarted: clients come back' => sub {
	my $ws = Ws->open($till, '/ws', token => $token);
	my $e;

	product($till, $token, 'x');
	$e = $ws->event('product:created');
	$till->stop_realtimed;
	is($ws->ends, 1001, 'it says that it goes');
	$till->start_realtimed(FEXL_WS_PING_S => 1);
	is(Ws->open($till, "/ws?since=$e->{seq}", token => $token)->event->{event}, 'resync', 'its numbers begin anew');
};

subtest 'pings' => sub {
	my $ws = Ws->open($till, '/ws', token => $token);

	is($ws->frame->{op}, $Ws::PING, 'one a second, as the option says');
	is($ws->ends(8), 'eof', 'who answers none is dropped');
	my $alive = Ws->open($till, '/ws', token => $token);
	is($alive->event(undef, 5), undef, 'who does');
	ok(!$alive->{eof}, 'is not');
};

is($till->stop_realtimed, 0, 'an orderly end of realtimed') or diag($till->log_text);
is($till->stop, 0, 'and of apid') or diag($till->log_text);

# --- a hub ---

my $hub = Fexl->start(FEXL_ROLE => 'cloud');
my ($north, $south) = map { $hub->make_shop($_) } qw(North South);
$hub->start_realtimed;

subtest 'a wall between shops' => sub {
	my ($n, $s) = map { Ws->open($hub, '/ws', token => $_->{token}) } $north, $south;
	my $theirs = product($hub, $south->{token}, 'Theirs');
	my $ours = product($hub, $north->{token}, 'Ours');

	is($n->event->{uuid}, $ours, 'the north hears of its own');
	is($s->event->{uuid}, $theirs, 'and the south of its own');
	is(Ws->ask($hub, '/ws', local => 1)->{status}, 422, 'the operator must say which');
	is(Ws->ask($hub, "/ws?tenant=$north->{uuid}", local => 1)->{status}, 101, 'and may');
	is(Ws->ask($hub, "/ws?tenant=$south->{uuid}", token => $north->{token})->{status}, 422, 'nobody else names one');
	is(Ws->ask($hub, '/ws', token => $north->{token}, header => { Origin => 'http://127.0.0.1:8089' })->{status}, 101, "a till's page may call the cloud");
};

subtest 'a till' => sub {
	my $owner = Ws->open($hub, '/ws', token => $north->{token});
	my $device = Fexl::make_device($north);
	my $ask = sub { Ws->ask($hub, '/ws', token => Fexl::device_token($device, @_)) };

	$hub->post('/api/sync/credentials', Fexl::credentials($device, $north->{key}));
	is($owner->event('device:pending')->{uuid}, $device->{uuid}, 'the owner hears that it asks');
	is(code_of($ask->()), '403 device_pending', 'it hears nothing while it waits');
	$hub->post("/api/devices/$device->{uuid}/approve", {}, token => $north->{token});
	ok($owner->event('device:approved'), 'approved');
	my $ws = $ask->();
	is($ws->{status}, 101, 'then it may');
	is(product($hub, $north->{token}, 'Here'), $ws->event('product:created')->{uuid}, 'it hears of what others do');
	my $short = $ask->(exp => int(time()) + 3);
	is($short->ends, 4401, 'a token that is over ends its socket');
	my $began = time();
	$hub->post("/api/devices/$device->{uuid}/revoke", {}, token => $north->{token});
	is($ws->ends, 4403, 'revoked');
	cmp_ok(time() - $began, '<', 10, sprintf('after %.1f of the 2 s promised', time() - $began));
	is(code_of($ask->()), '403 device_revoked', 'and not let in again');
};

is($hub->stop_realtimed, 0, 'an orderly end') or diag($hub->log_text);
is($hub->stop, 0, 'of both') or diag($hub->log_text);
done_testing();
