/* All commands, in the order of the help. */
#include "base/base.h"
#include "fexlctl/commands.h"

const struct command *const command_groups[] = {
	status_commands,  sync_commands,   pending_commands, quarantine_commands, why_commands, conflict_commands, verify_commands, watch_commands, pair_commands, device_commands,
	cloud_commands,   tenant_commands,  user_commands,   import_commands,  backup_commands,
	restore_commands, db_commands, doctor_commands, check_commands, explain_commands, metrics_commands, bugreport_commands, config_commands, logs_commands, setup_commands, api_commands,
	completion_commands, help_commands,	  NULL,
};

/* Stands on the next command that has a name; groups that have ended are passed over. */
static void settle(struct command_walk *w)
{
	while (w->command->name == NULL) {
		w->command = command_groups[++w->group];
		if (w->command == NULL)
			return;
	}
}

void command_first(struct command_walk *w)
{
	*w = (struct command_walk){ 0, command_groups[0] };
	settle(w);
}

void command_next(struct command_walk *w)
{
	w->command++;
	settle(w);
}

/* How many of the words spell the name out: all of its own, or 0. */
static int words_match(const char *name, const char *const *words, int n)
{
	int used = 0;

	if (name == NULL)
		return 0;
	for (;;) {
		size_t len = strcspn(name, " ");

		if (used == n || !slice_is((struct slice){ name, len }, words[used]))
			return 0;
		used++;
		if (name[len] == '\0')
			return used;
		name += len + 1;
	}
}

const struct command *command_find(const char *const *words, int n, int *used_r)
{
	const struct command *found = NULL;
	struct command_walk w;

	*used_r = 0;
	for (command_first(&w); w.command != NULL; command_next(&w)) {
		int used = MAX(words_match(w.command->name, words, n), words_match(w.command->alias, words, n));

		if (used > *used_r) {
			*used_r = used;
			found = w.command;
		}
	}
	return found;
}

bool command_begins(const struct command *cmd, const char *words)
{
	size_t len = strlen(words);

	return len == 0 || (strncmp(cmd->name, words, len) == 0 && (cmd->name[len] == ' ' || cmd->name[len] == '\0'));
}

bool command_is_group(const char *words)
{
	size_t len = strlen(words);
	struct command_walk w;

	for (command_first(&w); w.command != NULL; command_next(&w))
		if (strncmp(w.command->name, words, len) == 0 && w.command->name[len] == ' ')
			return true;
	return false;
}
