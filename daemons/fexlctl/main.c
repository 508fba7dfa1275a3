/* Finds the command and runs it. */
#include "base/base.h"
#include "fexlctl/ctl.h"
#include "fexlctl/help.h"
#include "base/log.h"

#include <curl/curl.h>
#include <locale.h>

static int run(struct ctl *c, int argc, char **argv)
{
	int rc = args_read(c, argc, argv);

	if (rc != 0)
		return rc;
	if (c->command == NULL)
		return help_no_command(c);
	if (arg_given(c, ARG_HELP))
		return help_of_command(c);
	return c->command->run(c);
}

int main(int argc, char **argv)
{
	struct ctl c = { .pool = pool_new() };
	int end;

	setlocale(LC_CTYPE, "");
	log_init("fexlctl", LOG_LEVEL_WARN);
	interrupt_init();
	curl_global_init(CURL_GLOBAL_DEFAULT);
	end = run(&c, argc, argv);
	/* A full disk behind stdout is a failure too. */
	if ((fflush(stdout) != 0 || ferror(stdout)) && end == END_OK)
		end = fail(&c, END_FAILED, NULL, "cannot write the output");
	curl_global_cleanup();
	pool_free(&c.pool);
	return end;
}
