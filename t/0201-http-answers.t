#!/usr/bin/perl
# How our HTTP server answers: headers, problems, HEAD, gzip, streams, in which
# order, and whether it first asks for the body.
use strict;
use warnings;
use Compress::Zlib ();
use FindBin;
use lib "$FindBin::Bin/lib";
use HttpTest;
use Socket;
use Test::More;

my $server = start(listen => ['127.0.0.1:0', "$dir/echo.sock"]);
my ($tcp, $unix) = @{$server->{where}};
my ($a, $raw, $end, @a);

sub counters
{
	return json(ask($tcp, 'GET /counters'));
}

# --- headers of every answer ---

$a = ask($tcp, 'GET /echo');
my $day = qr/Mon|Tue|Wed|Thu|Fri|Sat|Sun/;
my $month = qr/Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec/;
like($a->{headers}{date}, qr/^($day), \d\d ($month) \d{4} \d\d:\d\d:\d\d GMT$/, 'Date');
is($a->{headers}{'cache-control'}, 'no-store', 'nothing is cached unless the handler says so');
is($a->{headers}{'x-content-type-options'}, 'nosniff', 'nosniff');
is($a->{headers}{'x-request-id'}, json($a)->{id}, 'the request id is told');

sub id_for
{
	return ask($tcp, 'GET /echo', "X-Request-Id: $_[0]\r\n")->{headers}{'x-request-id'};
}

isnt(id_for(''), $a->{headers}{'x-request-id'}, 'and is another each time');
is(id_for($_), $_, "the client's own id is kept") for 'a', 'Az09._-', 'x' x 64;
unlike(id_for($_), qr/[^0-9a-f-]|^\Q$_\E$/, 'an odd one is not')
	 for '', 'a b', 'x' x 65, "a\tb", 'a"b', "\xc3\xa9", '<script>', 'a~b';
$a = ask($tcp, 'GET /extra');
is($a->{headers}{'cache-control'}, 'max-age=60', "the handler's Cache-Control stands alone");
is($a->{headers}{'x-split'}, 'a__X-Injected: b', 'no header can be smuggled into an answer');
is(ask($tcp, 'GET /nothing', "Origin: http://o\r\n")->{headers}{'access-control-allow-origin'}, '*',
	"the handler's headers are on errors too");
ok(!exists ask($tcp, 'GET /empty')->{headers}{'content-length'}, '204 has no length');
$a = ask($tcp, 'GET /unchanged');
ok($a->{status} == 304 && $a->{headers}{etag} eq '"1"' && $a->{body} eq '', '304 has no body');

# --- problems ---

$a = ask($tcp, 'GET /problem/2');
is_deeply(json($a), {
	type => 'about:blank', title => 'Unprocessable Content', status => 422, code => 'as_asked',
	field => '/lines/0', detail => 'an error of kind 2, as "asked"',
	instance => $a->{headers}{'x-request-id'},
}, 'a problem has all its members');
my @kinds = (500, 400, 422, 401, 403, 404, 405, 408, 409, 410, 412,
	413, 415, 421, 426, 429, 431, 501, 503, 503, 502, 500);
is(ask($tcp, "GET /problem/$_")->{status}, $kinds[$_], "errors of kind $_ are answered $kinds[$_]")
	for 0 .. $#kinds;
is(ask($tcp, 'GET /problem/15')->{headers}{'retry-after'}, 7, 'Retry-After is told');
is(ask($tcp, 'GET /problem/3')->{headers}{'www-authenticate'}, 'Bearer', '401 says how to sign in');
($a) = told($tcp, post("Content-Encoding: br\r\n"));
is($a->{headers}{'accept-encoding'}, 'gzip', '415 says what is taken');

# --- who is there ---

$a = json(ask($unix, 'GET /echo'));
ok($a->{local} && $a->{uid} == $> && $a->{peer} eq 'unix', 'the kernel tells who is at a Unix socket');
like(json(ask($tcp, 'GET /echo'))->{peer}, qr/^127\.0\.0\.1:\d+$/, 'a TCP peer has an address');

# --- HEAD ---

my $same = "Accept-Encoding: gzip\r\nX-Request-Id: x\r\n";
for my $path ('/empty', '/nothing', '/extra', '/big?n=5000', '/big?n=5000&type=text/plain', '/unchanged') {
	my $get = ask($tcp, "GET $path", $same);
	($raw) = talk($tcp, "HEAD $path HTTP/1.1\r\nHost: h\r\n$same\r\n$after");
	@a = answers($raw, heads => 1);
	is(statuses(@a), "$get->{status} 200", "HEAD $path has no body") or diag($raw);
	is($a[0]{headers}{'content-length'}, $get->{headers}{'content-length'}, "but the length of GET's");
}
($raw) = talk($tcp, "HEAD /stream?pieces=3&size=10 HTTP/1.1\r\nHost: h\r\n\r\n$after");
is(statuses(answers($raw, heads => 1)), '200 200', 'HEAD of a stream') or diag($raw);
is(said($server), 'stream gone', 'whose maker is told');

# --- Expect: 100-continue, and refusals by the head ---

sub expect
{
	my ($path, $headers) = @_;
	my $c = connect_to($tcp);
	print $c "POST $path HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n$headers\r\n";
	return ($c, read_until($c, sub { $_[0] =~ /\r\n\r\n/ }));
}

for (["Content-Length: 5\r\n", 'hello'], ["Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"]) {
	my ($headers, $body) = @$_;
	my ($c, $first) = expect('/echo', $headers);
	is($first, "HTTP/1.1 100 Continue\r\n\r\n", 'the body is asked for');
	print $c $body, $after;
	is(json((answers((read_all($c))[0]))[0])->{body}, 'hello', 'and taken');
}
for (['/forbidden', 'Content-Length: 5', 403], ['/small', 'Content-Length: 9', 413],
     ['/echo', 'Content-Length: 99999999', 413]) {
	my ($path, $header, $status) = @$_;
	my ($c, $first) = expect($path, "$header\r\n");
	like($first, qr/^HTTP\/1.1 $status .*\r\nConnection: close\r\n/s,
		"$path with $header is refused before its body");
}
($raw) = talk($tcp, post("Expect: 100-Continue\r\nContent-Length: 5\r\n", 'hello') . $after);
unlike($raw, qr/^HTTP\/1.1 100/, 'a body that is already here is not asked for');
($raw) = talk($tcp, with("Expect: 100-continue\r\n") . $after);
is(statuses(answers($raw)), '200 200', 'no body, nothing to ask for');
($raw) = talk($tcp, "POST /echo HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello");
is(statuses(answers($raw)), '200', 'HTTP/1.0 is never sent a 100');
my $forbidden = "POST /forbidden HTTP/1.1\r\nHost: h\r\nContent-Length: ";
is(statuses(told($tcp, "${forbidden}5\r\n\r\nhello$after")), '403 200',
	'a refused request whose body is here costs no connection');
($a) = told($tcp, "${forbidden}500\r\n\r\nhello");
is("$a->{status} $a->{headers}{connection}", '403 close', 'one whose body is still to come is refused at once');

# --- in order ---

sub told_of
{
	my ($member, @answers) = @_;
	return join ' ', map { json($_)->{$member} // '?' } @answers;
}

my @paths = map { $_ % 7 == 3 ? "/later?$_" : "/echo?$_" } 1 .. 300;
@a = told($tcp, join('', map { get($_) } @paths) . $after);
is(told_of(target => @a), "@paths /echo/after", '300 requests at once are answered in order');
@a = told($unix, join('', map { post('Content-Length: ' . length($_) . "\r\n", $_) } @paths) . $after);
is(told_of(body => @a), "@paths ", 'so are 300 with bodies');
{
	my $c = connect_to($tcp);
	print $c get('/hold/first') . get('/echo/second') . $after;
	is((read_until($c, sub { length $_[0] }, 0.3))[0], '', 'the second request waits for the first');
	ok(wait_for { ask($tcp, 'POST /release/first', '', '')->{body} }, 'which is released');
	@a = answers((read_all($c))[0]);
	is(told_of(path => @a), '/hold/first /echo/second /echo/after', 'and goes first');
}
{	# more than is read ahead while a request is held
	my ($c, $n) = (connect_to($tcp), 3000);
	print $c get('/hold/flood');
	my $pid = fork() // die;
	if ($pid == 0) {
		print $c get("/echo/$_") for 1 .. $n;
		print $c $after;
		exec 'true' or die;
	}
	ok(wait_for { ask($tcp, 'POST /release/flood', '', '')->{body} }, 'a flood behind a held request');
	@a = answers((read_all($c))[0]);
	waitpid $pid, 0;
	is(scalar(grep { $_->{status} == 200 } @a), $n + 2, 'is answered to the last');
	is(json($a[$n])->{path}, "/echo/$n", 'in order');
}

# --- half-closed and broken connections ---

($raw, $end) = talk($tcp, get('/echo/1') . get('/later') . get('/echo/2'), end => 1);
is(statuses(answers($raw)), '200 200 200', 'who has said all may still listen');
for (['in the request line', 'GET /echo'], ['in a header', "GET /echo HTTP/1.1\r\nHo"],
     ['before the empty line', "GET /echo HTTP/1.1\r\nHost: h\r\n"],
     ['in a body', post("Content-Length: 6\r\n", 'hello')], ['in a chunk', chunked("6\r\nhello")],
     ['before the last chunk', chunked("5\r\nhello\r\n")],
     ['in the trailers', chunked("0\r\nX: y\r\n")], ['after a lone CR', "\r"]) {
	my ($where, $bytes) = @$_;
	($raw, $end) = talk($tcp, $bytes, end => 1);
	is(statuses(answers($raw)) . " $end", '400 closed', "an end $where is an error") or diag($raw);
}
{
	my $c = connect_to($tcp);
	print $c "\r\n";
	read_until($c, sub { 0 }, 0.1);
	print $c "\r\n";
	is(statuses(answers((read_all($c))[0])), '400', 'two empty lines are an error, also one by one');
}
is(join('', talk($tcp, '', end => 1)), 'closed', 'an end between requests is none');
is(statuses(told($tcp, get('/echo') . "\r\n", end => 1)), '200',
	'nor is one after an empty line');
{
	my $c = connect_to($tcp);
	print $c get('/hold/gone');
	ok(wait_for { counters()->{in_hand} == 2 }, 'a request is held');
	setsockopt($c, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0));
	close $c;
	ok(wait_for { counters()->{open} == 1 }, 'its client leaves');
	is(counters()->{in_hand}, 2, 'the request stays in hand');
	is(ask($tcp, 'POST /release/gone', '', '')->{body}, '1', 'until it is answered');
	is(counters()->{in_hand}, 1, 'and is then gone');
}

# --- gzip ---

my $text = join '', map { "line $_ of a text that packs well\n" } 1 .. 3000;
my $packed = Compress::Zlib::memGzip($text);
my $gz = "Content-Encoding: gzip\r\n";
ok(ask($tcp, 'POST /body', $gz, $packed)->{body} eq $text, 'a packed body is unpacked');
ok(ask($tcp, 'POST /body', $gz =~ s/gzip/X-GZip/r, $packed)->{body} eq $text, 'also under its old name');
my $chunks = join('', map { sprintf("%x\r\n%s\r\n", length, $_) } unpack('(a100)*', $packed)) . "0\r\n\r\n";
($a) = told($tcp, "POST /body HTTP/1.1\r\nHost: h\r\nConnection: close\r\n$gz"
	. "Transfer-Encoding: chunked\r\n\r\n$chunks");
ok($a->{body} eq $text, 'also in chunks');
is(ask($tcp, 'POST /body', $gz, Compress::Zlib::memGzip(''))->{body}, '', 'also when it is empty');
for (['no gzip', 'hello'], ['nothing at all', ''], ['cut', substr($packed, 0, -10)],
     ['damaged', substr($packed, 0, 200) . 'xxxx' . substr($packed, 204)],
     ['a wrong sum', substr($packed, 0, -8) . "\0\0\0\0" . substr($packed, -4)],
     ['bytes behind', $packed . 'x'], ['two members', $packed . $packed],
     ['zlib, not gzip', Compress::Zlib::compress($text)]) {
	my ($what, $bytes) = @$_;
	$a = ask($tcp, 'POST /body', $gz, $bytes);
	is("$a->{status} " . (json($a)->{code} // ''), '400 gzip_broken', "packed body: $what");
}
for (['/large', 65536, 200], ['/large', 65537, 413], ['/body', 50_000_000, 413]) {
	my ($path, $n, $status) = @$_;
	$a = ask($tcp, "POST $path", $gz, Compress::Zlib::memGzip("\0" x $n));
	is($a->{status}, $status, "$n bytes after unpacking, to $path");
}

for (['gzip', 1], ['GZIP', 1], ['x-gzip', 1], ['*', 1], ['br, gzip;q=0.5', 1], ['gzip;q=1.000', 1],
     ['gzip ; q=0.001', 1], ['identity;q=0, gzip', 1], ['deflate', 0], ['', 0],
     ['gzip;q=0', 0], ['gzip;q=0.000', 0], ['gzip;Q=0', 0],
     ['*, gzip;q=0', 0], ['gzip;q=0, *', 0], ['*;q=0', 0], ['gzip;nonsense', 0], ['gzipx', 0]) {
	my ($accept, $packs) = @$_;
	$a = ask($tcp, 'GET /big?n=5000&type=text/plain', "Accept-Encoding: $accept\r\n");
	my $plain = $packs ? Compress::Zlib::memGunzip($a->{body}) // '' : $a->{body};
	my $coding = $a->{headers}{'content-encoding'} // '';
	ok($plain eq 'x' x 5000 && $coding eq ($packs ? 'gzip' : ''),
		"Accept-Encoding: $accept" . ($packs ? '' : ' is sent plain text'));
	is($a->{headers}{vary}, 'Accept-Encoding', 'and no cache may give it to others');
}
for (['/big?n=1024&type=text/plain', 'small'], ['/big?n=5000&type=image/png', 'an image'],
     ['/big?n=5000', 'of unknown type']) {
	$a = ask($tcp, "GET $$_[0]", "Accept-Encoding: gzip\r\n");
	ok(!exists $a->{headers}{'content-encoding'}, "what is $$_[1] is not packed");
}

# --- large answers and streams ---

ok(ask($tcp, 'GET /big?n=30000000')->{body} eq 'x' x 30000000, 'an answer of 30 MB arrives whole');
($raw) = talk($unix, get('/big?n=300000') x 20 . $after);
is(statuses(answers($raw)), join(' ', (200) x 21), 'large answers in a row');
$a = ask($tcp, 'GET /stream?pieces=26&size=20000');
is(length $a->{body}, 26 * 20000, 'a stream arrives whole');
is($a->{headers}{'transfer-encoding'}, 'chunked', 'in chunks');
is(said($server), 'stream gone', 'and its maker is told');
@a = told($tcp, get('/stream?pieces=3&size=1') . get('/stream?pieces=0')
	. get('/stream?pieces=100&size=0') . $after);
is(statuses(@a), '200 200 200 200', 'streams in a row, of nothing too');
is(join('|', map { $_->{body} } @a[0 .. 2]), 'dcb||', 'each has its own');
is(said($server), 'stream gone', 'each is told once') for 1 .. 3;
($raw, $end) = talk($tcp, "GET /stream?pieces=5&size=3 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
like($raw, qr/\r\nConnection: close\r\n\r\nfffeeedddcccbbb\z/,
	'for HTTP/1.0 a stream ends with the connection');
unlike($raw, qr/Transfer-Encoding/, 'without chunks');
is($end, 'closed', 'in good order');
said($server);
for ('1.1', '1.0') {
	($raw, $end) = talk($tcp, "GET /stream?pieces=3&size=10&cut=1 HTTP/$_\r\nHost: h\r\n\r\n");
	is($end, 'reset', "HTTP/$_ notices a stream that is cut off");
	unlike($raw, qr/\r\n0\r\n\r\n\z/, 'no last chunk is sent');
	said($server);
}
{
	my $c = connect_to($tcp);
	print $c get('/stream?pieces=1000000&size=100000');
	read_until($c, sub { length $_[0] > 100000 });
	close $c;
	is(said($server), 'stream gone', 'a stream ends when its reader leaves');
}

# --- leaving the server ---

is(join(', ', talk($tcp, get('/take') . 'early bytes')), 'taken: early bytes, closed',
	'a connection is taken with what came early');
like((talk($tcp, get('/echo') . get('/take') . 'x'))[0], qr/^HTTP\/1.1 200 .*\}taken: x\z/s,
	'after an earlier answer too');

# --- counters ---

{
	my $before = counters();
	ask($tcp, 'GET /nothing');
	ask($tcp, 'GET /empty');
	talk($tcp, "X\r\n\r\n");
	my $now = counters();
	is_deeply([map { $now->{answers}[$_] - $before->{answers}[$_] } 0 .. 5], [0, 0, 2, 0, 2, 0],
		'answers are counted by their hundreds');
	is($now->{requests} - $before->{requests}, 3, 'requests are counted');
	is($now->{accepted} - $before->{accepted}, 4, 'connections are counted');
	ok(wait_for { counters()->{open} == 1 }, 'none is left open');
}
is(stop($server), 0, 'the server ends clean');

done_testing();
