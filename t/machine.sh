# Machines of their own for stories about systemd and packages: containers that
# boot, each with its own network, from a Debian that is made once and kept in
# .cache (FEXL_CACHE).  Sourced behind t/lib.sh.
#
#	machine till			makes it; nothing of Fexl is in there
#	boot till; on till COMMAND…; reboot till; shut_down till; cut_power till
#	install till desktop		fexl-common and fexl-desktop, as built from this tree
#
# One story at a time has machines: they are heavy.

cache=${FEXL_CACHE:-$src/.cache}
debian=bookworm
deb_dir=$src/build/deb
BOOT_S=90

# What a bare Debian needs to install our packages, and to look at them.
base_packages=systemd,systemd-sysv,dbus,libevent-core-2.1-7,libsqlite3-0,libpq5,libjson-c5,libcurl4,libssl3,libsmartcols1,libqrencode4,sqlite3,procps,iproute2,ca-certificates

# machine_needs [PACKAGES…]: of each Debian that the story starts from
machine_needs()
{
	[ "$(id -u)" -eq 0 ] || skip_all 'only root can boot containers'
	[ -w "$src" ] || skip_all 'this is not a checkout: there is no place for packages'
	for tool in debootstrap systemd-nspawn nsenter ip dpkg-buildpackage; do
		command -v $tool >/dev/null || skip_all "$tool is not installed (./dev deps deb)"
	done
	unshare -mn true 2>/dev/null || skip_all 'no containers are to be had here'
	mkdir -p "$cache/debs"
	exec 8>"$cache/machines.lock"
	flock -w 300 8 || skip_all 'another story has machines for longer than 300 s'
	for list in "$base_packages" "$@"; do
		root_of "$list" >/dev/null || skip_all "debootstrap could not make a Debian $debian: see $root/log"
	done
}

# --- the Debian they start from ---

root_path()	# packages
{
	echo "$cache/root-$debian-$(echo "$1" | sha256sum | cut -c1-12)"
}

root_is_made()	# packages
{
	[ -e "$(root_path "$1")/made" ]
}

# root_of PACKAGES: the folder that holds it; made when it is not there
root_of()
{
	root=$(root_path "$1")
	[ -e "$root/made" ] || {
		note "making a Debian $debian in ${root#"$src/"}; later runs have it" >&2
		# One that was broken off may have /proc mounted still.
		umount -l "$root/tree/proc" "$root/tree/sys" 2>/dev/null
		rm -rf --one-file-system "$root" && mkdir -p "$root" &&
			timeout 500 debootstrap --variant=minbase --cache-dir="$cache/debs" --include="$1" \
				$debian "$root/tree" >"$root/log" 2>&1 && touch "$root/made" || {
			tail -n 5 "$root/log" | sed 's/^/# /' >&2
			return 1
		}
	}
	echo "$root/tree"
}

# --- a machine ---

# Copy on write where the file system can.
machine_tree()	# name root
{
	mkdir -p "$stage/$1/upper" "$stage/$1/work" "$stage/$1/tree"
	mount -t overlay overlay -o "lowerdir=$2,upperdir=$stage/$1/upper,workdir=$stage/$1/work" "$stage/$1/tree" 2>/dev/null ||
		cp -a "$2/." "$stage/$1/tree"
}

machine()	# name [packages]
{
	machine_root=$(root_of "${2:-$base_packages}") && machine_tree "$1" "$machine_root" || return 1
	machines="${machines:-} $1"
	ip netns add "$(net_of "$1")" && ip -n "$(net_of "$1")" link set lo up
	echo "$1" >"$stage/$1/tree/etc/hostname"
}

net_of()
{
	echo "fexl-$$-$1"
}

pid_of_init()	# name
{
	init_nspawn=$(cat "$stage/$1/nspawn.pid" 2>/dev/null) && pgrep -o -P "$init_nspawn"
}

# In the machine's network only: the programs and files are ours.
near()	# name command…
{
	near_name=$1
	shift
	ip netns exec "$(net_of "$near_name")" "$@"
}

on()	# name command…
{
	on_pid=$(pid_of_init "$1") || return 1
	shift
	nsenter -t "$on_pid" -m -u -i -n -p -r -w -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
		DEBIAN_FRONTEND=noninteractive timeout 120 "$@" 8>&-
}

is_up()	# name
{
	case $(on "$1" systemctl is-system-running 2>/dev/null) in
	running | degraded) return 0 ;;
	esac
	return 1
}

boot()	# name [nspawn options…]
{
	boot_name=$1
	shift
	systemd-nspawn --quiet -D "$stage/$boot_name/tree" --boot --register=no --keep-unit --machine="$boot_name" \
		--network-namespace-path="/run/netns/$(net_of "$boot_name")" "$@" \
		>>"$stage/$boot_name/log.console" 2>&1 </dev/null 8>&- &
	echo $! >"$stage/$boot_name/nspawn.pid"
	PATIENCE_S=$BOOT_S wait_for "is_up $boot_name"
}

nspawn_ended()
{
	has_ended "$(cat "$stage/$1/nspawn.pid")"
}

shut_down()	# name
{
	on "$1" systemctl --no-block poweroff && PATIENCE_S=$BOOT_S wait_for "nspawn_ended $1"
}

# nspawn boots it again itself; where it cannot, it ends, and we do.
reboot()	# name
{
	reboot_init=$(pid_of_init "$1")
	on "$1" systemctl --no-block reboot &&
		PATIENCE_S=$BOOT_S wait_for "nspawn_ended $1 || [ \"\$(pid_of_init $1)\" != $reboot_init ]" || return 1
	if nspawn_ended "$1"; then
		boot "$1"
	else
		PATIENCE_S=$BOOT_S wait_for "is_up $1"
	fi
}

# As if the plug were pulled: nobody inside can say goodbye.
cut_power()	# name
{
	cut_init=$(pid_of_init "$1")
	[ -z "$cut_init" ] || kill -9 "$cut_init"
	[ -z "$cut_init" ] || wait_for "nspawn_ended $1"
}

# When a story ends, however it ends.
machines_clear()
{
	for m in ${machines:-}; do
		cut_power "$m" >/dev/null 2>&1
		kill -9 "$(cat "$stage/$m/nspawn.pid")" 2>/dev/null
		umount -l "$stage/$m/tree" 2>/dev/null
		ip netns del "$(net_of "$m")" 2>/dev/null
	done
	machines=
}
trap 'stop_selling; machines_clear; clear_stage; rm -rf "$stage"' EXIT

# A cable between two machines; unplug it with `ip -n $(net_of NAME) link set cable down`.
cable()	# name address name address
{
	ip link add cable netns "$(net_of "$1")" type veth peer name cable netns "$(net_of "$3")" &&
		ip -n "$(net_of "$1")" addr add "$2/24" dev cable && ip -n "$(net_of "$1")" link set cable up &&
		ip -n "$(net_of "$3")" addr add "$4/24" dev cable && ip -n "$(net_of "$3")" link set cable up
}

# put NAME PATH: stdin becomes that file there
put()
{
	on "$1" sh -c "mkdir -p '${2%/*}' && cat >'$2'"
}

# --- our packages ---

packages_built()
{
	"$src/dev" deb --yes >"$stage/deb.log" 2>&1 || {
		tail -n 20 "$stage/deb.log"
		return 1
	}
}

# package NAME [VERSION]: the file; another version is the same program with another number
package()
{
	set -- "$1" "${2:-}" "$(ls "$deb_dir/$1"_*.deb)"
	[ -n "$2" ] || {
		echo "$3"
		return
	}
	[ -e "$stage/deb/$1_$2.deb" ] || {
		rm -rf "$stage/repack" && mkdir -p "$stage/deb" && dpkg-deb -R "$3" "$stage/repack" &&
			sed -i "s/^Version: .*/Version: $2/" "$stage/repack/DEBIAN/control" &&
			dpkg-deb -b --root-owner-group "$stage/repack" "$stage/deb/$1_$2.deb" >/dev/null || return
	}
	echo "$stage/deb/$1_$2.deb"
}

# install NAME desktop|cloud [VERSION]
install_packages()
{
	mkdir -p "$stage/$1/tree/root/deb" && rm -f "$stage/$1/tree/root/deb"/* &&
		cp "$(package fexl-common "${3:-}")" "$(package "fexl-$2" "${3:-}")" "/proc/$(pid_of_init "$1")/root/root/deb/" &&
		on "$1" sh -c 'dpkg -i /root/deb/*.deb'
}

# --- selling there ---

# As its operator, over its Unix socket: lib.sh's `api` and `ctl` for a machine.
mapi()	# name method path [json]
{
	curl -sS --fail-with-body --max-time 10 --unix-socket "/proc/$(pid_of_init "$1")/root/run/fexl/apid.sock" -X "$2" \
		${4:+-H 'Content-Type: application/json' --data-binary "$4"} "http://localhost$3"
}

# The first owner, a product to sell, and a token: as the console does it.
open_shop()	# name
{
	shop_code=$(mapi "$1" POST /internal/setup-code | jq -r .code) &&
		near "$1" curl -sS --fail-with-body -H 'Content-Type: application/json' http://127.0.0.1:8089/api/setup \
			-d "{\"name\":\"Corner shop\",\"owner\":\"Amal\",\"pin\":\"1234\",\"code\":\"$shop_code\"}" |
		jq -r .token >"$stage/$1/token" && [ -s "$stage/$1/token" ] &&
		mapi "$1" POST /api/products '{"name":"Tea","price":250}' | jq -r .uuid >"$stage/$1/product"
}

# A cashier who does not give up, until told to stop.
start_selling()	# name
{
	# exec: it is he who is to hear that he should stop, not a shell around him
	(exec ip netns exec "$(net_of "$1")" perl "$src/t/seller.pl" 8089 "$stage/$1/token" "$(cat "$stage/$1/product")" \
		"$stage/$1/sales" 8>&-) &
	echo $! >"$stage/seller.pid"
	wait_for "[ -s $stage/$1/sales.sold ]"
}

stop_selling()
{
	[ -e "$stage/seller.pid" ] || return 0
	kill -TERM "$(cat "$stage/seller.pid")" 2>/dev/null
	wait_for "has_ended $(cat "$stage/seller.pid")"
	rm -f "$stage/seller.pid"
}

sold()	# name: how many were answered with success so far
{
	wc -l <"$stage/$1/sales.sold"
}

# sells_on NAME N: that many more than now
sells_on()
{
	sells_until=$(($(sold "$1") + $2))
	wait_for "[ \$(sold $1) -ge $sells_until ]"
}

# gap_since NAME LINE: the longest time between two answers since that many were
# sold, in ms
gap_since()
{
	awk -v from="$2" 'NR >= from && NR > 1 { gap = $2 - last; if (gap > worst) worst = gap } { last = $2 } END { printf "%d\n", worst * 1000 }' \
		"$stage/$1/sales.sold"
}

# gap_at_most NAME LINE MS WHAT: says it, and checks it.  The bounds leave room for
# a busy disk; what they are to find takes much longer.
gap_at_most()
{
	gap=$(gap_since "$1" "$2")
	echo "$4: the longest gap a client saw was $gap ms" | tee -a "$stage/gaps"
	[ "$gap" -le "$3" ]
}

stored_at()	# name: the uuids of all invoices in its database
{
	on "$1" sqlite3 -readonly -cmd '.timeout 5000' /var/lib/fexl/fexl.db 'SELECT lower(hex(uuid)) FROM invoices' |
		sed -E 's/(.{8})(.{4})(.{4})(.{4})(.{12})/\1-\2-\3-\4-\5/'
}

# Every sale that was answered is there, once.
all_there()	# name
{
	cut -d' ' -f1 "$stage/$1/sales.sold" | sort >"$stage/answered"
	stored_at "$1" | sort >"$stage/stored"
	[ -s "$stage/answered" ] && [ -z "$(comm -23 "$stage/answered" "$stage/stored")" ] && [ -z "$(uniq -d "$stage/stored")" ]
}

status_of()	# name unit: what systemctl status says of it
{
	on "$1" systemctl show -P StatusText "$2"
}

main_pid()	# name unit
{
	on "$1" systemctl show -P MainPID "$2"
}

is_another()	# name unit pid: it runs, as another process than that
{
	another=$(main_pid "$1" "$2")
	[ "$another" -gt 0 ] && [ "$another" != "$3" ] && on "$1" systemctl is-active --quiet "$2"
}

# --- what hangs ---

# Both watchdogs with less patience, so that nobody waits for half a minute; a machine
# that is not up yet has them at its boot.
impatient()	# name seconds
{
	for unit in fexl-apid fexl-syncd; do
		drop_ins="$stage/$1/tree/etc/systemd/system/$unit.service.d"
		mkdir -p "$drop_ins" && printf '[Service]\nWatchdogSec=%s\n' "$2" >"$drop_ins/test.conf" || return 1
	done
	! is_up "$1" || { on "$1" systemctl daemon-reload && on "$1" systemctl restart fexl-apid fexl-syncd; }
}

# The two promises about what stands still, on a machine that sells.  The bounds are for
# a machine with other work too; that syncd holds up nobody shows where it stands still
# for longer than its bound.
watchdogs_act()	# name seconds
{
	hangs=$1 patience=$2
	test_expect "syncd stands still: the shop sells on, its watchdog of $2 s ends it" '
		from=$(sold $hangs) pid=$(main_pid $hangs fexl-syncd) && on $hangs kill -STOP $pid && sells_on $hangs 20 &&
		PATIENCE_S=$((30 + 2 * patience)) wait_for "is_another $hangs fexl-syncd $pid" &&
		gap_at_most $hangs $from 15000 "SIGSTOP of syncd, watchdog of $patience s"
	'
	test_expect "apid stands still: its watchdog of $2 s ends it, and it is back" '
		from=$(sold $hangs) pid=$(main_pid $hangs fexl-apid) && on $hangs kill -STOP $pid &&
		PATIENCE_S=$((30 + 2 * patience)) wait_for "is_another $hangs fexl-apid $pid" && sells_on $hangs 20 &&
		gap_at_most $hangs $from 60000 "SIGSTOP of apid, watchdog of $patience s"
	'
}
