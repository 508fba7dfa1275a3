#!/bin/sh
# Two machines and a cable, from the packages: a cloud over PostgreSQL, behind
# nginx and then by itself, and a till that is approved, cut off, joined again,
# and upgraded while it sells.
test_description='a cloud and a till at home on Linux'
. "${FEXL_SRC:-.}/t/lib.sh"
[ -n "${FEXL_LONG:-}" ] || skip_all 'it takes minutes: ./dev test --long'
. "$src/t/machine.sh"
command -v openssl >/dev/null || skip_all 'openssl is needed'
cloud_packages=$base_packages,postgresql,nginx-light,openssl
machine_needs "$cloud_packages"

certificate()	# an authority, and a certificate for cloud.test from it
{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '/CN=Corner shop' \
		-keyout "$stage/ca.key" -out "$stage/ca.pem" 2>/dev/null &&
		openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=cloud.test' \
			-addext 'subjectAltName=DNS:cloud.test' -keyout "$stage/key.pem" -out "$stage/csr.pem" 2>/dev/null &&
		openssl x509 -req -in "$stage/csr.pem" -CA "$stage/ca.pem" -CAkey "$stage/ca.key" -CAcreateserial -days 2 \
			-copy_extensions copy -out "$stage/cert.pem" 2>/dev/null
}

mctl()	# name fexlctl arguments…
{
	mctl_name=$1
	shift
	on "$mctl_name" fexlctl "$@"
}

in_cloud()	# the uuids of all invoices
{
	on cloud runuser -u postgres -- psql -qAtX fexl -c 'SELECT uuid FROM invoices' | sort
}

# Every sale that was answered is in the cloud, and no other.
all_arrived()
{
	cut -d' ' -f1 "$stage/till/sales.sold" | sort >"$stage/answered" && in_cloud >"$stage/arrived" &&
		diff "$stage/answered" "$stage/arrived"
}

pending_at_till()
{
	mctl till --json pending | jq -r .total
}

is_same()
{
	mctl till --timeout 60 sync now --wait && mctl till --json verify | jq -e .identical
}

test_expect 'two machines with a cable between them' '
	packages_built && certificate &&
	machine cloud "$cloud_packages" && machine till && cable cloud 10.99.0.1 till 10.99.0.2 &&
	boot cloud && boot till && echo "10.99.0.1 cloud.test" | put till /etc/hosts
'
machines='cloud till'
is_up till && is_up cloud || test_done	# the rest would only wait in vain
test_expect 'fexl-cloud is installed, and nothing of it runs' '
	install_packages cloud cloud && ! on cloud systemctl is-active --quiet fexl-apid.service fexl-apid.socket &&
	on cloud systemctl start fexl-apid.service && ! on cloud systemctl is-active --quiet fexl-apid.service &&
	! on cloud systemctl is-enabled --quiet fexl.target
'
test_expect 'fexlctl cloud init makes database, administrator and keys' '
	wait_for "on cloud systemctl is-active --quiet postgresql@15-main" &&
	echo "correct horse battery" | on cloud fexlctl cloud init --password-file - --url https://cloud.test &&
	on cloud systemctl is-active fexl-apid fexl-realtimed && [ -z "$(in_cloud)" ] &&
	! on cloud grep -r "correct horse" /etc/fexl /var/lib/fexl
'
test_expect 'it works as a role that owns nothing, and is held up by a wall between shops' '
	on cloud curl -s --unix-socket /run/fexl/apid.sock http://localhost/status | jq -e ".wall == \"stands\"" &&
	[ "$(on cloud runuser -u postgres -- psql -qAtX fexl -c "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = '\''public'\''")" = fexl_owner ] &&
	on cloud systemctl restart fexl-apid && on cloud fexlctl --quiet cloud migrate
'
test_expect 'only once' '
	! on cloud fexlctl cloud init --password-file - </dev/null
'
test_expect 'the administrator signs in with that password' '
	near cloud curl -sS --fail-with-body -H "Content-Type: application/json" http://127.0.0.1:8089/api/admin/session \
		-d "{\"password\":\"correct horse battery\"}" | jq -r .token | grep "^f"
'
test_expect 'nginx stands in front of it' '
	put cloud /etc/ssl/certs/cloud.pem <"$stage/cert.pem" && put cloud /etc/ssl/private/cloud.key <"$stage/key.pem" &&
	on cloud sh -c "sed -e s/shop.example.pem/cloud.pem/ -e s/shop.example.key/cloud.key/ -e s/shop.example/cloud.test/ \
		/usr/share/doc/fexl-cloud/examples/nginx.conf >/etc/nginx/sites-enabled/fexl" &&
	on cloud nginx -t && on cloud systemctl restart nginx &&
	near till curl -sS --cacert "$stage/ca.pem" --resolve cloud.test:443:10.99.0.1 https://cloud.test/api/sync/health | grep server_time
'
test_expect 'a till is installed, sells, and asks the cloud to take it in' '
	put till /etc/fexl/ca.pem <"$stage/ca.pem" && echo "cloud_ca = /etc/fexl/ca.pem" | put till /etc/fexl/fexl.conf.d/ca.conf &&
	install_packages till desktop && wait_for "on till systemctl is-active --quiet fexl-apid fexl-syncd" &&
	open_shop till && start_selling till && sells_on till 20 &&
	mctl cloud --json tenant create "Corner shop" >"$stage/tenant.json" &&
	jq -r .license_key "$stage/tenant.json" | on till fexlctl --json pair --url https://cloud.test \
		--tenant "$(jq -r .tenant_uuid "$stage/tenant.json")" --license-file - --name "Till 1" >"$stage/pair.json" &&
	jq -e ".status == \"pending\" and .code" "$stage/pair.json"
'
[ -s "$stage/till/sales.sold" ] || test_done	# the rest would only wait in vain
test_expect 'its status says what it waits for' '
	status_of till fexl-syncd | grep "$(jq -r .code "$stage/pair.json")"
'
test_expect 'approved by the code on its screen, it has sent everything' '
	mctl cloud devices approve "$(jq -r .code "$stage/pair.json")" --yes && stop_selling && is_same &&
	all_arrived
'
test_expect 'cut off it sells on, and says what is only here' '
	ip -n "$(net_of till)" link set cable down && start_selling till && from=$(sold till) && sells_on till 50 &&
	gap_at_most till $from 3000 "the cable is cut" &&
	PATIENCE_S=60 wait_for "status_of till fexl-syncd | grep \"Cloud unreachable\"" && [ "$(pending_at_till)" -gt 0 ]
'
test_expect 'joined again it sends all of it by itself, and both are the same' '
	ip -n "$(net_of till)" link set cable up && stop_selling && PATIENCE_S=90 wait_for "[ \$(pending_at_till) = 0 ]" &&
	is_same && all_arrived
'
test_expect 'without nginx, the daemon speaks TLS itself, on port 443 without being root' '
	on cloud systemctl disable --quiet --now nginx &&
	printf "[Socket]\nListenStream=10.99.0.1:443\n" | put cloud /etc/systemd/system/fexl-apid.socket.d/tls.conf &&
	put cloud /etc/fexl/cloud.pem <"$stage/cert.pem" && put cloud /etc/fexl/secrets/tls-key <"$stage/key.pem" &&
	on cloud chmod 600 /etc/fexl/secrets/tls-key &&
	printf "tls_cert = /etc/fexl/cloud.pem\ntls_key = tls-key\n" | put cloud /etc/fexl/fexl.conf.d/tls.conf &&
	on cloud systemctl daemon-reload && on cloud systemctl stop fexl.target && on cloud systemctl start fexl.target &&
	wait_for "near till curl -sS --cacert $stage/ca.pem --resolve cloud.test:443:10.99.0.1 https://cloud.test/api/sync/health" &&
	PATIENCE_S=90 wait_for "is_same"
'
test_expect 'both are upgraded while it sells' '
	start_selling till && sells_on till 10 && from=$(sold till) &&
	install_packages cloud cloud 0.1.1~test && install_packages till desktop 0.1.1~test && sells_on till 50 &&
	gap_at_most till $from 15000 "upgrade of both" && stop_selling &&
	PATIENCE_S=90 wait_for "is_same" && all_arrived && all_there till
'
test_expect 'PostgreSQL is restarted under the cloud: the till does not notice, the cloud is back' '
	start_selling till && from=$(sold till) && on cloud systemctl restart postgresql@15-main && sells_on till 50 &&
	gap_at_most till $from 3000 "restart of PostgreSQL" && stop_selling && PATIENCE_S=90 wait_for "is_same" &&
	all_arrived
'
[ ! -s "$stage/gaps" ] || note "$(cat "$stage/gaps")"
test_done
