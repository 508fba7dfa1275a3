#!/usr/bin/perl
# What our HTTP server understands, what it refuses, and when it loses patience.
#
# Each case is raw bytes, sent over TCP in one piece and over a Unix socket byte
# by byte.  Behind each stands one more request: after a good one it must be
# answered too, after a bad one it must not, so that a message whose end is
# misjudged shows at once.
use strict;
use warnings;
use Compress::Zlib ();
use File::Temp 'tempdir';
use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;
use JSON::PP;
use Socket;
use Test::More;
use Time::HiRes qw(sleep time);

my $build = $ENV{FEXL_BUILD} // '.';
my $echo = "$build/t/unit/http-echo";
-x $echo or BAIL_OUT("$echo is not built: run make check, or set FEXL_BUILD to the build directory");
my $dir = tempdir(CLEANUP => 1);
my $patience = 20;	# seconds for what should happen at once
$SIG{PIPE} = 'IGNORE';

# --- the server ---

sub start {
	my %o = (flags => [], listen => ['127.0.0.1:0'], wrap => [], @_);
	pipe(my $in_r, my $in_w) or die;
	pipe(my $out_r, my $out_w) or die;
	my $pid = fork() // die;
	if ($pid == 0) {
		open(STDIN, '<&', $in_r) && open(STDOUT, '>&', $out_w) or die;
		open(STDERR, '>', "$dir/stderr") or die;
		close $_ for $in_r, $in_w, $out_r, $out_w;
		exec(@{$o{wrap}}, $echo, @{$o{flags}}, @{$o{listen}}) or die;
	}
	close $in_r;
	close $out_w;
	my $s = { pid => $pid, in => $in_w, out => $out_r, rest => '', where => [] };
	while (defined(my $line = said($s))) {
		return $s if $line eq 'ready';
		push @{$s->{where}}, $line;
	}
	waitpid $pid, 0;
	return { failed => $? >> 8, stderr => errors() };
}

# The next line it prints, or nothing when it ended or kept silent too long.
sub said {
	my ($s) = @_;
	my $until = time + $patience;
	while ($s->{rest} !~ /\n/) {
		IO::Select->new($s->{out})->can_read($until - time) or return;
		sysread($s->{out}, $s->{rest}, 4096, length $s->{rest}) or return;
	}
	$s->{rest} =~ s/^(.*)\n//;
	return $1;
}

# Ends it; the status is not 0 when a sanitizer found something.
sub stop {
	my ($s) = @_;
	close $s->{in};
	local $SIG{ALRM} = sub { kill KILL => $s->{pid} };
	alarm 60;
	waitpid $s->{pid}, 0;
	alarm 0;
	diag(errors()) if $?;
	return $?;
}

sub errors {
	open(my $f, '<', "$dir/stderr") or return '';
	local $/;
	return scalar <$f> // '';
}

# --- the client ---

sub connect_to {
	my ($where) = @_;
	my $c = $where =~ m{^/} ? IO::Socket::UNIX->new(Peer => $where) : IO::Socket::INET->new(PeerAddr => $where, Timeout => $patience);
	$c or die "cannot connect to $where: $!";
	$c->autoflush(1);
	return $c;
}

# Reads until $enough->($bytes), the end, or too long; says which.
sub read_until {
	my ($c, $enough, $limit) = @_;
	my ($bytes, $until) = ('', time + ($limit // $patience));
	while (!$enough->($bytes)) {
		IO::Select->new($c)->can_read($until - time) or return ($bytes, 'silent');
		my $n = sysread($c, $bytes, 65536, length $bytes);
		return ($bytes, 'reset') if !defined $n;
		return ($bytes, 'closed') if $n == 0;
	}
	return ($bytes, 'enough');
}

sub read_all { read_until($_[0], sub { 0 }, $_[1]) }

# Sends and reads to the end of the connection.
sub talk {
	my ($where, $bytes, %o) = @_;
	my $c = connect_to($where);
	if ($o{slowly}) {
		for (split //, $bytes) {
			defined syswrite($c, $_) or last;
		}
	} else {
		print $c $bytes;
	}
	shutdown($c, 1) if $o{end};
	return read_all($c);
}

sub unchunk {
	my ($raw) = @_;
	my $body = '';
	while ($$raw =~ s/^([0-9a-f]+)\r\n//) {
		my $n = hex $1;
		length $$raw >= $n + 2 or return;
		$body .= substr $$raw, 0, $n;
		substr($$raw, $n, 2) eq "\r\n" or return;
		$$raw = substr $$raw, $n + 2;
		return $body if $n == 0;
	}
	return;
}

# Raw bytes into answers; one that is not whole or not HTTP has status 0.
# heads: how many of the first answers are to HEAD.
sub answers {
	my ($raw, %o) = @_;
	my @all;
	while (length $raw) {
		my %a = (status => 0, headers => {});
		push @all, \%a;
		$raw =~ s/^HTTP\/1\.1 (\d\d\d) [A-Za-z ]+\r\n((?:[A-Za-z-]+: [^\r\n]*\r\n)*)\r\n// or return @all;
		my ($status, $lines) = ($1, $2);
		for (split /\r\n/, $lines) {
			my ($name, $value) = split /: /, $_, 2;
			return @all if exists $a{headers}{lc $name} && lc $name ne 'vary';
			$a{headers}{lc $name} = $value // '';
		}
		my $length = $a{headers}{'content-length'};
		if ($status < 200 || $status == 204 || $status == 304 || @all <= ($o{heads} // 0)) {
			$a{body} = '';
		} elsif (defined $length) {
			length $raw >= $length or return @all;
			$a{body} = substr $raw, 0, $length, '';
		} elsif (($a{headers}{'transfer-encoding'} // '') eq 'chunked') {
			$a{body} = unchunk(\$raw) // return @all;
		} else {
			($a{body}, $raw) = ($raw, '');
		}
		$a{status} = $status;
	}
	return @all;
}

sub statuses { join ' ', map { $_->{status} } @_ }

sub json { my ($a) = @_; return eval { decode_json($a->{body} // '') } // {} }

# One request on a connection of its own.
sub ask {
	my ($where, $line, $headers, $body) = @_;
	my $length = defined $body ? 'Content-Length: ' . length($body) . "\r\n" : '';
	my ($raw) = talk($where, "$line HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" . ($headers // '') . "$length\r\n" . ($body // ''));
	return (answers($raw, heads => $line =~ /^HEAD/ ? 1 : 0))[0] // { status => 0, headers => {}, body => '' };
}

sub wait_for(&) {
	my ($true) = @_;
	my $until = time + $patience;
	while (time < $until) {
		return 1 if $true->();
		sleep 0.02;
	}
	return 0;
}

# --- the tables ---

my $after = "GET /echo/after HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
my $socket = "$dir/echo.sock";
my $server = start(listen => ['127.0.0.1:0', $socket]);
my ($tcp, $unix) = @{$server->{where}};
my @roads = ([tcp => $tcp, 0], [unix => $unix, 1]);

# is understood, and so is what comes after it
sub good {
	my ($name, $request, %expect) = @_;
	for (@roads) {
		my ($road, $where, $slowly) = @$_;
		my ($raw, $end) = talk($where, $request . $after, slowly => $slowly);
		my @a = answers($raw, heads => $expect{heads});
		my $status = delete($expect{status}) // 200;
		my $got = @a ? json($a[0]) : {};
		my @wrong = grep { ($got->{$_} // 'nothing') ne $expect{$_} } grep { $_ ne 'heads' } keys %expect;
		my $fine = $end eq 'closed' && statuses(@a) eq "$status 200" && !@wrong
			&& (json($a[1])->{path} // '') eq '/echo/after' && ($a[0]{headers}{connection} // 'keep-alive') eq 'keep-alive';
		ok($fine, "$name ($road)") or diag("statuses ", statuses(@a), ", end $end, wrong: @wrong\n$raw");
		$expect{status} = $status;
	}
}

# is refused with one of these statuses, and nothing after it is looked at
sub bad {
	my ($name, $request, $wanted, $code) = @_;
	my %wanted = map { $_ => 1 } split / /, $wanted;
	for (@roads) {
		my ($road, $where, $slowly) = @$_;
		my ($raw, $end) = talk($where, $request . $after, slowly => $slowly);
		my @a = answers($raw, heads => $request =~ /^HEAD / ? 1 : 0);
		my $first = $a[0] // { status => 0, headers => {} };
		my $problem = json($first);
		my $fine = $end eq 'closed' && @a == 1 && $wanted{$first->{status}}
			&& ($first->{headers}{connection} // '') eq 'close'
			&& ($first->{headers}{'content-type'} // '') eq 'application/problem+json'
			&& ($request =~ /^HEAD / || (($problem->{status} // 0) == $first->{status} && length($problem->{detail} // '')
				&& (!defined $code || $problem->{code} eq $code)));
		ok($fine, "$name: $wanted ($road)") or diag("statuses ", statuses(@a), ", end $end\n", $raw);
	}
}

sub get { my ($target, $headers) = @_; return "GET $target HTTP/1.1\r\nHost: h\r\n" . ($headers // '') . "\r\n" }
sub post { my ($headers, $body) = @_; return "POST /echo HTTP/1.1\r\nHost: h\r\n$headers\r\n" . ($body // '') }
sub chunked { my ($body) = @_; return post("Transfer-Encoding: chunked\r\n", $body) }
sub hex2 { sprintf '0x%02x', $_[0] }

# request lines
good('a plain request', get('/echo'), method => 'GET', path => '/echo', query => '', target => '/echo');
good("method $_", "$_ /echo HTTP/1.1\r\nHost: h\r\n\r\n", method => $_) for qw(GET POST PUT PATCH DELETE OPTIONS);
good('OPTIONS *', "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", path => '*');
good('one empty line before the request', "\r\n" . get('/echo'));
good('one empty line after a body', post("Content-Length: 2\r\n", "ab") =~ s/\z/\r\n/r, body => 'ab');
good('HTTP/1.0 that wants to stay', "GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
bad('two empty lines before the request', "\r\n\r\n" . get('/echo'), 400);
bad('an empty line of LF', "\n" . get('/echo'), 400);
bad('a CR that is no line end', "\rGET /echo HTTP/1.1\r\nHost: h\r\n\r\n", 400);
bad('a blank before the method', " " . get('/echo'), 400);
bad('lower-case method', "get /echo HTTP/1.1\r\nHost: h\r\n\r\n", 501, 'method_unknown');
bad("method $_", "$_ /echo HTTP/1.1\r\nHost: h\r\n\r\n", 501, 'method_unknown') for 'TRACE', 'BREW', 'GETS', 'GE', 'PROPFIND', "G!#\$%&'*+-.^_`|~";
bad('CONNECT', "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n", 501);
bad('the preface of HTTP/2', "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", '501 505');
bad('a greeting of TLS', "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400);
bad('a long method', 'A' x 3000 . " /echo HTTP/1.1\r\nHost: h\r\n\r\n", 501);
bad('HTTP/0.9', "GET /echo\r\n\r\n", 400);
bad('two blanks before the target', "GET  /echo HTTP/1.1\r\nHost: h\r\n\r\n", 400);
bad('two blanks before the version', "GET /echo  HTTP/1.1\r\nHost: h\r\n\r\n", 400);
bad('a TAB before the target', "GET\t/echo HTTP/1.1\r\nHost: h\r\n\r\n", 400);
bad('a TAB before the version', "GET /echo\tHTTP/1.1\r\nHost: h\r\n\r\n", 400);
bad('a third word', "GET /echo HTTP/1.1 x\r\nHost: h\r\n\r\n", 400);
bad('no target', "GET HTTP/1.1\r\nHost: h\r\n\r\n", 400);
bad('a method alone', "GET\r\nHost: h\r\n\r\n", 400);
bad('a blank behind the version', "GET /echo HTTP/1.1 \r\nHost: h\r\n\r\n", 400);
bad('CR CR LF', "GET /echo HTTP/1.1\r\r\nHost: h\r\n\r\n", 400);
bad('a request line with LF', "GET /echo HTTP/1.1\nHost: h\r\n\r\n", 400, 'line_end');
bad('a head with LF only', "GET /echo HTTP/1.1\nHost: h\n\n", 400, 'line_end');
bad("version $_", "GET /echo $_\r\nHost: h\r\n\r\n", 505, 'http_version')
	for qw(HTTP/1.2 HTTP/2.0 HTTP/0.9 HTTP/3.0 HTTP/9.9 HTTP/0.0);
bad("version $_", "GET /echo $_\r\nHost: h\r\n\r\n", 400)
	for 'HTTP/1,1', qw(http/1.1 Http/1.1 HTTP/1 HTTP/1. HTTP/.1 HTTP/11 HTTP/1.10 HTTP/1.1.1 HTTP/01.1 HTTP/1.01 HTTP/+1.1
		HTTP1.1 HTTP/ HTTP RTSP/1.0 ICY HTTPS/1.1 HTTP/1.x HTTP/a.b 1.1);
bad('byte ' . hex2($_) . ' in the method', 'G' . chr($_) . "ET /echo HTTP/1.1\r\nHost: h\r\n\r\n", 400)
	for 0 .. 31, 127, 128, 255, map { ord } split //, '"(),/:;<=>?@[]{}\\';
bad('byte ' . hex2($_) . ' in the target', 'GET /echo' . chr($_) . "x HTTP/1.1\r\nHost: h\r\n\r\n", 400)
	for 0 .. 32, ord('#'), 127, 128, 160, 254, 255;
bad('byte ' . hex2($_) . ' in the version', 'GET /echo HTTP/1.' . chr($_) . "1\r\nHost: h\r\n\r\n", 400) for 0 .. 32, 127, 255;

# targets
good("target $$_[0]", get($$_[0]), path => $$_[1], query => $$_[2] // '') for
	['/echo/a%20b', '/echo/a b'], ['/echo/%41%6a%6A', '/echo/Ajj'], ['/echo/a+b', '/echo/a+b'], ['/echo//x/', '/echo//x/'],
	['/echo/...', '/echo/...'], ['/echo/.a', '/echo/.a'], ['/echo/a.', '/echo/a.'], ['/echo/..a/', '/echo/..a/'],
	['/echo/a;b=c,d', '/echo/a;b=c,d'], ['/echo/~!$&\'()*:@-_', '/echo/~!$&\'()*:@-_'],
	['/echo?', '/echo', ''], ['/echo?a=b', '/echo', 'a=b'], ['/echo?a?b/../c', '/echo', 'a?b/../c'],
	['/echo?%2F%00%ff', '/echo', '%2F%00%ff'], ['/echo?{[|]}^`"<>\\', '/echo', '{[|]}^`"<>\\'],
	['http://h/echo/x', '/echo/x'], ['HTTP://H/echo?q', '/echo', 'q'];
good('an escaped letter of UTF-8', get('/echo/%c3%a9'), path => "/echo/\x{e9}");
good('a long target', get('/echo/' . 'a' x 8000), path => '/echo/' . 'a' x 8000);
good('an absolute target without a path', "GET http://h HTTP/1.1\r\nHost: h\r\n\r\n", status => 404);
good('an absolute target with a query only', "GET http://h?/echo HTTP/1.1\r\nHost: h\r\n\r\n", status => 404);
good('an absolute target with a port', "GET http://h:81/echo HTTP/1.1\r\nHost: h:81\r\n\r\n", path => '/echo');
bad("target $_", get($_), 400, 'target') for qw(
	* echo ?echo h:80 h https://h/echo ftp://h/echo http:/echo
	/echo% /echo%4 /echo%zz /echo%4g /echo%g4 /echo%%41 /echo?a% /echo?a%4 /echo?%xy
	/echo%00 /echo%0a /echo%0d%0aX:y /echo%09 /echo%1f /echo%7f
	/echo%2fx /echo%2Fx /echo/%2f..%2fx
	/. /.. /echo/. /echo/.. /echo/./x /echo/../x /../echo /echo/%2e /echo/%2e%2e /echo/.%2e/x /echo/%2E./x /echo/%2e%2E%2f
	/echo%ff /echo%80 /echo%c3 /echo%c3x /echo%c0%af /echo%e0%80%af /echo%ed%a0%80 /echo%f4%90%80%80 /echo%f8%88%80%80%80);
bad("target $_", get($_), 400, 'host') for qw(http:///echo http://other/echo http://h:80/echo http://user@h/echo http://h@other/echo);
bad('a target that is too long', get('/echo/' . 'a' x 20000), 414, 'target_too_long');
bad('a target without end', 'GET /echo/' . 'a' x 70000, 414, 'target_too_long');

# headers
sub with { my ($line, %o) = @_; return "GET /echo HTTP/1.1\r\nHost: h\r\n" . $line . "\r\n" }
for (["X: y\r\n", 'y'], ["X:y\r\n", 'y'], ["X: \t y \t \r\n", 'y'], ["X:\r\n", ''], ["X: \t\r\n", ''], ["X: a b\tc\r\n", "a b\tc"],
     ["X: :\"\\,;%#\r\n", ':"\\,;%#'], ["!#\$%&'*+-.^_`|~09azAZ: y\r\n", 'y']) {
	my ($line, $value) = @$_;
	my ($raw) = talk($tcp, "GET /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\n$line\r\n");
	my ($a) = answers($raw);
	is(json($a)->{headers}[2][1], $value, 'value of ' . ($line =~ s/[\r\n]//gr =~ s/\t/\\t/gr));
}
good('bytes above ASCII in a value', with("X: caf\xc3\xa9\r\n"));
good('100 headers', "GET /echo HTTP/1.1\r\nHost: h\r\n" . "X: y\r\n" x 99 . "\r\n");
good('a long header', with('X: ' . 'y' x 15000 . "\r\n"));
good('an unknown header twice', with("X-Other: a\r\nX-Other: b\r\n"));
good('Upgrade is left alone', with("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"));
good('TE: trailers', with("TE: trailers\r\n"));
good('a header that looks like framing', with("Content_Length: 5\r\nTransfer_Encoding: chunked\r\nX-Content-Length: 5\r\n"));
bad('101 headers', "GET /echo HTTP/1.1\r\nHost: h\r\n" . "X: y\r\n" x 100 . "\r\n", 431, 'head_too_large');
bad('headers that are too long', with('X: ' . 'y' x 17000 . "\r\n"), 431, 'head_too_large');
bad('headers without end', "GET /echo HTTP/1.1\r\nHost: h\r\n" . "X: y\r\n" x 4000, 431, 'head_too_large');
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
bad('byte ' . hex2($_) . ' in a name', with('X' . chr($_) . "b: a\r\n"), 400) for 0 .. 32, 127, 128, 255, map { ord } split //, '"(),/;<=>?@[]{}\\';
bad("$_ twice", with("$_: 1\r\n$_: 1\r\n"), 400, 'header_repeated') for qw(Content-Length Authorization Origin Content-Type If-Match
	If-None-Match Idempotency-Key User-Agent Referer Cookie Fexl-Protocol Fexl-Schema Sec-WebSocket-Key Sec-WebSocket-Version Range);
bad('a header twice in other case', with("content-type: a/b\r\nCONTENT-TYPE: a/b\r\n"), 400, 'header_repeated');

# Host
good("Host: $_", "GET /echo HTTP/1.1\r\nHost: $_\r\n\r\n") for qw(h h:80 127.0.0.1 127.0.0.1:8089 [::1] [::1]:80 [::ffff:1.2.3.4]:1
	a-b.example.COM:65535 a_b ~x), "\th\t";
good('HTTP/1.0 without Host', "GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
bad('no Host', "GET /echo HTTP/1.1\r\n\r\n", 400, 'host');
bad('two Hosts', "GET /echo HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", 400, 'header_repeated');
bad('two different Hosts', "GET /echo HTTP/1.1\r\nHost: h\r\nX: y\r\nhost: i\r\n\r\n", 400, 'header_repeated');
bad('an absolute target of HTTP/1.0 without Host', "GET http://h/echo HTTP/1.0\r\n\r\n", 400, 'host');
bad("Host: $_", "GET /echo HTTP/1.1\r\nHost: $_\r\n\r\n", 400, 'host') for '', 'a b', 'a,b', 'a, b', 'u@h', 'h/', 'h/x', 'http://h', 'h:', 'h:x',
	'h:80x', 'h:-1', 'h:+1', 'h:65536', 'h:999999', 'h:8:8', ':80', '[::1', '[]', '[]:80', '::1', '[::g]', '[::1]x', '[::1]:', 'h?', 'h#', 'h%00',
	"h\xc3\xa9", 'h"', '<h>';

# Content-Length
good("Content-Length: $$_[0]", post("Content-Length: $$_[0]\r\n", $$_[1]), body => $$_[1]) for ['5', 'hello'], ['0', ''], ['005', 'hello'],
	["\t5 ", 'hello'], ['000000000000000005', 'hello'];
good('no length, no body', post(''), body => '');
good('a body of GET', "GET /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", body => 'hello');
good('a body that looks like a request', post('Content-Length: ' . length($after) . "\r\n", $after), body => $after);
good('a body of control bytes', post("Content-Length: 4\r\n", "\r\n\r\n"), body => "\r\n\r\n");
bad("Content-Length: $_", post("Content-Length: $_\r\n", 'hello'), 400, 'content_length') for '', '+5', '-5', '-0', '5,', ',5', '5,5', '5, 5', '5 5', '0x5', '5_0', '5.0',
	'5e0', '5;', '"5"', 'five', '5x', "\xd9\xa5", '1234567890123456789', '99999999999999999999', '18446744073709551621', '4294967301 ' x 2;
bad('Content-Length with byte ' . hex2($_), post('Content-Length: 5' . chr($_) . "\r\n", 'hello'), 400) for 0, 1, 11, 12, 13, 127, 160;
bad('two lengths', post("Content-Length: 5\r\nContent-Length: 6\r\n", 'hello'), 400, 'header_repeated');
bad('the same length twice', post("Content-Length: 5\r\ncontent-length: 5\r\n", 'hello'), 400, 'header_repeated');
bad('a blank before the colon of the length', post("Content-Length : 5\r\n", 'hello'), 400, 'header');
bad('a folded length', post("Content-Length:\r\n 5\r\n", 'hello'), 400, 'header');
bad('a length beyond all limits', post("Content-Length: 999999999999999999\r\n", ''), 413, 'body_too_large');
bad('a length beyond the limit', post("Content-Length: 4194305\r\n", ''), 413, 'body_too_large');

# Transfer-Encoding
good("Transfer-Encoding: $_", post("Transfer-Encoding: $_\r\n", "5\r\nhello\r\n0\r\n\r\n"), body => 'hello') for 'chunked', 'Chunked', "\t chunked \t";
bad("Transfer-Encoding: $_", post("Transfer-Encoding: $_\r\n", "5\r\nhello\r\n0\r\n\r\n"), 501, 'transfer_encoding') for '', 'identity', 'gzip', 'gzip, chunked',
	'chunked, gzip', 'chunked, chunked', 'chunked, identity', 'identity, chunked', 'chunked,', ',chunked', 'xchunked', 'chunkedx', '"chunked"', "'chunked'",
	'chunked;a=b', 'chunk', 'chunked chunked', "\xa0chunked";
bad('Transfer-Encoding with byte ' . hex2($_), post("Transfer-Encoding: " . chr($_) . "chunked\r\n", "0\r\n\r\n"), 400) for 0, 8, 11, 12, 13, 127;
bad('Transfer-Encoding twice', post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400, 'header_repeated');
bad('Transfer-Encoding twice, differing', post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"), '400 501');
bad('both framings', post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400, 'framing');
bad('both framings, the other way', post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400, 'framing');
bad('both framings, length 0', post("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", "0\r\n\r\n"), 400, 'framing');
bad('both framings, another coding', post("Transfer-Encoding: identity\r\nContent-Length: 5\r\n", "hello"), '400 501');
bad('Transfer-Encoding in HTTP/1.0', "POST /echo HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, 'framing');
bad('a blank before its colon', post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), 400, 'header');
bad('a folded Transfer-Encoding', post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"), 400, 'header');
bad('Transfer-Encoding with LF', post("Transfer-Encoding: chunked\nX: y\r\n", "0\r\n\r\n"), 400, 'line_end');

# chunks
good("chunks: $$_[0]", chunked($$_[1]), body => $$_[2]) for
	['none', "0\r\n\r\n", ''], ['one', "5\r\nhello\r\n0\r\n\r\n", 'hello'], ['three', "2\r\nhe\r\n1\r\nl\r\n2\r\nlo\r\n0\r\n\r\n", 'hello'],
	['zeros before', "0005\r\nhello\r\n000\r\n\r\n", 'hello'], ['15 digits', "000000000000005\r\nhello\r\n0\r\n\r\n", 'hello'],
	['lower case', "a\r\n0123456789\r\n0\r\n\r\n", '0123456789'], ['upper case', "A\r\n0123456789\r\n0\r\n\r\n", '0123456789'],
	['two digits', "1a\r\n" . 'x' x 26 . "\r\n0\r\n\r\n", 'x' x 26], ['line ends inside', "4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n"],
	['an extension', "5;a\r\nhello\r\n0\r\n\r\n", 'hello'], ['an extension with a value', "5;a=b\r\nhello\r\n0;last\r\n\r\n", 'hello'],
	['a quoted extension', "5;a=\"b;\\\" c\";d\r\nhello\r\n0\r\n\r\n", 'hello'],
	['a trailer', "5\r\nhello\r\n0\r\nX: y\r\n\r\n", 'hello'], ['trailers', "0\r\nX: y\r\nX: z\r\nEmpty:\r\n\r\n", ''],
	['a trailer that pretends', "5\r\nhello\r\n0\r\nContent-Length: 9\r\nHost: other\r\n\r\n", 'hello'],
	['a large one', sprintf("%x\r\n", 100000) . 'y' x 100000 . "\r\n0\r\n\r\n", 'y' x 100000],
	['many small ones', "1\r\nz\r\n" x 3000 . "0\r\n\r\n", 'z' x 3000];
bad("chunks: $$_[0]", chunked($$_[1]), $$_[2] // 400) for
	['no size', "\r\nhello\r\n0\r\n\r\n"], ['no number', "x\r\nhello\r\n0\r\n\r\n"], ['a letter too far', "g\r\nhello\r\n0\r\n\r\n"], ['+5', "+5\r\nhello\r\n0\r\n\r\n"],
	['-5', "-5\r\nhello\r\n0\r\n\r\n"], ['0x5', "0x5\r\nhello\r\n0\r\n\r\n"], ['5_', "5_\r\nhello\r\n0\r\n\r\n"], ['5h', "5h\r\nhello\r\n0\r\n\r\n"],
	['a blank before', " 5\r\nhello\r\n0\r\n\r\n"], ['a blank behind', "5 \r\nhello\r\n0\r\n\r\n"], ['a TAB behind', "5\t\r\nhello\r\n0\r\n\r\n"],
	['a quoted size', "\"5\"\r\nhello\r\n0\r\n\r\n"], ['two sizes', "5,5\r\nhello\r\n0\r\n\r\n"], ['5.0', "5.0\r\nhello\r\n0\r\n\r\n"],
	['16 digits', "0000000000000005\r\nhello\r\n0\r\n\r\n"], ['a size that wraps', "10000000000000005\r\nhello\r\n0\r\n\r\n"],
	['a size that wraps 32 bits', "100000005\r\nhello\r\n0\r\n\r\n", 413], ['the largest size', "fffffffffffffff\r\nhello\r\n0\r\n\r\n", 413],
	['a line of LF', "5\nhello\r\n0\r\n\r\n"], ['a line of CR', "5\rhello\r\n0\r\n\r\n"], ['CR CR LF', "5\r\r\nhello\r\n0\r\n\r\n"],
	['no line end behind the data', "5\r\nhello0\r\n\r\n"], ['LF behind the data', "5\r\nhello\n0\r\n\r\n"], ['CR behind the data', "5\r\nhello\r0\r\n\r\n"],
	['LF CR behind the data', "5\r\nhello\n\r0\r\n\r\n"], ['too much data', "5\r\nhello!\r\n0\r\n\r\n"], ['too little data', "5\r\nhell\r\n0\r\n\r\n"],
	['a last line of LF', "5\r\nhello\r\n0\n\r\n"], ['an end of LF', "5\r\nhello\r\n0\r\n\n"], ['an extension without a name', "5;\r\nhello\r\n0\r\n\r\n"],
	['an extension with a blank', "5; a=b\r\nhello\r\n0\r\n\r\n"], ['a blank before it', "5 ;a=b\r\nhello\r\n0\r\n\r\n"], ['a value without a name', "5;=b\r\nhello\r\n0\r\n\r\n"],
	['a name without a value', "5;a=\r\nhello\r\n0\r\n\r\n"], ['an open quote', "5;a=\"b\r\nhello\r\n0\r\n\r\n"], ['text behind the quote', "5;a=\"b\"c\r\nhello\r\n0\r\n\r\n"],
	['a NUL in an extension', "5;a\0b\r\nhello\r\n0\r\n\r\n"], ['LF in an extension', "5;a\nb\r\nhello\r\n0\r\n\r\n"], ['a CR in a quote', "5;a=\"\r\"\r\nhello\r\n0\r\n\r\n"],
	['a long extension', '5;' . 'a' x 300 . "\r\nhello\r\n0\r\n\r\n"], ['an endless extension', '5;' . 'a' x 9000],
	['an endless size', '0' x 9000], ['a trailer without a colon', "0\r\nX\r\n\r\n"], ['a trailer with a blank before the colon', "0\r\nX : y\r\n\r\n"],
	['a folded trailer', "0\r\nX: y\r\n z\r\n\r\n"], ['a blank at the start of the trailer', "0\r\n X: y\r\n\r\n"], ['a NUL in a trailer', "0\r\nX: \0\r\n\r\n"],
	['a trailer with LF', "0\r\nX: y\n\r\n"], ['an empty trailer name', "0\r\n: y\r\n\r\n"], ['a long trailer', "0\r\nX: " . 'y' x 9000 . "\r\n\r\n"],
	['many trailers', "0\r\n" . "X: y\r\n" x 2000 . "\r\n"], ['a request in place of the end', "5\r\nhello\r\n0\r\n" . $after];
bad('more chunks than fit', chunked("10000\r\n" . 'x' x 65536 . "\r\n" . "400000\r\n"), 413, 'body_too_large');

# what the connection is for
good('Connection: keep-alive', with("Connection: keep-alive\r\n"));
good('a list for Connection', with("Connection: foo , keep-alive,,bar\r\n"));
good('a word that only looks like close', with("Connection: closed, not-close\r\n"));
for ('close', 'Close', 'keep-alive, close', 'close, foo', "foo\r\nConnection: close") {
	my ($raw, $end) = talk($tcp, with("Connection: $_\r\n") . $after);
	my @a = answers($raw);
	ok($end eq 'closed' && statuses(@a) eq '200' && $a[0]{headers}{connection} eq 'close', 'the connection ends after Connection: ' . s/\r\n/, /r)
		or diag("$end\n$raw");
}
for ('', "Connection: close\r\n", "Connection: keep-alive, close\r\n") {
	my ($raw, $end) = talk($tcp, "GET /echo HTTP/1.0\r\n$_\r\n$after");
	ok($end eq 'closed' && statuses(answers($raw)) eq '200', 'HTTP/1.0 ends after one answer') or diag("$end\n$raw");
}

# errors of the handler leave the connection alone
good('not found', get('/nothing'), status => 404, code => 'not_found');
good('wrong method', "DELETE /body HTTP/1.1\r\nHost: h\r\n\r\n", status => 405, code => 'method');
good('refused by its head', get('/forbidden'), status => 403, code => 'forbidden');
good('parameters of a path', get('/items/a%20b/parts/7'), a => 'a b', b => '7');
good('an empty parameter', get('/items//parts/7'), status => 404);
good('a parameter more', get('/items/1/parts/7/'), status => 404);
good('Expect that HTTP/1.0 does not know', "POST /echo HTTP/1.0\r\nConnection: keep-alive\r\nExpect: whatever\r\nContent-Length: 2\r\n\r\nab", body => 'ab');
bad("Expect: $_", post("Expect: $_\r\nContent-Length: 5\r\n", 'hello'), 417, 'expectation') for '', '200-ok', '100-continue, foo', '100-continued';
bad("Content-Encoding: $_", post("Content-Encoding: $_\r\nContent-Length: 5\r\n", 'hello'), 415, 'content_encoding')
	for '', 'br', 'deflate', 'gzip, gzip', 'gzip, identity', 'gzipped', 'zstd';
good('Content-Encoding: identity', post("Content-Encoding: identity\r\nContent-Length: 5\r\n", 'hello'), body => 'hello');
bad('HEAD that is broken', "HEAD /echo HTTP/1.1\r\nHost: h\r\nX : y\r\n\r\n", 400);
bad('a body that is too large for its route', "POST /small HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n123456789", 413, 'body_too_large');
bad('chunks that are too large for their route', "POST /small HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n1\r\n9\r\n0\r\n\r\n", 413);

# --- single stories ---

my $a = ask($tcp, 'POST /small', '', '12345678');
is($a->{body}, '12345678', 'a body of just the allowed size is taken');
($a) = answers((talk($tcp, "POST /forbidden HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello$after"))[0]);
is($a->{status} . ($a->{headers}{connection} // ''), '403', 'a refused request whose body is here costs no connection');
($a) = answers((talk($tcp, "POST /forbidden HTTP/1.1\r\nHost: h\r\nContent-Length: 500\r\n\r\nhello"))[0]);
is($a->{status} . ($a->{headers}{connection} // ''), '403close', 'one whose body is still to come is refused at once');

# every answer's headers
$a = ask($tcp, 'GET /echo');
like($a->{headers}{date}, qr/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/, 'Date');
is($a->{headers}{'cache-control'}, 'no-store', 'nothing is cached unless the handler says so');
is($a->{headers}{'x-content-type-options'}, 'nosniff', 'nosniff');
is($a->{headers}{'x-request-id'}, json($a)->{id}, 'the request id is told');
isnt(ask($tcp, 'GET /echo')->{headers}{'x-request-id'}, $a->{headers}{'x-request-id'}, 'and is another each time');
is(ask($tcp, 'GET /echo', "X-Request-Id: $_\r\n")->{headers}{'x-request-id'}, $_, "the client's own id is kept") for 'a', 'Az09._-', 'x' x 64;
unlike(ask($tcp, 'GET /echo', "X-Request-Id: $_\r\n")->{headers}{'x-request-id'}, qr/[^0-9a-f-]|^\Q$_\E$/, 'an odd one is not')
	for '', 'a b', 'x' x 65, "a\tb", 'a"b', "\xc3\xa9", '<script>';
$a = ask($tcp, 'GET /extra');
is($a->{headers}{'cache-control'}, 'max-age=60', "the handler's Cache-Control stands alone");
is($a->{headers}{'x-split'}, 'a__X-Injected: b', 'no header can be smuggled into an answer');
is(ask($tcp, 'GET /nothing', "Origin: http://o\r\n")->{headers}{'access-control-allow-origin'}, '*', "the handler's headers are on errors too");
$a = ask($tcp, 'GET /problem/2');
is_deeply(json($a), { type => 'about:blank', title => 'Unprocessable Content', status => 422, detail => 'an error of kind 2, as "asked"', code => 'as_asked',
		field => '/lines/0', instance => $a->{headers}{'x-request-id'} }, 'a problem has all its members');
my @kinds = (500, 400, 422, 401, 403, 404, 405, 408, 409, 410, 412, 413, 415, 421, 426, 429, 431, 501, 503, 503, 502, 500);
is(ask($tcp, "GET /problem/$_")->{status}, $kinds[$_], "errors of kind $_ are answered $kinds[$_]") for 0 .. $#kinds;
is(ask($tcp, 'GET /problem/15')->{headers}{'retry-after'}, 7, 'Retry-After is told');
is(ask($tcp, 'GET /problem/3')->{headers}{'www-authenticate'}, 'Bearer', '401 says how to sign in');
($a) = answers((talk($tcp, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Encoding: br\r\n\r\n"))[0]);
is($a->{headers}{'accept-encoding'}, 'gzip', '415 says what is taken');
ok(!exists ask($tcp, 'GET /empty')->{headers}{'content-length'}, '204 has no length');
$a = ask($tcp, 'GET /unchanged');
ok($a->{status} == 304 && $a->{headers}{etag} eq '"1"' && $a->{body} eq '', '304 has no body');

# who is there
$a = json(ask($unix, 'GET /echo'));
ok($a->{local} && $a->{uid} == $> && $a->{peer} eq 'unix', 'the kernel tells who is at a Unix socket');
like(json(ask($tcp, 'GET /echo'))->{peer}, qr/^127\.0\.0\.1:\d+$/, 'a TCP peer has an address');

# HEAD
for my $path ('/echo', '/nothing', '/extra', '/big?n=5000', '/big?n=5000&type=text/plain') {
	my $get = ask($tcp, "GET $path", "Accept-Encoding: gzip\r\nX-Request-Id: x\r\n");
	my ($raw, $end) = talk($tcp, "HEAD $path HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\nX-Request-Id: x\r\n\r\n$after");
	my @a = answers($raw, heads => 1);
	my $longer = $path eq '/echo' ? 20 : 0;		# it tells the method, the peer's port and no "Connection: close"
	ok(statuses(@a) eq "$get->{status} 200" && abs($a[0]{headers}{'content-length'} - $get->{headers}{'content-length'}) <= 2 * $longer,
		"HEAD $path has the length, not the body") or diag($raw);
}
my ($raw, $end) = talk($tcp, "HEAD /stream?pieces=3&size=10 HTTP/1.1\r\nHost: h\r\n\r\n$after");
is(statuses(answers($raw, heads => 1)), '200 200', 'HEAD of a stream') or diag($raw);
is(said($server), 'stream gone', 'which is told so');

# Expect: 100-continue
sub expect {
	my ($path, $headers) = @_;
	my $c = connect_to($tcp);
	print $c "POST $path HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n$headers\r\n";
	return ($c, read_until($c, sub { $_[0] =~ /\r\n\r\n/ }));
}
for ("Content-Length: 5\r\n|hello", "Transfer-Encoding: chunked\r\n|5\r\nhello\r\n0\r\n\r\n") {
	my ($headers, $body) = split /\|/, $_, 2;
	my ($c, $first) = expect('/echo', $headers);
	is($first, "HTTP/1.1 100 Continue\r\n\r\n", 'the body is asked for');
	print $c $body, $after;
	my ($rest) = read_all($c);
	is(json((answers($rest))[0])->{body}, 'hello', 'and taken');
}
for (['/forbidden', 'Content-Length: 5', 403], ['/small', 'Content-Length: 9', 413], ['/echo', 'Content-Length: 99999999', 413]) {
	my ($path, $header, $status) = @$_;
	my ($c, $first) = expect($path, "$header\r\n");
	like($first, qr/^HTTP\/1.1 $status .*\r\nConnection: close\r\n/s, "$path with $header is refused before its body");
}
($raw) = talk($tcp, post("Expect: 100-Continue\r\nContent-Length: 5\r\n", 'hello') . $after);
unlike($raw, qr/^HTTP\/1.1 100/, 'a body that is already here is not asked for');
($raw) = talk($tcp, "GET /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\r\n$after");
is(statuses(answers($raw)), '200 200', 'no body, nothing to ask for');
($raw) = talk($tcp, "POST /echo HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello");
is(statuses(answers($raw)), '200', 'HTTP/1.0 is never sent a 100');

# pipelining
{
	my @paths = map { $_ % 7 == 3 ? "/later?$_" : "/echo?$_" } 1 .. 300;
	my ($raw) = talk($tcp, join('', map { get($_) } @paths) . $after);
	my @a = answers($raw);
	is(join(' ', map { json($_)->{target} // '?' } @a), join(' ', @paths, '/echo/after'), '300 requests at once are answered in order');
	($raw) = talk($unix, join('', map { post('Content-Length: ' . length($_) . "\r\n", $_) } @paths) . $after);
	is(join(' ', map { json($_)->{body} // '?' } @a = answers($raw)), join(' ', @paths, ''), 'so are 300 with bodies');
}
{
	my $c = connect_to($tcp);
	print $c get('/hold/first') . get('/echo/second') . $after;
	my ($early) = read_until($c, sub { length $_[0] }, 0.3);
	is($early, '', 'the second request waits for the first');
	ok(wait_for { ask($tcp, 'POST /release/first', '', '')->{body} }, 'which is released');
	my @a = answers((read_all($c))[0]);
	is(join(' ', map { json($_)->{path} // '?' } @a), '/hold/first /echo/second /echo/after', 'and goes first');
}
{	# more than is read ahead while a request is held
	my $c = connect_to($tcp);
	my $n = 3000;
	print $c get('/hold/flood');
	my $pid = fork() // die;
	if ($pid == 0) {
		print $c get("/echo/$_") for 1 .. $n;
		print $c $after;
		require POSIX;
		POSIX::_exit(0);
	}
	ok(wait_for { ask($tcp, 'POST /release/flood', '', '')->{body} }, 'a flood behind a held request');
	my @a = answers((read_all($c))[0]);
	waitpid $pid, 0;
	is(scalar(grep { $_->{status} == 200 } @a), $n + 2, 'is answered to the last');
	is(json($a[$n])->{path}, "/echo/$n", 'in order');
}

# half-closed and broken connections
($raw, $end) = talk($tcp, get('/echo/1') . get('/later') . get('/echo/2'), end => 1);
is(statuses(answers($raw)), '200 200 200', 'who has said all may still listen');
for (['in the request line', 'GET /echo'], ['in a header', "GET /echo HTTP/1.1\r\nHo"], ['before the empty line', "GET /echo HTTP/1.1\r\nHost: h\r\n"],
     ['in a body', post("Content-Length: 6\r\n", 'hello')], ['in a chunk', chunked("6\r\nhello")], ['before the last chunk', chunked("5\r\nhello\r\n")],
     ['in the trailers', chunked("0\r\nX: y\r\n")], ['after a lone CR', "\r"]) {
	my ($where, $bytes) = @$_;
	my ($raw, $end) = talk($tcp, $bytes, end => 1);
	ok(statuses(answers($raw)) eq '400' && $end eq 'closed', "an end $where is an error") or diag("$end: $raw");
}
($raw, $end) = talk($tcp, '', end => 1);
is("$raw$end", 'closed', 'an end between requests is none');
($raw, $end) = talk($tcp, get('/echo') . "\r\n", end => 1);
is(statuses(answers($raw)), '200', 'nor is one after an empty line');
{
	my $c = connect_to($tcp);
	print $c get('/hold/gone');
	ok(wait_for { json(ask($tcp, 'GET /counters'))->{in_hand} == 2 }, 'a request is held');
	setsockopt($c, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0));
	close $c;
	ok(wait_for { json(ask($tcp, 'GET /counters'))->{open} == 1 }, 'its client leaves');
	is(json(ask($tcp, 'GET /counters'))->{in_hand}, 2, 'the request stays in hand');
	is(ask($tcp, 'POST /release/gone', '', '')->{body}, '1', 'until it is answered');
	is(json(ask($tcp, 'GET /counters'))->{in_hand}, 1, 'and is then gone');
}

# gzip
my $text = join '', map { "line $_ of a text that packs well\n" } 1 .. 3000;
my $packed = Compress::Zlib::memGzip($text);
my $gz = "Content-Encoding: gzip\r\n";
ok(ask($tcp, 'POST /body', $gz, $packed)->{body} eq $text, 'a packed body is unpacked');
ok(ask($tcp, 'POST /body', "Content-Encoding: X-GZip\r\n", $packed)->{body} eq $text, 'also under its old name');
($a) = answers((talk($tcp, "POST /body HTTP/1.1\r\nHost: h\r\nConnection: close\r\n${gz}Transfer-Encoding: chunked\r\n\r\n" .
	join('', map { sprintf("%x\r\n%s\r\n", length, $_) } unpack('(a100)*', $packed)) . "0\r\n\r\n"))[0]);
ok($a->{body} eq $text, 'also in chunks');
is(ask($tcp, 'POST /body', $gz, Compress::Zlib::memGzip(''))->{body}, '', 'also when it is empty');
for (['no gzip', 'hello'], ['nothing at all', ''], ['cut', substr($packed, 0, -10)], ['damaged', substr($packed, 0, 200) . 'xxxx' . substr($packed, 204)],
     ['a wrong sum', substr($packed, 0, -8) . "\0\0\0\0" . substr($packed, -4)], ['bytes behind', $packed . 'x'], ['two members', $packed . $packed],
     ['zlib, not gzip', Compress::Zlib::compress($text)]) {
	my ($what, $bytes) = @$_;
	my $a = ask($tcp, 'POST /body', $gz, $bytes);
	ok($a->{status} == 400 && json($a)->{code} eq 'gzip_broken', "packed body: $what") or diag($a->{status}, $a->{body});
}
is(ask($tcp, 'POST /large', $gz, Compress::Zlib::memGzip('x' x 65536))->{status}, 200, 'unpacked size at the limit');
is(ask($tcp, 'POST /large', $gz, Compress::Zlib::memGzip('x' x 65537))->{status}, 413, 'and one byte above it');
is(ask($tcp, 'POST /body', $gz, Compress::Zlib::memGzip("\0" x 50_000_000))->{status}, 413, 'a bomb is too large');

for (['gzip', 1], ['GZIP', 1], ['x-gzip', 1], ['*', 1], ['br, gzip;q=0.5', 1], ['gzip;q=1.000', 1], ['gzip ; q=0.001', 1], ['identity;q=0, gzip', 1], ['deflate', 0],
     ['', 0], ['gzip;q=0', 0], ['gzip;q=0.000', 0], ['gzip;Q=0', 0], ['*, gzip;q=0', 0], ['gzip;q=0, *', 0], ['*;q=0', 0], ['gzip;nonsense', 0], ['gzipx', 0]) {
	my ($accept, $packs) = @$_;
	my $a = ask($tcp, 'GET /big?n=5000&type=text/plain', "Accept-Encoding: $accept\r\n");
	my $plain = $packs ? Compress::Zlib::memGunzip($a->{body}) // '' : $a->{body};
	ok($plain eq 'x' x 5000 && ($a->{headers}{'content-encoding'} // '') eq ($packs ? 'gzip' : '') && $a->{headers}{vary} eq 'Accept-Encoding',
		"Accept-Encoding: $accept" . ($packs ? '' : ' is sent plain text'));
}
for (['/big?n=1024&type=text/plain', 'small'], ['/big?n=5000&type=image/png', 'an image'], ['/big?n=5000', 'of unknown type']) {
	my $a = ask($tcp, "GET $$_[0]", "Accept-Encoding: gzip\r\n");
	ok(!exists $a->{headers}{'content-encoding'}, "what is $$_[1] is not packed");
}

# large answers and streams
ok(ask($tcp, 'GET /big?n=30000000')->{body} eq 'x' x 30000000, 'an answer of 30 MB arrives whole');
($raw) = talk($unix, get('/big?n=300000') x 20 . $after);
is(statuses(answers($raw)), join(' ', (200) x 21), 'large answers in a row');
$a = ask($tcp, 'GET /stream?pieces=26&size=20000');
is(length $a->{body}, 26 * 20000, 'a stream arrives whole');
is($a->{headers}{'transfer-encoding'}, 'chunked', 'in chunks');
is(said($server), 'stream gone', 'and its maker is told');
($raw) = talk($tcp, get('/stream?pieces=3&size=1') . get('/stream?pieces=0') . get('/stream?pieces=100&size=0') . $after);
is(join('|', map { $_->{body} // '?' } (answers($raw))[0 .. 2]), 'dcb||', 'streams in a row, of nothing too');
is(said($server), 'stream gone', 'each is told once') for 1 .. 3;
($raw, $end) = talk($tcp, "GET /stream?pieces=5&size=3 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
ok($end eq 'closed' && $raw =~ /\r\nConnection: close\r\n\r\nfffeeedddcccbbb\z/ && $raw !~ /Transfer-Encoding/, 'for HTTP/1.0 a stream ends with the connection');
said($server);
for ('1.1', '1.0') {
	($raw, $end) = talk($tcp, "GET /stream?pieces=3&size=10&cut=1 HTTP/$_\r\nHost: h\r\n\r\n");
	ok($end eq 'reset' || $raw !~ /\r\n0\r\n\r\n\z/, "HTTP/$_ notices a stream that is cut off") or diag("$end: $raw");
	is($end, 'reset', 'by a reset');
	said($server);
}
{
	my $c = connect_to($tcp);
	print $c get('/stream?pieces=1000000&size=100000');
	read_until($c, sub { length $_[0] > 100000 });
	my $rss = sub { open(my $f, '<', "/proc/$server->{pid}/statm") or die; (split ' ', <$f>)[1] };
	ok(wait_for { my $before = $rss->(); sleep 0.3; $rss->() == $before }, 'a reader that pauses does not fill our memory');
	close $c;
	is(said($server), 'stream gone', 'a stream ends when its reader leaves');
}

# leaving the server
{
	my ($raw, $end) = talk($tcp, get('/take') . 'early bytes');
	is("$raw, $end", 'taken: early bytes, closed', 'a connection is taken over with what came early');
	($raw) = talk($tcp, get('/echo') . get('/take') . 'x');
	like($raw, qr/^HTTP\/1.1 200 .*\}taken: x\z/s, 'after an earlier answer too');
}

# noise: whatever comes, there are whole answers and an end, or patience
{
	srand 20260923;
	my @seeds = (get('/echo?a=b'), post("Content-Length: 5\r\n", 'hello'), chunked("5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n"), with("Accept-Encoding: gzip\r\n"),
		get('/stream?pieces=2&size=9'));
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
		my $heads = () = $bytes =~ /HEAD/g;
		next if $end eq 'closed' && ($heads || !grep { $_->{status} == 0 } answers($raw));
		diag(unpack 'H*', $bytes);
		$wrong++;
	}
	is($wrong, 0, '400 damaged conversations end in order');
	is(ask($tcp, 'GET /echo')->{status}, 200, 'and the server is well');
}

# counters
{
	my $before = json(ask($tcp, 'GET /counters'));
	ask($tcp, 'GET /nothing');
	ask($tcp, 'GET /empty');
	talk($tcp, "X\r\n\r\n");
	my $now = json(ask($tcp, 'GET /counters'));
	is_deeply([map { $now->{answers}[$_] - $before->{answers}[$_] } 0 .. 5], [0, 0, 2, 0, 2, 0], 'answers are counted by their hundreds');
	is($now->{requests} - $before->{requests}, 3, 'requests are counted');
	is($now->{accepted} - $before->{accepted}, 4, 'connections are counted');
	ok(wait_for { json(ask($tcp, 'GET /counters'))->{open} == 1 }, 'none is left open');
}

# --- listening ---

is((stat $socket)[2] & 0777, 0600, 'the socket file has its mode');
{
	my $second = start(listen => [$socket]);
	like($second->{stderr} // '', qr/already running behind \Q$socket\E/, 'a second server on the same socket is told who is there');
	$second = start(listen => [$tcp]);
	like($second->{stderr} // '', qr/\Q$tcp\E: http-echo \(pid $server->{pid}\) has that port/, 'and on the same port too');
	$second = start(listen => [$dir]);
	like($second->{stderr} // '', qr/is no socket/, 'what is no socket is not removed');
	for ('localhost', ':80', '::1:80', '[::1]', 'h:http', '127.0.0.1:', '127.0.0.1:99999') {
		$second = start(listen => [$_]);
		like($second->{stderr} // '', qr/cannot listen on "?\Q$_\E/, "cannot listen on $_");
	}
}
is(stop($server), 0, 'the server ends clean');
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

# --- limits of time and number ---

$server = start(flags => [qw(--head-ms 400 --body-ms 400 --idle-ms 400 --write-ms 500 --head-bytes 1000 --body-bytes 10000)]);
($tcp) = @{$server->{where}};
sub takes { my ($sub) = @_; my $begun = time; my @r = $sub->(); return (time - $begun, @r) }

my ($took, @got);
($took, @got) = takes(sub { talk($tcp, '') });
ok($got[1] eq 'closed' && $got[0] eq '' && $took > 0.3, 'who says nothing is left without a word');
($took, @got) = takes(sub { talk($tcp, get('/echo')) });
ok($got[1] eq 'closed' && statuses(answers($got[0])) eq '200' && $took > 0.3, 'so is who has nothing more to say');
($took, @got) = takes(sub { talk($tcp, "GET /echo HTTP/1.1\r\nHost:") });
ok($got[1] eq 'closed' && statuses(answers($got[0])) eq '408' && $took > 0.3, 'an unfinished head gets 408') or diag("@got");
($took, @got) = takes(sub { talk($tcp, post("Content-Length: 5\r\n", 'hell')) });
ok($got[1] eq 'closed' && statuses(answers($got[0])) eq '408' && $took > 0.3, 'so does an unfinished body') or diag("@got");
($took, @got) = takes(sub { talk($tcp, get('/echo') . chunked("5\r\nhello\r\n")) });
ok($got[1] eq 'closed' && statuses(answers($got[0])) eq '200 408', 'also behind a good request') or diag("@got");
for (['head', ''], ['body', post("Content-Length: 1000\r\n")]) {
	my ($what, $before) = @$_;
	my $c = connect_to($tcp);
	my $begun = time;
	my $bytes = '';
	print $c $before;
	for (1 .. 400) {
		print $c 'G' or last;
		my ($got, $end) = read_until($c, sub { 0 }, 0.025);
		$bytes .= $got;
		last if $end ne 'silent';
	}
	ok(time - $begun < 5 && statuses(answers($bytes)) eq '408', "a $what that trickles in is cut all the same") or diag($bytes);
}
{
	my $c = connect_to($tcp);
	print $c get('/hold/long');
	sleep 1;
	is(ask($tcp, 'POST /release/long', '', '')->{body}, '1', "a handler's time is not the client's fault");
	is(statuses(answers((read_until($c, sub { $_[0] =~ /\}$/ }))[0])), '200', 'its answer arrives');
}
{
	my $c = connect_to($tcp);
	print $c get('/big?n=50000000');
	ok(wait_for { json(ask($tcp, 'GET /counters'))->{open} == 1 }, 'who does not read the answer is cut');
	my (undef, $end) = read_all($c);
	is($end, 'reset', 'and can tell that it is not whole');
	$c = connect_to($tcp);
	print $c get('/stream?pieces=1000000&size=100000');
	is(said($server), 'stream gone', 'a stream that nobody reads ends too');
	$c = connect_to($tcp);
	print $c get('/big?n=4000') x 10000 . $after;
	ok(wait_for { json(ask($tcp, 'GET /counters'))->{open} == 1 }, 'so does a pipeline whose answers nobody reads');
}
is(statuses(answers((talk($tcp, get('/' . 'a' x 1000)))[0])), '414', '414 by the limit');
is(statuses(answers((talk($tcp, with('X: ' . 'a' x 1000 . "\r\n")))[0])), '431', '431 by the limit');
is(statuses(answers((talk($tcp, post("Content-Length: 10001\r\n")))[0])), '413', '413 by the limit');
{
	my $big = post("Content-Length: 8000000\r\n") . 'x' x 8_000_000;
	my $c = connect_to($tcp);
	print $c $big;
	my ($raw, $end) = read_all($c);
	is(statuses(answers($raw)), '413', '413 reaches a client that sends its whole body first') or diag("$end $raw");
}
is(stop($server), 0, 'the impatient server ends clean');

$server = start(flags => [qw(--connections 3)]);
($tcp) = @{$server->{where}};
{
	my @idle = map { connect_to($tcp) } 1 .. 3;
	$_->print(get('/echo')) for @idle;
	read_until($_, sub { $_[0] =~ /\}$/ }) for @idle;
	for my $request ('', get('/echo')) {
		my ($raw, $end) = talk($tcp, $request);
		my @a = answers($raw);
		ok(statuses(@a) eq '503' && $end eq 'closed' && $a[0]{headers}{'retry-after'} == 1, 'one connection more is told 503') or diag("$end $raw");
	}
	my @more = map { connect_to($tcp) } 1 .. 80;
	is(scalar(grep { (read_all($_))[1] ne 'silent' } @more), 80, 'and so are 80 more, or closed');
	$idle[0]->print(get('/echo/again'));
	my ($raw) = read_until($idle[0], sub { $_[0] =~ /\}$/ });
	is(statuses(answers($raw)), '200', 'those within are served');
	close $idle[1];
	ok(wait_for { ask($tcp, 'GET /echo')->{status} == 200 }, 'a place that is left is free again');
	is(json(ask($tcp, 'GET /counters'))->{refused} >= 82, 1, 'the refused are counted');
}
is(stop($server), 0, 'the crowded server ends clean');

$server = start(wrap => ['sh', '-c', 'ulimit -n 32; exec "$0" "$@"']);
($tcp) = @{$server->{where}};
{
	my @many = map { connect_to($tcp) } 1 .. 60;
	ok(wait_for { errors() =~ /cannot accept connections: / }, 'without descriptors the operator is told');
	$many[0]->print(get('/echo'));
	is(statuses(answers((read_until($many[0], sub { $_[0] =~ /\}$/ }))[0])), '200', 'and those within are served');
	close $_ for @many;
	ok(wait_for { ask($tcp, 'GET /echo')->{status} == 200 }, 'and new ones when some have left');
	my @warnings = errors() =~ /cannot accept/g;
	is(scalar @warnings, 1, 'the operator is told once');
}
stop($server);

# --- drain ---

$server = start();
($tcp) = @{$server->{where}};
{
	my ($idle, $held, $begun) = map { connect_to($tcp) } 1 .. 3;
	print $idle get('/echo');
	read_until($idle, sub { $_[0] =~ /\}$/ });
	print $held get('/hold/last') . get('/echo/never');
	print $begun "POST /release/last HTTP/1.1\r\nHost: h\r\n";
	ok(wait_for { json(ask($tcp, 'GET /counters'))->{in_hand} == 2 }, 'one request is held');
	is(ask($tcp, 'POST /drain', '', '')->{status}, 202, 'the server is drained');
	is((read_all($idle))[1], 'closed', 'idle connections are closed');
	ok(!IO::Socket::INET->new(PeerAddr => $tcp), 'new ones are not accepted');
	print $begun "\r\n";
	my ($a) = answers((read_all($begun))[0]);
	is($a->{status} . $a->{headers}{connection}, '200close', 'a request that was begun is finished');
	my @a = answers((read_all($held))[0]);
	is(statuses(@a) . $a[0]{headers}{connection}, '200close', 'so is the one that was held, and none after it');
	is(said($server), 'drained', 'then the server says so');
	is(stop($server), 0, 'and ends clean');
}
$server = start();
($tcp) = @{$server->{where}};
{
	my $held = connect_to($tcp);
	print $held get('/hold/for-ever');
	ok(wait_for { json(ask($tcp, 'GET /counters'))->{in_hand} == 2 }, 'a request that is never answered');
	ask($tcp, 'POST /drain?wait_ms=300', '', '');
	is(said($server), 'drained', 'does not hold up the end');
	is(stop($server), 0, 'which is clean');
}
$server = start();
($tcp) = @{$server->{where}};
{
	my $reader = connect_to($tcp);
	print $reader get('/stream?pieces=1000000&size=100000');
	read_until($reader, sub { length $_[0] > 1000 });
	is(stop($server), 0, 'a server that ends in the middle of a stream ends clean');
}

done_testing();
