# A daemon's Unix socket with nobody behind it but the test: it answers what it
# is told to, so that every answer there can be is seen once, and writes down
# what it was asked.
#
#	my $apid = FakeDaemon->start("$run/apid.sock", sub { my ($rq) = @_; return (200, { … }) });
#	$apid->asked;	# [{ method, path, header, body }…], in the order of arrival
#
# The answer is (status, {JSON} or text), or () to hang up without one.  The
# closure lives in the server's process: what it counts is its own.
package FakeDaemon;
use strict;
use warnings;
use IO::Select;
use IO::Socket::UNIX;
use JSON::PP;

my $json = JSON::PP->new->canonical->utf8->allow_nonref;

sub start
{
	my ($class, $path, $answer, %o) = @_;
	my $self = bless { path => $path, log => "$path.asked", owner => $$ }, $class;

	unlink($path, $self->{log});
	my $listen = IO::Socket::UNIX->new(Local => $path, Listen => 64) or die "$path: $!";
	$self->{pid} = fork() // die "fork: $!";
	if (!$self->{pid}) {
		$SIG{PIPE} = 'IGNORE';
		open(my $log, '>>', $self->{log}) or die;
		$log->autoflush(1);
		eval { serve($listen, $log, $answer) };
		print STDERR $@;
		require POSIX;
		POSIX::_exit(1);
	}
	return $self;
}

sub stop
{
	my ($self) = @_;

	return if !$self->{pid};
	kill('TERM', $self->{pid});
	waitpid($self->{pid}, 0);
	delete $self->{pid};	# the socket stays: perhaps it is another one's by now
}

sub DESTROY
{
	my ($self) = @_;
	local $?;

	$self->stop if $self->{owner} == $$;
}

sub asked
{
	my ($self) = @_;

	open(my $f, '<', $self->{log}) or return [];
	return [map { $json->decode($_) } <$f>];
}

# --- in the server's process ---

sub serve
{
	my ($listen, $log, $answer) = @_;
	my $select = IO::Select->new($listen);
	my %got;

	while (1) {
		for my $s ($select->can_read) {
			if ($s == $listen) {
				my $c = $listen->accept or next;
				$select->add($c);
				$got{$c} = '';
			} elsif (!talk($s, \$got{$s}, $log, $answer)) {
				$select->remove($s);
				delete $got{$s};
				close($s);
			}
		}
	}
}

# Takes what has come and answers each request that is whole.  False: hang up.
sub talk
{
	my ($s, $got, $log, $answer) = @_;

	sysread($s, $$got, 65536, length($$got)) or return 0;
	while ($$got =~ /\A(.*?)\r\n\r\n/s) {
		my $head = $1;
		my ($method, $path) = $head =~ /\A(\S+) (\S+) HTTP/ or return 0;
		my %header = map { lc($_->[0]) => $_->[1] } map { [split(/:\s*/, $_, 2)] } (split(/\r\n/, $head))[1 .. ($head =~ tr/\n//)];
		my $len = $header{'content-length'} // 0;

		return 1 if length($$got) < length($head) + 4 + $len;
		my $rq = { method => $method, path => $path, header => \%header, body => substr($$got, length($head) + 4, $len) };
		substr($$got, 0, length($head) + 4 + $len) = '';
		print $log $json->encode($rq), "\n";
		reply($s, $answer->($rq)) or return 0;
	}
	return 1;
}

sub reply
{
	my ($s, $status, $body, %header) = @_;
	my $type = ref($body) ? $status >= 400 ? 'application/problem+json' : 'application/json' : 'text/plain';

	return 0 if !defined $status;
	$body = ref($body) ? $json->encode($body) : $body // '';
	print $s "HTTP/1.1 $status X\r\nContent-Type: $type\r\nContent-Length: ", length($body), "\r\n",
		(map { "$_: $header{$_}\r\n" } keys %header), "\r\n", $body;
	return $s->flush;
}

1;
