/* Stands in for libFuzzer's main(): feeds a harness every file of its corpus,
 * so that what a fuzzer once found is tried by each `make check`.
 * fuzz-NAME reads $FEXL_SRC/t/fuzz/corpus/NAME. */
#include "base/base.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#define INPUT_MAX (1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data;
	size_t len;

	if (f == NULL) {
		printf("# %s: %s\n", path, strerror(errno));
		return -1;
	}
	data = malloc(INPUT_MAX);
	if (data == NULL)
		abort();
	len = fread(data, 1, INPUT_MAX, f);
	fclose(f);
	/* An exact copy, so that reading one byte too far is seen. */
	data = realloc(data, len > 0 ? len : 1);
	if (data == NULL)
		abort();
	LLVMFuzzerTestOneInput(data, len);
	free(data);
	return 0;
}

static int replay_dir(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	char path[4096];
	int n = 0;

	if (d == NULL) {
		printf("# %s: %s\n", dir, strerror(errno));
		return 0;
	}
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		n += replay_file(path) == 0;
	}
	closedir(d);
	return n;
}

int main(int argc UNUSED, char **argv)
{
	const char *src = getenv("FEXL_SRC");
	const char *name = strrchr(argv[0], '/');
	char dir[2048];
	int n;

	name = name != NULL ? name + 1 : argv[0];
	if (strncmp(name, "fuzz-", 5) == 0)
		name += 5;
	snprintf(dir, sizeof(dir), "%s/t/fuzz/corpus/%s", src != NULL ? src : ".", name);
	n = replay_dir(dir);
	printf("1..1\n%s 1 - %s: %d inputs of the corpus\n", n > 0 ? "ok" : "not ok", name, n);
	return n > 0 ? 0 : 1;
}
