noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	%D%/base.h %D%/alloc.c \
	%D%/buf.h %D%/buf.c \
	%D%/clock.h %D%/clock.c %D%/time.c \
	%D%/crypto.h %D%/crypto.c %D%/coding.c \
	%D%/csv.h %D%/csv.c \
	%D%/err.h %D%/err.c \
	%D%/json.h %D%/json.c %D%/jsonlong.h %D%/jsonlong.c %D%/jsonscan.h %D%/jsonscan.c %D%/jsontree.h %D%/jsontree.c %D%/jsontwin.c %D%/jsonwrite.c \
	%D%/jwt.h %D%/jwt.c \
	%D%/log.h %D%/log.c \
	%D%/map.h %D%/map.c \
	%D%/money.h %D%/money.c \
	%D%/near.h %D%/near.c \
	%D%/pool.h %D%/pool.c \
	%D%/secret.h %D%/secret.c \
	%D%/utf8.h %D%/utf8.c \
	%D%/uuid.h %D%/uuid.c \
	%D%/words.h %D%/words.c
