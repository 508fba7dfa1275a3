#!/usr/bin/perl
# fexlctl's tools around the daemons: figures, a line for a monitoring
# system, what codes mean, what a shell completes.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Ctl;
use JSON::PP;
use POSIX 'strftime';
use Test::More;

my $dir = $Ctl::dir;
my $json = JSON::PP->new->canonical->utf8;

# --- metrics ---

my $figures = <<'END';
# HELP fexl_sync_pending_rows Rows that the cloud has not got yet.
# TYPE fexl_sync_pending_rows gauge
fexl_sync_pending_rows 14
# HELP fexl_request_duration_seconds Time to answer.
# TYPE fexl_request_duration_seconds histogram
fexl_request_duration_seconds_bucket{kind="write",le="+Inf"} 3
END
ends(3, 'metrics of daemons that do not run: exit 3', ['metrics'], out => qr/\A\z/, err => qr/no daemon answers.*→ systemctl start/s);
{
	my $apid = table_up('apid', 'GET /metrics' => [200, $figures]);

	ends(0, 'metrics is a line for each figure', ['metrics'], out => qr/fexl-apid +fexl_sync_pending_rows +- +14\n/, err => qr/fexl-syncd does not answer/);
	my $items = $json->decode(ctl(['metrics', 'fexl_request', '--json'])->{out})->{items};
	is_deeply($items, [{ daemon => 'fexl-apid', name => 'fexl_request_duration_seconds_bucket', labels => 'kind="write",le="+Inf"', value => '3',
		help => 'Time to answer.' }], 'those that begin so, with labels and meaning');
	ends(5, 'a figure that is not there: exit 5', ['metrics', 'fexl_luck'], err => qr/begins with "fexl_luck"/);
}

# --- completion ---

# What bash offers behind these words.
sub offered
{
	my (@words) = @_;
	local @ENV{qw(WORDS SCRIPT)} = (join(' ', map { "'$_'" } 'fexlctl', @words), "$dir/completion");

	return split(/\n/, qx(bash --norc -c '. "\$SCRIPT"; eval "COMP_WORDS=(\$WORDS)"; COMP_CWORD=\$((\${#COMP_WORDS[\@]} - 1)); _fexlctl; printf "%s\\n" "\${COMPREPLY[\@]}"'));
}

open(my $script, '>', "$dir/completion") or die;
print $script ctl(['completion', 'bash'])->{out};
close($script);
my ($commands) = ctl(["help"])->{out} =~ /\nCommands:\n(.*?)\n\n/s;
my %first = map { /^  ([a-z-]+)/ ? ($1 => 1) : () } split(/\n/, $commands);
is_deeply([sort(offered(''))], [sort keys %first], 'bash completes every first word of the help');
is_deeply([offered('dev')], ['devices'], 'by how it begins');
is_deeply([sort(offered('--run-dir', '/x', 'conflicts', ''))], ['list', 'restore', 'show'], 'and the second, behind options and their values');
is_deeply([offered('sync', 'now', '--wa')], ['--wait'], 'options of a command');
is_deeply([offered('devices', '--wa')], [], 'not those of another');
is_deeply([offered('pair', '--url', '')], [], 'and nothing where a value is wanted');
open(my $file, '>', "$dir/key.txt") or die;
close($file);
is_deeply([offered('pair', '--license-file', "$dir/ke")], ["$dir/key.txt"], 'but files where a file is');
ends(2, 'for a shell that is unknown: usage', ['completion', 'tcsh'], err => qr/bash, zsh or fish/);
SKIP: {
	skip('zsh is not installed', 2) if system('command -v zsh >/dev/null') != 0;
	open(my $zsh, '>', "$dir/completion.zsh") or die;
	print $zsh "compdef() { :; }\ncompadd() { shift; print -r -- \$@; }\n", ctl(['completion', 'zsh'])->{out}, "words=(fexlctl conflicts ''); CURRENT=3; _fexlctl\n";
	close($zsh);
	is(qx(zsh -f '$dir/completion.zsh'), "list show restore\n", 'zsh as well');
	mkdir("$dir/zsh") or die;
	open($zsh, '>', "$dir/zsh/_fexlctl") or die;
	print $zsh ctl(['completion', 'zsh'])->{out};
	close($zsh);
	is(qx(zsh -f -c 'fpath=($dir/zsh); compadd() { shift; print -r -- \$@; }; autoload -Uz _fexlctl; words=(fexlctl devices re); CURRENT=3; _fexlctl') =~ s/\n//r,
		join(' ', offered('devices', '')), 'found by itself too, at the first time');
}
SKIP: {
	skip('fish is not installed', 4) if system('command -v fish >/dev/null') != 0;
	local $ENV{HOME} = $dir;
	my $fish = sub { [sort(map { s/\t.*//r } split(/\n/, qx(fish --no-config -c 'source "$dir/completion.fish"; complete -C "$_[0]"')))] };
	open(my $out, '>', "$dir/completion.fish") or die;
	print $out ctl(['completion', 'fish'])->{out};
	close($out);
	is_deeply($fish->('fexlctl '), [sort keys %first], 'fish completes every first word of the help');
	is_deeply($fish->('fexlctl --run-dir /x conflicts '), ['list', 'restore', 'show'], 'and the second');
	is_deeply($fish->('fexlctl sync now --wai'), ['--wait'], 'options of a command');
	is_deeply($fish->('fexlctl devices --wai'), [], 'not those of another');
}

# --- bugreport ---

# Secrets where they have no business, in all that daemons answer.
my @secrets = ('FEXL-8LMW-79R7-UW4Z-M8C7', 'fexl-8lmw-79r7-uw4z-m8c8', 'fxs_0dZ8vT1mQ2pL7xR4sK9bN3wY6cJ5hG', 'eyJhbGciOiJFZERTQSJ9.eyJ0ZW4iOiIxIn0.c2lnbmF0dXJl',
	'hunter22', '$y$j9T$abcdefghijklmnop$qrstuvwxyzABCDEF', '+44 7700 900461', '07701234567', '0770 123 4567', '7700900461', 'amal@shop.example',
	'KTRV-7QX2', '4711');
my $leak = "key $secrets[0] and $secrets[1], token $secrets[2], Bearer $secrets[3], postgresql://fexl:$secrets[4]\@db/fexl, $secrets[5], " .
	"call $secrets[6] or $secrets[7] or $secrets[8] or $secrets[9], write $secrets[10], code $secrets[11], pin=$secrets[12]";
my %leaks = (text => $leak, pin => '4711', password => 'hunter22', phone => '7701234', license_key => $secrets[0]);
my $kept = '01a20766-91be-7000-9a1f-30fa88848382';

sub unpacked { return scalar(qx(tar -xzOf '$_[0]')) }

ends(0, 'bugreport works where nothing runs', ['bugreport', '-o', "$dir/none.tar.gz"], out => qr/machine\.txt, options\.txt/);
like(unpacked("$dir/none.tar.gz"), qr/no answer/, 'and says so');
is(sprintf('%o', (stat("$dir/none.tar.gz"))[2] & 07777), '600', 'only its owner may read it');
ends(1, 'what is there is not overwritten', ['bugreport', '-o', "$dir/none.tar.gz"], err => qr/cannot make .*→ another file/s);
{
	my $answer = [200, { %leaks, uuid => $kept, at => '2026-11-23T14:05:09.112233Z', loop_lag_ms => 1, rss_kb => 9318, doc => $leak }];
	my $apid = table_up('apid', (map { ("GET $_" => $answer) } '/status', '/api/sync/status', '/api/devices', '/api/doctor', '/internal/db'),
		'GET /metrics' => [200, $figures]);
	my $syncd = table_up('syncd', 'GET /status' => [200, "$leak\n" x 300 . "$leak," x 500]);
	local $ENV{DATABASE_URL} = 'postgresql://fexl:hunter22@db/fexl';
	my $r = ends(0, 'bugreport', ['bugreport', '--json', '--output', "$dir/bug.tar.gz"]);
	my $text = unpacked("$dir/bug.tar.gz");

	cmp_ok($json->decode($r->{out})->{removed}, '>', 5 * scalar(@secrets), 'much is taken out');
	is(join(', ', grep { index(lc $text, lc $_) >= 0 } @secrets), '', 'no secret, PIN, token, code, number or address is left');
	like($text, qr/$kept/, 'UUIDs stay');
	like($text, qr/2026-11-23T14:05:09\.112233Z/, 'and times');
	like($text, qr/"rss_kb":9318/, 'and figures');
	like($text, qr/^fexl_sync_pending_rows 14$/m, 'those of Prometheus too');
	is(scalar(() = qx(tar -tzf '$dir/bug.tar.gz') =~ m{^fexl-bugreport-\d{8}-\d{6}/\S+$}mg), scalar(@{$json->decode($r->{out})->{files}}), 'tar reads each file');
}

# --- check ---

my ($apid, $syncd, $realtimed);

sub apid_says
{
	my (%o) = @_;

	$apid = table_up('apid', 'GET /status' => [200, { role => 'desktop', rss_kb => 9318, loop_lag_ms => 1 }], %o);
}

sub till_says
{
	my (%sync) = @_;

	apid_says('GET /api/sync/status' => [200, { state => 'synced', text => 'Everything is in the cloud.', pairing => { name => 'Till 3' },
		pending => { total => 0, oldest => undef }, conflicts_24h => 2, %sync }]);
}

sub hub_says { apid_says('GET /status' => [200, { role => 'cloud' }], 'GET /api/devices' => [200, { items => [@_], next => undef }]) }
sub ago { strftime('%Y-%m-%dT%H:%M:%S.000000Z', gmtime(time() - $_[0])) }

ends(2, 'check: nobody can sell is CRITICAL', ['check'], out => qr/\AFEXL CRITICAL - fexl-apid is not running: nobody can sell\n\z/);
$realtimed = table_up('realtimed', 'GET /status' => [200, {}]);
$syncd = table_up('syncd', 'GET /status' => [200, {}]);
till_says();
my $line = ends(0, 'all is well: OK, in one line with figures', ['check'], out => qr/\AFEXL OK - Everything is in the cloud\. \| [^\n]+\n\z/)->{out};
like($line, qr/'pending'=0;;;0 'oldest_pending'=0s;3600;86400;0 'conflicts_24h'=2;;;0/, 'each with unit and limits');
is(join(' ', grep { !/^'\w+'=\d+(s|ms|KB)?;\d*;\d*;0$/ } split(/ /, $line =~ s/.*\| |\n//gr)), '', 'as Nagios reads them');
for my $case ([1, { state => 'offline', text => 'The cloud cannot be reached.' }, 'WARNING - The cloud cannot be reached'],
	      [2, { state => 'revoked', text => 'The cloud has revoked this till.' }, 'CRITICAL - The cloud has revoked'],
	      [1, { pending => { total => 3, oldest => ago(2 * 3600) } }, 'WARNING - the oldest row .* has waited 12\d min'],
	      [2, { pending => { total => 3, oldest => ago(25 * 3600) } }, 'CRITICAL - the oldest row']) {
	$apid->stop;
	till_says(%{$case->[1]});
	ends($case->[0], "check ends with $case->[0]: $case->[2]", ['check'], out => qr/\AFEXL $case->[2]/);
}
ends(0, 'limits are options', ['check', '--warning', 1600, '--critical', 2000], out => qr/'oldest_pending'=\d+s;96000;120000;0/);
ends(3, 'what is no limit: UNKNOWN', ['check', '--warning', 'x']);
$syncd->stop;
is($json->decode(ctl(['check', '--json'])->{out})->{problems}[-1]{next}, 'systemctl start fexl-syncd', 'as JSON each problem names what to do');
$apid->stop;
apid_says();
ends(3, 'what cannot be found out: UNKNOWN', ['check'], out => qr/UNKNOWN - fexl-apid does not say how sync is/);
$apid->stop;
hub_says({ name => 'Till 1', status => 'approved', last_seen => ago(9 * 86400) }, { name => 'Till 2', status => 'pending' });
ends(1, 'a hub whose tills wait, or are silent: WARNING', ['check'],
     out => qr/Till 1 was not seen for 9 days; Till 2 waits.*'devices'=1;;;0 'devices_pending'=1;1;;0/);
$apid->stop;
hub_says({ name => 'Till 1', status => 'approved', alarm => 'a copy', last_seen => ago(9) });
ends(2, 'an alarm: CRITICAL', ['check'], out => qr/CRITICAL - Till 1: a copy/);
$_->stop for $apid, $realtimed;

# --- explain ---

# The codes of all problems, as the sources have them: err_set(err, KIND, "code", …),
# err_field(err, field, "code", …), and the tables beside them.
sub codes_of
{
	my ($text) = @_;
	my $arg = qr/(?:[^,"]|"[^"]*")+?/;
	my @said = ($text =~ /\berr_set\(\s*[^,]+,\s*[^,]+,\s*($arg),\s*"/sg, $text =~ /\berr_field\(\s*[^,]+,\s*$arg,\s*($arg),\s*"/sg,
		$text =~ /ERR_[A-Z]+, ("\w+"), (?:NULL|")/g, $text =~ /\[PHASE_[A-Z]+\] = \{ ("\w+"), "/g);

	return map { /"(\w+)"/g } @said;
}

my $src = $ENV{FEXL_SRC} // '.';
my @sources = grep { !m{/codes\.c$} } glob("$src/common/*/*.c $src/daemons/*/*.c");
my %text = map { $_ => slurp($_) } @sources;
my %code = map { $_ => 1 } map { codes_of($_) } values %text;
my $listed = $json->decode(ctl(['explain', '--json'])->{out})->{items};
my %listed = map { $_->{code} => 1 } @$listed;
my $all = join('', values %text);
is_deeply([codes_of('return err_set(err, ERR_BUSY, yes ? "one" : "two", "why");')], ['one', 'two'], 'codes are found in the sources');
cmp_ok(scalar(keys %code), '>', 200, 'very many');
is(join(' ', sort grep { !$listed{$_} } keys %code), '', 'every code is explained (daemons/fexlctl/codes.c)');
is(join(' ', sort grep { $all !~ /"\Q$_\E"/ } keys %listed), '', 'and none is made up');
is(scalar(keys %listed), scalar(@$listed), 'each once');
is(join(' ', map { $_->{code} } grep { $_->{means} !~ /^\w.*[^.]$/ || $_->{todo} !~ /[.?]$|…$/ } @$listed), '', 'with what it means, and what to do');
ends(0, 'explain tells of one', ['explain', 'locked_out'], out => qr/Means +too many wrong tries\nTo do.*fexlctl user unlock/);
ends(5, 'a slip is seen', ['explain', 'locked_uot'], err => qr/did you mean "locked_out"/);

done_testing();
