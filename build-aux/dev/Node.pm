# A server of the demo, as its operator and its people see it: fexlctl on its
# sockets, REST on its port.
package Node;
use strict;
use warnings;
use HTTP::Tiny;
use IPC::Open3;
use JSON::PP;
use Socket qw(IPPROTO_TCP TCP_NODELAY);
use Time::HiRes qw(time);

my $CTL_S = 300;	# an import, a first load
my $REQUEST_S = 30;

sub new
{
	my ($class, $site, $name, $build) = @_;
	open(my $f, '<', "$site/$name/fexl.conf") or die "story: $site/$name/fexl.conf: $!\n";
	my ($listen) = map { /^listen = (.*)/ ? $1 : () } <$f>;
	return bless({ name => $name, run_dir => "$site/$name/run", url => "http://$listen", build => $build,
		http => HTTP::Tiny->new(timeout => $REQUEST_S, agent => 'fexl-demo/1', proxy => undef, http_proxy => undef,
			https_proxy => undef) }, $class);
}

sub url { return $_[0]{url} }

# "till-1" -> "till 1"
sub title { return $_[0]{name} =~ s/-/ /r }

# --- as the operator ---

# The first argument is what fexlctl reads from stdin: secrets go nowhere else.
sub ctl
{
	my ($self, $input, @command) = @_;
	my @all = ('timeout', $CTL_S, "$self->{build}/fexlctl", '--run-dir', $self->{run_dir}, '--json', @command);
	open(my $err, '+>', undef) or die "story: temporary file: $!\n";
	my $pid = open3(my $in, my $out, '>&' . fileno($err), @all);
	print $in "$input\n" if length $input;
	close($in);
	my $text = do { local $/; <$out> };
	waitpid($pid, 0);
	return length $text ? decode_json($text) : {} if $? == 0;
	seek($err, 0, 0);
	my $said = do { local $/; <$err> } // '';
	die "story: fexlctl @command, at $self->{name}: exit " . ($? >> 8) . "\n$said$text\n";
}

# Comes back when a cycle that begins now is stored.
sub sync_now
{
	my ($self) = @_;
	return $self->ctl('', qw(sync now --wait));
}

# --- as its people ---

sub request
{
	my ($self, $method, $path, $body) = @_;
	my %options = (headers => { 'Content-Type' => 'application/json' });
	$options{headers}{Authorization} = "Bearer $self->{token}" if $self->{token};
	$options{content} = encode_json($body) if $body;
	my $r = $self->{http}->request($method, $self->{url} . $path, \%options);
	no_delay($self->{http});
	return $r;
}

# HTTP::Tiny writes head and body apart; the kernel would hold the body back
# until the head is acknowledged, 40 ms later.
sub no_delay
{
	my ($http) = @_;
	my $socket = $http->{handle} && $http->{handle}{fh} or return;
	setsockopt($socket, IPPROTO_TCP, TCP_NODELAY, 1);
}

sub answer
{
	my ($self, $method, $path, $body) = @_;
	my $r = $self->request($method, $path, $body);
	die "story: $method $path at $self->{name}: $r->{status} $r->{content}\n" if !$r->{success};
	return decode_json($r->{content});
}

sub get { my ($self, $path) = @_; return $self->answer('GET', $path) }
sub post { my ($self, $path, $body) = @_; return $self->answer('POST', $path, $body) }

# 200 or 404; all else is trouble.
sub has
{
	my ($self, $path) = @_;
	my $r = $self->request('GET', $path);
	return 1 if $r->{status} == 200;
	return 0 if $r->{status} == 404;
	die "story: GET $path at $self->{name}: $r->{status} $r->{content}\n";
}

# All items of all pages.
sub list
{
	my ($self, $path) = @_;
	my (@items, $after);
	do {
		my $page = $self->get("$path?limit=500" . (defined $after ? "&after=$after" : ''));
		push(@items, @{$page->{items}});
		$after = $page->{next};
	} while (defined $after);
	return @items;
}

# Who: { name, pin }; a cloud wants to know the shop as well.
sub sign_in
{
	my ($self, $who, $tenant) = @_;
	delete $self->{token};
	my $body = { user => $who->{name}, pin => $who->{pin} };
	$body->{tenant} = $tenant if $tenant;
	$self->{token} = $self->post('/api/session', $body)->{token};
}

# Version 7: 48 bits of milliseconds, then chance.
sub uuid_new
{
	open(my $f, '<:raw', '/dev/urandom') or die "story: /dev/urandom: $!\n";
	read($f, my $random, 10) == 10 or die "story: /dev/urandom is empty\n";
	my @b = unpack('C10', $random);
	$b[0] = $b[0] & 0x0f | 0x70;
	$b[2] = $b[2] & 0x3f | 0x80;
	my $hex = sprintf('%012x', time * 1000) . join('', map { sprintf('%02x', $_) } @b);
	return join('-', unpack('A8A4A4A4A12', $hex));
}

1;
