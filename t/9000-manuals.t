#!/usr/bin/perl
# What a manual says is there, and what is there is in its manual.
use strict;
use warnings;
use JSON::PP;
use Test::More;

my $src = $ENV{FEXL_SRC} // '.';
my $build = $ENV{FEXL_BUILD} // '.';
my @pages = sort glob("$src/man/*.[1-8]");

sub slurp
{
	my ($path) = @_;
	open(my $f, '<', $path) or die "$path: $!\n";
	local $/;
	return scalar <$f>;
}

# The source without its macros: "devices approve device".
sub words
{
	my ($mdoc) = @_;
	$mdoc =~ s/\b(?:It|Xo|Xc|Cm|Ar|Op|Oo|Oc|Li|Ns|Pq)\b//g;
	$mdoc =~ s/\bFl Fl /--/g;
	$mdoc =~ s/[ \t.]+/ /g;
	return $mdoc;
}

cmp_ok(scalar(@pages), '>', 0, 'there are manuals');
SKIP: {
	skip('mandoc is not installed', scalar(@pages)) if system('command -v mandoc >/dev/null 2>&1') != 0;
	# Whether other pages are installed here says nothing about this one.
	is(join('', grep { !/referenced manual not found|outdated mandoc\.db/ } qx(mandoc -T lint '$_' 2>&1)), '', "$_ has no slip") for @pages;
}

# --- fexlctl(1) ---

my $mdoc = slurp("$src/man/fexlctl.1");
my $page = words($mdoc);
my $help = qx('$build/fexlctl' help);
my ($commands) = $help =~ /^Commands:\n(.*?)\n\n/ms;
my @commands = map { /^  ((?:[a-z-]+ ?)+)(?= |$)/ ? $1 =~ s/ +$//r : () } split(/\n/, $commands // '');
cmp_ok(scalar(@commands), '>', 20, 'fexlctl has commands');

my %option;
for my $text ($help, map { scalar(qx('$build/fexlctl' help $_)) } @commands) {
	$option{$_}++ for $text =~ /^  (?:-\w, )?--([a-z-]+)/mg;
}
is(join(', ', grep { $page !~ /^ ?\Q$_\E\b/m } @commands), '', 'every command has its line');
is(join(' ', grep { $mdoc !~ /Fl Fl \Q$_\E\b/ } sort keys %option), '', 'every option as well');
is(join(' ', grep { !$option{$_} } sort keys %{{ map { $_ => 1 } $mdoc =~ /Fl Fl ([a-z-]+)/g }}), '', 'and no option is made up');

# --- fexlctl(1), entry by entry, beside the table of commands ---

my $table = decode_json(scalar qx('$build/fexlctl' help --json));
my %common = map { $_->{name} => 1 } grep { $_->{common} } @{$table->{options}};

# "restore [--as-new|--discard-local] NAME": what an entry's head says that is typed.
sub head_of
{
	my ($mdoc) = @_;
	$mdoc =~ s/\n/ /g;
	$mdoc =~ s/\bFl Fl (?=[a-z])/--/g;
	$mdoc =~ s/\bFl (?=[a-z]\b)/-/g;
	$mdoc =~ s/(?:^|(?<=\s))\.?(?:It|Xo|Xc|Cm|Op|Oo|Oc)(?=\s|$)//g;
	$mdoc =~ s/\bAr [a-z]+//g;
	$mdoc =~ s/[ \t]+/ /g;
	return $mdoc =~ s/^ | $//gr;
}

my (%told, %stranger);
while ($mdoc =~ /^\.It (?:Xo (Cm .*?)^\.Xc$|(Cm .*?)$)/msg) {
	my $head = head_of($1 // $2);
	my ($name) = sort { length $b <=> length $a } grep { $head =~ /^\Q$_\E(?= |$)/ } map { $_->{name} } @{$table->{commands}};
	$stranger{$head}++ if !$name;
	$told{$name}{$_}++ for $name ? ('', $head =~ /--([a-z-]+)/g) : ();
}
is(join(', ', sort keys %stranger), '', 'no command is made up');
for my $c (@{$table->{commands}}) {
	my %takes = map { $_ => 1 } @{$c->{options}};
	my %has = map { $_ => 1 } grep { $_ && !$common{$_} } keys %{$told{$c->{name}}};
	is(join(' ', sort keys %has), join(' ', sort keys %takes), "fexlctl $c->{name}: its entry has the options that it takes");
}

my @mute = grep { $_->{letter} && $mdoc !~ /Fl $_->{letter} [,|] Fl Fl $_->{name}\b/ } @{$table->{options}};
is(join(' ', map { $_->{letter} } @mute), '', 'and each letter that stands for one');
my ($ends) = $mdoc =~ /^\.Sh EXIT STATUS\n(.*?)^\.El/ms;
is(join(' ', $ends =~ /^\.It (\d+)$/mg), join(' ', 0, ($help =~ /^Exit status:(.*?)\n\n/ms)[0] =~ /([1-9]\d*) /g), 'it ends as the help says');

my ($states) = $mdoc =~ /^\.It Li (off\n.*?)^\.El/ms;
is(join(' ', map { s/ ,//gr } $states =~ /^(?:\.It Li )?([a-z][a-z ,]+)$/mg), join(' ', slurp("$src/daemons/apid/h_sync_status.c") =~ /^\t\{ "(\w+)", (?:is|has)_/mg),
	'the words for how sync stands, in their order');

my %looks = map { $_ => 1 } slurp("$src/daemons/apid/h_doctor.c") =~ /^\t\{ "(\w+)", look_/mg,
	map { slurp($_) =~ /found_add\(v, "(\w+)"/g } glob("$src/daemons/fexlctl/*.c");
my ($list) = $mdoc =~ /^\.Bl -column certificate.*?\n(.*?)^\.El/ms;
is(join(' ', sort $list =~ /^\.It Li (\w+) Ta/mg), join(' ', sort keys %looks), 'the doctor looks at what it says');

# --- the daemons: flags, messages, diagnostics ---

my %page_of = map { my ($name) = m{([^/]+)\.\d$}; $name => slurp($_) } @pages;
for my $daemon (grep { $page_of{$_} && -x "$build/$_" } qw(fexl-apid fexl-syncd fexl-realtimed)) {
	my $help = qx('$build/$daemon' --help);
	my %of_conf = map { $_ => 1 } qx('$build/$daemon' --list-options) =~ /^(\w+)$/mg;
	my @flags = grep { !$of_conf{ s/-/_/gr } } $help =~ /--([a-z-]+)/g;
	is(join(' ', grep { $page_of{$daemon} !~ /\bFl Fl \Q$_\E\b/ } @flags), '', "$daemon: every flag of its own is in its manual");
	is(join(' ', grep { $page_of{'fexl.conf'} !~ /^\.It Li \Q$_\E$/m } sort keys %of_conf), '', "$daemon: every option is in fexl.conf(5)");
	like($page_of{$daemon}, qr/^\.Nd \S/m, "$daemon: says what it is for");
}
is(qx('$build/fexl-apid' --print-config-manual), $page_of{'fexl.conf'}, 'fexl.conf(5) is what the table of options says: fexl-apid --print-config-manual >man/fexl.conf.5');

# "... has that port": what is between the dots stands in a source, on one line or
# over two.
sub is_said
{
	my ($diag, $text) = @_;
	return !grep { index($text, $_) < 0 } grep { /\w/ } map { s/^\s+|\s+$//gr } split(/\.\.\.|[,;:()]/, $diag);
}

my $text = join('', map { slurp($_) } glob("$src/common/*/*.c $src/daemons/*/*.c")) =~ s/"\s*\n\s*"//gr =~ s/%"?\s*PRI\w+\s*"?|%[-0-9.*]*l*[a-z]/.../gr =~ s/%s\b/.../gr;
ok(!is_said('the till is on fire: ...', $text), 'what nobody says would be noticed');
for my $name (sort grep { $page_of{$_} =~ /^\.Bl -diag/m } keys %page_of) {
	my ($list) = $page_of{$name} =~ /^\.Bl -diag\n(.*?)^\.El/ms;
	my @diags = $list =~ /^\.It "(.*)"$/mg;
	cmp_ok(scalar(@diags), '>', 2, "$name: says what messages mean");
	is(join("\n", grep { !is_said($_, $text) } @diags), '', "$name: and they are said");
}

my @messages = slurp("$src/common/wire/messages.c") =~ /^\t\[WIRE_\w+\] = \{ "(\w+)"/mg;
my @told = $page_of{'fexl-apid'} =~ /^\.It Sy (\w+) Ta/mg;
is("@told", "@messages", 'fexl-apid(8) lists the messages between daemons, in their order');

# --- the protocol ---

my @paths = slurp("$src/daemons/apid/routes.c") =~ m{^\t\{ (?:GET|POST)\("(/[^"]+)"\),\s+\w+, h_(?:health|pull|push|snapshot|digest|credentials|ws)\b}mg;
is(scalar(@paths), 7, 'a device asks for seven things');
is(join(' ', grep { $page_of{'fexl-sync'} !~ /\Q$_\E/ } @paths), '', 'fexl-sync(7) tells of each');
my %claim = map { $_ => 1 } slurp("$src/common/base/jwt.h") =~ /"(ten|dev|inc|iat|exp|use)"/g;
is(join(' ', grep { $page_of{'fexl-sync'} !~ /^\.It Li .*\b$_\b/m } sort keys %claim), '', 'and of each claim of a token');

# --- the threats ---

my @tests = map { split(/ , /, $_) } $page_of{'fexl-security'} =~ m{^\.It Pa (t/.*)$}mg;
cmp_ok(scalar(@tests), '>', 5, 'fexl-security(7) names its tests');
is(join(' ', grep { !-e "$src/$_" } @tests), '', 'and they are there');
my @named = grep { /_/ } map { split(/[ ,]+/, $_) } $page_of{'fexl-security'} =~ /^\.Li ([a-z_]+(?: , [a-z_]+)*)/mg;
cmp_ok(scalar(@named), '>', 5, 'and options');
is(join(' ', grep { $page_of{'fexl.conf'} !~ /^\.It Li \Q$_\E$/m } @named), '', 'which fexl.conf(5) has');

# --- pages name pages that are there ---

for my $name (sort keys %page_of) {
	my @missing = grep { !$page_of{$_} } $page_of{$name} =~ /^\.Xr (fexl[\w.-]*) \d/mg;
	is(join(' ', @missing), '', "$name: the pages that it names are there");
}
done_testing();
