/* Runs seeds, each in a process of its own that begins with the same new
 * servers in its memory. */
#include "base/base.h"
#include "sim.h"
#include "runs.h"

#include "base/log.h"

#include <getopt.h>
#include <stdlib.h>

static struct {
	uint64_t from, to;
	int jobs, minutes, twice, first;
	const char *record, *skip;
	struct plan plan;
} args = { .from = 1, .to = 1000, .jobs = 1, .plan = { .acts = 60 } };

static void usage(void)
{
	fprintf(stderr, "usage: sim [--seeds A..B | --seed N] [--acts N] [--tills N] [--jobs J] [--twice] [--first]\n"
			"           [--minutes M --record FILE] [--without BITS] [--skip LIST] [--verbose]\n");
	exit(2);
}

static const struct option options[] = {
	{ "seeds", required_argument, NULL, 'S' }, { "seed", required_argument, NULL, 's' },
	{ "acts", required_argument, NULL, 'a' }, { "ops", required_argument, NULL, 'a' },
	{ "tills", required_argument, NULL, 't' }, { "jobs", required_argument, NULL, 'j' },
	{ "twice", no_argument, NULL, '2' }, { "first", no_argument, NULL, '1' }, { "minutes", required_argument, NULL, 'm' },
	{ "record", required_argument, NULL, 'r' }, { "without", required_argument, NULL, 'w' },
	{ "skip", required_argument, NULL, 'k' }, { "verbose", no_argument, NULL, 'v' }, { NULL, 0, NULL, 0 },
};

static bool read_range(const char *text)
{
	unsigned long long a, b;

	if (sscanf(text, "%llu..%llu", &a, &b) != 2 || a > b)
		return false;
	args.from = a;
	args.to = b;
	return true;
}

static bool take_option(int c)
{
	switch (c) {
	case 'S': return read_range(optarg);
	case 's': args.from = args.to = strtoull(optarg, NULL, 10); return true;
	case 'a': args.plan.acts = atoi(optarg); return args.plan.acts > 0;
	case 't': args.plan.tills = atoi(optarg); return args.plan.tills > 0 && args.plan.tills <= TILLS_MAX;
	case 'j': args.jobs = atoi(optarg); return args.jobs > 0 && args.jobs <= JOBS_MAX;
	case 'm': args.minutes = atoi(optarg); return args.minutes > 0;
	case 'w': args.plan.without = (unsigned)atoi(optarg); return true;
	case 'r': args.record = optarg; return true;
	case 'k': args.skip = optarg; return true;
	case '1': args.first = true; return true;
	case '2': args.twice = true; return true;
	case 'v': args.plan.verbose = true; return true;
	}
	return false;
}

static void make_servers(struct node *nodes)
{
	disk_init();
	dice_seed_bytes(0);
	schema_check();
	node_make(&nodes[HUB], HUB, (struct uuid){ { 0 } });
	for (int i = 1; i <= TILLS_MAX; i++)
		node_make(&nodes[i], i, nodes[HUB].tenant);
}

/* One seed by hand: in this process, so that a debugger finds it. */
static int run_one(struct plan *plan, struct node *nodes)
{
	struct tally tally;

	plan->seed = args.from;
	plan->skip = skip_read(args.skip, plan->acts);
	sim_run(plan, nodes, &tally);
	printf("seed %llu: good, trace %016llx\n", (unsigned long long)plan->seed, (unsigned long long)tally.trace);
	return 0;
}

int main(int argc, char **argv)
{
	static struct node nodes[NODES_MAX];
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (!take_option(c))
			usage();
	if (optind < argc)
		usage();
	log_init("sim", LOG_LEVEL_ERROR);
	setvbuf(stdout, NULL, _IOLBF, 0);
	make_servers(nodes);
	if (args.from == args.to && !args.twice)
		return run_one(&args.plan, nodes);
	return runs(&(struct runs){ .from = args.from, .to = args.to, .jobs = args.jobs, .twice = args.twice, .first = args.first,
				    .minutes = args.minutes, .record = args.record, .plan = args.plan, .nodes = nodes });
}
