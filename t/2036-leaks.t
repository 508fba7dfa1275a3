#!/bin/sh
test_description='what leaks by side ways: a backup, the time that an answer takes, memory that is dumped'
. "${FEXL_SRC:-.}/t/lib.sh"

command -v perl >/dev/null || skip_all 'perl is needed'
PASSWORD='correct horse battery staple'

in_shop()	# tenant METHOD PATH [JSON]
{
	curl -sS --fail-with-body --max-time 20 --unix-socket "$stage/cloud/run/apid.sock" -X "$2" -H "Fexl-Tenant: $1" \
		${4:+-H 'Content-Type: application/json' --data-binary "$4"} "http://localhost$3"
}

shop()	# name: with goods and an owner
{
	ctl cloud --json tenant create "$1" >"$stage/$1.json" && t=$(jq -r .tenant_uuid "$stage/$1.json") &&
		printf %s "$PASSWORD" | ctl cloud user add "Owner of the $1" --role owner --password-file - --tenant "$t" >"$stage/out" &&
		in_shop "$t" POST /api/products "{\"name\":\"Goods of the $1\",\"price\":250}" | jq -r .uuid >"$stage/$1.product" &&
		in_shop "$t" POST /api/customers "{\"name\":\"Friend of the $1\",\"phone\":\"07700900461\"}" >"$stage/out"
}

tenant_of()
{
	jq -r .tenant_uuid "$stage/$1.json"
}

# --- backups ---

# On SQLite a backup is the whole hub's, and the operator's; on PostgreSQL one shop's.
backups()
{
	test_expect 'a cloud with two shops' '
		make_node cloud cloud && { [ $engine = sqlite ] || { story_db=story_$$_leaks && pg_make_story &&
			pg_env "$(pg_named $story_db)" >>$stage/cloud/env; }; } && start_apid cloud && keep_port cloud && shop North && shop South
	'
	if [ "$engine" = postgres ]; then
		test_expect 'a backup of one holds no word of the other' '
			ctl cloud backup create --tenant $(tenant_of South) && f=$(ls $stage/cloud/data/backups/fexl-*.db) &&
			grep -aq "Goods of the South" "$f" && ! grep -aq "of the North" "$f" &&
			[ "$(sqlite3 "$f" "SELECT count(*) FROM tenants")" = 1 ]
		'
		test_expect 'nor does a restore of one touch the other' '
			rows cloud "SELECT md5(string_agg(p::text, '\'','\'' ORDER BY uuid)) FROM products p WHERE tenant = '\''$(tenant_of North)'\''" >$stage/before &&
			ctl cloud restore "$(basename "$(ls $stage/cloud/data/backups/fexl-*.db)")" --yes &&
			rows cloud "SELECT md5(string_agg(p::text, '\'','\'' ORDER BY uuid)) FROM products p WHERE tenant = '\''$(tenant_of North)'\''" |
				diff $stage/before -
		'
	fi
	test_expect 'an owner lists, makes, verifies, deletes and restores none of the clouds' '
		token=$(curl -sS -H "Content-Type: application/json" "$(url_of cloud)/api/session" \
			-d "{\"tenant\":\"$(tenant_of South)\",\"user\":\"Owner of the South\",\"password\":\"$PASSWORD\"}" | jq -r .token) &&
		for ask in "GET /api/backups" "POST /api/backups" "POST /api/backups/fexl-20260101-000000.db/verify" \
			"DELETE /api/backups/fexl-20260101-000000.db" "POST /api/restore {\"name\":\"fexl-20260101-000000.db\"}"; do
			set -- $ask
			[ "$(status cloud $1 $2 -H "Authorization: Bearer $token" ${3:+-H "Content-Type: application/json" --data-binary "$3"})" = 403 ] ||
				{ echo "$ask"; exit 1; }
		done
	'
}

# --- time ---

# Medians of many answers to two questions, asked in turn: "A B", in microseconds.
medians()	# times; stdin: two lines: METHOD PATH TOKEN [JSON]
{
	perl -MIO::Socket::INET -MTime::HiRes=time -e '
		my ($port, $times) = splice(@ARGV, 0, 2);
		my @ask = map { chomp; [split(/ /, $_, 4)] } <STDIN>;
		my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $port) or die $!;
		my @took;
		for my $n (1 .. $times) {
			for my $i (0, 1) {
				my ($method, $path, $token, $json) = @{$ask[$i]};
				my $began = time;
				print {$s} "$method $path HTTP/1.1\r\nHost: localhost\r\n", $token eq "-" ? "" : "Authorization: Bearer $token\r\n",
					$json ? "Content-Type: application/json\r\nContent-Length: " . length($json) . "\r\n" : "", "\r\n", $json // "";
				my $head = "";
				while ($head !~ /\r\n\r\n/) { sysread($s, $head, 65536, length $head) or die "cut" }
				my ($length) = $head =~ /Content-Length: (\d+)/i;
				my ($body) = $head =~ /\r\n\r\n(.*)/s;
				while (length $body < ($length // 0)) { sysread($s, $body, 65536, length $body) or die "cut" }
				push(@{$took[$i]}, int(1e6 * (time - $began)));
			}
		}
		print join(" ", map { (sort { $a <=> $b } @$_)[@$_ / 2] } @took), "\n"' "$(port_of cloud)" "$1"
}

# A figure; the bar only sees a path that does many times the work of the other.
alike()	# file with two medians
{
	read -r one other <"$1" && echo "medians: $one and $other us" && [ "$one" -lt $((5 * other + 2000)) ] && [ "$other" -lt $((5 * one + 2000)) ]
}

time_tells_nothing()
{
	test_expect 'a row of the other shop takes as long as one that is not there' '
		token=$(curl -sS -H "Content-Type: application/json" "$(url_of cloud)/api/session" \
			-d "{\"tenant\":\"$(tenant_of South)\",\"user\":\"Owner of the South\",\"password\":\"$PASSWORD\"}" | jq -r .token) &&
		printf "GET /api/products/%s %s\nGET /api/products/%s %s\n" $(cat $stage/North.product) $token $(uuid) $token |
			medians 300 >$stage/rows.us && alike $stage/rows.us
	'
	note "a product of the other shop, one of nobody: medians of $(cat "$stage/rows.us") us"
	test_expect 'a wrong password takes as long for a name that nobody has' '
		t=$(tenant_of South) &&
		printf "POST /api/session - {\"tenant\":\"%s\",\"user\":\"Owner_of\",\"password\":\"x\"}\nPOST /api/session - {\"tenant\":\"%s\",\"user\":\"%s\",\"password\":\"x\"}\n" \
			$t $t "$(in_shop $t GET /api/users | jq -r ".items[0].uuid")" | medians 2 >$stage/people.us && alike $stage/people.us
	'
	note "a name of nobody, an owner's: medians of $(cat "$stage/people.us") us"
	test_expect 'a wrong licence key takes as long for a shop that is not there' '
		key="\"license_key\":\"FEXL-AAAA-AAAA-AAAA-AAAA\",\"name\":\"x\",\"public_key\":\"$(head -c 32 /dev/zero | base64 | tr -d "=\n")\"" &&
		printf "POST /api/sync/credentials - {\"device_uuid\":\"%s\",\"tenant_uuid\":\"%s\",%s}\n" $(uuid) $(tenant_of South) "$key" >$stage/keys &&
		printf "POST /api/sync/credentials - {\"device_uuid\":\"%s\",\"tenant_uuid\":\"%s\",%s}\n" $(uuid) $(uuid) "$key" >>$stage/keys &&
		medians 20 <$stage/keys >$stage/keys.us && alike $stage/keys.us
	'
	note "a shop, no shop: medians of $(cat "$stage/keys.us") us"
}

# --- memory ---

core_files()
{
	find "$stage" -name 'core*' -type f
}

memory_stays()
{
	case $(cat /proc/sys/kernel/core_pattern) in
	\|*) test_skip 'a daemon that is ended by a signal leaves no memory behind' 'core files go to a program of this machine' ;;
	*)
		test_expect 'a daemon that is ended by a signal leaves no memory behind' '
			(ulimit -c unlimited && start_apid till_core) && start_core_syncd && pids="$(pid_of till_core apid) $(pid_of till_core syncd)" &&
			for pid in $pids; do kill -SEGV $pid && wait_for "has_ended $pid"; done && [ -z "$(core_files)" ] &&
			(cd $stage && ulimit -c unlimited && sh -c "kill -SEGV \$\$"; [ -n "$(core_files)" ] || echo "this machine makes none at all")
		'
		;;
	esac
	if [ "$(id -u)" -eq 0 ]; then
		test_expect 'nor may a process of its own user look into it' '
			make_node peer desktop && start_apid peer && pid=$(pid_of peer apid) &&
			! setpriv --bounding-set=-all --inh-caps=-all cat /proc/$pid/environ >$stage/environ 2>$stage/said &&
			grep -qi denied $stage/said
		'
	fi
	test_expect 'and units say so to systemd' 'grep -x LimitCORE=0 $src/systemd/fexl-.service.d/10-common.conf'
}

start_core_syncd()
{
	(ulimit -c unlimited && start_daemon till_core syncd) && wait_for "[ -S $stage/till_core/run/syncd.sock ]"
}

engine=sqlite
test_prefix='sqlite: '
backups
test_prefix=
time_tells_nothing
clear_stage
if [ -n "${FEXL_TEST_PG:-}" ]; then
	engine=postgres
	test_prefix='postgres: '
	backups
	clear_stage
else
	test_skip 'postgres: backups' 'FEXL_TEST_PG is not set'
fi
test_prefix=
make_node till_core desktop
memory_stays
test_done
