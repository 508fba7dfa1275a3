#!/bin/sh
# build.sh OUT: the console into OUT/dist, which is there as a whole or not at all.
#
# The packages of package-lock.json come from npm once for each lock file, into
# FEXL_WEB_CACHE (or OUT); nothing is written beside the sources.
set -eu
src=$(cd "$(dirname "$0")" && pwd -P)
out=$1
mkdir -p "$out"
out=$(cd "$out" && pwd -P)
lock=$(sha256sum "$src/package-lock.json" | cut -c1-12)
packages=${FEXL_WEB_CACHE:-$out}/packages-$lock

# Two builds may want them at the same moment.
packages_get()
{
	[ ! -e "$packages/complete" ] || return 0
	mkdir -p "$packages"
	cp "$src/package.json" "$src/package-lock.json" "$src/.npmrc" "$packages/"
	(cd "$packages" && npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1) || {
		tail -n 15 "$packages/npm.log" >&2
		echo "web/build.sh: npm could not get the packages: see $packages/npm.log" >&2
		return 1
	}
	touch "$packages/complete"
}

is_fresh()
{
	[ -e "$out/dist/index.html" ] &&
		[ -z "$(find "$src" -newer "$out/dist/index.html" ! -type d ! -path '*/test/*' ! -path '*/shots/*' -print -quit)" ]
}

build()
{
	rm -rf "$out/work"
	mkdir -p "$out/work"
	cp -R "$src/src" "$src/test" "$src/build.mjs" "$src/tsconfig.json" "$src/package.json" "$out/work/"
	chmod -R u+w "$out/work"
	ln -sfn "$packages/node_modules" "$out/work/node_modules"
	node "$out/work/build.mjs" --out="$out/dist.new"
	rm -rf "$out/dist.old"
	[ ! -e "$out/dist" ] || mv "$out/dist" "$out/dist.old"
	mv "$out/dist.new" "$out/dist"
	rm -rf "$out/dist.old"
}

command -v npm >/dev/null && command -v node >/dev/null || {
	echo 'web/build.sh: node and npm are needed to build the console: ./dev deps console' >&2
	exit 1
}
exec 9>"$out/lock"
flock 9
packages_get
is_fresh || build
