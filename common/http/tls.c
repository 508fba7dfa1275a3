/* TLS for the world: certificate and key, and which promises of it we keep.
 * Only who calls http_server_tls() links libssl: realtimed does not. */
#include "base/base.h"
#include "base/log.h"
#include "http/tunnel.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <time.h>

/* The only protocol we speak; a client that wants others only is told so. */
static int choose_protocol(SSL *ssl UNUSED, const unsigned char **out, unsigned char *out_len,
			   const unsigned char *offered, unsigned len, void *ctx UNUSED)
{
	static const unsigned char ours[] = "\x08http/1.1";
	unsigned char *chosen;

	if (SSL_select_next_proto(&chosen, out_len, ours, sizeof(ours) - 1, offered, len) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

static int cannot_load(const char *what, const char *file, struct err *err)
{
	const char *why = ERR_reason_error_string(ERR_peek_last_error());

	ERR_clear_error();
	return err_set(err, ERR_INPUT, "tls", "%s: cannot be used as %s: %s", file, what, why != NULL ? why : "unreadable");
}

static int load(SSL_CTX *ctx, const char *cert, const char *key, struct err *err)
{
	if (SSL_CTX_use_certificate_chain_file(ctx, cert) != 1)
		return cannot_load("a certificate in PEM (tls_cert)", cert, err);
	if (SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(ctx) != 1)
		return cannot_load("the key of that certificate in PEM (tls_key)", key, err);
	return 0;
}

static SSL_CTX *context_new(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (ctx == NULL)
		panic("libssl does not start");
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
	/* TLS 1.2 with forward secrecy and AEAD only; what 1.3 has is fine. */
	if (SSL_CTX_set_cipher_list(ctx, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1)
		panic("libssl knows none of our ciphers");
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, NULL);
	return ctx;
}

int http_server_tls(struct http_server *s, const char *cert, const char *key, struct err *err)
{
	SSL_CTX *ctx = context_new();

	if (load(ctx, cert, key, err) < 0) {
		SSL_CTX_free(ctx);
		return -1;
	}
	tunnels_new(s, ctx);
	return 0;
}

int http_certificate_ends(const char *cert, int64_t *at_r, struct err *err)
{
	FILE *f = fopen(cert, "re");
	X509 *x = f != NULL ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;
	struct tm tm;
	int rc = -1;

	if (f != NULL)
		fclose(f);
	if (x != NULL && ASN1_TIME_to_tm(X509_get0_notAfter(x), &tm) == 1) {
		*at_r = (int64_t)timegm(&tm) * 1000000;
		rc = 0;
	} else {
		cannot_load("a certificate in PEM (tls_cert)", cert, err);
	}
	X509_free(x);
	return rc;
}
