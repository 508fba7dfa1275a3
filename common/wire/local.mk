noinst_LIBRARIES += libwire.a
libwire_a_SOURCES = \
	%D%/wire.h \
	%D%/messages.c \
	%D%/msg.c \
	%D%/pass.h \
	%D%/pass.c \
	%D%/peer.h \
	%D%/peer.c \
	%D%/hub.c \
	%D%/link.c
