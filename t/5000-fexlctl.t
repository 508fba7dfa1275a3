#!/usr/bin/perl
# fexlctl: what it says, where it says it, and how it ends; against daemons that
# answer whatever the test wants them to.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Ctl;
use JSON::PP;
use Test::More;
use Time::HiRes 'time';

my $dir = $Ctl::dir;
my $json = JSON::PP->new->canonical->utf8;
my $uuid = '01a20766-91be-7000-9a1f-30fa88848382';

# --- the command line ---

ends(2, 'nothing to do is a usage error that shows the commands', [], out => qr/\A\z/, err => qr/devices approve/);
ends(0, 'help is data', ['help'], out => qr/devices approve DEVICE/, err => qr/\A\z/);
ends(0, 'help of a group lists it', ['help', 'sync'], out => qr/sync now.*sync history/s);
ends(0, 'help of a command tells its options', ['import', '--help'], out => qr/--cost-percent N/);
ends(0, 'the version is told', ['--version'], out => qr/^fexlctl +\d/);
is($json->decode(ctl(['version', '--json'])->{out})->{schema}, 1, 'JSON of our own making has a version');
ends(2, 'a typo is not run, the nearest command is named', ['stauts'], out => qr/\A\z/, err => qr/did you mean "status"/);
ends(2, 'in a group too', ['devices', 'aprove', 'x'], err => qr/did you mean "devices approve"/);
ends(2, 'there are no abbreviations', ['stat'], err => qr/no command "stat"/);
ends(2, 'a group alone is asked back', ['sync'], err => qr/sync what\?/);
ends(2, 'an unknown option names the nearest', ['status', '--jsn'], err => qr/did you mean --json/);
ends(2, 'an option of another command is refused', ['status', '--qr'], err => qr/status does not take --qr/);
ends(2, 'an option that wants a value says which', ['status', '--timeout'], err => qr/--timeout wants S/);
ends(2, 'a value that is no number is refused', ['status', '--timeout', 'soon'], err => qr/whole number/);
ends(2, 'an option is given once', ['--json', 'status', '--json'], err => qr/twice/);
ends(2, 'arguments are counted', ['devices', 'approve'], err => qr/usage: fexlctl devices approve DEVICE/);
ends(2, 'a tenant is a UUID', ['devices', '--tenant', 'mine'], err => qr/--tenant is a UUID/);
ends(2, '--json and --plain exclude each other', ['devices', '--json', '--plain'], err => qr/only one/);
ends(2, 'what is about this machine takes no --host', ['verify', '--host', 'https://shop.example'], err => qr/this machine/);
ends(2, 'a secret is no argument', ['user', 'add', 'Amal', '--role', 'owner'], err => qr/--pin-file FILE is missing.*never from the command line/s);
ends(2, 'a token does not travel in the clear', ['devices', '--host', 'http://shop.example', '--token-file', '-'], input => "t\n",
     err => qr/in the clear/);

# --- nobody there ---

ends(3, 'a daemon that does not run: exit 3, and what to do', ['devices'],
     out => qr/\A\z/, err => qr/fexl-apid is not running.*apid\.sock.*→ systemctl start fexl-apid/s);
ends(3, 'status says so as well, and shows what there is', ['status'], out => qr/fexl-apid\s+✕ stopped/);
my $r = ends(3, 'also as JSON', ['status', '--json']);
is($json->decode($r->{out})->{daemons}[0]{state}, 'stopped', 'which tells the state of each daemon');
ends(7, 'a server that does not answer: exit 7', ['devices', '--host', 'http://127.0.0.1:1'], err => qr/cannot be reached/);
{
	local $Ctl::run_dir = '/x' x 60;
	ends(2, 'a socket whose path is too long is explained', ['devices'], err => qr/at most 107 bytes/);
}
{
	my $apid = daemon_up('apid', sub { sleep 30; return });
	my $began = time;
	ends(124, 'a daemon that hangs: exit 124 after --timeout', ['devices', '--timeout', '1'], err => qr/no answer.*within 1 s/s);
	cmp_ok(time - $began, '<', 10, 'and not much later');
	kill('KILL', $apid->{pid});
	$apid->stop;
}
{
	my $apid = daemon_up('apid', sub { return });
	ends(1, 'a daemon that dies in the middle: exit 1', ['devices'], err => qr{GET /api/devices});
}

# --- what answers mean to a shell ---

my %ends = (400 => 1, 401 => 4, 403 => 4, 404 => 5, 409 => 6, 412 => 6, 422 => 6, 429 => 6, 500 => 1, 502 => 7, 503 => 1);
for my $status (sort keys %ends) {
	my $apid = daemon_up('apid', sub { ($status, { code => 'some_code', detail => "because of $status" }) });
	ends($ends{$status}, "$status is exit $ends{$status}, with the server's reason", ['devices'],
	     out => qr/\A\z/, err => qr/because of $status \($status some_code\)/);
}
{
	my $apid = daemon_up('apid', sub { (422, { code => 'tenant_required', detail => 'which tenant?' }) });
	ends(2, 'a hub with several shops wants --tenant', ['user', 'list'], err => qr/→ fexlctl tenant list/);
}
{
	my $apid = daemon_up('apid', sub { (200, "<html>") });
	ends(0, 'an answer that is no JSON is no list', ['devices'], err => qr/No till/);
}

# --- output ---

my @devices = (
	{ uuid => $uuid, tenant => $uuid, name => "Till\t3\e[2J", os => 'linux', version => '0.1.0', status => 'pending', code => 'KTRV-7QX2',
	  pushed_24h => 0, pulled_24h => 0, conflicts_24h => 0, pending => undef, last_seen => undef, alarm => undef },
	{ uuid => '01a20766-91f5-7000-b963-64dddfaab9dc', tenant => $uuid, name => 'Till 1', os => 'linux', version => '0.1.0', status => 'approved', code => undef,
	  pushed_24h => 1204, pulled_24h => 96, conflicts_24h => 1, pending => 0, last_seen => '2026-11-23T14:05:09.112233Z', alarm => undef },
	{ uuid => '01a20766-9247-7000-ba41-08d3f41f5e12', tenant => $uuid, name => 'Till 1', os => 'linux', version => '0.1.0', status => 'revoked', code => undef,
	  pushed_24h => 0, pulled_24h => 0, conflicts_24h => 0, pending => 7, last_seen => undef, alarm => undef },
);
sub changed { my ($rq) = @_; (200, { uuid => $uuid, name => 'Till 3', status => 'approved', prefix => 'T1' }) }
my $apid = table_up('apid',
	'GET /api/devices' => [200, { items => [@devices[0, 1]], next => 'two' }],
	'GET /api/devices?after=two' => [200, { items => [$devices[2]], next => undef }],
	"POST /api/devices/$uuid/approve" => \&changed,
	"POST /api/devices/$uuid/revoke" => \&changed,
	"PATCH /api/devices/$uuid" => \&changed);

$r = ends(0, 'a list is read page by page', ['devices', '--json']);
is_deeply($json->decode($r->{out}), { items => \@devices, next => undef }, 'and JSON is what the server said');
$r = ends(0, 'a table for people, and whom it waits for', ['devices'], out => qr/NAME.*STATUS.*CODE/, err => qr/→ fexlctl devices approve KTRV-7QX2/);
like($r->{out}, qr/● approved .* 2026-11-23T14:05:09.112233Z +1,204 /, 'with signs, thousands, and times in full when it is no terminal');
like($r->{out}, qr/Till\\x093\\x1b\[2J/, 'and nothing of it acts on the terminal');
unlike($r->{out}, qr/ALARM/, 'a column that nobody fills is not there');
$r = ends(0, 'tabs for programs', ['devices', '--plain']);
is(scalar(grep { tr/\t// == 12 } split(/\n/, $r->{out})), 4, 'the same columns in each line');
$r = ends(0, 'without a header, options in front', ['-H', '--plain', 'devices']);
is(scalar(split(/\n/, $r->{out})), 3, 'only data');
$r = ends(0, 'colours when they are wanted', ['devices', '--color', 'always'], out => qr/\e\[/);
$r = ends(0, 'and not in a pipe', ['devices']);
unlike($r->{out}, qr/\e/, 'no escape in a pipe');
{
	local $ENV{LC_ALL} = 'C';
	$r = ends(0, 'ASCII where the locale is', ['devices'], out => qr/\* approved/);
	unlike($r->{out}, qr/[^\x00-\x7f]/, 'and nothing else');
}

# --- which device, and asking before ---

ends(6, 'nobody to ask: refused without --yes', ['devices', 'approve', $uuid], err => qr/--yes/);
is(scalar(grep { $_->{method} eq 'POST' } @{$apid->asked}), 0, 'and nothing was done');
ends(0, 'approve by UUID', ['devices', 'approve', $uuid, '--yes'], out => qr/approved/);
ends(0, 'approve by code, in small letters', ['devices', 'approve', 'ktrv-7qx2', '--yes']);
ends(0, 'approve by name', ['devices', 'approve', "Till\t3\e[2J", '--yes']);
ends(6, 'a name that two have is not guessed', ['devices', 'revoke', 'Till 1', '--yes'], err => qr/2 devices are called/);
ends(5, 'no such device', ['devices', 'approve', 'nobody', '--yes'], err => qr/no device "nobody"/);
ends(0, 'revoke', ['devices', 'revoke', $uuid, '--yes']);
ends(0, 'rename', ['devices', 'rename', 'KTRV-7QX2', 'Counter']);
is_deeply([map { $_->{path} =~ s{.*/}{}r } grep { $_->{method} eq 'POST' } @{$apid->asked}],
	  [qw(approve approve approve revoke)], 'each asked once');
is((grep { $_->{method} eq 'PATCH' } @{$apid->asked})[0]{body}, '{"name":"Counter"}', 'the new name was sent');
ends(0, '--tenant names the shop', ['devices', '--tenant', $uuid]);
is($apid->asked->[-2]{header}{'fexl-tenant'}, $uuid, 'in a header');
$apid->stop;

# --- secrets ---

$apid = table_up('apid', 'POST /api/users' => [201, { uuid => $uuid, name => 'Amal', role => 'owner' }],
	'GET /api/users?q=Amal' => [200, { items => [{ uuid => 'other', name => 'Amalia' }, { uuid => $uuid, name => 'Amal' }] }],
	"PATCH /api/users/$uuid" => [200, { uuid => $uuid, name => 'Amal', role => 'owner' }]);
$r = ends(0, 'a PIN from stdin', ['user', 'add', 'Amal', '--role', 'owner', '--pin-file', '-'], input => "1234\nmore\n");
is_deeply($json->decode($apid->asked->[-1]{body}), { name => 'Amal', role => 'owner', pin => '1234' }, 'is its first line');
unlike($r->{out} . $r->{err}, qr/1234/, 'and is not shown');
ends(2, 'a PIN that is none is refused here', ['user', 'add', 'Amal', '--role', 'owner', '--pin-file', '-'], input => "12x4\n");
open(my $f, '>', "$dir/secret") or die;
print $f "correct horse\r\n";
close($f);
ends(0, 'a password from a file, a PIN from stdin', ['user', 'add', 'Amal', '--role', 'owner', '--pin-file', '-', '--password-file', "$dir/secret"],
     input => "4321");
is_deeply($json->decode($apid->asked->[-1]{body}), { name => 'Amal', role => 'owner', pin => '4321', password => 'correct horse' },
	  'without their line ends');
ends(2, 'two secrets cannot both be stdin', ['user', 'add', 'A', '--role', 'owner', '--pin-file', '-', '--password-file', '-'], err => qr/both/);
ends(5, 'a file that is not there', ['user', 'add', 'A', '--role', 'owner', '--pin-file', "$dir/none"], err => qr/cannot be read/);
ends(0, 'another PIN, for exactly this name', ['user', 'set-pin', 'Amal', '--pin-file', '-'], input => "9876\n");
is_deeply([@{$apid->asked->[-1]}{qw(path body)}], ["/api/users/$uuid", '{"pin":"9876"}'], 'and nobody else');
$apid->stop;

# --- at a terminal ---

# What is seen on a terminal of its own while the lines are typed; script(1) is
# part of every Debian.
sub typed
{
	my ($end, $promise, $args, $lines, %o) = @_;
	my $command = join(' ', map { "'$_'" } $Ctl::fexlctl, '--run-dir', $Ctl::run_dir, @$args);

	open(my $in, '>', "$dir/typed") or die;
	print $in map { "$_\n" } @$lines;
	close($in);
	# The pause lets the prompt come first: what is typed before it would be thrown away.
	my $seen = qx{(sleep 0.5; while read -r line; do sleep 0.5; printf '%s\\n' "\$line"; done <'$dir/typed'; sleep 0.3) |
		TERM=xterm script -qec "$command" /dev/null 2>&1};
	my $got = $? >> 8;

	ok($got == $end && (!$o{seen} || $seen =~ $o{seen}) && (!$o{unseen} || $seen !~ $o{unseen}), $promise)
		or diag("ended with $got, not $end; on the terminal:\n$seen");
}

SKIP: {
	skip('script(1) is not installed', 9) if system('command -v script >/dev/null 2>&1') != 0;
	my $device = { %{$devices[1]}, name => 'Till 1' };
	$apid = table_up('apid', 'GET /api/devices' => [200, { items => [$device] }], 'POST /api/users' => [201, { name => 'Amal' }],
		"POST /api/devices/$device->{uuid}/approve" => \&changed, "POST /api/devices/$device->{uuid}/revoke" => \&changed);
	typed(0, 'approve asks', ['devices', 'approve', 'Till 1'], ['y'], seen => qr/Approve\? \[y\/N\].*approved/s);
	typed(6, 'and takes anything but yes for no', ['devices', 'approve', 'Till 1'], [''], seen => qr/nothing was done/);
	typed(6, 'revoke is not done for a yes', ['devices', 'revoke', 'Till 1'], ['y'], seen => qr/Type the name.*nothing was done/s);
	typed(0, 'but for the name', ['devices', 'revoke', 'Till 1'], ['Till 1'], seen => qr/Revoked/);
	typed(6, '--no-input is not asked', ['devices', 'approve', 'Till 1', '--no-input'], [], seen => qr/nobody can be asked/);
	typed(0, 'a PIN is typed twice, and not seen', ['user', 'add', 'Amal', '--role', 'owner'], ['1234', '1234'],
	      seen => qr/PIN: .*PIN again: /s, unseen => qr/1234/);
	typed(2, 'two that differ are none', ['user', 'add', 'Amal', '--role', 'owner'], ['1234', '1235'], seen => qr/the two differ/);
	typed(0, 'times are relative for people', ['devices'], [], seen => qr/approved.* \d+ (?:s|min|h|d) /, unseen => qr/T14:05/);
	typed(0, 'colours too', ['devices'], [], seen => qr/\e\[32m/);
	$apid->stop;
}

# --- sync ---

# syncd as it goes on: each GET /status is the next of the list, then the last.
sub syncd_up
{
	my (@status) = @_;
	my $n = 0;
	return daemon_up('syncd', sub {
		my ($rq) = @_;
		return (202, { cycle => 5 }) if $rq->{path} eq '/sync/now';
		return (200, $status[$n < $#status ? $n++ : $#status]);
	});
}

my %on = (phase => 'on', state => 'sending', doing => 'push', text => 'sending', unreachable => JSON::PP::false, failures => 0,
	  cycles => 4, last_status => 200, pending => 3, last_cycle => { cycle => 5, complete => JSON::PP::false });
my %stored = (%on, state => 'synced', doing => 'wait', cycles => 5, pending => 0,
	      last_cycle => { cycle => 5, ms => 125, steps => [{ step => 'push', status => 200, ms => 61, rows => 14 }] });
my %lost = (%on, state => 'offline', doing => 'wait', unreachable => JSON::PP::true, failures => 1, text => 'Cloud unreachable');
{
	my $syncd = syncd_up(\%on, { %stored, phase => 'loading' }, \%stored);
	ends(0, 'sync now --wait ends when that cycle is stored, the first load included', ['sync', 'now', '--wait'],
	     out => qr/push +200 +61 ms +14/, err => qr/Done in 125 ms, 0 pending/);
	is(scalar(grep { $_->{path} eq '/status' } @{$syncd->asked}), 3, 'and not before');
}
{
	my $syncd = syncd_up({ %lost, last_cycle => { cycle => 4 } }, \%on, \%lost);
	ends(7, 'an attempt that began after the call and does not reach the cloud: exit 7', ['sync', 'now', '--wait'], err => qr/unreachable/);
	is(scalar(grep { $_->{path} eq '/status' } @{$syncd->asked}), 3, 'an earlier one does not count');
}
{
	my $syncd = syncd_up({ %on, doing => 'wait', failures => 3, last_status => 500, last_cycle => { cycle => 8 } });
	ends(1, 'a cloud that answers with an error again and again: exit 1', ['sync', 'now', '--wait'], err => qr/500/);
}
{
	my $syncd = syncd_up(\%on);
	ends(124, '--timeout bounds the waiting', ['sync', 'now', '--wait', '--timeout', '1'], err => qr/no end in sight/);
}
{
	my $syncd = syncd_up({ %on, phase => 'revoked', state => 'revoked' });
	ends(6, 'a till that is revoked meanwhile: exit 6', ['sync', 'now', '--wait']);
}
{
	my $syncd = daemon_up('syncd', sub { (409, { code => 'off', detail => 'sync is off' }) });
	ends(6, 'sync that is off cannot run', ['sync', 'now'], err => qr/→ fexlctl pair/);
}
for my $case ([0, { identical => JSON::PP::true, tables => [{ table => 'invoices', here => 3, cloud => 3, result => 'identical' }] }, 'identical: exit 0'],
	      [6, { identical => JSON::PP::false, tables => [{ table => 'invoices', here => 3, cloud => 4, result => 'differ' }] }, 'different: exit 6']) {
	my $syncd = daemon_up('syncd', sub { (200, $case->[1]) });
	$r = ends($case->[0], "verify, $case->[2]", ['verify', '--json']);
	is_deeply($json->decode($r->{out}), $case->[1], 'and JSON is what the daemon said');
}
{
	my $syncd = daemon_up('syncd', sub { (503, { code => 'unreachable', detail => 'the cloud cannot compare now' }) });
	ends(7, 'verify without a cloud: exit 7', ['verify']);
}

# --- pairing ---

my $key = 'FEXL-8LMW-79R7-UW4Z-M8C7';
my $pairing = { name => 'Till 3', url => 'https://shop.example', status => 'pending', code => 'KTRV-7QX2', trouble => undef };
sub till_up
{
	my (@pairings) = @_;
	my $n = 0;
	return daemon_up('apid', sub {
		my ($rq) = @_;
		return (202, { device_uuid => $uuid, status => 'registering' }) if $rq->{method} eq 'PUT';
		return (200, { status => 'off' }) if $rq->{method} eq 'DELETE';
		return (200, { state => 'pending', pairing => $pairings[$n < $#pairings ? $n++ : $#pairings], pending => { total => 14 } });
	});
}
my @how = ('pair', '--url', 'https://shop.example', '--tenant', $uuid, '--license-file', '-', '--name', 'Till 3');
my $syncd = daemon_up('syncd', sub { (200, { %on, phase => 'registering' }) });
{
	$apid = till_up({ %$pairing, status => 'registering', code => undef }, $pairing);
	$r = ends(0, 'pair waits for the code', [@how, '--json'], input => "$key\n");
	my $got = $json->decode($r->{out});
	is_deeply([@$got{qw(device_uuid status code)}], [$uuid, 'pending', 'KTRV-7QX2'], 'and tells device, status and code');
	my $put = $apid->asked->[0];
	is_deeply($json->decode($put->{body}), { url => 'https://shop.example', tenant_uuid => $uuid, license_key => $key, name => 'Till 3' }, 'what was sent');
	is($put->{header}{'fexl-tenant'}, undef, 'the tenant is the cloud\'s, not one of this till');
	ends(0, 'the same by a link, with a QR code', ['pair', '--link-file', '-', '--name', 'Till 3', '--qr'],
	     input => "fexl://pair?url=https%3A%2F%2Fshop.example&tenant=$uuid&key=$key\n", out => qr/Code +KTRV-7QX2.*▀/s,
	     err => qr/→ fexlctl devices approve KTRV-7QX2/);
	is((grep { $_->{method} eq 'PUT' } @{$apid->asked})[1]{body}, $put->{body}, 'which sends the same');
	ends(2, 'a link without its key', ['pair', '--link-file', '-'], input => "fexl://pair?url=x&tenant=$uuid\n", err => qr/no key=/);
	ends(6, 'unpair asks', ['unpair'], err => qr/14 rows are not in the cloud yet/);
	ends(0, 'unpair', ['unpair', '--yes'], out => qr/off/);
}
{
	$apid = till_up({ %$pairing, status => 'refused', code => undef, trouble => 'wrong key' });
	ends(6, 'a cloud that refuses: exit 6, and why', \@how, input => "$key\n", err => qr/wrong key/);
}
{
	$syncd->stop;
	$syncd = daemon_up('syncd', sub { (200, { %lost, phase => 'registering' }) });
	$apid = till_up({ %$pairing, status => 'registering', code => undef });
	ends(7, 'a cloud that does not answer: exit 7, and it is asked again', \@how, input => "$key\n", err => qr/asked again/);
	$syncd->stop;
	ends(0, 'without syncd it says who is missing', \@how, input => "$key\n", err => qr/fexl-syncd is not running/);
}

# --- status ---

{
	my %daemon = (version => '0.1.0', uptime_s => 187200, rss_kb => 9318, loop_lag_ms => 1, status_text => 'fine');
	$apid = table_up('apid', 'GET /status' => [200, { %daemon, role => 'desktop' }],
		'GET /api/sync/status' => [200, { state => 'pending', text => 'Waiting for approval', pairing => $pairing, pending => { total => 14 } }]);
	$syncd = daemon_up('syncd', sub { (200, \%daemon) });
	ends(0, 'status is one screen', ['status'], out => qr/Till +Till 3.*Pending +14.*fexl-apid +● running +2 d 4 h +9\.0 MB.*! Waiting for approval.*approve KTRV-7QX2/s);
	ends(8, 'with --exit-code it tells that something wants attention', ['status', '--exit-code'], out => qr/Waiting/);
	$syncd->stop;
	ends(8, 'a paired till whose syncd is gone wants attention', ['status', '--exit-code'], out => qr/fexl-syncd +✕ stopped.*nothing is sent/s);
	$apid->stop;
	$apid = table_up('apid', 'GET /status' => [200, { %daemon, role => 'cloud' }], 'GET /api/devices' => [200, { items => [] }]);
	ends(0, 'a hub has no syncd to miss', ['status', '--exit-code'], out => qr/\A(?!.*syncd)/s);
	$apid->stop;
}

# --- pending ---

{
	my $all = { total => 2, oldest => undef, next => undef, tables => [{ table => 'products', rows => 1, refused => 1, last_error => 'price is negative' }],
		    items => [{ table => 'products', uuid => $uuid, state => 'refused', reason => 'price is negative' }, { table => 'invoices', uuid => 'x' }] };
	$apid = table_up('apid', 'GET /api/pending' => [200, $all]);
	$r = ends(0, 'pending', ['pending', '--json']);
	is_deeply($json->decode($r->{out}), $all, 'is what the server said');
	ends(0, 'a line for each table, and what to do', ['pending'], out => qr/products +1 .*price is negative/, err => qr/→ fexlctl quarantine list/);
	ends(0, 'a line for each row of one', ['pending', 'products'], out => qr/\A.*REASON\n$uuid.*✕ refused.*price is negative\n\z/);
	$r = ends(0, 'of one table as JSON', ['pending', 'invoices', '--json']);
	is($json->decode($r->{out})->{total}, 1, 'counts its rows');
	$all->{items} = [map { { table => $_->[0], uuid => $_->[1], since => "2026-11-23T14:05:$_->[2].000000Z", tries => $_->[3], state => $_->[4] } }
			 ['products', 'b', '02', 0, 'ready'], ['products', 'c', '03', 7, 'ready'], ['invoices', 'a', '01', 0, 'waiting']];
	$apid->stop;
	$apid = table_up('apid', 'GET /api/pending' => [200, $all]);
	my $which = sub { join(' ', map { $_->{uuid} } @{$json->decode(ctl(['pending', '--json', @_])->{out})->{items}}) };
	is($which->('--oldest'), 'a b c', '--oldest: all rows, as long as they have waited');
	is($which->('--stuck'), 'c a', '--stuck: those that were tried in vain, or wait for others');
	is($which->('--stuck', 'products'), 'c', 'of one table');
	ends(0, 'and says what to do', ['pending', '--stuck'], out => qr/^invoices +a/m, err => qr/→ fexlctl sync now --wait/);
	$apid->stop;
}

# --- conflicts ---

{
	$apid = table_up('apid', 'GET /api/conflicts' => [200, { items => [{ uuid => $uuid, table => 'products', rule => 'newest_wins' }], next => undef }]);
	ends(0, 'a conflict, and how to see more of it', ['conflicts'], out => qr/products/, err => qr/→ fexlctl conflicts show $uuid/);
	$apid->stop;
}

# --- raw requests ---

{
	$apid = daemon_up('apid', sub { my ($rq) = @_; $rq->{path} eq '/no' ? (404, { code => 'not_found', detail => 'no /no' }) : (200, "a\tb\n") });
	ends(0, 'api shows the body as it is', ['api', 'get', '/metrics'], out => qr/\Aa\tb\n\z/);
	ends(0, 'api sends what -d says', ['api', 'POST', '/x', '-d', '{"a":1}']);
	is_deeply([@{$apid->asked->[-1]}{qw(method body)}, $apid->asked->[-1]{header}{'content-type'}], ['POST', '{"a":1}', 'application/json'], 'as JSON');
	ends(0, 'api sends a file', ['api', 'PUT', '/x', '-d', "\@$dir/secret"]);
	is($apid->asked->[-1]{body}, "correct horse\r\n", 'to the byte');
	ends(0, 'a POST without a body says so', ['api', 'POST', '/x']);
	is_deeply([@{$apid->asked->[-1]{header}}{qw(content-length content-type)}], [0, undef], 'by its length');
	ends(5, 'the body of an error too goes to stdout', ['api', 'GET', '/no'], out => qr/"code":"not_found"/, err => qr/no \/no/);
	ends(2, 'a path is a path', ['api', 'GET', 'api/x'], err => qr/begins with/);
	ends(2, 'and one line of a request', ['api', 'GET', "/x HTTP/1.1\r\nX: y"], err => qr/percent-coded/);
	$apid->stop;
}

# --- configuration ---

{
	open(my $c, '>', "$dir/fexl.conf") or die;
	print $c "listen = 127.0.0.1:9999\ndatabase_url = postgres://fexl:hush\@db/fexl\n";
	close($c);
	local $ENV{FEXL_SYNC_INTERVAL_S} = 60;
	$r = ends(0, 'config show --origin tells where values come from', ['config', 'show', '--origin', '--plain', '--config', "$dir/fexl.conf"],
		  out => qr/^listen\t127\.0\.0\.1:9999\t\Q$dir\E\/fexl\.conf:1$/m);
	like($r->{out}, qr/^sync_interval_s\t60\tenvironment FEXL_SYNC_INTERVAL_S$/m, 'the environment');
	like($r->{out}, qr/^role\tdesktop\tdefault$/m, 'or nowhere');
	unlike($r->{out}, qr/hush/, 'secrets are not shown');
	ends(0, 'config get is the value alone', ['config', 'get', 'sync_interval_s', '--config', "$dir/fexl.conf"], out => qr/\A60\n\z/);
	ends(5, 'an option that is not there: exit 5, and what was meant', ['config', 'get', 'sync_intervall_s'], err => qr/→ .*sync_interval_s/);
	ends(0, 'config diff shows what is set, and what it would be', ['config', 'diff', '--plain', '-H', '--config', "$dir/fexl.conf"],
	     out => qr/^listen\t127\.0\.0\.1:9999\t\S*\t\Q$dir\E/m);
	ends(0, 'config check is silent on stdout but for how many are set', ['config', 'check', '--config', "$dir/fexl.conf"], out => qr/3$/);
	ends(0, 'config set writes one line', ['config', 'set', 'listen', '127.0.0.1:7777', '--config', "$dir/fexl.conf"],
	     out => qr/127\.0\.0\.1:7777/, err => qr/→ systemctl restart fexl-apid$/m);
	ends(0, 'or another one', ['config', 'set', 'push_rows', '500', '--config', "$dir/fexl.conf"], err => qr/→ systemctl restart .*fexl-syncd/);
	my $text = "listen = 127.0.0.1:7777\ndatabase_url = postgres://fexl:hush\@db/fexl\npush_rows = 500\n";
	my $now = sub { open(my $f, '<', "$dir/fexl.conf") or die; local $/; return <$f> };
	is($now->(), $text, 'and leaves the rest');
	ends(2, 'what no daemon would take is refused', ['config', 'set', 'push_rows', 'many', '--config', "$dir/fexl.conf"], err => qr/fexl\.conf:3/);
	is($now->(), $text, 'and the file is as before');
	ends(6, 'what something else overrules is told', ['config', 'set', 'sync_interval_s', '90', '--config', "$dir/fexl.conf"],
	     err => qr/FEXL_SYNC_INTERVAL_S says otherwise.*→ change it there/s);
	ends(2, 'a password is not taken from the command line', ['config', 'set', 'database_url', 'postgres://x', '--config', "$dir/fexl.conf"], err => qr/read by others/);
	ends(2, 'a file that is wrong is named', ['config', '--config', '/nowhere/fexl.conf'], err => qr/nowhere/);
}

done_testing();
