# A raw HTTP client, and the server t/unit/http-echo to use it on.  The client
# knows nothing it is not told: it sends bytes, and reads what comes.
package HttpTest;
use strict;
use warnings;
use Exporter 'import';
use File::Temp 'tempdir';
use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;
use JSON::PP;
use Test::More;
use Time::HiRes qw(sleep time);

our @EXPORT = qw($dir start stop said errors connect_to read_until read_all talk answers told
	statuses json ask wait_for get post chunked with $after);

my $echo = ($ENV{FEXL_BUILD} // '.') . '/t/unit/http-echo';
-x $echo or BAIL_OUT("$echo is not built: run make check, or set FEXL_BUILD to the build directory");
our $dir = tempdir(CLEANUP => 1);
my $patience = 20;	# seconds for what should happen at once
$SIG{PIPE} = 'IGNORE';

# --- the server ---

sub start
{
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
sub said
{
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
sub stop
{
	my ($s) = @_;
	close $s->{in};
	local $SIG{ALRM} = sub { kill KILL => $s->{pid} };
	alarm 60;
	waitpid $s->{pid}, 0;
	alarm 0;
	diag(errors()) if $?;
	return $?;
}

sub errors
{
	open(my $f, '<', "$dir/stderr") or return '';
	local $/;
	return scalar <$f> // '';
}

# --- the client ---

sub connect_to
{
	my ($where) = @_;
	my $c = $where =~ m{^/} ? IO::Socket::UNIX->new(Peer => $where)
		: IO::Socket::INET->new(PeerAddr => $where, Timeout => $patience);
	$c or die "cannot connect to $where: $!";
	$c->autoflush(1);
	return $c;
}

# Reads until $enough->($bytes), the end, or too long; says which.
sub read_until
{
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

sub read_all
{
	return read_until($_[0], sub { 0 }, $_[1]);
}

# Sends (byte by byte if slowly; and then no more if end) and reads to the end.
sub talk
{
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

sub unchunk
{
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

# One answer off the front; its status is 0 when it is not whole or not HTTP.
sub answer_next
{
	my ($raw, $to_head) = @_;
	my %a = (status => 0, headers => {});
	$$raw =~ s/^HTTP\/1\.1 (\d\d\d) [A-Za-z ]+\r\n((?:[A-Za-z-]+: [^\r\n]*\r\n)*)\r\n//
		or return \%a;
	my ($status, $lines) = ($1, $2);
	for (split /\r\n/, $lines) {
		my ($name, $value) = split /: /, $_, 2;
		return \%a if exists $a{headers}{lc $name} && lc $name ne 'vary';
		$a{headers}{lc $name} = $value // '';
	}
	my $length = $a{headers}{'content-length'};
	if ($to_head || $status < 200 || $status == 204 || $status == 304) {
		$a{body} = '';
	} elsif (defined $length) {
		length $$raw >= $length or return \%a;
		$a{body} = substr $$raw, 0, $length, '';
	} elsif (($a{headers}{'transfer-encoding'} // '') eq 'chunked') {
		$a{body} = unchunk($raw) // return \%a;
	} else {
		($a{body}, $$raw) = ($$raw, '');
	}
	$a{status} = $status;
	return \%a;
}

# Raw bytes into answers, up to the first broken one.  heads: how many of the
# first are to HEAD.
sub answers
{
	my ($raw, %o) = @_;
	my @all;
	while (length $raw) {
		push @all, answer_next(\$raw, @all < ($o{heads} // 0));
		last if $all[-1]{status} == 0;
	}
	return @all;
}

# talk() whose whole outcome is answers.
sub told
{
	return answers((talk(@_))[0]);
}

sub statuses
{
	return join ' ', map { $_->{status} } @_;
}

sub json
{
	my ($a) = @_;
	return eval { decode_json($a->{body} // '') } // {};
}

# One request on a connection of its own.
sub ask
{
	my ($where, $line, $headers, $body) = @_;
	my $length = defined $body ? 'Content-Length: ' . length($body) . "\r\n" : '';
	my $head = "$line HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" . ($headers // '') . $length;
	my ($raw) = talk($where, "$head\r\n" . ($body // ''));
	my ($a) = answers($raw, heads => $line =~ /^HEAD/ ? 1 : 0);
	return $a // { status => 0, headers => {}, body => '' };
}

sub wait_for(&)
{
	my ($true) = @_;
	my $until = time + $patience;
	while (time < $until) {
		return 1 if $true->();
		sleep 0.02;
	}
	return 0;
}

# --- requests ---

our $after = "GET /echo/after HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

sub get
{
	return "GET $_[0] HTTP/1.1\r\nHost: h\r\n\r\n";
}

sub with
{
	return "GET /echo HTTP/1.1\r\nHost: h\r\n$_[0]\r\n";
}

sub post
{
	my ($headers, $body) = @_;
	return "POST /echo HTTP/1.1\r\nHost: h\r\n$headers\r\n" . ($body // '');
}

sub chunked
{
	return post("Transfer-Encoding: chunked\r\n", $_[0]);
}

1;
