#!/usr/bin/perl
# The shape of the tree: FLOORS is a proper stair, each include obeys it, each
# file is built or at least shipped, and none has outgrown the eye.
use strict;
use warnings;
use Test::More;

my $src = $ENV{FEXL_SRC} // '.';
my $build = $ENV{FEXL_BUILD} // $src;
my ($FUNCTION_MAX, $FILE_MAX) = (60, 500);	# lines

sub slurp
{
	my ($path) = @_;
	open(my $f, '<', $path) or die "$path: $!\n";
	local $/;
	return scalar <$f>;
}

# "name: a b" lines -> { name => { a => 1, b => 1 } } and what is wrong with them.
sub floors_read
{
	my ($text) = @_;
	my (%may, @wrong);

	for my $line (grep { !/^\s*(#|$)/ } split(/\n/, $text)) {
		my ($name, $list) = $line =~ /^(\w+):\s*([\w\s]*)$/
			or push(@wrong, "cannot read: $line"), next;
		push(@wrong, "$name has two lines") if $may{$name};
		my @list = split(' ', $list);
		# Only names from lines above: a circle cannot be written down.
		push(@wrong, map { "$name may not name $_: it is not above" } grep { !$may{$_} } @list);
		$may{$name} = { map { $_ => 1 } @list };
	}
	return (\%may, \@wrong);
}

# Each #include "..." of a file that stands on `floor`.
sub includes_check
{
	my ($may, $floor, $file, $text) = @_;
	my @wrong;

	while ($text =~ /^\s*#\s*include\s*"([^"]+)"/mg) {
		my $inc = $1;
		next if $inc eq 'config.h' && $file =~ m{(^|/)base/base\.h$};
		my ($folder) = $inc =~ m{^(\w+)/[\w.-]+$}
			or push(@wrong, "$file: \"$inc\" does not name its floor"), next;
		next if $folder eq $floor || $may->{$floor}{$folder};
		push(@wrong, "$file: $floor may not include \"$inc\"");
	}
	return @wrong;
}

# A function is what stands between a line that begins with "{", or ends with
# ") {" at the left margin, and the next line that begins with "}".
sub sizes_check
{
	my ($file, $text) = @_;
	my ($n, $from, $name, @wrong) = (0, 0, '');

	for my $line (split(/\n/, $text)) {
		$n++;
		$name = $1 if !$from && $line =~ /^\w.*?(\w+)\(/;
		$from ||= $n if $line =~ /^\{/ || $line =~ /^\w.*\)\s*\{$/;
		next unless $from && $line =~ /^\}/;
		my $len = $n - $from + 1;
		push(@wrong, "$file:$from: $name() has $len lines, $FUNCTION_MAX are enough")
			if $len > $FUNCTION_MAX;
		$from = 0;
	}
	push(@wrong, "$file has $n lines, $FILE_MAX are enough: look for the noun inside")
		if $file =~ /\.c$/ && $n > $FILE_MAX;
	return @wrong;
}

# A file that no local.mk names is missing from `make dist`.  A test program is
# named without its .c.
sub unnamed
{
	my ($file, $makefile) = @_;
	my ($name) = $file =~ m{([^/]+)$};
	my @wrong;

	$makefile =~ s/^#.*//mg;
	$name =~ s/\.c$// if $file =~ m{/t/unit/test-[^/]+$};
	push(@wrong, "$file is in no local.mk") unless $makefile =~ m{/\Q$name\E(?![\w.-])};
	return @wrong;
}

# Names that two archives define, from `nm -A`.  The linker sees this only once
# both are wanted in one program.
sub twice_defined
{
	my ($nm) = @_;
	my (%where, @wrong);

	while ($nm =~ /^(?:.*\/)?(lib\w+\.a):.* [TDBR] (\w+)$/mg) {
		$where{$2}{$1} = 1;
	}
	for my $name (sort keys %where) {
		my @libs = sort keys %{ $where{$name} };
		push(@wrong, "$name() stands in " . join(' and ', @libs)) if @libs > 1;
	}
	return @wrong;
}

sub none
{
	my ($what, @wrong) = @_;
	ok(!@wrong, $what) or diag(join("\n", @wrong));
}

sub sources
{
	return sort map { glob("$src/$_") } @_;
}

sub floor_of
{
	my ($path) = @_;
	return $path =~ m{^\Q$src\E/(?:common|daemons)/(\w+)/} ? $1 : '';
}

# --- the checks see what they are for ---

my ($good) = floors_read("base:\nwire: base\n");
my (undef, $circle) = floors_read("base: wire\nwire: base\n");
is(@$circle, 1, 'a circle in FLOORS is seen');
is(includes_check($good, 'wire', 'x.c', "#include \"base/err.h\"\n#include \"wire/wire.h\"\n"), 0,
   'downward is fine');
is(includes_check($good, 'base', 'x.c', "# include \"wire/wire.h\"\n"), 1, 'a climbing include is seen');
is(includes_check($good, 'wire', 'x.c', "#include \"wire.h\"\n"), 1, 'an include without its floor is seen');
is(twice_defined("./liba.a:x.o:00 T f\n./liba.a:y.o:00 t g\n./libb.a:z.o:00 T h\n"), 0, 'names are one\'s own');
is(twice_defined("./liba.a:x.o:00 T f\n./libb.a:z.o:00 T f\n"), 1, 'a name of two floors is seen');
is(sizes_check('x.c', "int f(void)\n{\n" . "\tx();\n" x 58 . "}\n"), 0, '60 lines are fine');
is(sizes_check('x.c', "int f(void)\n{\n" . "\tx();\n" x 59 . "}\n"), 1, '61 lines are seen');
is(unnamed('common/wire/hub.c', "\t%D%/hub.c \\\n"), 0, 'a named file is found');
is(unnamed('common/wire/hub.c', "\t%D%/hub.cc %D%/thub.c\n"), 1, 'an unnamed file is seen');
is(sizes_check('x.c', "\n" x 500 . "int x;\n"), 1, '501 lines are seen');

# --- the tree ---

my ($may, $wrong) = floors_read(slurp("$src/FLOORS"));
none('FLOORS names only what is above', @$wrong);

my @suite = sources('common/*/*.[ch]', 'daemons/*/*.[ch]');
cmp_ok(scalar(@suite), '>', 0, 'there are sources to look at');
none('every folder has its line in FLOORS',
     grep { !$may->{$_} } map { floor_of($_) } @suite);
none('every include obeys FLOORS',
     map { includes_check($may, floor_of($_), $_, slurp($_)) } @suite);
none('every file is in its local.mk',
     map { my ($dir) = m{^(.*)/}; unnamed($_, slurp("$dir/local.mk")) } @suite);
none('every test is in t/local.mk',
     map { unnamed($_, slurp("$src/t/local.mk")) } sources('t/unit/*.[ch]', 't/fuzz/*.c', 't/*.t'));
SKIP: {
	my @libs = glob("$build/lib*.a");
	skip('nothing is built yet', 1) unless @libs;
	# Sanitizers add names of their own, in each archive anew.
	none('no two floors define one name',
	     grep { !/__|_sanitizer/ } twice_defined(scalar(`nm -A --defined-only @libs`)));
}
none('no function and no file has outgrown the eye',
     map { sizes_check($_, slurp($_)) } @suite);
done_testing();
