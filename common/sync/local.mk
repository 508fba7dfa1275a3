noinst_LIBRARIES += libsync.a
libsync_a_SOURCES = \
	%D%/sync.h \
	%D%/cycle.h \
	%D%/refs.h \
	%D%/merge.c \
	%D%/refs.c \
	%D%/ingest.c %D%/ingest_record.c %D%/pushed.h \
	%D%/pull.c \
	%D%/snapshot.c \
	%D%/batch.c \
	%D%/again.c \
	%D%/apply.c \
	%D%/confirm.c \
	%D%/quarantine.c \
	%D%/clock.c \
	%D%/apply.h \
	%D%/digest.h %D%/digest.c %D%/digest_hub.c %D%/compare.c \
	%D%/repair.c \
	%D%/restored.h %D%/restored.c \
	%D%/cycle.c
