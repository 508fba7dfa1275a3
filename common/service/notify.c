/* What systemd is told.  Without systemd all of this does nothing. */
#include "base/base.h"
#include "service/run.h"
#include "base/log.h"

#include <systemd/sd-daemon.h>
#include <time.h>

/* One line: a newline would begin another assignment. */
static void send_with_status(const char *first, const char *text)
{
	char line[256];

	snprintf(line, sizeof(line), "%s", text);
	for (char *c = line; *c != '\0'; c++)
		if ((unsigned char)*c < ' ')
			*c = ' ';
	sd_notifyf(0, "%sSTATUS=%s", first, line);
}

void notify_ready(const char *text)
{
	send_with_status("READY=1\n", text);
}

void notify_status(const char *text)
{
	send_with_status("", text);
}

/* There is nothing to reload; but who waits for it must see it end.  systemd
 * wants the time at which it began, of its own clock. */
void notify_reload(const char *text)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld",
		   (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	notify_ready(text);
}

void notify_stopping(void)
{
	send_with_status("STOPPING=1\n", "Stopping");
}

void notify_alive(void)
{
	sd_notify(0, "WATCHDOG=1");
}

int64_t notify_interval_us(void)
{
	uint64_t us = 0;

	return sd_watchdog_enabled(0, &us) > 0 ? (int64_t)us : 0;
}
