noinst_LIBRARIES += libschema.a
libschema_a_SOURCES = \
	%D%/schema.h \
	%D%/columns.h %D%/sums.h \
	%D%/tables.c \
	%D%/records.c \
	%D%/documents.c \
	%D%/local.c \
	%D%/schema.c \
	%D%/ddl.c %D%/doors.h %D%/doors.c \
	%D%/row.c %D%/stamps.c \
	%D%/rowjson.c \
	%D%/canon.c
