noinst_LIBRARIES += libhttp.a
libhttp_a_SOURCES = \
	%D%/http.h %D%/internal.h \
	%D%/chars.c %D%/head.c %D%/target.c %D%/field.c %D%/body.c %D%/gzip.c \
	%D%/output.c %D%/wait.c %D%/conn.c %D%/exchange.c \
	%D%/reply.c %D%/stream.c %D%/problem.c \
	%D%/route.c %D%/query.c \
	%D%/server.c %D%/listen.c %D%/owner.c \
	%D%/tunnel.h %D%/tunnel.c %D%/tls.c
