#!/usr/bin/perl
# What our HTTP server understands and what it refuses.
#
# Each case is raw bytes, sent over TCP in one piece and over a Unix socket byte
# by byte.  Behind each stands one more request: after a good one it must be
# answered too, after a bad one it must not, so that a message whose end is
# misjudged shows at once.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use HttpTest;
use Test::More;

my $server = start(listen => ['127.0.0.1:0', "$dir/echo.sock"]);
my ($tcp, $unix) = @{$server->{where}};
my @roads = ([tcp => $tcp, 0], [unix => $unix, 1]);

# is understood, and so is what comes after it; %expect: what /echo must tell
sub good
{
	my ($name, $request, %expect) = @_;
	my $status = delete($expect{status}) // 200;
	for (@roads) {
		my ($road, $where, $slowly) = @$_;
		my ($raw, $end) = talk($where, $request . $after, slowly => $slowly);
		my @a = answers($raw);
		my $got = @a ? json($a[0]) : {};
		my @wrong = grep { ($got->{$_} // 'nothing') ne $expect{$_} } keys %expect;
		my $fine = $end eq 'closed' && statuses(@a) eq "$status 200" && !@wrong
			&& (json($a[1])->{path} // '') eq '/echo/after'
			&& ($a[0]{headers}{connection} // 'keep-alive') eq 'keep-alive';
		ok($fine, "$name ($road)")
			or diag('statuses ', statuses(@a), ", end $end, wrong: @wrong\n$raw");
	}
}

# is refused with one of these statuses, and nothing after it is looked at
sub bad
{
	my ($name, $request, $statuses, $code) = @_;
	my $to_head = $request =~ /^HEAD /;
	for (@roads) {
		my ($road, $where, $slowly) = @$_;
		my ($raw, $end) = talk($where, $request . $after, slowly => $slowly);
		my @a = answers($raw, heads => $to_head ? 1 : 0);
		my ($status, $headers) = @a ? @{$a[0]}{'status', 'headers'} : (0, {});
		my $problem = @a ? json($a[0]) : {};
		my $told = $to_head || (($problem->{status} // 0) == $status
			&& length($problem->{detail} // '') && (!defined $code || $problem->{code} eq $code));
		my $fine = $end eq 'closed' && @a == 1 && $told && grep { $_ == $status } split / /, $statuses;
		$fine &&= ($headers->{connection} // '') eq 'close'
			&& ($headers->{'content-type'} // '') eq 'application/problem+json';
		ok($fine, "$name: $statuses ($road)") or diag('statuses ', statuses(@a), ", end $end\n$raw");
	}
}

sub hex2
{
	return sprintf '0x%02x', $_[0];
}

# GET /echo with the rest of the request line given
sub line
{
	return "GET /echo $_[0]\r\nHost: h\r\n\r\n";
}

# --- request lines ---

good('a plain request', get('/echo'), method => 'GET', path => '/echo', query => '', target => '/echo');
good("method $_", "$_ /echo HTTP/1.1\r\nHost: h\r\n\r\n", method => $_)
	for qw(GET POST PUT PATCH DELETE OPTIONS);
good('OPTIONS *', "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", path => '*');
good('one empty line before the request', "\r\n" . get('/echo'));
good('one empty line after a body', post("Content-Length: 2\r\n", "ab\r\n"), body => 'ab');
good('HTTP/1.0 that wants to stay', "GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");

bad('two empty lines before the request', "\r\n\r\n" . get('/echo'), 400);
bad('an empty line of LF', "\n" . get('/echo'), 400);
bad('a CR that is no line end', "\r" . get('/echo'), 400);
bad('a blank before the method', ' ' . get('/echo'), 400);
bad("method $_", "$_ /echo HTTP/1.1\r\nHost: h\r\n\r\n", 501, 'method_unknown')
	for qw(get Get TRACE BREW GETS GE PROPFIND), "G!#\$%&'*+-.^_`|~";
bad('CONNECT', "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n", 501);
bad('the preface of HTTP/2', "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", '501 505');
bad('a greeting of TLS', "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400);
bad('a long method', 'A' x 3000 . " /echo HTTP/1.1\r\nHost: h\r\n\r\n", 501);
bad('HTTP/0.9', "GET /echo\r\n\r\n", 400);
bad('two blanks before the target', "GET  /echo HTTP/1.1\r\nHost: h\r\n\r\n", 400);
bad('a TAB before the target', "GET\t/echo HTTP/1.1\r\nHost: h\r\n\r\n", 400);
bad('a TAB before the version', "GET /echo\tHTTP/1.1\r\nHost: h\r\n\r\n", 400);
bad('two blanks before the version', line(' HTTP/1.1'), 400);
bad('a third word', line('HTTP/1.1 x'), 400);
bad('no target', "GET HTTP/1.1\r\nHost: h\r\n\r\n", 400);
bad('a method alone', "GET\r\nHost: h\r\n\r\n", 400);
bad('a blank behind the version', line('HTTP/1.1 '), 400);
bad('CR CR LF', line("HTTP/1.1\r"), 400);
bad('a request line with LF', "GET /echo HTTP/1.1\nHost: h\r\n\r\n", 400, 'line_end');
bad('a head with LF only', "GET /echo HTTP/1.1\nHost: h\n\n", 400, 'line_end');
bad("version $_", line($_), 505, 'http_version')
	for qw(HTTP/1.2 HTTP/2.0 HTTP/0.9 HTTP/3.0 HTTP/9.9 HTTP/0.0);
bad("version $_", line($_), 400)
	for 'HTTP/1,1', qw(http/1.1 Http/1.1 HTTP/1 HTTP/1. HTTP/.1 HTTP/11 HTTP/1.10 HTTP/1.1.1 HTTP/01.1
		HTTP/1.01 HTTP/+1.1 HTTP1.1 HTTP/ HTTP RTSP/1.0 ICY HTTPS/1.1 HTTP/1.x HTTP/a.b 1.1);
bad('byte ' . hex2($_) . ' in the method', 'G' . chr($_) . "ET /echo HTTP/1.1\r\nHost: h\r\n\r\n", 400)
	for 0 .. 31, 127, 128, 255, map { ord } split //, '"(),/:;<=>?@[]{}\\';
bad('byte ' . hex2($_) . ' in the target', get('/echo' . chr($_) . 'x'), 400)
	for 0 .. 32, ord('#'), 127, 128, 160, 254, 255;
bad('byte ' . hex2($_) . ' in the version', line('HTTP/1.' . chr($_) . '1'), 400)
	for 0 .. 32, 127, 255;

# --- targets ---

good("target $$_[0]", get($$_[0]), path => $$_[1], query => $$_[2] // '') for
	['/echo/a%20b', '/echo/a b'],
	['/echo/%41%6a%6A', '/echo/Ajj'],
	['/echo/a+b', '/echo/a+b'],
	['/echo//x/', '/echo//x/'],
	['/echo/...', '/echo/...'],
	['/echo/.a', '/echo/.a'],
	['/echo/a.', '/echo/a.'],
	['/echo/..a/', '/echo/..a/'],
	['/echo/a;b=c,d', '/echo/a;b=c,d'],
	['/echo/~!$&\'()*:@-_', '/echo/~!$&\'()*:@-_'],
	['/echo/%c3%a9', "/echo/\x{e9}"],
	['/echo/' . 'a' x 8000, '/echo/' . 'a' x 8000],
	['/echo?', '/echo', ''],
	['/echo?a=b', '/echo', 'a=b'],
	['/echo?a?b/../c', '/echo', 'a?b/../c'],
	['/echo?%2F%00%ff', '/echo', '%2F%00%ff'],
	['/echo?{[|]}^`"<>\\', '/echo', '{[|]}^`"<>\\'],
	['http://h/echo/x', '/echo/x'],
	['HTTP://H/echo?q', '/echo', 'q'];
good('an absolute target without a path', get('http://h'), status => 404);
good('an absolute target with a query only', get('http://h?/echo'), status => 404);
good('an absolute target with a port', "GET http://h:81/echo HTTP/1.1\r\nHost: h:81\r\n\r\n",
	path => '/echo');

bad("target $_", get($_), 400, 'target') for qw(
	* echo ?echo h:80 h https://h/echo ftp://h/echo http:/echo
	/echo% /echo%4 /echo%zz /echo%4g /echo%g4 /echo%%41 /echo?a% /echo?a%4 /echo?%xy
	/echo%00 /echo%0a /echo%0d%0aX:y /echo%09 /echo%1f /echo%7f
	/echo%2fx /echo%2Fx /echo/%2f..%2fx
	/. /.. /echo/. /echo/.. /echo/./x /echo/../x /../echo
	/echo/%2e /echo/%2e%2e /echo/.%2e/x /echo/%2E./x /echo/%2e%2E%2f
	/echo%ff /echo%80 /echo%c3 /echo%c3x /echo%c0%af /echo%e0%80%af /echo%ed%a0%80
	/echo%f4%90%80%80 /echo%f8%88%80%80%80);
bad("target $_", get($_), 400, 'host')
	for qw(http:///echo http://other/echo http://h:80/echo http://user@h/echo http://h@other/echo);
bad('a target that is too long', get('/echo/' . 'a' x 20000), 414, 'target_too_long');
bad('a target without end', 'GET /echo/' . 'a' x 70000, 414, 'target_too_long');

# --- headers ---

for (["X: y\r\n", 'y'], ["X:y\r\n", 'y'], ["X: \t y \t \r\n", 'y'], ["X:\r\n", ''], ["X: \t\r\n", ''],
     ["X: a b\tc\r\n", "a b\tc"], ["X: :\"\\,;%#\r\n", ':"\\,;%#'], ["!#\$%&'*+-.^_`|~09azAZ: y\r\n", 'y']) {
	my ($line, $value) = @$_;
	my ($a) = told($tcp, with("Connection: close\r\n$line"));
	is(json($a)->{headers}[2][1], $value, 'value of ' . ($line =~ s/[\r\n]//gr =~ s/\t/\\t/gr));
}
good('bytes above ASCII in a value', with("X: caf\xc3\xa9\r\n"));
good('100 headers', with("X: y\r\n" x 99));
good('a long header', with('X: ' . 'y' x 15000 . "\r\n"));
good('an unknown header twice', with("X-Other: a\r\nX-Other: b\r\n"));
good('Upgrade is left alone', with("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
	. "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"));
good('TE: trailers', with("TE: trailers\r\n"));
good('headers that only look like framing',
	with("Content_Length: 5\r\nTransfer_Encoding: chunked\r\nX-Content-Length: 5\r\n"));

bad('101 headers', with("X: y\r\n" x 100), 431, 'head_too_large');
bad('headers that are too long', with('X: ' . 'y' x 17000 . "\r\n"), 431, 'head_too_large');
bad('headers without end', with("X: y\r\n" x 4000) =~ s/\r\n\z//r, 431, 'head_too_large');
bad('a line without a colon', with("X\r\n"), 400, 'header');
bad('an empty name', with(": y\r\n"), 400, 'header');
bad('a folded line', with("X: y\r\n z\r\n"), 400, 'header');
bad('a line folded by a TAB', with("X: y\r\n\tz\r\n"), 400, 'header');
bad('a folded line of blanks', with("X: y\r\n \r\n"), 400, 'header');
bad('a blank before the first header', "GET /echo HTTP/1.1\r\n Host: h\r\n\r\n", 400, 'header');
bad('a blank before the colon', with("X : y\r\n"), 400, 'header');
bad('a TAB before the colon', with("X\t: y\r\n"), 400, 'header');
bad('a header line with LF', with("X: y\nZ: a\r\n"), 400, 'line_end');
bad('the last line with LF', "GET /echo HTTP/1.1\r\nHost: h\r\n\n", 400, 'line_end');
bad('a lone CR in a value', with("X: y\rZ: a\r\n"), 400, 'header');
bad('CR CR LF behind a value', with("X: y\r\r\n"), 400, 'header');
bad('byte ' . hex2($_) . ' in a value', with('X: a' . chr($_) . "b\r\n"), 400) for 0 .. 8, 10 .. 31, 127;
bad('byte ' . hex2($_) . ' in a name', with('X' . chr($_) . "b: a\r\n"), 400)
	for 0 .. 32, 127, 128, 255, map { ord } split //, '"(),/;<=>?@[]{}\\';
bad("$_ twice", with("$_: 1\r\n$_: 1\r\n"), 400, 'header_repeated')
	for qw(Content-Length Authorization Origin Content-Type If-Match If-None-Match Idempotency-Key
		User-Agent Referer Cookie Fexl-Protocol Fexl-Schema Sec-WebSocket-Key
		Sec-WebSocket-Version Range);
bad('a header twice in other case', with("content-type: a/b\r\nCONTENT-TYPE: a/b\r\n"), 400,
	'header_repeated');

# --- Host ---

sub host
{
	return "GET /echo HTTP/1.1\r\nHost: $_[0]\r\n\r\n";
}

good("Host: $_", host($_)) for "\th\t", qw(h h:80 127.0.0.1 127.0.0.1:8089 [::1] [::1]:80 [::ffff:1.2.3.4]:1
	a-b.example.COM:65535 a_b ~x);
good('HTTP/1.0 without Host', "GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
bad('no Host', "GET /echo HTTP/1.1\r\n\r\n", 400, 'host');
bad('two Hosts', with("Host: h\r\n"), 400, 'header_repeated');
bad('two different Hosts', with("X: y\r\nhost: i\r\n"), 400, 'header_repeated');
bad('an absolute target of HTTP/1.0 without Host', "GET http://h/echo HTTP/1.0\r\n\r\n", 400, 'host');
bad("Host: $_", host($_), 400, 'host')
	for '', 'a b', 'a,b', 'a, b', 'u@h', 'h/', 'h/x', 'http://h', 'h:', 'h:x', 'h:80x', 'h:-1', 'h:+1',
		'h:65536', 'h:999999', 'h:8:8', ':80', '[::1', '[]', '[]:80', '::1', '[::g]', '[::1]x',
		'[::1]:', 'h?', 'h#', 'h%00', "h\xc3\xa9", 'h"', '<h>';

# --- Content-Length ---

sub sized
{
	my ($length, $body) = @_;
	return post("Content-Length: $length\r\n", $body // 'hello');
}

good("Content-Length: $_", sized($_), body => 'hello') for '5', '005', "\t5 ", '000000000000000005';
good('Content-Length: 0', sized(0, ''), body => '');
good('no length, no body', post(''), body => '');
good('a body of GET', with("Content-Length: 5\r\n") . 'hello', body => 'hello');
good('a body that looks like a request', sized(length $after, $after), body => $after);
good('a body of line ends', sized(4, "\r\n\r\n"), body => "\r\n\r\n");
bad("Content-Length: $_", sized($_), 400, 'content_length')
	for '', '+5', '-5', '-0', '5,', ',5', '5,5', '5, 5', '5 5', '0x5', '5_0', '5.0', '5e0', '5;', '"5"',
		'five', '5x', "\xd9\xa5", '1234567890123456789', '99999999999999999999', '18446744073709551621';
bad('Content-Length with byte ' . hex2($_), sized('5' . chr $_), 400) for 0, 1, 11, 12, 13, 127, 160;
bad('two lengths', post("Content-Length: 5\r\nContent-Length: 6\r\n", 'hello'), 400, 'header_repeated');
bad('the same length twice', post("Content-Length: 5\r\ncontent-length: 5\r\n", 'hello'), 400,
	'header_repeated');
bad('a blank before the colon of the length', post("Content-Length : 5\r\n", 'hello'), 400, 'header');
bad('a folded length', post("Content-Length:\r\n 5\r\n", 'hello'), 400, 'header');
bad('a length beyond all limits', sized('9' x 18, ''), 413, 'body_too_large');
bad('a length beyond the limit', sized(4194305, ''), 413, 'body_too_large');

# --- Transfer-Encoding ---

my $hello = "5\r\nhello\r\n0\r\n\r\n";

sub coded
{
	return post("Transfer-Encoding: $_[0]\r\n", $hello);
}

good("Transfer-Encoding: $_", coded($_), body => 'hello') for 'chunked', 'Chunked', "\t chunked \t";
bad("Transfer-Encoding: $_", coded($_), 501, 'transfer_encoding')
	for '', 'identity', 'gzip', 'gzip, chunked', 'chunked, gzip', 'chunked, chunked', 'chunked, identity',
		'identity, chunked', 'chunked,', ',chunked', 'xchunked', 'chunkedx', '"chunked"', "'chunked'",
		'chunked;a=b', 'chunk', 'chunked chunked', "\xa0chunked";
bad('Transfer-Encoding with byte ' . hex2($_), coded(chr($_) . 'chunked'), 400) for 0, 8, 11, 12, 13, 127;
bad("framing by $$_[0]", post($$_[1], $hello), $$_[2], $$_[3]) for
	['Transfer-Encoding twice', "Transfer-Encoding: chunked\r\n" x 2, 400, 'header_repeated'],
	['two codings', "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", '400 501'],
	['both', "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 400, 'framing'],
	['both, the other way', "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", 400, 'framing'],
	['both, length 0', "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", 400, 'framing'],
	['both, another coding', "Transfer-Encoding: identity\r\nContent-Length: 5\r\n", '400 501'],
	['a coding with a blank before the colon', "Transfer-Encoding : chunked\r\n", 400, 'header'],
	['a folded coding', "Transfer-Encoding:\r\n chunked\r\n", 400, 'header'],
	['a coding with LF', "Transfer-Encoding: chunked\nX: y\r\n", 400, 'line_end'];
bad('Transfer-Encoding in HTTP/1.0', coded('chunked') =~ s/1\.1/1.0/r, 400, 'framing');

# --- chunks ---

good("chunks: $$_[0]", chunked($$_[1]), body => $$_[2]) for
	['none', "0\r\n\r\n", ''],
	['one', $hello, 'hello'],
	['three', "2\r\nhe\r\n1\r\nl\r\n2\r\nlo\r\n0\r\n\r\n", 'hello'],
	['zeros before', "0005\r\nhello\r\n000\r\n\r\n", 'hello'],
	['15 digits', "000000000000005\r\nhello\r\n0\r\n\r\n", 'hello'],
	['lower case', "a\r\n0123456789\r\n0\r\n\r\n", '0123456789'],
	['upper case', "A\r\n0123456789\r\n0\r\n\r\n", '0123456789'],
	['two digits', "1a\r\n" . 'x' x 26 . "\r\n0\r\n\r\n", 'x' x 26],
	['line ends inside', "4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n"],
	['an extension', "5;a\r\nhello\r\n0\r\n\r\n", 'hello'],
	['an extension with a value', "5;a=b\r\nhello\r\n0;last\r\n\r\n", 'hello'],
	['a quoted extension', "5;a=\"b;\\\" c\";d\r\nhello\r\n0\r\n\r\n", 'hello'],
	['a trailer', "5\r\nhello\r\n0\r\nX: y\r\n\r\n", 'hello'],
	['trailers', "0\r\nX: y\r\nX: z\r\nEmpty:\r\n\r\n", ''],
	['a trailer that pretends', "5\r\nhello\r\n0\r\nContent-Length: 9\r\nHost: other\r\n\r\n", 'hello'],
	['a large one', sprintf("%x\r\n", 100000) . 'y' x 100000 . "\r\n0\r\n\r\n", 'y' x 100000],
	['many small ones', "1\r\nz\r\n" x 3000 . "0\r\n\r\n", 'z' x 3000];
bad("chunk size $$_[0]", chunked("$$_[1]\r\nhello\r\n0\r\n\r\n"), $$_[2] // 400) for
	(map { [$_, $_] } qw(x g +5 -5 0x5 5_ 5h 5.0 "5"), '5,5'),
	['missing', ''], ['after a blank', ' 5'], ['before a blank', '5 '],
	['before a TAB', "5\t"], ['of 16 digits', '0000000000000005'],
	['that wraps', '10000000000000005'], ['that wraps 32 bits', '100000005', 413],
	['of 15 digits', 'f' x 15, 413], ['before CR', "5\r"],
	['and an empty extension', '5;'], ['and an extension after a blank', '5; a=b'],
	['and a blank before one', '5 ;a=b'], ['and a value without a name', '5;=b'],
	['and a name without a value', '5;a='], ['and an open quote', '5;a="b'],
	['and text behind a quote', '5;a="b"c'],
	['and a NUL', "5;a\0b"], ['and LF', "5;a\nb"], ['and CR in a quote', "5;a=\"\r\""],
	['and a long extension', '5;' . 'a' x 300];
bad("chunks: $$_[0]", chunked($$_[1]), $$_[2] // 400) for
	['a line of LF', "5\nhello\r\n0\r\n\r\n"],
	['a line of CR', "5\rhello\r\n0\r\n\r\n"],
	['no line end behind the data', "5\r\nhello0\r\n\r\n"],
	['LF behind the data', "5\r\nhello\n0\r\n\r\n"],
	['CR behind the data', "5\r\nhello\r0\r\n\r\n"],
	['LF CR behind the data', "5\r\nhello\n\r0\r\n\r\n"],
	['too much data', "5\r\nhello!\r\n0\r\n\r\n"],
	['too little data', "5\r\nhell\r\n0\r\n\r\n"],
	['a last line of LF', "5\r\nhello\r\n0\n\r\n"],
	['an end of LF', "5\r\nhello\r\n0\r\n\n"],
	['an endless extension', '5;' . 'a' x 9000],
	['an endless size', '0' x 9000],
	['a trailer without a colon', "0\r\nX\r\n\r\n"],
	['a trailer with a blank before the colon', "0\r\nX : y\r\n\r\n"],
	['a folded trailer', "0\r\nX: y\r\n z\r\n\r\n"],
	['a blank at the start of the trailer', "0\r\n X: y\r\n\r\n"],
	['a NUL in a trailer', "0\r\nX: \0\r\n\r\n"],
	['a trailer with LF', "0\r\nX: y\n\r\n"],
	['an empty trailer name', "0\r\n: y\r\n\r\n"],
	['a long trailer', "0\r\nX: " . 'y' x 9000 . "\r\n\r\n"],
	['many trailers', "0\r\n" . "X: y\r\n" x 2000 . "\r\n"],
	['a request in place of the end', "5\r\nhello\r\n0\r\n" . $after],
	['more than fit', "10000\r\n" . 'x' x 65536 . "\r\n400000\r\n", 413, 'body_too_large'];

# --- expectations, codings, limits of a route ---

sub hello_with
{
	return post("$_[0]\r\nContent-Length: 5\r\n", 'hello');
}

good('Expect that HTTP/1.0 does not know',
	hello_with("Connection: keep-alive\r\nExpect: whatever") =~ s/1\.1/1.0/r, body => 'hello');
bad("Expect: $_", hello_with("Expect: $_"), 417, 'expectation')
	for '', '200-ok', '100-continue, foo', '100-continued';
good('Content-Encoding: identity', hello_with('Content-Encoding: identity'), body => 'hello');
bad("Content-Encoding: $_", hello_with("Content-Encoding: $_"), 415, 'content_encoding')
	for '', 'br', 'deflate', 'gzip, gzip', 'gzip, identity', 'gzipped', 'zstd';
bad('HEAD that is broken', "HEAD /echo HTTP/1.1\r\nHost: h\r\nX : y\r\n\r\n", 400);
bad('a body that is too large for its route', sized(9, '123456789') =~ s/echo/small/r, 413, 'body_too_large');
bad('chunks that are too large for their route',
	chunked("8\r\n12345678\r\n1\r\n9\r\n0\r\n\r\n") =~ s/echo/small/r, 413, 'body_too_large');
is(ask($tcp, 'POST /small', '', '12345678')->{body}, '12345678', 'a body of just the allowed size is taken');

# --- errors of the handler leave the connection alone ---

good('not found', get('/nothing'), status => 404, code => 'not_found');
good('wrong method', "DELETE /body HTTP/1.1\r\nHost: h\r\n\r\n", status => 405, code => 'method');
good('refused by its head', get('/forbidden'), status => 403, code => 'forbidden');
good('parameters of a path', get('/items/a%20b/parts/7'), a => 'a b', b => '7');
good('an empty parameter', get('/items//parts/7'), status => 404);
good('a parameter more', get('/items/1/parts/7/'), status => 404);

# --- Connection ---

good('Connection: keep-alive', with("Connection: keep-alive\r\n"));
good('a list for Connection', with("Connection: foo , keep-alive,,bar\r\n"));
good('a word that only looks like close', with("Connection: closed, not-close\r\n"));
for ('close', 'Close', 'keep-alive, close', 'close, foo', "foo\r\nConnection: close") {
	my ($raw, $end) = talk($tcp, with("Connection: $_\r\n") . $after);
	my @a = answers($raw);
	ok($end eq 'closed' && statuses(@a) eq '200' && $a[0]{headers}{connection} eq 'close',
		'the connection ends after Connection: ' . s/\r\n/, /r) or diag("$end\n$raw");
}
for ('', "Connection: close\r\n", "Connection: keep-alive, close\r\n") {
	my ($raw, $end) = talk($tcp, "GET /echo HTTP/1.0\r\n$_\r\n$after");
	ok($end eq 'closed' && statuses(answers($raw)) eq '200', 'HTTP/1.0 ends after one answer')
		or diag("$end\n$raw");
}

# --- noise: whatever comes, there are whole answers and then the end ---

srand 20260923;
my @seeds = (get('/echo?a=b'), post("Content-Length: 5\r\n", 'hello'), with("Accept-Encoding: gzip\r\n"),
	chunked("5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n"), get('/stream?pieces=2&size=9'));
my $wrong = 0;
for (1 .. 400) {
	my $bytes = join '', map { $seeds[rand @seeds] } 0 .. rand 3;
	for (0 .. rand 6) {
		my $at = int rand length $bytes;
		my $kind = int rand 4;
		substr($bytes, $at, 1) = chr rand 256 if $kind == 0;
		substr($bytes, $at, rand 9) = '' if $kind == 1;
		substr($bytes, $at, 0) = ("\r", "\n", "\0", ' ', ':', "\r\n", '0', '%')[rand 8] if $kind == 2;
		substr($bytes, $at, 0) = substr($bytes, rand length $bytes, rand 30) if $kind == 3;
	}
	my ($raw, $end) = talk($_ % 2 ? $tcp : $unix, $bytes, end => 1);
	next if $end eq 'closed' && !grep { $_->{status} == 0 } answers($raw);
	diag(unpack 'H*', $bytes);
	$wrong++;
}
is($wrong, 0, '400 damaged conversations end in order');
is(ask($tcp, 'GET /echo')->{status}, 200, 'and the server is well');
is(stop($server), 0, 'it ends clean');

done_testing();
