#!/usr/bin/perl
# What a manual says is there, and what is there is in its manual.
use strict;
use warnings;
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
done_testing();
