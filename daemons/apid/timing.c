/* How long requests take, as a histogram for each way in which they are
 * answered.  Few bounds, the same for all: so that p99 can be read off, and
 * shops can be added up. */
#include "base/base.h"
#include "apid/timing.h"

#include "service/service.h"

static const int64_t bound_us[TIMING_BOUNDS] = {
	500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000, 2500000, 5000000,
};

void timing_add(struct timing *t, int64_t us)
{
	int i = 0;

	while (i < TIMING_BOUNDS && us > bound_us[i])
		i++;
	t->count[i]++;
	t->sum_us += us;
}

void timing_print(const struct timing *t, const char *name, const char *label, struct buf *text)
{
	int64_t so_far = 0;

	for (int i = 0; i < TIMING_BOUNDS; i++) {
		so_far += t->count[i];
		buf_printf(text, "%s_bucket{%s,le=\"%g\"} %lld\n", name, label, (double)bound_us[i] / 1e6,
			   (long long)so_far);
	}
	so_far += t->count[TIMING_BOUNDS];
	buf_printf(text, "%s_bucket{%s,le=\"+Inf\"} %lld\n", name, label, (long long)so_far);
	buf_printf(text, "%s_sum{%s} %.6f\n%s_count{%s} %lld\n", name, label, (double)t->sum_us / 1e6, name, label,
		   (long long)so_far);
}
