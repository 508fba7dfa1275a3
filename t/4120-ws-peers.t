#!/usr/bin/perl
# Against another implementation: Node's `ws`.  Its client listens to us, our
# client talks to its server, and to servers that lie.  The package is installed
# by name into a cache outside the tree, once.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use IO::Socket::INET;
use JSON::PP;
use Test::More;
use Fexl;

my $VERSION = '8.18.3';
my $build = $ENV{FEXL_BUILD} // '.';
my $cache = ($ENV{XDG_CACHE_HOME} // ($ENV{HOME} // '/tmp') . '/.cache') . "/fexl-test/ws-$VERSION";

sub is_there { return -e "$cache/node_modules/ws/package.json" }

plan(skip_all => 'node and npm are needed') if system('command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1') != 0;
system("mkdir -p '$cache' && cd '$cache' && timeout 120 npm install --silent --no-audit --no-fund --prefix . ws\@$VERSION >/dev/null 2>&1") if !is_there();
plan(skip_all => "npm cannot install ws $VERSION into $cache") if !is_there();

# Runs a script of node's; gives what it prints, line by line.
sub node
{
	my ($script, @args) = @_;

	local $ENV{NODE_PATH} = "$cache/node_modules";
	open(my $p, '-|', 'timeout', '60', 'node', '-e', "const WebSocket = require('ws');\n$script", '--', @args) or die "node: $!";
	return $p;
}

sub all_of { my ($p) = @_; local $/; my $text = <$p>; close($p); return $text // '' }

# --- its client, our servers ---

subtest 'its client and our echo' => sub {
	my $pid = open(my $tool, '-|', "$build/t/unit/ws-tool", 'serve') or die;
	my $port = <$tool> + 0;
	my $said = all_of(node(<<'END', $port));
		const ws = new WebSocket(`ws://127.0.0.1:${process.argv[1]}/`, { perMessageDeflate: false });
		const sent = [0, 1, 125, 126, 127, 65535, 65536, 1000000].map((n) => 'x'.repeat(n)).concat('héllo €', Buffer.from([0, 255, 254]));
		let i = 0;
		ws.on('open', () => ws.send(sent[0]));
		ws.on('message', (data, binary) => {
			const want = Buffer.from(sent[i]);
			if (!want.equals(data) || binary !== Buffer.isBuffer(sent[i])) console.log('differs', i);
			if (++i < sent.length) return ws.send(sent[i]);
			ws.send('in ', { fin: false }); ws.send('pie', { fin: false }); ws.send('ces', { fin: true });
			ws.removeAllListeners('message');
			ws.on('message', (whole) => { console.log(String(whole)); ws.ping('are you there?'); });
		});
		ws.on('pong', (data) => { console.log(String(data)); ws.close(4000, 'enough'); });
		ws.on('close', (code) => console.log('closed', code));
		ws.on('error', (e) => console.log('error', e.message));
END
	is($said, "in pieces\nare you there?\nclosed 4000\n", 'messages of ten sizes, fragments, a ping, a close');
	kill('TERM', $pid);
	close($tool);
};

my $till = Fexl->start(FEXL_ROLE => 'desktop');
my $token = $till->set_up;
$till->start_realtimed(FEXL_WS_PING_S => 1);

subtest 'its client and fexl-realtimed' => sub {
	my $p = node(<<'END', "ws://127.0.0.1:$till->{port}/ws", $token);
		const [url, token] = process.argv.slice(1);
		const ws = new WebSocket(url, ['fexl.1', `bearer.${token}`]);
		let pings = 0;
		process.stdout._handle.setBlocking(true);
		ws.on('open', () => console.log('open', ws.protocol, ws.extensions));
		ws.on('message', (data, binary) => console.log(binary ? 'binary' : JSON.parse(data).event));
		ws.on('ping', () => { if (++pings === 2) console.log('pings'); });
		ws.on('close', (code, why) => console.log('closed', code, String(why)));
		ws.on('error', (e) => console.log('error', e.message));
END
	my $line = sub { my $l = <$p>; chomp($l) if defined $l; return $l };

	is($line->(), 'open fexl.1 ', 'the protocol is chosen, no extension');
	$till->post('/api/products', { name => 'Tea', price => 100 }, token => $token);
	is($line->(), 'product:created', 'an event is a text');
	is($line->(), 'pings', 'pings, which it answers');
	$till->delete_('/api/session', token => $token);
	is($line->(), 'closed 4403 revoked or signed out', 'our code and reason');
	close($p);
};

subtest 'what it says of a refusal' => sub {
	my $said = all_of(node(<<'END', "ws://127.0.0.1:$till->{port}/ws"));
		const ws = new WebSocket(process.argv[1], ['fexl.1', 'bearer.fxs_nonsense']);
		ws.on('unexpected-response', (rq, rs) => { console.log(rs.statusCode, rs.headers['content-type']); rq.destroy(); });
		ws.on('error', () => {});
END
	is($said, "401 application/problem+json\n", 'a status and a problem');
};

is($till->stop_realtimed, 0, 'an orderly end');
is($till->stop, 0, 'of both');

# --- our client, its server ---

sub talk { my ($port) = @_; return scalar(`timeout 20 '$build/t/unit/ws-tool' talk $port 2>&1`) }

subtest 'our client and its server' => sub {
	my $p = node(<<'END');
		const server = new WebSocket.Server({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
		process.stdout._handle.setBlocking(true);
		server.on('listening', () => console.log(server.address().port));
		server.on('connection', (ws) => {
			ws.ping('hello');
			ws.on('pong', (data) => console.log('pong', String(data)));
			ws.on('message', (data, binary) => {
				if (data.length === 127) { const h = data.length >> 1; ws.send(data.subarray(0, h), { fin: false, binary }); ws.ping(); return ws.send(data.subarray(h), { fin: true, binary }); }
				ws.send(data, { binary });
			});
			ws.on('error', (e) => console.log('error', e.message));
			ws.on('close', (code, why) => { console.log('closed', code, String(why)); server.close(() => process.exit(0)); });
		});
END
	my $port = <$p> + 0;
	my $said = talk($port);
	my @sizes = (0, 1, 125, 126, 127, 65535, 65536, 1000000);

	is(join(' ', $said =~ /^[12] (\d+)/mg), "@sizes", 'messages of eight sizes come back whole') or diag($said);
	is(join(' ', map { substr($_, 0, 1) } $said =~ /^([12] \d+)/mg), '2 1 2 1 2 1 2 1', 'as what they were');
	like($said, qr/^9 5 hello/m, 'its ping is heard');
	like($said, qr/^8 .* 1000$/m, 'and its close');
	my $its = all_of($p);
	like($its, qr/^pong hello$/m, 'it has our pong');
	like($its, qr/^closed 1000 thanks$/m, 'our code and reason');
	unlike($its, qr/error/, 'and nothing to complain of');
};

# A server that answers one connection with these bytes; %K is the accept.
sub liar
{
	my ($answer) = @_;
	my $s = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1') or die;
	my $pid = fork() // die;

	if (!$pid) {
		my $c = $s->accept;
		my $head = '';
		sysread($c, $head, 4096, length $head) until $head =~ /\r\n\r\n/;
		my ($key) = $head =~ /Sec-WebSocket-Key: (\S+)/;
		require Digest::SHA;
		my $accept = Digest::SHA::sha1_base64("${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11") . '=';
		$answer =~ s/%K/$accept/g;
		syswrite($c, $answer);
		select(undef, undef, undef, 0.2);
		POSIX::_exit(0);
	}
	my $said = talk($s->sockport);
	waitpid($pid, 0);
	return $said;
}

subtest 'our client and servers that lie' => sub {
	my $head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %K\r\n";
	my @cases = (
		['a masked frame', "$head\r\n\x81\x80\0\0\0\0", qr/violation 1002/],
		['a reserved bit', "$head\r\n\xc1\0", qr/violation 1002/],
		['no text', "$head\r\n\x81\1\xff", qr/violation 1007/],
		['a claim', "$head\r\n\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff", qr/violation 1009/],
		['a wrong accept', $head =~ s/%K/s3pPLMBiTxaQ9kYGzzhZRbK+xOo=/r . "\r\n", qr/refused 101 .*key/],
		['an extension that nobody asked for', "${head}Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n", qr/refused 101 .*not offered/],
		['a protocol that nobody asked for', "${head}Sec-WebSocket-Protocol: chat\r\n\r\n", qr/refused 101 .*not offered/],
		['another protocol', "SSH-2.0-OpenSSH_9.2\r\n\r\n", qr/refused .*no HTTP/],
		['elsewhere', "HTTP/1.1 302 Found\r\nLocation: http://evil.example/\r\n\r\n", qr/refused 302/],
		['a page', "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", qr/refused 200/],
		['a head without end', "HTTP/1.1 101 x\r\n" . "X: y\r\n" x 3000, qr/no whole head|refused/],
		['nothing', '', qr/no whole head/],
	);

	for my $case (@cases) {
		my ($what, $answer, $expected) = @$case;
		like(liar($answer), $expected, $what);
	}
};
done_testing();
