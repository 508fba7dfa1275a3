#!/usr/bin/perl
# The units as systemd reads them: no key that it does not know, and little of
# the machine left to each daemon.  Whether they run is told by 7000-systemd.t.
use strict;
use warnings;
use File::Temp qw(tempdir);
use Test::More;

my $src = $ENV{FEXL_SRC} // '.';
my %exposure_max = (apid => 1.5, syncd => 1.5, realtimed => 0.6);

plan skip_all => 'systemd-analyze is not installed' if system('command -v systemd-analyze >/dev/null 2>&1') != 0;

my $dir = tempdir('fexl-XXXXXX', TMPDIR => 1, CLEANUP => 1);

sub slurp
{
	my ($path) = @_;
	open(my $f, '<', $path) or die "$path: $!\n";
	local $/;
	return scalar <$f>;
}

# As make install would, with programs that are surely there.
sub install_units
{
	my ($from) = @_;

	mkdir("$dir/fexl-.service.d") or die;
	for my $path (glob("$from/fexl.target $from/*.socket $from/*.service.in $from/fexl-.service.d/*.conf")) {
		my $name = substr($path, length("$from/")) =~ s/\.in$//r;
		open(my $f, '>', "$dir/$name") or die "$dir/$name: $!";
		print {$f} slurp($path) =~ s{\@sbindir\@/\S+}{/bin/true}gr;
		close($f) or die;
	}
}

sub analyze
{
	my ($what) = @_;
	return scalar(qx(SYSTEMD_UNIT_PATH=$dir: SYSTEMD_LOG_LEVEL=warning systemd-analyze $what 2>&1));
}

install_units("$src/systemd");
my @units = map { s{.*/}{}r } glob("$dir/*.target $dir/*.socket $dir/*.service");
cmp_ok(scalar(@units), '>=', 6, "there are units: @units");
for my $unit (@units) {
	my @said = grep { /\Q$dir\E|^fexl/ } split(/\n/, analyze("verify --man=no $dir/$unit"));
	is(join("\n", @said), '', "$unit: systemd has nothing to say about it");
	like(slurp("$dir/$unit"), qr/^Description=\S/m, "$unit: says what it is");
}

# The check sees what it is for.
{
	open(my $f, '>', "$dir/fexl-slip.service") or die;
	print {$f} "[Service]\nExecStart=/bin/true\nRestartSecs=1\n";
	close($f);
	like(analyze("verify --man=no $dir/fexl-slip.service"), qr/RestartSecs/, 'a slip would be seen');
}

for my $daemon (sort keys %exposure_max) {
	my ($exposure) = analyze("security --offline=true --no-pager fexl-$daemon.service") =~ /exposure level for .*: ([0-9.]+)/;
	cmp_ok($exposure // 10, '<=', $exposure_max{$daemon}, sprintf("fexl-%s: exposure %s", $daemon, $exposure // 'unknown'));
}

# systemd reads the later of two lines that say the same.
my $common = slurp("$src/systemd/fexl-.service.d/10-common.conf");
for my $line ('Restart=always', 'WatchdogSec=30', 'User=fexl') {
	like($common, qr/^\Q$line\E$/m, "all services: $line");
}
my %adjust = map { $_ => slurp("$dir/fexl-$_.service") =~ /^OOMScoreAdjust=(-?\d+)$/m ? $1 : undef } keys %exposure_max;
cmp_ok($adjust{apid}, '<', $adjust{$_}, "for want of memory $_ goes before apid") for qw(syncd realtimed);
done_testing();
