noinst_LIBRARIES += libws.a
libws_a_SOURCES = \
	%D%/ws.h \
	%D%/frame.c \
	%D%/reader.c \
	%D%/hello.c
