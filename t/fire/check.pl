#!/usr/bin/perl
# Looks for what was promised in the databases of a cloud and its tills, behind
# everybody's back: it shares nothing with the engine, and knows of SQL only what
# the columns are called.
#
#	check.pl STAGE CLOUD-CONNINFO TILL…
#
# STAGE/TILL/told is what people were told (cashier.pl).  The last line has the
# sums; what is wrong has a line of its own before it, and the exit status.
use strict;
use warnings;
use JSON::PP;

my ($stage, $conninfo, @tills) = @ARGV;
die "usage: $0 STAGE CLOUD-CONNINFO TILL...\n" if !@tills;
my $SHOWN = 20;			# complaints of one kind
my (%wrong, %rows);		# node -> table -> uuid -> facts
my $json = JSON::PP->new->utf8;

sub complain
{
	my ($kind, $text) = @_;
	print "$kind: $text\n" if ++$wrong{$kind} <= $SHOWN;
}

# --- both engines ---

sub ask
{
	my ($node, $sql) = @_;
	my @command = $node eq 'cloud' ? ('psql', '-qAtX', '-v', 'ON_ERROR_STOP=1', '-c', $sql, $conninfo) :
		('sqlite3', '-readonly', '-cmd', '.timeout 10000', "$stage/$node/data/fexl.db", $sql);
	open(my $f, '-|', @command) or die "$command[0]: $!\n";
	chomp(my @lines = <$f>);
	close($f) or die "$node: $sql: failed\n";
	return @lines;
}

# As text, the same on both.
sub text_of
{
	my ($node, $column, $type) = @_;
	my %pg = (uuid => "replace(CAST(\"$column\" AS text), '-', '')", bytea => "encode(\"$column\", 'hex')",
		boolean => "CAST(CAST(\"$column\" AS int) AS text)");
	my %lite = (uuid => "lower(hex(\"$column\"))", bytea => "lower(hex(\"$column\"))");
	my $as = ($node eq 'cloud' ? \%pg : \%lite)->{$type} // "CAST(\"$column\" AS text)";
	return "CASE WHEN \"$column\" IS NULL THEN '~' ELSE replace($as, " . ($node eq 'cloud' ? 'chr' : 'char') . "(10), ' ') END";
}

sub select_of
{
	my ($node, $table, @columns) = @_;
	return 'SELECT ' . join(" || '|' || ", map { text_of($node, @$_) } @columns) . " FROM $table";
}

# Many questions at once, each with a name: a process costs more than its answers.
sub ask_all
{
	my ($node, %sql) = @_;
	my %said = map { $_ => [] } keys %sql;
	my $all = join('; ', map { $sql{$_} =~ s/^SELECT /SELECT '$_#' || /r } sort keys %sql);
	for (ask($node, $all)) {
		my ($name, $line) = split(/#/, $_, 2);
		push(@{$said{$name}}, $line);
	}
	return %said;
}

# --- all copies the same ---

my %own = map { lc($_) => 1 } qw(id _isDirty _rev _base_at _base_origin _lastSyncedAt _cloudId);
my %cache = map { $_ => 1 } qw(layers oversold);	# each has its own; sums are checked

# What syncs: rows with the hub's number, and their parts.
sub synced_tables
{
	my %table;
	for (ask('cloud', 'SELECT table_name, column_name, data_type FROM information_schema.columns '
			. 'WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position')) {
		my ($table, $column, $type) = split(/\|/);
		push(@{$table{$table}}, [$column, $type]);
	}
	for my $t (keys %table) {
		my %has = map { $_->[0] => 1 } @{$table{$t}};
		delete $table{$t} if $cache{$t} || !($has{_seq} || ($has{doc} && $has{pos}));
	}
	return %table;
}

sub rows_of
{
	my ($node, %table) = @_;
	return ask_all($node, map { my $t = $_; $t => select_of($node, $t, grep { !$own{lc $_->[0]} } @{$table{$t}}) } keys %table);
}

sub compare
{
	my ($till, $cloud, $here) = @_;
	for my $table (sort keys %$cloud) {
		my %count;
		$count{$_}++ for @{$cloud->{$table}};
		$count{$_}-- for @{$here->{$table}};
		complain('diverged', "$table: " . ($count{$_} > 0 ? 'only the cloud' : "only $till") . " has $_")
			for sort grep { $count{$_} != 0 } keys %count;
	}
}

# --- each thing once, as it was entered ---

my @kinds = (
	{ table => 'invoices', total => 'total', lines => 'invoice_lines', columns => [qw(product qty unit_price)] },
	{ table => 'returns', total => 'total', lines => 'return_lines', columns => [qw(product qty)] },
	{ table => 'cancellations' },
	{ table => 'purchases', lines => 'purchase_lines', columns => [qw(product qty unit_cost)] },
	{ table => 'stock_adjustments', lines => 'stock_adjustment_lines', columns => [qw(product qty)] },
	{ table => 'customer_payments', total => 'amount' },
	{ table => 'customers' },
);

sub questions_of
{
	my ($node, $k) = @_;
	my %sql = ($k->{table} => select_of($node, $k->{table}, ['uuid', 'uuid'], $k->{total} ? [$k->{total}, 'bigint'] : ()));
	my @columns = map { [$_, $_ eq 'product' ? 'uuid' : 'bigint'] } @{$k->{columns}};
	$sql{$k->{lines}} = select_of($node, $k->{lines}, ['doc', 'uuid'], @columns) . ' ORDER BY doc, pos' if $k->{lines};
	return %sql;
}

# kind -> uuid -> all that matters, as one text
sub facts_of
{
	my ($node) = @_;
	my (%facts, %said);
	%said = ask_all($node, map { questions_of($node, $_) } @kinds);
	for my $k (@kinds) {
		my $of = $facts{$k->{table}} = {};
		/^(\w+)\|?(.*)$/ and $of->{$1} = $2 for @{$said{$k->{table}}};
		/^(\w+)\|(.*)$/ and $of->{$1} .= " $2" for $k->{lines} ? @{$said{$k->{lines}}} : ();
	}
	return \%facts;
}

sub bare { my ($uuid) = @_; return $uuid =~ tr/-//dr }

sub said_of
{
	my ($said) = @_;
	return join(' ', $said->{total} // '', map { my ($p, @n) = @$_; join('|', bare($p), @n) } @{$said->{lines} // []});
}

sub read_told
{
	my %told;
	for my $till (@tills) {
		open(my $f, '<', "$stage/$till/told") or next;
		while (my $line = <$f>) {
			my $t = $json->decode($line);
			$t->{till} = $till;
			push(@{$told{$t->{kind}}{bare($t->{uuid})}}, $t);
		}
	}
	return %told;
}

sub check_told
{
	my ($node, $k, $told, $facts) = @_;
	for my $uuid (sort keys %$told) {
		my $t = $told->{$uuid}[0];
		my $here = $facts->{$uuid};
		complain('lost', "$k->{table} $uuid, acknowledged by $t->{at}, is not at $node") if $t->{how} eq 'yes' && !defined $here;
		complain('doubled', "$k->{table} $uuid, refused by $t->{at} ($t->{why}), is at $node") if $t->{how} eq 'no' && defined $here;
		next if !defined $here || !$k->{lines} && !$k->{total};
		complain('changed', "$k->{table} $uuid was entered as " . said_of($t->{said}) . ", and is at $node $here")
			if said_of($t->{said}) ne $here;
	}
}

# What nobody entered: once too often, or from nowhere.
sub check_strangers
{
	my ($node, $k, $told, $facts) = @_;
	return if $k->{table} eq 'customers';
	complain('doubled', "$k->{table} $_ is at $node, and nobody entered it") for sort grep { !$told->{$_} } keys %$facts;
}

sub check_numbers
{
	my ($node) = @_;
	my %twice = ask_all($node, map { $_->{table} => "SELECT number FROM $_->{table} GROUP BY number HAVING count(*) > 1" }
		grep { $_->{table} ne 'customers' } @kinds);
	for my $table (sort keys %twice) {
		complain('doubled', "$table number $_ twice at $node") for @{$twice{$table}};
	}
}

# --- sums ---

my @sums = (
	['an entry does not balance', 'SELECT count(*) FROM (SELECT doc FROM journal_lines GROUP BY doc HAVING sum(debit) <> sum(credit)) x'],
	['the stock is not worth what is booked', 'SELECT (SELECT coalesce(sum(cost), 0) FROM stock_moves) - (SELECT coalesce(sum(debit - credit), 0) '
		. "FROM journal_lines JOIN accounts ON accounts.uuid = account WHERE code = '1200')"],
	['the stock is not the sum of its moves', 'SELECT count(*) FROM (SELECT product, sum(has) AS has, sum(moved) AS moved FROM '
		. '(SELECT product, on_hand AS has, 0 AS moved FROM stock UNION ALL SELECT product, 0, qty FROM stock_moves) a GROUP BY product) b '
		. 'WHERE has <> moved'],
	['a layer is empty and worth something', 'SELECT count(*) FROM layers WHERE qty_left = 0 AND value_left <> 0'],
	['an invoice has no lines', 'SELECT count(*) FROM invoices WHERE uuid NOT IN (SELECT doc FROM invoice_lines)'],
	['an invoice is not booked', 'SELECT count(*) FROM invoices WHERE uuid NOT IN (SELECT doc FROM journal_entries)'],
);

sub check_sums
{
	my ($node) = @_;
	my @n = ask($node, join('; ', map { $_->[1] } @sums));
	complain('unsound', "$node: $sums[$_][0] ($n[$_])") for grep { $n[$_] != 0 } 0 .. $#sums;
}

# From what people entered alone: what must be on the shelf.
sub check_shelf
{
	my ($told, $facts) = @_;
	my %sign = (invoices => -1, returns => 1, purchases => 1, stock_adjustments => 1);
	my %must;
	for my $kind (keys %sign) {
		for my $uuid (grep { defined $facts->{$kind}{$_} } keys %{$told->{$kind}}) {
			$must{bare($_->[0])} += $sign{$kind} * $_->[1] for @{$told->{$kind}{$uuid}[0]{said}{lines}};
		}
	}
	for my $c (grep { defined $facts->{cancellations}{$_} } keys %{$told->{cancellations}}) {
		my $sale = $told->{invoices}{bare($told->{cancellations}{$c}[0]{said}{invoice})}[0];
		$must{bare($_->[0])} += $_->[1] for @{$sale->{said}{lines}};
	}
	my %has = map { split(/\|/) } ask('cloud', select_of('cloud', 'stock', ['product', 'uuid'], ['on_hand', 'bigint']));
	complain('unsound', "product $_: $has{$_} on hand, people say " . ($must{$_} // 0))
		for sort grep { $has{$_} != ($must{$_} // 0) } keys %has;
}

# --- the whole ---

my %told = read_told();
my %table = synced_tables();
my %cloud = rows_of('cloud', %table);
for my $node ('cloud', @tills) {
	my $facts = facts_of($node);
	for my $k (@kinds) {
		check_told($node, $k, $told{$k->{table}} // {}, $facts->{$k->{table}});
		check_strangers($node, $k, $told{$k->{table}} // {}, $facts->{$k->{table}});
	}
	check_numbers($node);
	check_sums($node);
	check_shelf(\%told, $facts) if $node eq 'cloud';
	compare($node, \%cloud, { rows_of($node, %table) }) if $node ne 'cloud';
}

my (%how, $stall, $again) = ();
for my $t (map { @$_ } map { values %$_ } values %told) {
	$how{$t->{how}}++;
	$again += $t->{tries} // 0;
	$stall = $t if !$stall || $t->{ms} > $stall->{ms};
}
die "nobody did anything\n" if !$how{yes};
my @kinds_of_wrong = qw(lost doubled changed diverged unsound);
printf("%d operations acknowledged, %d refused, %d never answered, %d tries again; longest stall %.1f s (%s at %s); %s; %d tables compared\n",
	$how{yes}, $how{no} // 0, $how{unknown} // 0, $again, $stall->{ms} / 1000, $stall->{kind}, $stall->{till},
	join(', ', map { ($wrong{$_} // 0) . " $_" } @kinds_of_wrong), scalar keys %table);
exit(grep { $wrong{$_} } @kinds_of_wrong);
