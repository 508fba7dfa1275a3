# The console of the nodes on the stage, in Debian's Chromium.  Sourced after lib.sh.
#
#	till till && browse sell.mjs till	web/test/browser/sell.mjs says TAP
#
# FEXL_SHOTS names a folder for pictures of what it saw; web/shots/ by default.

packages=$build/web/work/node_modules
command -v node >/dev/null || skip_all 'node is needed: ./dev deps console'
[ -e "$build/web/dist/index.html" ] || skip_all 'the console is not built: make console'
[ -x /usr/bin/chromium ] || skip_all 'chromium is needed: ./dev deps test'

# A browser on a busy machine takes its time.
PATIENCE_S=${FEXL_PATIENCE_S:-60}

# All nodes that are made from now on serve it.
web_dir=$build/web/dist

shots_dir()
{
	if [ -n "${FEXL_SHOTS:-}" ]; then
		echo "$FEXL_SHOTS"
	elif [ -w "$src/web" ]; then
		echo "$src/web/shots"
	fi
}

# browse STORY NODE…: the story is told in the browser, with these nodes' addresses;
# its TAP is ours.  The last thing a script does.
browse()
{
	story=$1
	shift
	for node do
		eval "export FEXL_URL_$(echo "$node" | tr a-z A-Z)=$(url_of "$node")"
	done
	FEXL_STAGE=$stage FEXL_BUILD=$build FEXL_NODE_MODULES=$packages FEXL_SHOTS=$(shots_dir) FEXL_PATIENCE_S=$PATIENCE_S \
		HOME=$stage timeout "${story_s:-600}" node "$src/web/test/browser/$story"
	exit
}

bail()
{
	echo "Bail out! $*"
	exit 1
}

# A till or a cloud with all that belongs to it, and people: Amal (owner, 1234) and
# Yusuf (cashier, 2222).
full_cloud()	# name [engine]
{
	cloud "$1" "${2:-sqlite}" && start_daemon "$1" realtimed && people "$1"
}

full_till()
{
	till "$1" && start_daemon "$1" realtimed
}

people()
{
	printf 1234 | ctl "$1" --json user add Amal --role owner --pin-file - &&
		printf 2222 | ctl "$1" --json user add Yusuf --role cashier --pin-file -
}
