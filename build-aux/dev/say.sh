# How ./dev talks: a word for what is being done, then how it went.  Sourced.

# "  build      daemons 41 s"
say()
{
	printf '  %-10s %s\n' "$1" "$2"
}

note()
{
	printf '             %s\n' "$*"
}

die()
{
	printf './dev: %s\n' "$*" >&2
	exit 1
}

usage()
{
	printf './dev: %s (./dev help)\n' "$*" >&2
	exit 2
}

now_s()
{
	date +%s
}

# since SECOND: "41 s", "2 min 5 s"
since()
{
	set -- "$(($(now_s) - $1))"
	if [ "$1" -lt 60 ]; then
		echo "$1 s"
	else
		echo "$(($1 / 60)) min $(($1 % 60)) s"
	fi
}

on_terminal()
{
	[ -t 0 ] && [ -t 1 ]
}

# ask QUESTION: yes, unless somebody is there and says no.
ask()
{
	if [ "$yes" = 1 ] || [ "${CI:-}" = true ] || ! on_terminal; then
		return 0
	fi
	printf '%s [Y/n] ' "$1"
	read -r answer || return 1
	case $answer in
	'' | [yY]*) return 0 ;;
	*) return 1 ;;
	esac
}

# bounded SECONDS LOG COMMAND…: what it prints goes to LOG too, a line at a time;
# 124 when it was too slow.
bounded()
{
	perl "$aux/bounded.pl" "$@"
}

# The same, with its output in LOG only; if it fails, what may tell why is shown.
quietly()
{
	quiet_log=$2
	: >"$quiet_log"
	BOUNDED_HIDE=. bounded "$@" && return 0
	quiet_status=$?
	{ grep -E 'error|\*\*\*' "$quiet_log" || tail -n 30 "$quiet_log"; } | tail -n 30 >&2
	printf './dev: that failed; all of it is in %s\n' "$quiet_log" >&2
	return "$quiet_status"
}

cores()
{
	nproc 2>/dev/null || echo 2
}
