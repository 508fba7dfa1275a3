noinst_LIBRARIES += libwire.a
libwire_a_SOURCES = \
	%D%/wire.h \
	%D%/messages.c \
	%D%/msg.c \
	%D%/peer.h \
	%D%/peer.c \
	%D%/hub.c \
	%D%/link.c
