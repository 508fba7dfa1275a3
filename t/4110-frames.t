#!/usr/bin/perl
# RFC 6455 by raw sockets: each section's cases against an echo on common/ws,
# whole and in pieces; then what applies to fexl-realtimed, against it.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(sleep);
use Fexl;
use Ws;

my $build = $ENV{FEXL_BUILD} // '.';
my $pid = open(my $tool, '-|', "$build/t/unit/ws-tool", 'serve') or die "ws-tool: $!";
my $port = <$tool> + 0;
# Named here, the pipe is not closed, and waited for, before the tool is ended.
END { local $?; kill('TERM', $pid) && close($tool) }

my ($TEXT, $BINARY, $CLOSE, $PING, $PONG) = (1, 2, 8, 9, 10);
my @names = (qw(continuation text binary), undef, undef, undef, undef, undef, qw(close ping pong));
sub f { return Ws::frame_bytes(@_) }
sub close_frame { my ($code, $why) = @_; return f($CLOSE, pack('n', $code) . ($why // '')) }

# What comes back, as words: "text:Hello close:1000".
sub answers
{
	my ($ws) = @_;
	my @said;

	while (my $r = $ws->frame(3)) {
		my $what = $r->{op} == $CLOSE ? (length $r->{payload} ? unpack('n', $r->{payload}) : 1005)
			: length $r->{payload} > 40 ? length $r->{payload} : $r->{payload};
		push(@said, "$names[$r->{op}]:$what" . ($r->{fin} ? '' : '…'));
		last if $r->{op} == $CLOSE;
	}
	push(@said, 'open') if !@said || $said[-1] !~ /^close/;
	push(@said, 'not gone') if $said[-1] =~ /^close/ && !$ws->is_gone(3);
	return join(' ', @said);
}

# At once, byte by byte, and cut in two at each place.
sub ways
{
	my ($bytes) = @_;

	return ([$bytes]) if length $bytes > 400;
	return ([$bytes], [split(//, $bytes)], map { [substr($bytes, 0, $_), substr($bytes, $_)] } grep { $_ < length $bytes } 1, 2, 5, 7);
}

sub says
{
	my ($what, $bytes, $expected) = @_;

	for my $way (ways($bytes)) {
		my $ws = Ws->open($port, '/');
		setsockopt($ws->{socket}, 6, 1, pack('i', 1));
		$ws->put($_) for @$way;
		my $got = answers($ws);
		is($got, $expected, "$what" . (@$way > 1 ? ', in ' . @$way : '')) or last;
	}
}

my $bye = close_frame(1000);
my $end = 'close:1000';

subtest '5.2 lengths and opcodes' => sub {
	says("$_ bytes", f($BINARY, 'x' x $_) . $bye, 'binary:' . ($_ > 40 ? $_ : 'x' x $_) . " $end") for 0, 1, 125, 126, 127, 128, 65535, 65536, 200000;
	says("text of $_", f($TEXT, 'y' x $_) . $bye, 'text:' . ($_ > 40 ? $_ : 'y' x $_) . " $end") for 0, 7, 126, 65536;
	says("reserved opcode $_", f($_, ''), 'close:1002') for 3 .. 7, 11 .. 15;
	says("reserved opcode $_ behind a text", f($TEXT, 'a') . f($_, 'b'), 'text:a close:1002') for 3, 11;
	says("reserved bits $_", f($TEXT, 'a', rsv => $_), 'close:1002') for 1 .. 7;
	says("reserved bits $_ of a ping", f($PING, '', rsv => $_), 'close:1002') for 1, 2, 4;
	says('a length longer than it need be', "\x81\xfe\0\x05\0\0\0\0Hello", 'close:1002');
	says('a far too long one', "\x81\xff\0\0\0\0\0\0\0\x05\0\0\0\0Hello", 'close:1002');
	says('a negative length', "\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0", 'close:1002');
	says('more than is taken', f($BINARY, '', claims => 1 << 40), 'close:1009');
};

subtest '5.1, 5.3 masking' => sub {
	says('without a mask', f($TEXT, 'a', mask => undef), 'close:1002');
	says('a ping without a mask', f($PING, '', mask => undef), 'close:1002');
	says('masked by nothing', f($TEXT, 'Hello', mask => "\0\0\0\0") . $bye, "text:Hello $end");
	says('masked by ones', f($TEXT, 'Hello', mask => "\xff\xff\xff\xff") . $bye, "text:Hello $end");
};

subtest '5.4 fragments' => sub {
	says('two', f($TEXT, 'Hel', fin => 0) . f(0, 'lo') . $bye, "text:Hello $end");
	says('an empty first', f($TEXT, '', fin => 0) . f(0, 'lo') . $bye, "text:lo $end");
	says('empty ones', f($TEXT, 'a', fin => 0) . f(0, '', fin => 0) x 3 . f(0, '') . $bye, "text:a $end");
	says('a hundred', f($BINARY, 'a', fin => 0) . join('', map { f(0, 'b', fin => 0) } 1 .. 98) . f(0, 'c') . $bye, "binary:100 $end");
	says('a ping between', f($TEXT, 'a', fin => 0) . f($PING, 'p') . f(0, 'b') . $bye, "pong:p text:ab $end");
	says('pings between', f($TEXT, 'a', fin => 0) . f($PING, '1') . f(0, 'b', fin => 0) . f($PING, '2') . f(0, 'c') . $bye, "pong:1 pong:2 text:abc $end");
	says('a continuation of nothing', f(0, 'a'), 'close:1002');
	says('an unfinished one of nothing', f(0, 'a', fin => 0), 'close:1002');
	says('and behind an end', f($TEXT, 'a') . f(0, 'b'), 'text:a close:1002');
	says('a text in a text', f($TEXT, 'a', fin => 0) . f($TEXT, 'b'), 'close:1002');
	says('bytes in a text', f($TEXT, 'a', fin => 0) . f($BINARY, 'b'), 'close:1002');
	says('a close in a text', f($TEXT, 'a', fin => 0) . $bye, $end);
};

subtest '5.5 control frames' => sub {
	says("a ping of $_", f($PING, 'p' x $_) . $bye, 'pong:' . ($_ > 40 ? $_ : 'p' x $_) . " $end") for 0, 1, 40, 125;
	says('a ping of bytes', f($PING, "\0\xff\xfe") . $bye, "pong:\0\xff\xfe $end");
	says('a ping of 126', f($PING, 'p' x 126), 'close:1002');
	says('a ping in fragments', f($PING, 'p', fin => 0), 'close:1002');
	says('a pong that nobody asked for', f($PONG, 'x') . f($PING, 'y') . $bye, "pong:y $end");
	says('ten pings', join('', map { f($PING, $_) } 0 .. 9) . $bye, join(' ', map({ "pong:$_" } 0 .. 9), $end));
	says('a close in fragments', f($CLOSE, '', fin => 0), 'close:1002');
};

subtest '5.5.1, 7 closes' => sub {
	says('without a code', f($CLOSE, ''), 'close:1005');
	says('with half a code', f($CLOSE, "\x03"), 'close:1002');
	says("with $_", close_frame($_), "close:$_") for 1000 .. 1003, 1007 .. 1011, 3000, 3999, 4000, 4999;
	says("with $_", close_frame($_), 'close:1002') for 0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535;
	says('with a reason', close_frame(1000, 'bye'), $end);
	says('with the longest reason', close_frame(1000, 'r' x 123), $end);
	says('with too long a one', f($CLOSE, pack('n', 1000) . 'r' x 124), 'close:1002');
	says('with a reason that is no text', close_frame(1000, "\xce\xba\xff"), 'close:1007');
	says('what comes behind is not read', $bye . f($TEXT, 'late') . f($PING, ''), $end);
	says('nor is rubbish', $bye . "\xff" x 20, $end);
};

subtest '8.1 UTF-8' => sub {
	my @good = ("\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbd", "\xef\xbf\xbf", "\0");
	my @bad = ("\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xfe", "\xff", "\xce", "\xe1\xbd", "\xf0\x90\x80", "\xce\xba\xe1\x28");
	my $hex = sub { unpack('H*', $_[0]) };

	says("text " . $hex->($_), f($TEXT, $_) . $bye, "text:$_ $end") for @good;
	says("in fragments " . $hex->($_), f($TEXT, substr($_, 0, 1), fin => 0) . f(0, substr($_, 1)) . $bye, "text:$_ $end") for @good;
	says("no text " . $hex->($_), f($TEXT, "ok$_"), 'close:1007') for @bad;
	says("no text in fragments " . $hex->($_), f($TEXT, 'ok', fin => 0) . f(0, $_), 'close:1007') for @bad;
	says("but bytes " . $hex->($_), f($BINARY, $_) . $bye, "binary:$_ $end") for @bad;
	my $ws = Ws->open($port, '/');
	$ws->send($TEXT, "ok\xff", fin => 0);
	is(answers($ws), 'close:1007', 'it is told before the message ends');
};

# --- realtimed takes no messages, but it must read them ---

my $till = Fexl->start(FEXL_ROLE => 'desktop');
my $token = $till->set_up;
$till->start_realtimed(FEXL_WS_MESSAGE_BYTES => 1000);

subtest 'realtimed' => sub {
	my @cases = (
		['a close', $bye, $end],
		['without a code', f($CLOSE, ''), $end],
		['a ping', f($PING, 'hi') . $bye, "pong:hi $end"],
		['a message', f($TEXT, 'hello') . f($BINARY, "\xff") . f($PING, '') . $bye, "pong: $end"],
		['a message in fragments', f($TEXT, 'hel', fin => 0) . f($PING, 'x') . f(0, 'lo') . $bye, "pong:x $end"],
		['no mask', f($PING, '', mask => undef), 'close:1002'],
		['a reserved bit', f($TEXT, 'a', rsv => 4), 'close:1002'],
		['a reserved opcode', f(3, ''), 'close:1002'],
		['no text', f($TEXT, "\xff"), 'close:1007'],
		['too much', f($TEXT, 'x' x 1001), 'close:1009'],
		['too much in pieces', f($TEXT, 'x' x 900, fin => 0) . f(0, 'x' x 900), 'close:1009'],
		['a claim', f($BINARY, '', claims => 1 << 50), 'close:1009'],
		['a wrong code', close_frame(1005), 'close:1002'],
	);

	for my $case (@cases) {
		my ($what, $bytes, $expected) = @$case;
		for my $step (1, length $bytes) {
			my $ws = Ws->open($till, '/ws', token => $token);
			$ws->put($_) for unpack("(a$step)*", $bytes);
			is(answers($ws), $expected, $what . ($step == 1 ? ', byte by byte' : ''));
		}
	}
	my $ws = Ws->open($till, '/ws', token => $token, behind => f($PING, 'early'));
	is($ws->frame(5)->{payload}, 'early', 'what came with the request is handed over too');
	$ws = Ws->open($till, '/ws', token => $token);
	close($ws->{socket});
	$till->wait_for(10, sub { $till->realtimed->{clients} == 0 });
	pass('who goes without a word is let go');
};

subtest 'pings without end to one who does not read' => sub {
	my $ws = Ws->open($till, '/ws', token => $token);
	my $rss = $till->realtimed->{rss_kb};

	$ws->put(join('', map { f($PING, 'p' x 125) } 1 .. 500)) for 1 .. 20;
	cmp_ok($till->realtimed->{rss_kb} - $rss, '<', 2048, 'are not gathered') if !Fexl::is_sanitized();
	is($till->get('/api/products', token => $token)->{status}, 200, 'and slow nobody');
};

is($till->stop_realtimed, 0, 'an orderly end') or diag($till->log_text);
is($till->stop, 0, 'of both');
done_testing();
