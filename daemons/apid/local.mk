sbin_PROGRAMS += fexl-apid
fexl_apid_SOURCES = \
	%D%/apid.h %D%/call.h %D%/stage.h \
	%D%/main.c \
	%D%/minute.c \
	%D%/h_import.c \
	%D%/openapi.h %D%/openapi.c %D%/operations.c %D%/schemas.c %D%/shapes.c \
	%D%/call.c %D%/stage.c %D%/args.c %D%/routes.c \
	%D%/guard.c %D%/source.c %D%/cache.c %D%/kept.c %D%/browser.c \
	%D%/shop.c %D%/keys.c \
	%D%/notify.c %D%/events.c %D%/hosts.c %D%/standing.c %D%/live.c %D%/handed.c %D%/roster.c \
	%D%/timing.h %D%/timing.c %D%/meters.c %D%/status.c %D%/static.c \
	%D%/h_site.c %D%/h_seen.c \
	%D%/h_setup.c %D%/h_session.c %D%/h_users.c %D%/h_roles.c %D%/h_settings.c %D%/h_twins.c \
	%D%/h_records.c %D%/h_documents.c %D%/h_invoices.c %D%/h_stock.c %D%/h_shifts.c %D%/h_reports.c \
	%D%/h_conflicts.c \
	%D%/h_backup.c %D%/h_restore.c %D%/h_doctor.c %D%/doctor.h %D%/doctor_data.c %D%/doctor_place.c %D%/doctor_sync.c \
	%D%/swap.h %D%/swap.c \
	%D%/h_devices.c %D%/h_admin.c \
	%D%/h_sync_hub.c %D%/h_sync_till.c %D%/h_sync_status.c %D%/h_repair.c %D%/purge.c %D%/moving.c %D%/h_pairing.c \
	%D%/h_quarantine.c %D%/h_tenant.c %D%/h_db.c
fexl_apid_LDADD = libsync.a libmodel.a libservice.a libhttp.a libwire.a libws.a $(STORE_LIBS) $(EVENT_LIBS) $(SSL_LIBS) $(Z_LIBS) $(SYSTEMD_LIBS)
