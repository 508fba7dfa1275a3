# All but main(), so that unit tests can link a part of it.
noinst_LIBRARIES += libfexlctl.a
libfexlctl_a_SOURCES = \
	%D%/ctl.h \
	%D%/args.c \
	%D%/commands.h %D%/commands.c %D%/nearest.c \
	%D%/help.h %D%/help.c %D%/describe.c \
	%D%/exit.c \
	%D%/say.c \
	%D%/secret.c \
	%D%/call.h %D%/call.c \
	%D%/batch.h %D%/batch.c \
	%D%/live.h %D%/live.c %D%/cmd_watch.c \
	%D%/out.c %D%/cell.c \
	%D%/qr.c \
	%D%/cmd_status.c %D%/cmd_sync.c %D%/cmd_pending.c %D%/cmd_conflicts.c %D%/cmd_verify.c \
	%D%/cmd_pair.c %D%/cmd_devices.c %D%/cmd_cloud.c %D%/cmd_tenant.c %D%/carry.h %D%/carry.c %D%/cmd_user.c \
	%D%/cmd_backup.c %D%/cmd_restore.c %D%/cmd_doctor.c %D%/cmd_config.c %D%/cmd_logs.c %D%/cmd_setup.c %D%/cmd_api.c \
	%D%/config_set.h %D%/config_set.c %D%/files.h %D%/files.c \
	%D%/doctor.h %D%/doctor_here.c %D%/doctor_port.c %D%/doctor_cloud.c \
	%D%/import.h %D%/cmd_import.c %D%/import.c %D%/plan.c %D%/summary.c %D%/input.c \
	%D%/map_online_retail.c
libfexlctl_a_SOURCES += \
	%D%/codes.h %D%/codes.c %D%/cmd_explain.c \
	%D%/cmd_check.c %D%/cmd_db.c %D%/cmd_why.c %D%/redact.h %D%/redact.c %D%/tarball.h %D%/tarball.c %D%/cmd_bugreport.c \
	%D%/cmd_quarantine.c %D%/cmd_metrics.c %D%/cmd_completion.c %D%/completion.h %D%/completion_fish.c

bin_PROGRAMS += fexlctl
fexlctl_SOURCES = %D%/main.c
# Of libservice only the options: no loop, no sockets, no database.
FEXLCTL_LIBS = libfexlctl.a libservice.a libws.a $(BASE_LIBS) $(CURL_LIBS) $(SMARTCOLS_LIBS) $(QRENCODE_LIBS) $(Z_LIBS)
fexlctl_LDADD = $(FEXLCTL_LIBS)

# Where each shell looks; Debian's zsh elsewhere than zsh's own (debian/rules).
bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
fishcompletiondir = $(datadir)/fish/vendor_completions.d
completion_files = %D%/completion/bash/fexlctl %D%/completion/zsh/_fexlctl %D%/completion/fish/fexlctl.fish
nodist_bashcompletion_DATA = %D%/completion/bash/fexlctl
nodist_zshcompletion_DATA = %D%/completion/zsh/_fexlctl
nodist_fishcompletion_DATA = %D%/completion/fish/fexlctl.fish
CLEANFILES += $(completion_files)
$(completion_files): fexlctl$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && shell=$(@D) && ./fexlctl completion "$${shell##*/}" >$@.new && mv $@.new $@
