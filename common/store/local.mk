noinst_LIBRARIES += libstore.a
libstore_a_SOURCES = \
	%D%/store.h \
	%D%/driver.h \
	%D%/lane.h \
	%D%/db.c \
	%D%/marks.h %D%/marks.c \
	%D%/lite.h %D%/litefile.c %D%/litelog.c %D%/sqlite.c \
	%D%/pgwire.h \
	%D%/pgwire.c \
	%D%/pgsql.c \
	%D%/pgconn.c \
	%D%/pghosts.c \
	%D%/pgerr.c \
	%D%/pgval.c \
	%D%/sql.c \
	%D%/rowstore.c \
	%D%/many.h %D%/many.c \
	%D%/mirror.h %D%/mirror.c \
	%D%/migrate.c %D%/wall.c \
	%D%/txn.c \
	%D%/queue.c \
	%D%/lane.c \
	%D%/crew.c \
	%D%/checkpoint.c \
	%D%/backup.h %D%/backup.c %D%/backupcheck.c %D%/sumfile.h %D%/sumfile.c %D%/copy.c %D%/upkeep.h %D%/upkeep.c \
	%D%/store.c
