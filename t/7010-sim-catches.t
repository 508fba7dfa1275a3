#!/usr/bin/perl
# Would the simulation notice?  Each fault is put into a copy of the source, one
# at a time; it must be found within 1,000 seeds, one that shows only where several
# things meet within 2,000.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename;
use File::Temp;
use Test::More;

plan skip_all => 'a build for each fault: ./dev test --long' unless $ENV{FEXL_LONG};

my $src = abs_path($ENV{FEXL_SRC} // '.');
my $build = abs_path($ENV{FEXL_BUILD} // '.');
chomp(my $jobs = `nproc` || 1);

# what is wrong; then file, what stands there, what stands there instead; …
my @faults = (
	['the cursor is a time',
	 'common/store/sql.c', 'AND _seq > $2 AND _origin <> $4 ORDER BY _seq LIMIT $3',
	 'AND updated_at > $2 AND _origin <> $4 ORDER BY updated_at LIMIT $3',
	 'common/sync/pull.c', 's[i].next.seq < low->next.seq', 's[i].next.updated_at < low->next.updated_at',
	 'common/sync/pull.c', '*f->last = m->in_hand[i].head.seq;', '*f->last = m->in_hand[i].head.updated_at;',
	 'common/sync/pull.c', ' && c->seq <= tenant->seq)', ')',
	 'common/sync/pull.c', 'c.seq < tenant->seq && ', '',
	 'common/sync/pull.c', 'c.seq = tenant->seq;', ';'],
	['a document that is replaced loses its lines',
	 'common/model/document.c', 'doc_insert_parts(w->t, w->tenant, d, PART, err) < 0 ||', ''],
	['a document that the hub derived otherwise counts as sent',
	 'common/sync/ingest.c', 'if (!as_sent) {', 'if (false) {'],
	['the derived part stays the till\'s',
	 'common/sync/apply.c', 'if (document_replace(w, here, theirs, err) < 0)',
	 'if (row_update(w->t, w->tenant, &theirs->head, err) < 0)'],
	['a row that waits for its parent is forgotten',
	 'common/sync/confirm.c', 'return outbox_mark(r->w->t, r->w->tenant, r->table, r->uuid, n ? OUTBOX_WAITING',
	 'return outbox_remove(r->w->t, r->w->tenant, r->table, r->uuid, err); return outbox_mark(r->w->t, r->w->tenant, r->table, r->uuid, n ? OUTBOX_WAITING'],
	['the cursor goes with the first slice of a page',
	 'common/sync/apply.c', "if (i < n)\n\t\treturn JOB_MORE;", "if (i < n)\n\t\treturn page_done(a, &w, err) < 0 ? -1 : JOB_MORE;"],
	['a wrong clock is not put right',
	 'common/sync/clock.c', 'r.updated_at > now && ', 'false && '],
	['a deletion is not pulled',
	 'common/sync/apply.c', "	int later, n;\n\n", "	int later, n;\n\n	if (r->deleted_at) return 0;\n"],
	['the loser is not kept',
	 'common/sync/ingest_record.c', '? -1 : keep_loser(p, &p->theirs, &p->here, "newest_wins", err);', '? -1 : 0;'],
	['a commit does not wait for the disk',
	 'common/store/litefile.c', 'journal_mode=WAL;PRAGMA synchronous=FULL', 'journal_mode=WAL;PRAGMA synchronous=OFF'],
	['a sale that was stored is stored again',
	 'common/model/document.c', '!= 0)
		return n < 0 ? -1 : already_here(w, d, taken, identical, err);', '< 0) return -1; if (n > 0) d->head.uuid = uuid_v7();'],
	['numbers are drawn but not kept',
	 'common/store/txn.c', 'if (c->drawn && db_send', 'if (c->drawn && c->seq % 7 && db_send'],
);

# These take hundreds of seeds: in the long test only.
my @rare = (
	['who was away too long is not told',
	 'common/model/pairing.c', 'AND cursor > 0 AND cursor < $2))"', 'AND cursor < 0 AND cursor < $2))"',
	 'common/sync/pull.c', 'c.seq >= t.purged)', 'c.seq >= 0)'],
	['what was deleted while a till was away goes up again',
	 'common/sync/repair.c', 'h->seq <= r->away', 'h->seq < 0'],
	['who pairs again does not repair',
	 'common/model/pairing.c', 'known ? v_int(known) : v_null()', 'v_null()'],
	['deletions are forgotten and nobody hears of it',
	 'common/model/purge.c', 'if (!p->hub || p->upto <= p->from)', 'if (true)'],
	['what a document refers to is forgotten',
	 'common/model/purge.c', 'p->grave[i].used = true;', 'p->grave[i].used = false;'],
	['a confirmation does not look at _rev',
	 'common/sync/confirm.c', 'if (h->rev == r->rev) {', 'if (true) {'],
	['of two versions of one moment the last to arrive wins',
	 'common/schema/row.c', 'return uuid_cmp(a_origin, b_origin);', 'return uuid_cmp(a_origin, b_origin) != 0;'],
	['layers are used in the order of their uuids',
	 'common/model/moves.c', 'ORDER BY l.pos, l.doc, l.line', 'ORDER BY l.doc, l.line'],
	['a late confirmation is believed',
	 'common/sync/confirm.c', 'if (r->seq < h->seq)', 'if (false)'],
	['what goes up again is forgotten with the other epoch',
	 'common/sync/clock.c', 'if (table_is_synced(t) && make_dirty(w, t, err) < 0)', 'if (false && make_dirty(w, t, err) < 0)'],
);

sub slurp
{
	my ($path) = @_;
	open(my $f, '<', $path) or die "$path: $!\n";
	local $/;
	return scalar <$f>;
}

sub spew
{
	my ($path, $text) = @_;
	open(my $f, '>', $path) or die "$path: $!\n";
	print $f $text;
	close($f) or die "$path: $!\n";
}

# The changed sources in dir, or nothing when one does not say any more what it said.
sub sources_with
{
	my ($dir, @changes) = @_;
	my %text;

	while (my ($file, $old, $new) = splice(@changes, 0, 3)) {
		$text{$file} //= slurp("$src/$file");
		my $times = () = $text{$file} =~ /\Q$old\E/g;
		diag("$file has this $times times: $old"), return if $times != 1;
		$text{$file} =~ s/\Q$old\E/$new/;
	}
	spew("$dir/" . basename($_), $text{$_}) for keys %text;
	return map { "$dir/" . basename($_) } keys %text;
}

for my $fault (@faults, @rare) {
	my ($name, @changes) = @$fault;
	my $seeds = (grep { $_ == $fault } @rare) ? '1..2000' : '1..1000';
	my $dir = File::Temp->newdir('fexl-fault-XXXXXX', TMPDIR => 1);
	my @with = sources_with($dir, @changes);

	if (!@with || system('make', '-s', '-C', $build, 'sim-with', "WITH=@with", "OUT=$dir/sim") != 0) {
		fail("$name: cannot be put in");
		next;
	}
	my $said = `timeout 400 $dir/sim --seeds $seeds --first --jobs $jobs 2>&1`;
	my ($found) = $said =~ /^(seed \d+: .{0,100})/m;
	like($found // '', qr/^seed \d+: (P\d|died)/, "found: $name");
	diag($said) if !$found;
	note($found) if $found;
}
done_testing();
