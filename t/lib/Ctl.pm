# Running fexlctl, and the daemons it may meet: what it prints on either side,
# and how it ends.
#
#	ends(6, 'a name that two have is not guessed', ['devices', 'revoke', 'Till 1'], err => qr/2 devices/);
#	my $apid = table_up('apid', 'GET /api/devices' => [200, { items => [] }]);
package Ctl;
use strict;
use warnings;
use Exporter 'import';
use FakeDaemon;
use File::Temp 'tempdir';
use Test::More;

our @EXPORT = qw(ctl slurp ends daemon_up table_up);
my $build = $ENV{FEXL_BUILD} // '.';
our $fexlctl = "$build/fexlctl";
-x $fexlctl or BAIL_OUT("$fexlctl is not built: run make check, or set FEXL_BUILD to the build directory");
our $dir = tempdir('fexl-XXXXXX', TMPDIR => 1, CLEANUP => 1);
our $run_dir = $dir;

delete $ENV{$_} for grep { /^(FEXL_(?!SRC|BUILD)|DB_TYPE|DATABASE_URL|NO_COLOR|TERM)/ } keys %ENV;
$ENV{LC_ALL} = 'C.UTF-8';

# { end, out, err }; stdin is empty, or the text given.
sub ctl
{
	my ($args, $input) = @_;

	open(my $in, '>', "$dir/stdin") or die;
	print $in $input // '';
	close($in);
	my $pid = fork() // die;
	if (!$pid) {
		open(STDIN, '<', "$dir/stdin") && open(STDOUT, '>', "$dir/stdout") && open(STDERR, '>', "$dir/stderr") or die;
		exec($fexlctl, '--run-dir', $run_dir, @$args) or die;
	}
	waitpid($pid, 0);
	return { end => $? & 127 ? "signal $?" : $? >> 8, out => slurp("$dir/stdout"), err => slurp("$dir/stderr") };
}

sub slurp
{
	my ($path) = @_;
	open(my $f, '<', $path) or return '';
	local $/;
	return scalar(<$f>) // '';
}

# What goes wrong comes with what to do next.
sub names_next
{
	my ($r) = @_;

	return $r->{end} !~ /^([1-7]|124)$/ || $r->{err} !~ /^fexlctl:/m || $r->{err} =~ /^  (→|->) \S/m;
}

# ends(STATUS, 'promise', [args], out => qr//, err => qr//, input => '…')
sub ends
{
	my ($end, $promise, $args, %o) = @_;
	my $r = ctl($args, $o{input});
	my $good = $r->{end} eq $end && (!$o{out} || $r->{out} =~ $o{out}) && (!$o{err} || $r->{err} =~ $o{err}) && names_next($r);

	ok($good, $promise) or diag("ended with $r->{end}, not $end; stdout:\n$r->{out}stderr:\n$r->{err}");
	return $r;
}

sub daemon_up
{
	my ($name, $answer) = @_;
	return FakeDaemon->start("$dir/$name.sock", $answer);
}

# A daemon that answers by "METHOD /path" out of a table, and 404 otherwise.
sub table_up
{
	my ($name, %answers) = @_;
	return daemon_up($name, sub {
		my ($rq) = @_;
		my $a = $answers{"$rq->{method} $rq->{path}"};
		return $a ? ref($a) eq 'CODE' ? $a->($rq) : @$a : (404, { code => 'not_found', detail => "no $rq->{path}" });
	});
}

1;
