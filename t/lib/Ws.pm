# A WebSocket client that says exactly what it is told to, for tests of servers:
# every bit of a frame may be chosen.
#
#	my $ws = Ws->open($till, '/ws', token => $t);	# dies unless 101
#	my $e = $ws->event('invoice:created');		# {epoch, seq, event, uuid, at}
#	is($ws->ends, 1002);				# the close code, or 'eof'
package Ws;
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;
use JSON::PP;
use MIME::Base64;
use Time::HiRes qw(time);

our $PATIENCE_S = $ENV{FEXL_PATIENCE_S} // 30;
our ($TEXT, $BINARY, $CLOSE, $PING, $PONG) = (1, 2, 8, 9, 10);

# Options: token, header => {…}, method, version ("HTTP/1.1"), behind (bytes sent
# with the request), local (the Unix socket).
sub ask
{
	my ($class, $server, $path, %o) = @_;
	my $socket = $o{local} ? IO::Socket::UNIX->new(Peer => "$server->{dir}/run/apid.sock")
		: IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => ref $server ? $server->{port} : $server);
	my %h = (Host => 'localhost', Upgrade => 'websocket', Connection => 'Upgrade', 'Sec-WebSocket-Version' => 13,
		'Sec-WebSocket-Key' => 'dGhlIHNhbXBsZSBub25jZQ==', %{$o{header} // {}});
	my $self = bless { socket => $socket // die("connect: $!"), in => '' }, $class;

	$h{Authorization} = "Bearer $o{token}" if defined $o{token};
	$self->put(join('', ($o{method} // 'GET') . " $path " . ($o{version} // 'HTTP/1.1') . "\r\n",
		(map { defined $h{$_} ? "$_: $h{$_}\r\n" : '' } sort keys %h), "\r\n", $o{behind} // ''));
	$self->fill until $self->{in} =~ /\r\n\r\n/ || $self->{eof};
	$self->{in} =~ s/^(.*?)\r\n\r\n//s or die "no answer to $path: '$self->{in}'\n";
	my ($first, @lines) = split(/\r\n/, $1);
	($self->{status}) = $first =~ m{^HTTP/1\.1 (\d+)} or die "no HTTP: $first\n";
	$self->{header} = { map { /^([^:]+):\s*(.*)$/ ? (lc $1, $2) : () } @lines };
	return $self;
}

sub open
{
	my ($class, @rest) = @_;
	my $self = $class->ask(@rest);

	if ($self->{status} != 101) {
		$self->fill until $self->{eof} || length $self->{in} >= ($self->{header}{'content-length'} // 0);
		die "$self->{status} $self->{in}\n";
	}
	return $self;
}

# What came with a refusal, as JSON.
sub problem
{
	my ($self) = @_;

	$self->fill until $self->{eof} || length $self->{in} >= ($self->{header}{'content-length'} // 0);
	return decode_json($self->{in});
}

sub put
{
	my ($self, $bytes) = @_;

	local $SIG{PIPE} = 'IGNORE';
	while (length $bytes) {
		my $n = syswrite($self->{socket}, $bytes) // return 0;
		substr($bytes, 0, $n, '');
	}
	return 1;
}

sub fill
{
	my ($self, $until) = @_;
	my $wait = ($until // time() + $PATIENCE_S) - time();

	return 0 if $wait <= 0 || !IO::Select->new($self->{socket})->can_read($wait);
	$self->{eof} = 1 if !sysread($self->{socket}, $self->{in}, 65536, length $self->{in});
	return 1;
}

# Options: fin (1), rsv (0 to 7), mask (a fresh one; undef for none), length as claimed.
sub frame_bytes
{
	my ($op, $payload, %o) = ($_[0], "$_[1]", @_[2 .. $#_]);
	my $mask = exists $o{mask} ? $o{mask} : pack('N', int(rand(2 ** 32)));
	my $len = $o{claims} // length $payload;
	my $head = pack('C', ($o{fin} // 1) << 7 | ($o{rsv} // 0) << 4 | $op);
	my $bit = defined $mask ? 0x80 : 0;

	$head .= $len < 126 ? pack('C', $bit | $len) : $len < 65536 ? pack('Cn', $bit | 126, $len) : pack('CQ>', $bit | 127, $len);
	return "$head$payload" if !defined $mask;
	my $key = substr($mask x (length($payload) / 4 + 1), 0, length $payload);
	return "$head$mask" . ($payload ^ $key);
}

sub send
{
	my ($self, $op, $payload, %o) = @_;

	return $self->put(frame_bytes($op, $payload, %o));
}

# {op, fin, payload}, or undef when nothing came in time or the socket has ended.
sub frame
{
	my ($self, $seconds) = @_;
	my $until = time() + ($seconds // $PATIENCE_S);

	while (1) {
		my $f = $self->take_frame;
		return $f if $f;
		return undef if $self->{eof} || !$self->fill($until);
	}
}

sub take_frame
{
	my ($self) = @_;
	my ($b0, $b1) = unpack('CC', $self->{in});
	my ($head, $len) = (2, ($b1 // return) & 0x7f);

	die "a server must not mask\n" if $b1 & 0x80;
	($head, $len) = $len == 126 ? (4, unpack('x2n', $self->{in})) : (10, unpack('x2Q>', $self->{in})) if $len > 125;
	return if !defined $len || length $self->{in} < $head + $len;
	my $payload = substr($self->{in}, $head, $len);
	substr($self->{in}, 0, $head + $len, '');
	return { op => $b0 & 15, fin => $b0 >> 7, payload => $payload };
}

# The next event, of that name if one is given; pings are answered on the way.
sub event
{
	my ($self, $name, $seconds) = @_;
	my $until = time() + ($seconds // $PATIENCE_S);

	while (my $f = $self->frame($until - time())) {
		$self->send($PONG, $f->{payload}) if $f->{op} == $PING;
		if ($f->{op} == $CLOSE) {
			$self->{code} = length $f->{payload} ? unpack('n', $f->{payload}) : 1005;
			return undef;
		}
		next if $f->{op} != $TEXT;
		my $e = decode_json($f->{payload});
		return $e if !defined $name || $e->{event} eq $name;
	}
	return undef;
}

# How it ends: the close code, or 'eof', or 'open' when it does not.
sub ends
{
	my ($self, $seconds) = @_;
	my $until = time() + ($seconds // $PATIENCE_S);

	return $self->{code} if $self->{code};
	while (my $f = $self->frame($until - time())) {
		return length $f->{payload} ? unpack('n', $f->{payload}) : 1005 if $f->{op} == $CLOSE;
	}
	return $self->{eof} ? 'eof' : 'open';
}

# Nothing follows: the server has closed the connection.
sub is_gone
{
	my ($self, $seconds) = @_;
	my $until = time() + ($seconds // $PATIENCE_S);

	1 while !$self->{eof} && $self->fill($until);
	return $self->{eof};
}

1;
