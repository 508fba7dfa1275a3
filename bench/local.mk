# Benchmarks: `./dev bench [NAME]`, or `make bench-programs` and bench/run NAME.
# Not built by `make`, not run by `make check`.
EXTRA_PROGRAMS = bench/fan bench/load bench/hello bench/fill bench/limit-sale bench/limit-load
CLEANFILES += $(EXTRA_PROGRAMS)

bench_load_SOURCES = %D%/load.c %D%/tasks.c %D%/tasks.h
bench_load_LDADD = $(BASE_LIBS)
bench_hello_SOURCES = %D%/hello.c
bench_fill_SOURCES = %D%/fill.c %D%/shop.c %D%/shop.h
bench_fill_LDADD = $(MODEL_LIBS)
bench_limit_sale_SOURCES = %D%/limit-sale.c %D%/shop.c %D%/shop.h %D%/tasks.c %D%/tasks.h
bench_limit_sale_LDADD = $(MODEL_LIBS)
bench_limit_load_SOURCES = %D%/limit-load.c %D%/shop.c %D%/shop.h
bench_limit_load_LDADD = $(MODEL_LIBS)

bench-programs: $(EXTRA_PROGRAMS)
.PHONY: bench-programs

EXTRA_DIST += bench/README.md bench/run
bench_fan_SOURCES = %D%/fan.c
bench_fan_LDADD = libwire.a libws.a $(BASE_LIBS) $(EVENT_LIBS)
EXTRA_DIST += bench/peers bench/live.sh bench/peers.sh bench/pg.sh bench/reads.sh bench/sale.sh bench/steady.sh bench/theirs.sh bench/zero.sh bench/hear.pl
