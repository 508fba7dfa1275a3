# Debian packages: fexl-common, fexl-desktop, fexl-cloud.  Sourced.
#
# Built in a copy, so that the tree stays as it is, and only when something has
# changed; the tests in t/7*.t use the same.

deb_limit_s=1200
deb_dir=$build/deb

# What goes into them: all that is neither built nor hidden, by name.
deb_sources()
{
	(cd "$top" && find . \( -path './.*' -o -name node_modules -o -path './build*' ! -path './build-aux*' -o -name autom4te.cache \) -prune \
		-o -type f -print | sort)
}

# Tests are not part of them.
deb_stamp()
{
	deb_sources | grep -v "^\./\(t\|bench\)/" | (cd "$top" && xargs -d '\n' sha256sum) | sha256sum | cut -c1-32
}

deb_copy()
{
	rm -rf "$deb_dir/src"
	mkdir -p "$deb_dir/src"
	deb_sources | tar -C "$top" -cf - -T - | tar -C "$deb_dir/src" -xf -
}

# A compiler cache where there is one: most of it is compiled already.
deb_compile()
{
	(
		cd "$deb_dir/src" || exit
		[ ! -d /usr/lib/ccache ] || PATH=/usr/lib/ccache:$PATH
		export FEXL_WEB_CACHE="$cache/web"
		DEB_BUILD_OPTIONS="nocheck parallel=$(cores)" quietly "$deb_limit_s" "$deb_dir/build.log" \
			dpkg-buildpackage -b -us -uc -nc -d
	)
}

# deb_build: the packages are in $deb_dir afterwards.
deb_build()
{
	stamp=$(deb_stamp)
	[ "$(cat "$deb_dir/stamp" 2>/dev/null)" = "$stamp" ] && return 0
	mkdir -p "$deb_dir"
	rm -f "$deb_dir"/*.deb "$deb_dir/stamp"
	deb_copy && deb_compile || return
	rm -rf "$deb_dir/src"
	echo "$stamp" >"$deb_dir/stamp"
}

verb_deb()
{
	[ $# -eq 0 ] || [ "$*" = --yes ] || usage 'deb takes nothing'
	[ $# -eq 0 ] || yes=1
	deps_need build console deb
	started=$(now_s)
	deb_build || exit 1
	say packages "$(since "$started")"
	for deb in "$deb_dir"/*.deb; do
		note "build/deb/${deb##*/}"
	done
	note 'a till: apt install ./build/deb/fexl-common_*.deb ./build/deb/fexl-desktop_*.deb'
}
