#!/usr/bin/perl
# fexlctl's tools around the daemons: figures, what a shell completes.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Ctl;
use JSON::PP;
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
ends(2, 'for a shell that is unknown: usage', ['completion', 'tcsh'], err => qr/bash or zsh/);
SKIP: {
	skip('zsh is not installed', 1) if system('command -v zsh >/dev/null') != 0;
	open(my $zsh, '>', "$dir/completion.zsh") or die;
	print $zsh "compdef() { :; }\ncompadd() { shift; print -r -- \$@; }\n", ctl(['completion', 'zsh'])->{out}, "words=(fexlctl conflicts ''); CURRENT=3; _fexlctl\n";
	close($zsh);
	is(qx(zsh -f '$dir/completion.zsh'), "list show restore\n", 'zsh as well');
}

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
