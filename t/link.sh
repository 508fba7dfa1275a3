# The line between tills and a cloud, in the hands of a story (t/proxy.pl).
#
#	. "$src/t/link.sh"
#	link line cloud && pair till1 line	`line` stands where the cloud stood
#	link_mode line lose /api/sync/push	what happens to requests from now on
#	link_saw line 'lose POST /api/sync/push'

# link NAME CLOUD [PROGRAM]: another one than t/proxy.pl that takes the same arguments
link()
{
	mkdir -p "$stage/$1/run" && : >"$stage/$1/log.requests" && link_mode "$1" pass &&
		cp "$stage/$2/tenant.json" "$stage/$1/" && ln -sf "$stage/$2/run/apid.sock" "$stage/$1/run/apid.sock" || return 1
	perl "$src/t/${3:-proxy.pl}" "$(port_of "$2")" "$stage/$1" >"$stage/$1/log.proxy" 2>&1 </dev/null &
	echo $! >"$stage/$1/pid.proxy"
	wait_for "[ -s $stage/$1/run/apid.port ]"
}

# The new mode is there all at once: the proxy reads it at any time.
link_mode()	# name mode…
{
	link_name=$1
	shift
	echo "$*" >"$stage/$link_name/mode.new" && mv "$stage/$link_name/mode.new" "$stage/$link_name/mode"
}

link_forget()	# name: what it saw so far
{
	: >"$stage/$1/log.requests"
}

# link_saw NAME PATTERN [TIMES]
link_saw()
{
	wait_for "[ \$(grep -c '^$2' $stage/$1/log.requests) -ge ${3:-1} ]"
}
