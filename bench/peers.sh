# Who is measured beside us: which versions, where they are, how they get there.
# Sourced by run.
#
#	BENCH_PEERS	their folder (~/.cache/fexl-bench); who is not in it is not measured
#	BENCH_INSTALL_S	each of them, at most (1800)
#
# Nothing is installed on the machine: npm's packages are in a folder each, Debian's
# are unpacked, not configured, so no service starts.

peers=${BENCH_PEERS:-$HOME/.cache/fexl-bench}

# folder|npm's packages in it|those whose own installation is run, which compiles
# them.  Their versions are part of the figures.
npm_peers()
{
	cat <<'END'
.|bun@1.4.5 ws@8.18.0 uwebsockets@3.0.6|bun
rxdb|--omit=optional rxdb@15.39.0 rxdb-server@15.22.0 rxjs@7.8.1 express@4.21.2 cors@2.8.5|
turso|@tursodatabase/sync@0.7.2 turso@0.6.0|
pouch|pouchdb@9.0.0 express-pouchdb@4.2.0 express@4.21.2|
zero|@rocicorp/zero@0.22.2025081300|@rocicorp/zero-sqlite3
END
}

# folder|Debian's package; a fix of Debian's changes what stands behind the dash
debian_peers()
{
	cat <<'END'
nginx|nginx=1.22.1-*
END
}

not_installed()
{
	say 'not installed: %s\n' "$1"
	tail -n 5 "$peers/log"
}

npm_peer()	# folder packages compiled
{
	mkdir -p "$peers/$1"
	# shellcheck disable=SC2086 # words
	npm_quietly "$1" install --ignore-scripts $2 && { [ -z "$3" ] || npm_quietly "$1" rebuild $3; }
}

npm_quietly()	# folder command…
{
	npm_folder=$peers/$1
	shift
	timeout "${BENCH_INSTALL_S:-1800}" npm --no-audit --no-fund --prefix "$npm_folder" "$@" >"$peers/log" 2>&1 </dev/null
}

debian_peer()	# folder package
{
	rm -rf "${peers:?}/$1" && mkdir -p "$peers/$1" || return 1
	(cd "$peers/$1" && timeout "${BENCH_INSTALL_S:-1800}" apt-get -q download "$2" && dpkg -x ./*.deb . && rm ./*.deb) >"$peers/log" 2>&1
}

# The older lists of packages name files that are gone: apt-get update helps.
bench_peers()
{
	mkdir -p "$peers"
	npm_peers >"$stage/npm"
	while IFS='|' read -r folder packages compiled; do
		npm_peer "$folder" "$packages" "$compiled" && say 'installed: %s\n' "$packages" || not_installed "$packages"
	done <"$stage/npm"
	debian_peers >"$stage/debian"
	while IFS='|' read -r folder package; do
		debian_peer "$folder" "$package" && say 'unpacked: %s\n' "$package" || not_installed "$package (sudo apt-get update?)"
	done <"$stage/debian"
	say 'peers in %s\n' "$peers"
}

# Their paths, or nothing.
bun_program()
{
	[ ! -x "$peers/node_modules/.bin/bun" ] || echo "$peers/node_modules/.bin/bun"
}

nginx_program()
{
	[ ! -x "$peers/nginx/usr/sbin/nginx" ] || echo "$peers/nginx/usr/sbin/nginx"
}
