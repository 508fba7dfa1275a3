sbin_PROGRAMS += fexl-realtimed
fexl_realtimed_SOURCES = \
	%D%/realtimed.h \
	%D%/main.c \
	%D%/link.c \
	%D%/shop.c \
	%D%/ring.c \
	%D%/digest.c \
	%D%/client.c \
	%D%/output.c \
	%D%/wheel.c \
	%D%/round.c \
	%D%/status.c
# No store: it repeats what apid says, it cannot look anything up.
fexl_realtimed_LDADD = libservice.a libhttp.a libwire.a libws.a $(BASE_LIBS) $(EVENT_LIBS) $(Z_LIBS) $(SYSTEMD_LIBS)
