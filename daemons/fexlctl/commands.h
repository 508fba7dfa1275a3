/* The commands of each cmd_*.c. */
#ifndef FEXLCTL_COMMANDS_H
#define FEXLCTL_COMMANDS_H

#include "fexlctl/ctl.h"

extern const struct command status_commands[];
extern const struct command sync_commands[];
extern const struct command pending_commands[];
extern const struct command quarantine_commands[];
extern const struct command conflict_commands[];
extern const struct command watch_commands[];
extern const struct command verify_commands[];
extern const struct command pair_commands[];
extern const struct command device_commands[];
extern const struct command cloud_commands[];
extern const struct command tenant_commands[];
extern const struct command user_commands[];
extern const struct command import_commands[];
extern const struct command backup_commands[];
extern const struct command restore_commands[];
extern const struct command doctor_commands[];
extern const struct command config_commands[];
extern const struct command logs_commands[];
extern const struct command setup_commands[];
extern const struct command api_commands[];
extern const struct command check_commands[];
extern const struct command db_commands[];
extern const struct command why_commands[];
extern const struct command bugreport_commands[];
extern const struct command explain_commands[];
extern const struct command metrics_commands[];
extern const struct command completion_commands[];
extern const struct command help_commands[];

#endif
