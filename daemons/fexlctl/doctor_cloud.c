/* The doctor goes the way to the cloud: name, connection, certificate, answer. */
#include "base/base.h"
#include "fexlctl/doctor.h"
#include "service/service.h"
#include "base/clock.h"

#include <time.h>

#define PATIENCE_MS 10000L
#define SOON_S (21 * 86400)

/* What fexl-syncd trusts as well; NULL: what the system trusts. */
static const char *own_authority(struct ctl *c)
{
	char *argv[] = { (char *)"fexlctl", NULL };
	const char *ca = "";
	struct conf *conf;

	if (conf_load(&conf, c->option[ARG_CONFIG], 1, argv, NULL) == 0) {
		ca = pool_strdup(c->pool, conf_str(conf, "cloud_ca"));
		conf_free(&conf);
	}
	return *ca != '\0' ? ca : NULL;
}

static size_t forget(char *p UNUSED, size_t size, size_t n, void *ctx UNUSED)
{
	return size * n;
}

/* When the server's certificate ends; -1 where there is none. */
static time_t certificate_ends(CURL *curl)
{
	static const char mark[] = "Expire date:";
	struct curl_certinfo *info = NULL;

	if (curl_easy_getinfo(curl, CURLINFO_CERTINFO, &info) != CURLE_OK || info == NULL || info->num_of_certs < 1)
		return -1;
	for (struct curl_slist *l = info->certinfo[0]; l != NULL; l = l->next)
		if (strncmp(l->data, mark, sizeof(mark) - 1) == 0)
			return curl_getdate(l->data + sizeof(mark) - 1, NULL);
	return -1;
}

static void has_answered(struct visit *v, CURL *curl, const char *url)
{
	time_t ends = certificate_ends(curl);
	curl_off_t took_us = 0;
	const char *until = "no TLS";
	char day[32];
	struct tm tm;
	long status = 0;

	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(curl, CURLINFO_TOTAL_TIME_T, &took_us);
	if (ends > 0 && gmtime_r(&ends, &tm) != NULL && strftime(day, sizeof(day), "%Y-%m-%d", &tm) > 0)
		until = pool_printf(v->c->pool, "TLS until %s", day);
	if (status != 200)
		found_add(v, "cloud", FOUND_FAIL, "is it a Fexl cloud?  fexlctl status names the address", "%s answers with %ld", url, status);
	else if (ends > 0 && ends < clock_wall() / SECOND_US + SOON_S)
		found_add(v, "cloud", FOUND_WARN, "at the cloud: fexlctl doctor certificate", "%s, which is soon over; it answers in %lld ms",
			  until, (long long)took_us / 1000);
	else
		found_add(v, "cloud", FOUND_OK, NULL, "%s answers in %lld ms, %s", url, (long long)took_us / 1000, until);
}

/* What stood in the way, and who can do something about it. */
static const struct {
	CURLcode code;
	const char *next;
} ways[] = {
	{ CURLE_COULDNT_RESOLVE_HOST, "is there a network?  resolvectl query the name; sales go on meanwhile" },
	{ CURLE_COULDNT_CONNECT, "is the cloud up, and port and firewall open?  sales go on meanwhile" },
	{ CURLE_OPERATION_TIMEDOUT, "is there a network?  sales go on meanwhile" },
	{ CURLE_PEER_FAILED_VERIFICATION, "name who signed it in cloud_ca (fexl.conf(5)), then systemctl restart fexl-syncd; or mend it at the cloud" },
	{ CURLE_SSL_CACERT_BADFILE, "cloud_ca must name a file in PEM that can be read: fexl.conf(5)" },
};

static void has_not(struct visit *v, const char *url, CURLcode code, const char *why)
{
	const char *next = "fexlctl logs --daemon syncd";

	for (size_t i = 0; i < ARRAY_LEN(ways); i++)
		if (ways[i].code == code)
			next = ways[i].next;
	found_add(v, "cloud", FOUND_FAIL, next, "%s cannot be reached: %s", url, *why != '\0' ? why : curl_easy_strerror(code));
}

void look_at_cloud(struct visit *v)
{
	const char *url = json_text(v->sync, "pairing.url"), *ca = own_authority(v->c);
	char why[CURL_ERROR_SIZE] = "";
	CURLcode code;
	CURL *curl;

	if (url == NULL || (curl = curl_easy_init()) == NULL)
		return;
	curl_easy_setopt(curl, CURLOPT_URL, pool_printf(v->c->pool, "%s/api/sync/health", url));
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	if (ca != NULL) {
		curl_easy_setopt(curl, CURLOPT_CAINFO, ca);
		curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	}
	curl_easy_setopt(curl, CURLOPT_CERTINFO, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, v->c->timeout_ms > 0 ? (long)v->c->timeout_ms : PATIENCE_MS);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, forget);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
	code = curl_easy_perform(curl);
	if (code == CURLE_OK)
		has_answered(v, curl, url);
	else
		has_not(v, url, code, why);
	curl_easy_cleanup(curl);
}
