# Speaking to a cloud as a device does, without fexl-syncd: to see what it is
# told, and above all what it is not.
#
#	. "$src/t/device.sh"
#	token=$(device_token till1)
#	as_device cloud "$token" GET '/api/sync/snapshot'	its status; the answer is in $stage/body

base64url()
{
	openssl base64 -A | tr '+/' '-_' | tr -d '='
}

# The raw key of 32 bytes in the wrapping that openssl wants.
device_pem()	# till
{
	{
		printf '\060\056\002\001\000\060\005\006\003\053\145\160\004\042\004\040'
		cat "$stage/$1/data/device.key"
	} | openssl pkey -inform DER -outform PEM
}

# Signs claims with the till's own key: they need not be true.
signed_by()	# till claims
{
	{ printf '{"alg":"EdDSA","typ":"JWT"}' | base64url && printf . && printf %s "$2" | base64url; } >"$stage/$1/unsigned"
	device_pem "$1" >"$stage/$1/key.pem"
	printf '%s.%s\n' "$(cat "$stage/$1/unsigned")" \
		"$(openssl pkeyutl -sign -rawin -inkey "$stage/$1/key.pem" -in "$stage/$1/unsigned" | base64url)"
	rm -f "$stage/$1/key.pem"
}

claims_of()	# till tenant use [user]
{
	now=$(date +%s)
	printf '{"use":"%s","ten":"%s","dev":"%s","inc":%d,%s"iat":%d,"exp":%d}' "$3" "$2" "$(device_of "$1")" \
		"$(rows "$1" 'SELECT incarnation FROM server')" "${4:+\"sub\":\"$4\",}" "$now" $((now + 300))
}

# As fexl-syncd signs it.
device_token()	# till [tenant]
{
	signed_by "$1" "$(claims_of "$1" "${2:-$(api "$1" GET /api/sync/status | jq -r .tenant)}" device)"
}

as_device()	# cloud token METHOD path [JSON]
{
	device_token_=$2
	if [ -n "${5:-}" ]; then
		status "$1" "$3" "$4" -H "Authorization: Bearer $device_token_" -H 'Fexl-Protocol: 1' \
			-H 'Content-Type: application/json' --data-binary "$5"
	else
		status "$1" "$3" "$4" -H "Authorization: Bearer $device_token_" -H 'Fexl-Protocol: 1'
	fi
}

# "403 device_pending": the status, and the word that goes with it.
told()	# cloud token METHOD path [JSON]
{
	echo "$(as_device "$@") $(jq -r '.code // "-"' "$stage/body")"
}

# All six ways to rows are shut, and for the same reason.
shut_out()	# cloud token code
{
	for ask in 'GET /api/sync/pull?since=x' 'GET /api/sync/snapshot' 'GET /api/sync/rows' 'GET /api/sync/rows/x' 'POST /api/sync/push {"rows":[]}' \
		'POST /api/sync/digest {"seq":1,"without":[]}'; do
		# shellcheck disable=SC2086
		answer=$(told "$1" "$2" $ask)
		echo "$ask: $answer"
		[ "$answer" = "403 $3" ] || return 1
	done
}

command -v openssl >/dev/null || skip_all 'openssl is needed'
