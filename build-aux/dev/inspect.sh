# ./dev lint and ./dev coverage: what tools find in the sources, and what the
# tests reach of them.  Sourced.

# gcc's and cppcheck's own eyes: whatever they say fails.
lint_limit_s=2400

step_cppcheck()
{
	test_one cppcheck cppcheck -q -j "$(cores)" --std=c11 --enable=warning,portability --inline-suppr --error-exitcode=1 \
		--suppressions-list="$aux/cppcheck.txt" -D_GNU_SOURCE --include="/usr/include/$(gcc -print-multiarch)/sys/queue.h" \
		-I "$top/common" -I "$top" "$top/common" "$top/daemons"
}

step_analyzer()
{
	build_limit_s=$lint_limit_s
	test_build analyzer "$top/build-lint" all --enable-werror 'CFLAGS=-g -O1 -fanalyzer' && test_note analyzer 1 0
}

verb_lint()
{
	[ $# -eq 0 ] || usage 'lint takes nothing'
	deps_need build long
	test_folder
	step_cppcheck
	step_analyzer
	test_sum
}

# --- valgrind ---

# Memory that nobody has set is what no sanitizer here looks for.  What tries one
# thing at every place would take hours, and test-service runs itself again, which valgrind does not allow.
valgrind_exec="timeout 1800 valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite --child-silent-after-fork=yes"

step_valgrind()
{
	FEXL_SEEDS=1-3 FEXL_PATIENCE_S=300 test_make valgrind "$build" "$test_long_limit_s" \
		PROVE_FLAGS="-j$(cores) $one --exec '$valgrind_exec'" "$units_short" WITHOUT=t/unit/test-service
}

# --- coverage ---

coverage_floors='sync store model'
coverage_dir=$top/build-coverage
coverage_seeds=1..200

# floor, file, lines, of them run, branches, of them taken
coverage_read()
{
	for floor in $coverage_floors; do
		for data in "$coverage_dir/common/$floor"/*.gcda; do
			gcov -b -n "$data" 2>/dev/null | awk -v floor="$floor" '
				function share(line) { split(line, w, /[:% ]+/); return w[length(w) - 2] }
				/^File / { here = $0 ~ ("/" floor "/[a-z_]+\\.c.$"); sub(/.*\//, ""); sub(/.$/, ""); file = $0 }
				here && /^Lines executed/ { lines = $NF; run = lines * share($0) / 100 }
				here && /^No branches/ { printf "%s %s %d %d 0 0\n", floor, file, lines, run + 0.5; here = 0 }
				here && /^Taken at least/ { printf "%s %s %d %d %d %d\n", floor, file, lines, run + 0.5, $NF, $NF * share($0) / 100 + 0.5 }'
		done
	done
}

coverage_table()
{
	awk -v least=90 '
		function percent(n, of) { return of ? sprintf("%5.1f %%", 100 * n / of) : "    -  " }
		{ l[$1] += $3; r[$1] += $4; b[$1] += $5; t[$1] += $6 }
		$5 && 100 * $6 / $5 < least { below[++n] = sprintf("             %-28s %s   %s of %d", $1 "/" $2, percent($4, $3), percent($6, $5), $5) }
		END {
			print "             floor                          lines   branches"
			for (f in l) printf "             %-28s %s   %s of %d\n", f, percent(r[f], l[f]), percent(t[f], b[f]), b[f]
			if (n) print "             below " least " % of branches:"
			for (i = 1; i <= n; i++) print below[i]
		}' "$1"
}

# What no program that ran is made of has no figures: it stands beside them.
coverage_unrun()
{
	for floor in $coverage_floors; do
		for notes in "$coverage_dir/common/$floor"/*.gcno; do
			[ -f "${notes%.gcno}.gcda" ] || printf '             %-28s in no test program: not counted\n' "$floor/$(basename "$notes" .gcno).c"
		done
	done
}

verb_coverage()
{
	[ $# -eq 0 ] || usage 'coverage takes nothing'
	deps_need build test
	test_begin
	test_build coverage "$coverage_dir" check-programs --enable-werror 'CFLAGS=-g -O0 --coverage' || exit 1
	find "$coverage_dir" -name '*.gcda' -delete
	test_make units "$coverage_dir" "$test_long_limit_s" PROVE_FLAGS="$three" "$units"
	test_one simulated "$coverage_dir/t/sim/sim" --jobs "$(cores)" --seeds $coverage_seeds
	coverage_read >"$test_dir/coverage"
	test_end
	coverage_table "$test_dir/coverage"
	coverage_unrun
	test_sum
}
