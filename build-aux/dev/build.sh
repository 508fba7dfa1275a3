# Builds: each in a folder of its own, the source tree stays as it is.  Sourced.

build_limit_s=900

# The first time only: later make runs it again itself when it must.
build_autoreconf()
{
	[ -e "$top/configure" ] && [ -e "$top/Makefile.in" ] && [ -e "$top/config.h.in" ] && [ -e "$top/build-aux/missing" ] &&
		return 0
	(cd "$top" && quietly 300 "$1/autoreconf.log" autoreconf -fi)
}

# What configure looked for and need not have found.
build_optional()
{
	pkg-config --modversion cmocka 2>/dev/null || echo 'no cmocka'
}

# build_configure DIR FLAG…: again only when the flags are others, or what is installed
build_configure()
{
	dir=$1
	shift
	if [ -e "$dir/Makefile" ] && [ "$(cat "$dir/.flags" 2>/dev/null)" != "$*" ]; then
		# Objects do not know the flags that they were made with.
		make -s -C "$dir" clean >/dev/null 2>&1
		rm -f "$dir/Makefile"
	fi
	[ -e "$dir/Makefile" ] && [ "$(cat "$dir/.optional" 2>/dev/null)" = "$(build_optional)" ] && return 0
	(cd "$dir" && quietly 300 configure.log "$top/configure" "$@") || return
	echo "$*" >"$dir/.flags"
	build_optional >"$dir/.optional"
}

# build_in DIR TARGET FLAG…: TARGET "all", or "check-programs" as well
build_in()
{
	dir=$1 target=$2
	shift 2
	mkdir -p "$dir"
	build_autoreconf "$dir" && build_configure "$dir" "$@" &&
		quietly "$build_limit_s" "$dir/build.log" make -C "$dir" -j"$(cores)" "$target"
}

# The one that everything else here uses.  FEXL_CONFIGURE: more flags.
build_main()
{
	started=$(now_s)
	# shellcheck disable=SC2086 # a list of words
	build_in "$build" "${1:-all}" --enable-werror ${FEXL_CONFIGURE:-} || exit 1
	say build "$(since "$started")"
}

# The web console into build/web/dist; its packages are kept in .cache.
build_console()
{
	started=$(now_s)
	FEXL_WEB_CACHE=$cache/web
	export FEXL_WEB_CACHE
	quietly "$build_limit_s" "$build/console.log" make -s -C "$build" console || return
	say console "$(since "$started"), $(sed -n 's/^console: \(.* KB\) .*/\1/p' "$build/console.log" | grep . || echo 'as before')"
}

verb_build()
{
	[ $# -eq 0 ] || usage 'build takes nothing'
	deps_need build console
	build_main
	build_console || exit 1
	note "the programs are in build/: $(cd "$build" && echo fexl*)"
}

verb_clean()
{
	[ $# -eq 0 ] || usage 'clean takes nothing'
	for dir in "$top/.demo" "$top/.up" "$top/.soak"; do
		! site_is_up "$dir" || die "$(basename "$dir") is running: stop it first (./dev down, or Ctrl-C where ./dev demo runs)"
	done
	# Its server may have outlived us.
	for dir in "$top/.demo" "$build/pg" "$top/.soak"; do
		site_postgres_stop "$dir"
	done
	rm -rf "$top/.demo" "$top/.up" "$top/.soak" "$cache" "$top/build" "$top/build-asan" "$top/build-tsan" "$top/build-fuzz" \
		"$top/build-lint" "$top/build-coverage"
	# What autoreconf made.
	(cd "$top" && rm -rf configure aclocal.m4 autom4te.cache config.h.in Makefile.in &&
		find build-aux -maxdepth 1 ! -type d ! -name .keep -delete)
	say clean 'the builds, the demo and its data are gone'
}
