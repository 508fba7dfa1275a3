#!/usr/bin/perl
# fexlctl watch and top: what happens, as it happens.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP;
use Test::More;
use Fexl;

my $build = $ENV{FEXL_BUILD} // '.';
my $till = Fexl->start(FEXL_ROLE => 'desktop');
my $token = $till->set_up;
my $out = "$till->{dir}/out";

sub watch
{
	my (@command) = @_;
	my $pid = fork() // die;

	if (!$pid) {
		open(STDOUT, '>', $out) or die;
		open(STDERR, '>', "$out.err") or die;
		exec("$build/fexlctl", '--run-dir', "$till->{dir}/run", @command);
	}
	return $pid;
}

sub ended { my ($pid) = @_; waitpid($pid, 0); return $? >> 8 }
sub lines { return split(/\n/, $till->slurp($out)) }
sub product { return $till->post('/api/products', { name => $_[0], price => 100 }, token => $token)->{json}{uuid} }
sub listens { my ($n) = @_; $till->wait_for(20, sub { ($till->realtimed->{clients} // 0) == $n }) }

is(ended(watch('watch')), 1, 'without realtimed it says so');
like($till->slurp("$out.err"), qr/live updates are off/, 'in words');
$till->start_realtimed;

my $pid = watch('watch', '--timeout', 30);
listens(1);
my $tea = product('Tea');
$till->patch("/api/products/$tea", { price => 120 }, token => $token);
$till->wait_for(20, sub { lines() == 2 });
like((lines())[0], qr/^\d\d:\d\d:\d\d\.\d{6}Z  product:created  \Q$tea\E$/, 'a line each');
like((lines())[1], qr/product:updated/, 'in order');

# The line breaks; what happens before it is made again is not lost.
$till->stop_realtimed('KILL');
$till->start_realtimed;
listens(1);
product('Salt');
$till->wait_for(20, sub { my @l = lines(); grep { /product:created/ } @l[2 .. $#l] });
pass('it listens again after a restart of realtimed');
kill('INT', $pid);
is(ended($pid), 130, 'until it is interrupted');

$pid = watch('--json', 'watch', 'customer', 'product:up', '--timeout', 30);
listens(1);
product('Oil');
$till->post('/api/customers', { phone => '0770' }, token => $token);
$till->patch("/api/products/$tea", { price => 130 }, token => $token);
$till->wait_for(20, sub { lines() == 2 });
is_deeply([map { decode_json($_)->{event} } lines()], ['customer:created', 'product:updated'], 'what is asked for, as JSON');
kill('INT', $pid);
ended($pid);

$pid = watch('--json', 'top', '--timeout', 4);
listens(1);
product("p$_") for 1 .. 3;
is(ended($pid), 0, 'top ends when its time is over');
my ($last) = grep { length } reverse split(/^(?=\{)/m, $till->slurp($out));
is(decode_json($last)->{items}[0]{total}, 3, 'and has counted');
is(decode_json($last)->{items}[0]{event}, 'product:created', 'of what');

is($till->stop_realtimed, 0, 'an orderly end');
is($till->stop, 0, 'of both');
done_testing();
