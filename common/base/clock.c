/* One number says what others keep two for: the wall clock in microseconds,
 * pushed up by one wherever it would repeat itself or fall behind what was
 * seen.  Plain atomics: a stamp is drawn for each row, on any thread. */
#include "base/base.h"
#include "base/clock.h"

#include <stdatomic.h>
#include <time.h>

#define NOT_FOLLOWING INT64_MIN

static _Atomic int64_t newest;				/* stamp given or seen */
static _Atomic int64_t cloud_ahead = NOT_FOLLOWING;	/* cloud time less boot time */

static _Atomic bool held;				/* the test's hand */
static _Atomic int64_t held_wall, held_boot;

static int64_t machine_time(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * SECOND_US + ts.tv_nsec / 1000;
}

static int64_t machine_wall(void)
{
	return held ? held_wall : machine_time(CLOCK_REALTIME);
}

int64_t clock_boot(void)
{
	return held ? held_boot : machine_time(CLOCK_BOOTTIME);
}

int64_t clock_wall(void)
{
	int64_t ahead = cloud_ahead;

	return ahead == NOT_FOLLOWING ? machine_wall() : clock_boot() + ahead;
}

int64_t clock_now(void)
{
	int64_t wall = clock_wall(), last = newest, now;

	do
		now = MAX(wall, last + 1);
	while (!atomic_compare_exchange_weak(&newest, &last, now));
	return now;
}

/* A stamp that no clock can have given, believed once, would spoil every
 * later one and spread to all who see those. */
void clock_seen(int64_t at)
{
	int64_t last = newest;

	if (at > TIME_LAST)
		return;
	while (last < at && !atomic_compare_exchange_weak(&newest, &last, at))
		;
}

void clock_reset(int64_t last)
{
	newest = last;
}

void clock_follow(int64_t server_time, int64_t boot)
{
	cloud_ahead = server_time - boot;
}

void clock_unfollow(void)
{
	cloud_ahead = NOT_FOLLOWING;
}

int64_t clock_offset(void)
{
	int64_t ahead = cloud_ahead;

	return ahead == NOT_FOLLOWING ? 0 : clock_boot() + ahead - machine_wall();
}

void clock_set(int64_t wall, int64_t boot)
{
	held_wall = wall;
	held_boot = boot;
	held = true;
}

void clock_real(void)
{
	held = false;
}
