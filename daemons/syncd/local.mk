sbin_PROGRAMS += fexl-syncd
fexl_syncd_SOURCES = \
	%D%/syncd.h \
	%D%/main.c \
	%D%/pump.c \
	%D%/hello.c \
	%D%/up.c \
	%D%/down.c \
	%D%/ahead.c \
	%D%/verify.c \
	%D%/walk.c \
	%D%/page.c \
	%D%/eye.c \
	%D%/remote.c \
	%D%/multi.h %D%/multi.c \
	%D%/line.c \
	%D%/ear.c \
	%D%/pack.c \
	%D%/token.c \
	%D%/link.c \
	%D%/local.c \
	%D%/status.c \
	%D%/history.c \
	%D%/outlook.c
fexl_syncd_LDADD = libservice.a $(SYNC_LIBS) libhttp.a libwire.a libws.a $(BASE_LIBS) $(EVENT_LIBS) $(SYSTEMD_LIBS) \
	$(CURL_LIBS) $(Z_LIBS)
