# ./dev demo: a shop with a cloud and two tills on this machine.  Sourced.
#
#	.demo/cloud .demo/till-1 .demo/till-2	the nodes
#	.demo/ports	their ports and that of the cable (relay.pl)
#	.demo/cut	while it exists the cable is cut
#	.demo/shop.json	the shop's key and its people; stands there when all is furnished

demo_dir=$top/.demo

demo_options()
{
	data='' tour=0 engine=sqlite leave=0
	while [ $# -gt 0 ]; do
		case $1 in
		--yes) yes=1 ;;
		--data) data=${2:-} && shift ;;
		--data=*) data=${1#*=} ;;
		--offline-tour) tour=1 ;;
		--postgres) engine=postgres ;;
		--exit) leave=1 ;;
		*) usage "demo takes no $1" ;;
		esac
		[ $# -eq 0 ] || shift
	done
	[ -z "$data" ] || [ -r "$data" ] || die "--data: $data cannot be read"
	[ -z "$data" ] || data=$(realpath "$data")
}

# A demo that exists goes on as it is; half of one is thrown away.
demo_check()
{
	! site_is_up "$demo_dir" || die 'the demo runs already, in another terminal (./dev status)'
	if [ -e "$demo_dir/shop.json" ]; then
		[ "$(cat "$demo_dir/engine")" = "$engine" ] ||
			die "the demo that is here has its cloud on $(cat "$demo_dir/engine"); ./dev clean forgets it"
		[ -z "$data" ] || die 'the demo that is here has its shop already; ./dev clean forgets it'
		return 0
	fi
	site_postgres_stop "$demo_dir"
	rm -rf "$demo_dir"
	mkdir -p "$demo_dir"
	echo "$engine" >"$demo_dir/engine"
}

# Those of the last time, if they are free.  The tills know the cloud by the
# cable's port: story.pl tells them when it is another.
demo_ports()
{
	was_cloud=8088 was_till_1=8089 was_till_2=8090 was_cable=8091
	# shellcheck source=/dev/null
	[ ! -e "$demo_dir/ports" ] || . "$demo_dir/ports"
	port_take "$was_cloud" && cloud_port=$port
	port_take "$was_till_1" "$cloud_port" && till_1_port=$port
	port_take "$was_till_2" "$cloud_port" "$till_1_port" && till_2_port=$port
	port_take "$was_cable" "$cloud_port" "$till_1_port" "$till_2_port" && cable_port=$port
	printf 'was_cloud=%s was_till_1=%s was_till_2=%s was_cable=%s\n' "$cloud_port" "$till_1_port" "$till_2_port" \
		"$cable_port" >"$demo_dir/ports"
}

demo_nodes()
{
	if [ "$engine" = postgres ]; then
		site_postgres "$demo_dir"
		node_make "$demo_dir" cloud cloud "$cloud_port" "$conninfo"
	else
		node_make "$demo_dir" cloud cloud "$cloud_port"
	fi
	node_make "$demo_dir" till-1 desktop "$till_1_port"
	node_make "$demo_dir" till-2 desktop "$till_2_port"
	rm -f "$demo_dir/cut"
	{
		node_plan "$demo_dir" cloud cloud
		echo "cable - 0 perl $aux/relay.pl $cable_port $cloud_port $demo_dir/cut"
		node_plan "$demo_dir" till-1 desktop
		node_plan "$demo_dir" till-2 desktop
	} >"$demo_dir/plan"
}

demo_start()
{
	started=$(now_s)
	demo_ports
	demo_nodes
	site_start "$demo_dir" --attached
	site_wait_ready "$demo_dir" || return 1
	say running "a cloud on $engine and two tills on sqlite, in $(since "$started")"
}

story()
{
	perl "$aux/story.pl" "$demo_dir" "$build" "http://127.0.0.1:$cable_port" "$@"
}

demo_furnish()
{
	if [ -e "$demo_dir/shop.json" ]; then
		story reconnect
	elif [ -n "$data" ]; then
		story furnish "$data"
	else
		perl "$top/etc/demo/grocery.pl" --seed 7 >"$demo_dir/grocery.csv" && story furnish "$demo_dir/grocery.csv"
	fi
}

demo_tell()
{
	demo_furnish && story sell && { [ "$tour" = 0 ] || story tour; }
}

demo_stop()
{
	trap '' INT TERM HUP
	site_stop "$demo_dir"
	site_postgres_stop "$demo_dir"
	trap - INT TERM HUP
}

demo_interrupted()
{
	echo
	demo_stop
	say stopped 'everything; ./dev demo starts it again, ./dev clean forgets it'
	exit "$1"
}

# demo_soak SECONDS: the same shop in .soak, with trouble; what went wrong stays there
demo_soak()
{
	demo_dir=$top/.soak data='' engine=sqlite
	site_environment
	rm -rf "$demo_dir"
	demo_check
	trap 'demo_interrupted 130' INT TERM HUP
	soaked=1
	if demo_start && demo_furnish; then
		perl "$aux/soak.pl" "$demo_dir" "$build" "$1"
		soaked=$?
	fi
	demo_stop
	[ "$soaked" -ne 0 ] || rm -rf "$demo_dir"
	return "$soaked"
}

# Runs until ^C, which is the proper end of it.
demo_stay()
{
	story guide
	trap 'demo_interrupted 0' INT TERM HUP
	wait "$supervisor" || true
	demo_stop
	die "the supervisor has ended by itself; logs: .demo/log/"
}

verb_demo()
{
	demo_options "$@"
	site_environment
	echo "Fexl $version: a cloud and two tills on this machine"
	deps_need_for "$engine"
	build_main
	build_console || note 'without its web console: only the API is served'
	demo_check
	trap 'demo_interrupted 130' INT TERM HUP
	if ! demo_start || ! demo_tell; then
		demo_stop
		die 'the demo did not get through; logs: .demo/log/'
	fi
	[ "$leave" = 1 ] || demo_stay
	demo_stop
	say stopped "everything; $(since "$begun") in all"
}
