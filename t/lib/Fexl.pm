# A fexl-apid of a test's own: its folders, its process, and a small HTTP client
# that says exactly what it is told to, over TCP and over the Unix socket.
#
#	my $till = Fexl->start(FEXL_ROLE => 'desktop');
#	Fexl->start(sockets => sub { … })	# opened first, in its folder, as systemd would
#	my $r = $till->get('/api/products', token => $t);	# {status, header, text, json}
package Fexl;
use strict;
use warnings;
use File::Temp qw(tempdir);
use IO::Socket::INET;
use IO::Socket::UNIX;
use JSON::PP;
use MIME::Base64;
use POSIX qw(WNOHANG);
use Time::HiRes qw(sleep time);

my $build = $ENV{FEXL_BUILD} // '.';
my $json = JSON::PP->new->canonical->utf8->allow_nonref;
my ($START_MAX, $STOP_MAX) = (30, 40);		# seconds
our $ANSWER_MAX = 30;

# --- the process ---

sub start
{
	my ($class, %env) = @_;
	my $dir = tempdir('fexl-XXXXXX', TMPDIR => 1, CLEANUP => 1);
	my $sockets = delete $env{sockets};
	my %listen = $sockets ? () : (FEXL_LISTEN => '127.0.0.1:0');
	my $self = bless { dir => $dir, env => { %listen, %env }, owner => $$ }, $class;

	mkdir("$dir/$_", 0700) or die "$dir/$_: $!" for qw(data run);
	$self->{sockets} = [$sockets->($dir)] if $sockets;
	return $self->again;
}

# Once more, over the same folders.
sub again
{
	my ($self) = @_;
	my $dir = $self->{dir};

	unlink("$dir/run/apid.port");
	$self->{pid} = fork() // die "fork: $!";
	if (!$self->{pid}) {
		delete $ENV{$_} for grep { /^(FEXL_|DB_TYPE|DATABASE_URL)/ } keys %ENV;
		%ENV = (%ENV, FEXL_DATA_DIR => "$dir/data", FEXL_RUN_DIR => "$dir/run", %{$self->{env}});
		open(STDOUT, '>>', "$dir/log") or die;
		open(STDERR, '>&', \*STDOUT) or die;
		hand_over(@{ $self->{sockets} }) if $self->{sockets};
		exec("$build/fexl-apid") or die "$build/fexl-apid: $!";
	}
	$self->wait_for($START_MAX, sub { $self->is_up });
	$self->{port} = $self->slurp("$dir/run/apid.port") + 0;
	return $self;
}

# As sd_listen_fds(3) wants to find them; out of the way first, for one may have
# the number that another is to get.
sub hand_over
{
	my (@sockets) = @_;
	my @high = map { POSIX::dup2(fileno($_), 100 + fileno($_)) } @sockets;

	POSIX::dup2($high[$_], 3 + $_) // die "dup2: $!" for 0 .. $#high;
	POSIX::close($_) for @high;
	@ENV{qw(LISTEN_FDS LISTEN_PID)} = (scalar(@high), $$);
}

sub is_up
{
	my ($self) = @_;

	if (waitpid($self->{pid}, WNOHANG) == $self->{pid}) {
		my $log = $self->log_text;
		delete $self->{pid};
		die "fexl-apid did not start:\n$log";
	}
	return -s "$self->{dir}/run/apid.port" && eval { $self->local('GET', '/status')->{status} == 200 };
}

sub wait_for
{
	my ($self, $seconds, $so) = @_;
	my $until = time() + $seconds;

	while (!$so->()) {
		die "waited $seconds s in vain; the log:\n" . $self->log_text if time() > $until;
		sleep(0.02);
	}
}

# fexl-realtimed beside it; back when it has found its apid.
sub start_realtimed
{
	my ($self, %env) = @_;
	my $dir = $self->{dir};

	$self->{realtimed} = fork() // die "fork: $!";
	if (!$self->{realtimed}) {
		delete $ENV{$_} for grep { /^FEXL_/ } keys %ENV;
		%ENV = (%ENV, FEXL_DATA_DIR => "$dir/data", FEXL_RUN_DIR => "$dir/run", %env);
		open(STDOUT, ">>", "$dir/log") or die;
		open(STDERR, ">&", \*STDOUT) or die;
		exec("$build/fexl-realtimed") or die "$build/fexl-realtimed: $!";
	}
	$self->wait_for($START_MAX, sub { $self->realtimed->{apid} });
	return $self;
}

# Its status; nothing while it does not answer.
sub realtimed
{
	my ($self) = @_;
	my $socket = IO::Socket::UNIX->new(Peer => "$self->{dir}/run/realtimed.sock") or return {};

	return eval { answer_read_of($socket, "GET /status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")->{json} } // {};
}

sub answer_read_of
{
	my ($socket, $text) = @_;

	syswrite($socket, $text);
	return answer_read($socket);
}

sub stop_realtimed
{
	my ($self, $signal) = @_;
	my $status;

	kill($signal // 'TERM', $self->{realtimed});
	$self->wait_for($STOP_MAX, sub { waitpid($self->{realtimed}, WNOHANG) == $self->{realtimed} && defined($status = $?) });
	delete $self->{realtimed};
	return $status;
}

# An orderly end; the exit status, which sanitizers raise.
sub stop
{
	my ($self) = @_;
	my $status;

	kill('TERM', $self->{pid});
	$self->wait_for($STOP_MAX, sub { waitpid($self->{pid}, WNOHANG) == $self->{pid} && defined($status = $?) });
	delete $self->{pid};
	return $status;
}

sub kill9
{
	my ($self) = @_;

	kill('KILL', $self->{pid});
	waitpid($self->{pid}, 0);
	delete $self->{pid};
}

sub DESTROY
{
	my ($self) = @_;

	local ($?, $!);
	return if $self->{owner} != $$;
	for my $pid (grep { defined } @$self{qw(pid realtimed)}) {
		kill('KILL', $pid);
		waitpid($pid, 0);
	}
}

sub slurp
{
	my ($self, $path) = @_;

	open(my $f, '<', $path) or die "$path: $!";
	local $/;
	return scalar <$f>;
}

sub log_text
{
	my ($self) = @_;

	return -e "$self->{dir}/log" ? $self->slurp("$self->{dir}/log") : '';
}

# --- HTTP ---

# Options: token, json (a structure), text (bytes), type, host, header => {…}.
sub request_text
{
	my ($method, $path, %o) = @_;
	my $body = exists $o{json} ? $json->encode($o{json}) : $o{text};
	my %h = (Host => $o{host} // 'localhost', Connection => 'close', %{$o{header} // {}});

	$h{Authorization} = "Bearer $o{token}" if defined $o{token};
	if (defined $body) {
		$h{'Content-Type'} //= $o{type} // 'application/json';
		$h{'Content-Length'} = length($body);
	}
	my $head = join('', map { defined $h{$_} ? "$_: $h{$_}\r\n" : '' } sort keys %h);
	return "$method $path HTTP/1.1\r\n$head\r\n" . ($body // '');
}

sub answer_read
{
	my ($socket) = @_;
	my $text = '';

	local $SIG{ALRM} = sub { die "no answer within $ANSWER_MAX s\n" };
	alarm($ANSWER_MAX);
	while (sysread($socket, my $more, 65536)) {
		$text .= $more;
	}
	alarm(0);
	my ($head, $body) = split(/\r\n\r\n/, $text, 2);
	my ($first, @lines) = split(/\r\n/, $head // '');
	my ($status) = ($first // '') =~ m{^HTTP/1\.1 (\d+)} or die "no answer: $text\n";
	my %r = (status => $status, text => $body, header => {});
	for (@lines) {
		my ($name, $value) = /^([^:]+):\s*(.*)$/;
		push(@{$r{header}{lc $name}}, $value);
	}
	$r{json} = eval { $json->decode($body) } if length($body // '');
	return \%r;
}

sub exchange
{
	my ($self, $socket, $text) = @_;

	local $SIG{PIPE} = 'IGNORE';
	syswrite($socket, $text);
	return eval { answer_read($socket) } // die "$@the log:\n" . $self->log_text;
}

sub local
{
	my ($self, $method, $path, %o) = @_;
	my $socket = IO::Socket::UNIX->new(Peer => "$self->{dir}/run/apid.sock") or die "apid.sock: $!";

	return $self->exchange($socket, request_text($method, $path, %o));
}

sub tcp
{
	my ($self, $method, $path, %o) = @_;

	return $self->raw(request_text($method, $path, %o));
}

sub raw
{
	my ($self, $text) = @_;
	my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $self->{port}) or die "port $self->{port}: $!";

	return $self->exchange($socket, $text);
}

sub get { my ($self, $path, %o) = @_; return $self->tcp('GET', $path, %o) }
sub post { my ($self, $path, $body, %o) = @_; return $self->tcp('POST', $path, json => $body, %o) }
sub patch { my ($self, $path, $body, %o) = @_; return $self->tcp('PATCH', $path, json => $body, %o) }
sub put { my ($self, $path, $body, %o) = @_; return $self->tcp('PUT', $path, json => $body, %o) }
sub delete_ { my ($self, $path, %o) = @_; return $self->tcp('DELETE', $path, %o) }

# Sanitizers keep what was freed: then memory says nothing.
sub is_sanitized { return qx(ldd '$build/fexl-apid') =~ /lib[at]san/ }

# "201", or "422 range /price": an answer in a few words, for is().
sub said
{
	my ($r) = @_;

	return $r->{status} if $r->{status} < 400;
	return join(' ', $r->{status}, grep { defined } $r->{json}{code}, $r->{json}{field});
}

sub header
{
	my ($r, $name) = @_;

	return join(', ', @{$r->{header}{lc $name} // []});
}

# --- what most tests begin with ---

# The first owner of a till; gives the token.
sub set_up
{
	my ($self) = @_;
	my $code = $self->local('POST', '/internal/setup-code')->{json}{code};
	my $r = $self->post('/api/setup', { name => 'Corner shop', owner => 'Olga', pin => '4711', code => $code });

	die "setup: $r->{text}" if $r->{status} != 201;
	return $r->{json}{token};
}

# A shop at a hub with its owner; gives {uuid, key, token}.
sub make_shop
{
	my ($self, $name) = @_;
	my $t = $self->local('POST', '/api/admin/tenants', json => { name => $name })->{json};
	my $owner = "owner of $name";
	my $r = $self->local('POST', '/api/users', json => { name => $owner, role => 'owner', password => 'correct horse' },
		header => { 'Fexl-Tenant' => $t->{tenant_uuid} });

	die "user: $r->{text}" if $r->{status} != 201;
	$r = $self->post('/api/session', { tenant => $t->{tenant_uuid}, user => $owner, password => 'correct horse' });
	die "session: $r->{text}" if $r->{status} != 201;
	return { uuid => $t->{tenant_uuid}, key => $t->{license_key}, token => $r->{json}{token}, owner => $owner };
}

# --- tills that a test plays itself ---

sub base64url
{
	my $text = encode_base64($_[0], '');

	$text =~ tr{+/}{-_};
	$text =~ s/=+$//;
	return $text;
}

sub openssl
{
	my (@args) = @_;

	open(my $p, '-|', 'openssl', @args) or die "openssl: $!";
	binmode($p);
	local $/;
	my $out = <$p>;
	close($p) or die "openssl @args failed";
	return $out;
}

# A device with a key of its own, which the hub does not know yet.
sub make_device
{
	my ($shop) = @_;
	my $pem = File::Temp->new;

	print {$pem} openssl('genpkey', '-algorithm', 'ed25519');
	close($pem);
	my $public = substr(openssl('pkey', '-in', "$pem", '-pubout', '-outform', 'DER'), -32);
	return { uuid => uuid(), tenant => $shop->{uuid}, pem => $pem, public_key => base64url($public), incarnation => 1 };
}

# What it asks the hub with.
sub credentials
{
	my ($d, $key, %more) = @_;

	return { device_uuid => $d->{uuid}, tenant_uuid => $d->{tenant}, incarnation => $d->{incarnation}, name => 'Till',
		license_key => $key, public_key => $d->{public_key}, os => 'Debian 12', version => '0.1.0', %more };
}

# A token signed with the device's key; %claims over what is usual.
sub device_token
{
	my ($d, %claims) = @_;
	my $now = int(time());
	my %all = (use => 'device', ten => $d->{tenant}, dev => $d->{uuid}, inc => $d->{incarnation}, iat => $now, exp => $now + 300, %claims);
	my $signed = join('.', map { base64url($_) } '{"alg":"EdDSA","typ":"JWT"}', $json->encode(\%all));
	my $text = File::Temp->new;

	print {$text} $signed;
	close($text);
	return "$signed." . base64url(openssl('pkeyutl', '-sign', '-rawin', '-inkey', "$d->{pem}", '-in', "$text"));
}

my $uuids = 0;

# A uuid of version 7, another one each time.
sub uuid
{
	my $ms = int(time() * 1000);

	return sprintf('%08x-%04x-7%03x-8%03x-%08x%04x', $ms >> 16, $ms & 0xffff, $uuids++ & 0xfff, rand(0xfff), rand(0xffffffff),
		rand(0xffff));
}

1;
