# Debian packages: which are needed, which are missing, how to get them.  Sourced.

deps_list=$top/etc/deps.debian

# deps_of SECTION…: their packages
deps_of()
{
	for section; do
		awk -v want="[$section]" '/^\[/ { in_it = $1 == want; next } in_it && !/^#/ && NF { print $1 }' "$deps_list"
	done
}

deps_installed()
{
	dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p'
}

# Debian's npm clashes with a Node.js from elsewhere: whoever has one, has it.
deps_elsewhere()
{
	! command -v npm >/dev/null || printf '%s\n' nodejs npm
}

deps_missing()
{
	{
		{ deps_installed; deps_elsewhere; } | sed 's/^/- /'
		deps_of "$@" | sed 's/^/+ /'
	} | awk '$1 == "-" { have[$2] = 1 } $1 == "+" && !have[$2]++ { print $2 }'
}

as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

apt()
{
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@"
}

deps_update()
{
	say packages 'apt-get update'
	apt update >>"$cache/apt.log" 2>&1 || die "apt-get update failed: see $cache/apt.log"
}

deps_lists_there()
{
	find /var/lib/apt/lists -maxdepth 1 -name '*_Packages*' 2>/dev/null | grep -q .
}

# Lists that are too old name files that are gone: then once more with new ones.
deps_install()
{
	deps_lists_there || deps_update
	apt install --no-install-recommends "$@" >>"$cache/apt.log" 2>&1 && return 0
	deps_update
	apt install --no-install-recommends "$@" >>"$cache/apt.log" 2>&1
}

deps_may_install()
{
	[ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null ||
		die "packages are missing, and you are neither root nor is there sudo; as root: apt-get install --no-install-recommends $*"
	if [ "$(id -u)" -ne 0 ]; then
		note "sudo apt-get install --no-install-recommends $*"
	else
		note "apt-get install --no-install-recommends $*"
	fi
	ask '             Install them?' || die 'nothing was installed; ./dev needs these packages'
}

# Debian starts a PostgreSQL of its own when it installs one; ours is another.
deps_note_postgres()
{
	case " $* " in
	*' postgresql-15 '*) ;;
	*) return 0 ;;
	esac
	[ -e /var/run/postgresql/.s.PGSQL.5432 ] || return 0
	note "Debian has started a PostgreSQL of its own; Fexl does not use it, and you may switch it off:"
	note "sudo systemctl disable --now postgresql"
}

# deps_need SECTION…: all of them are here afterwards, or we end.
deps_need()
{
	command -v dpkg-query >/dev/null || {
		say packages 'this is no Debian: etc/deps.debian names what must be here'
		return 0
	}
	for section; do
		grep -q "^\[$section\]" "$deps_list" || usage "etc/deps.debian has no section \"$section\""
	done
	missing=$(deps_missing "$@")
	if [ -z "$missing" ]; then
		say packages "all $(deps_of "$@" | sort -u | wc -l) are here"
		return 0
	fi
	started=$(now_s)
	mkdir -p "$cache"
	# shellcheck disable=SC2086 # a list of words
	set -- $missing
	say packages "$# missing"
	deps_may_install "$@"
	: >"$cache/apt.log"
	deps_install "$@" || {
		tail -n 15 "$cache/apt.log" >&2
		die "the packages could not be installed; all of it is in $cache/apt.log"
	}
	say packages "$# installed in $(since "$started")"
	deps_note_postgres "$@"
}

# deps_need_for ENGINE: to build and to run on it
deps_need_for()
{
	if [ "$1" = postgres ]; then
		deps_need build console demo
	else
		deps_need build console
	fi
}

verb_deps()
{
	sections=
	for word; do
		case $word in
		--yes) yes=1 ;;
		-*) usage "deps takes no $word" ;;
		*) sections="$sections $word" ;;
		esac
	done
	# shellcheck disable=SC2086 # a list of words
	deps_need ${sections:-build console}
}
