/* What the doctor looks at.
 *
 *	h_doctor.c	the list, the requests
 *	doctor_data.c	the database and what is in it
 *	doctor_place.c	the disk and the files
 *	doctor_sync.c	how this server stands with its cloud, or with its tills */
#ifndef APID_DOCTOR_H
#define APID_DOCTOR_H

#include "apid/call.h"

/* A warning leaves time; a failure costs data, money or sync now. */
enum found { FOUND_OK, FOUND_WARN, FOUND_FAIL, FOUND_SKIP };

struct finding {
	const char *text;	/* a sentence */
	const char *next;	/* what to do, where it is not well */
};

/* Returns an enum found, or -1: it cannot be told, and err says why. */
typedef int look_fn(struct call *c, struct finding *f, struct err *err);

look_fn look_database, look_schema, look_wall, look_log, look_books, look_stock, look_accounts;
look_fn look_disk, look_files, look_backup, look_certificate;
look_fn look_clock, look_sync, look_quarantine, look_conflicts, look_devices;

/* "3 min", "9 d" */
const char *doctor_span(struct pool *pool, int64_t us);

/* Files of the data folder that others may read are theirs no more.  *n_r: how many. */
int doctor_close_files(const char *dir, int *n_r, struct err *err) MUST_CHECK;

#endif
