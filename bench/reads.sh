# What is asked most, beside a bare epoll answer of the same bytes, nginx with them in
# a file, and Bun with SQLite.  Sourced by run.

# Server and load on a core of their own, where there are two.
pin()
{
	if [ "$(nproc)" -ge 2 ]; then
		echo "taskset -c $1"
	fi
}

# A server that is no daemon of ours, as a node: stand_in NODE COMMAND…  Under what
# $on says, if anything.
stand_in()
{
	stand_in=$1
	shift
	mkdir -p "$stage/$stand_in/run"
	cp "$stage/shop/token" "$stage/$stand_in/"
	: >"$stage/$stand_in/run/apid.port"
	$on "$@" >"$stage/$stand_in/run/apid.port" 2>"$stage/$stand_in/log" &
	echo $! >"$stage/$stand_in/pid.apid"
	must wait_for "[ -s $stage/$stand_in/run/apid.port ]"
}

# Bun with the products of the saved shop; its own file is new each time.
start_bun()	# [program]
{
	mkdir -p "$stage/bun"
	rm -f "$stage/bun"/*.db*
	cp "$stage/saved/fexl.db" "$stage/bun/"
	stand_in bun "$(bun_program)" "$src/bench/peers/${1:-bun-shop.js}" "$stage/bun/fexl.db" "$stage/bun/bun.db"
}

# nginx as its manual has it for many small files: no log, the file stays open.  It is
# one process, the worker, so its CPU time is all of it.
nginx_conf()	# port
{
	cat <<END
daemon off;
master_process off;
pid $stage/nginx/run/pid;
error_log stderr crit;
events { worker_connections 1024; multi_accept on; }
http {
	access_log off;
	sendfile on;
	tcp_nopush on;
	keepalive_timeout 600;
	keepalive_requests 100000000;
	open_file_cache max=10 inactive=600s;
	open_file_cache_valid 600s;
	client_body_temp_path $stage/nginx/run;
	proxy_temp_path $stage/nginx/run;
	fastcgi_temp_path $stage/nginx/run;
	uwsgi_temp_path $stage/nginx/run;
	scgi_temp_path $stage/nginx/run;
	server {
		listen 127.0.0.1:$1 backlog=1024;
		default_type application/json;
		location = ${read_path%%\?*} { alias $stage/answer; }
	}
}
END
}

start_nginx()
{
	mkdir -p "$stage/nginx/run"
	nginx_port=$(perl "$src/build-aux/dev/port.pl" free $((20000 + $$ % 20000)))
	nginx_conf "$nginx_port" >"$stage/nginx/conf"
	stand_in nginx sh -c 'echo "$1"; exec "$2" -e stderr -p "$3" -c "$3/conf"' sh "$nginx_port" "$(nginx_program)" "$stage/nginx"
	must wait_for "curl -sS --fail-with-body $(url_of nginx)$read_path"
}

read_one()	# node connections tasks
{
	line=$(load "$1" "$2" 200 "$3" $(pin 1)) || exit 1
	keep_all "$1$2" "$line" per_s p50_us p99_us cpu_us rss_kb
}

read_all()	# connections tasks
{
	on=$(pin 0)
	must start_apid shop $on
	read_one shop "$1" "$2"
	stop shop
	stand_in hello "$build/bench/hello" "$stage/answer"
	read_one hello "$1" "$2"
	stop_daemon hello apid
	if [ -n "$(nginx_program)" ]; then
		start_nginx
		read_one nginx "$1" "$2"
		stop_daemon nginx apid
	fi
	[ -n "$(bun_program)" ] || return 0
	start_bun
	read_one bun "$1" "$2"
	stop_daemon bun apid
}

# What Bun had, and our CPU by its: peer_columns NAME
peer_columns()
{
	if [ -s "$stage/figures/bun$1.per_s" ]; then
		say '%9.0f %8.1f %7.1f | %5.2f %5.2f\n' "$(median "bun$1.per_s")" "$(median "bun$1.cpu_us")" \
			"$(median "bun$1.rss_kb" | awk '{ print $1 / 1024 }')" \
			"$(ratio "$2$1.per_s" "bun$1.per_s")" "$(ratio "$2$1.cpu_us" "bun$1.cpu_us")"
	else
		say 'not there: ./dev bench peers\n'
	fi
}

nginx_columns()
{
	if [ -s "$stage/figures/nginx$1.per_s" ]; then
		say '%9.0f %7.1f | %5.2f %5.2f | ' "$(median "nginx$1.per_s")" "$(median "nginx$1.cpu_us")" \
			"$(ratio "shop$1.per_s" "nginx$1.per_s")" "$(ratio "shop$1.cpu_us" "nginx$1.cpu_us")"
	else
		say '%17s | %11s | ' 'not there' ''
	fi
}

read_row()
{
	say '%11s %9.0f %15s %8.2f %7.1f %7.1f | %9.0f %7.1f | %5.2f %5.2f | ' "$1" \
		"$(median "shop$1.per_s")" "$(range "shop$1.per_s")" "$(median "shop$1.p99_us" | awk '{ print $1 / 1000 }')" \
		"$(median "shop$1.cpu_us")" "$(median "shop$1.rss_kb" | awk '{ print $1 / 1024 }')" \
		"$(median "hello$1.per_s")" "$(median "hello$1.cpu_us")" \
		"$(ratio "shop$1.per_s" "hello$1.per_s")" "$(ratio "shop$1.cpu_us" "hello$1.cpu_us")"
	nginx_columns "$1"
	peer_columns "$1" shop
}

# What is asked, and the bytes that hello answers with.
read_tasks()	# tasks
{
	printf 'GET\t/api/products?limit=50\t"items":[{\n' >"$stage/shop/list"
	printf 'GET\t/api/products?q=numb+shel&limit=50\t"items":[{\n' >"$stage/shop/search"
	must start_apid shop
	read_path=$(head -n 1 "$stage/shop/$1" | cut -f 2)
	curl -sS --fail-with-body -H "Authorization: Bearer $(cat "$stage/shop/token")" "$(url_of shop)$read_path" \
		>"$stage/answer" || exit 1
	stop shop
	mkdir -p "$stage/hello" "$stage/nginx" "$stage/bun"
	printf 'GET\t%s\t%s\n' "$read_path" "$(cut -c 1-46 "$stage/answer")" >"$stage/hello/$1"
	cp "$stage/hello/$1" "$stage/nginx/"
	cp "$stage/shop/$1" "$stage/bun/"
}

bench_read()	# tasks what
{
	shop shop
	save_shop shop
	read_tasks "$1"
	for round in $(each_round); do
		for at_once in 8 64; do
			read_all $at_once "$1"
		done
	done
	say '\n%s (%s bytes), signed in; medians of %s\n' "$2" "$(wc -c <"$stage/answer")" "$rounds"
	say '            | fexl-apid                                      | bare epoll, same  | ratio of    | nginx, same file  | ratio of    | Bun, bun:sqlite            | ratio of\n'
	say '%11s %9s %15s %8s %7s %7s | %9s %7s | %5s %5s | %9s %7s | %5s %5s | %9s %8s %7s | %5s %5s\n' connections req/s range 'p99 ms' 'CPU us' 'RSS MB' \
		req/s 'CPU us' rate CPU req/s 'CPU us' rate CPU req/s 'CPU us' 'RSS MB' rate CPU
	for at_once in 8 64; do
		read_row $at_once
	done
}

bench_get()
{
	bench_read get 'GET product by id'
}

bench_list()
{
	bench_read list 'GET 50 products'
}

bench_search()
{
	bench_read search 'GET 50 products by the beginnings of two words (Bun: any 50)'
}
