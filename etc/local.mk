# What stands in pkgdatadir for others: what fexlctl --json prints, a JSON Schema
# 2020-12 for each command (t/5040-schemas.t).
schemadir = $(pkgdatadir)/schema
dist_schema_DATA = \
	%D%/schema/api.json \
	%D%/schema/backup-create.json \
	%D%/schema/backup-list.json \
	%D%/schema/backup-prune.json \
	%D%/schema/backup-verify.json \
	%D%/schema/check.json \
	%D%/schema/cloud-init.json \
	%D%/schema/completion.json \
	%D%/schema/config-show.json \
	%D%/schema/conflicts-list.json \
	%D%/schema/conflicts-restore.json \
	%D%/schema/conflicts-show.json \
	%D%/schema/devices-approve.json \
	%D%/schema/devices-list.json \
	%D%/schema/devices-reject.json \
	%D%/schema/devices-rename.json \
	%D%/schema/devices-resync.json \
	%D%/schema/devices-revoke.json \
	%D%/schema/devices-show.json \
	%D%/schema/doctor.json \
	%D%/schema/explain.json \
	%D%/schema/help.json \
	%D%/schema/import.json \
	%D%/schema/logs.json \
	%D%/schema/metrics.json \
	%D%/schema/pair.json \
	%D%/schema/pending.json \
	%D%/schema/quarantine-drop.json \
	%D%/schema/quarantine-list.json \
	%D%/schema/quarantine-retry.json \
	%D%/schema/quarantine-show.json \
	%D%/schema/repair.json \
	%D%/schema/restore.json \
	%D%/schema/setup.json \
	%D%/schema/status.json \
	%D%/schema/sync-history.json \
	%D%/schema/sync-now.json \
	%D%/schema/sync-pause.json \
	%D%/schema/sync-resume.json \
	%D%/schema/tenant-create.json \
	%D%/schema/tenant-list.json \
	%D%/schema/top.json \
	%D%/schema/unpair.json \
	%D%/schema/user-add.json \
	%D%/schema/user-disable.json \
	%D%/schema/user-enable.json \
	%D%/schema/user-list.json \
	%D%/schema/user-set-pin.json \
	%D%/schema/user-unlock.json \
	%D%/schema/verify.json \
	%D%/schema/version.json \
	%D%/schema/watch.json
