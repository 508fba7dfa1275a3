/* The one door to time.  All stamps are microseconds since 1970, UTC.
 *
 * clock_now() is a hybrid logical clock (Kulkarni et al., "Logical Physical
 * Clocks", 2014, folded into one integer): it never gives the same value twice
 * and never goes back within the process; clock_seen() lifts it over what
 * others have stamped.  While a cloud time is known, it is followed instead of
 * the wall clock, carried forward by CLOCK_BOOTTIME, so that a stepped wall
 * clock does no harm.  Thread safe. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/base.h"

#define SECOND_US ((int64_t)1000000)

int64_t clock_now(void);		/* strictly rising */
void clock_seen(int64_t at);		/* later stamps will be above it; nothing beyond TIME_LAST is believed */
void clock_reset(int64_t last);		/* forgets what was seen, but for last; after a restamp */

int64_t clock_wall(void);		/* what the machine says, cloud time if known; may repeat */
int64_t clock_boot(void);		/* CLOCK_BOOTTIME: for waits and offsets */

/* The cloud said server_time when CLOCK_BOOTTIME read boot. */
void clock_follow(int64_t server_time, int64_t boot);
void clock_unfollow(void);
int64_t clock_offset(void);		/* what is added to the machine's wall clock, 0 if not following */

/* The test's hand on both clocks: while set, wall and boot time stand at these
 * values until set again.  clock_real() lets go. */
void clock_set(int64_t wall, int64_t boot);
void clock_real(void);

/* What four digits of a year can say: 0000-01-01 to the end of 9999. */
#define TIME_FIRST ((int64_t)-62167219200000000)
#define TIME_LAST ((int64_t)253402300799999999)

/* RFC 3339 with microseconds and Z: 2026-11-23T14:05:09.112233Z.  What is
 * outside those years is shown as the nearer end. */
#define TIME_TEXT_LEN 27
void time_format(int64_t at, char text[TIME_TEXT_LEN + 1]);
/* RFC 3339 with any offset and up to 6 decimals.  0, or -1. */
int time_parse(int64_t *at, const char *text, size_t len) MUST_CHECK;

#endif
