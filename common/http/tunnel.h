/* Private to this folder: TLS on one side, plain bytes on the other. */
#ifndef HTTP_TUNNEL_H
#define HTTP_TUNNEL_H

#include "http/internal.h"

#include <openssl/types.h>

/* From now on the server's TCP connections come through TLS; takes ctx. */
void tunnels_new(struct http_server *s, SSL_CTX *ctx);

#endif
