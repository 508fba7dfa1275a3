# The web console.  Only `make console` needs node and npm; `make install` takes
# along what was built, and builds it first where npm is at hand.
EXTRA_DIST += %D%/README.md %D%/sell.webp %D%/build.sh %D%/build.mjs %D%/package.json %D%/package-lock.json %D%/.npmrc \
	%D%/tsconfig.json %D%/src %D%/test
install_data_hooks += install-console
uninstall_hooks += uninstall-console
CONSOLE = $(abs_builddir)/%D%

console:
	@$(srcdir)/%D%/build.sh $(CONSOLE)

install-console:
	@if test ! -e $(CONSOLE)/dist && command -v npm >/dev/null; then $(srcdir)/%D%/build.sh $(CONSOLE) || true; fi
	@if test -e $(CONSOLE)/dist; then \
		rm -rf "$(DESTDIR)$(pkgdatadir)/web" && $(MKDIR_P) "$(DESTDIR)$(pkgdatadir)/web" && \
		cp -R $(CONSOLE)/dist/. "$(DESTDIR)$(pkgdatadir)/web/"; \
	else \
		echo 'The console is not installed: it is not built (make console), and there is no npm to build it with.'; \
	fi

uninstall-console:
	rm -rf "$(DESTDIR)$(pkgdatadir)/web"

clean-console:
	rm -rf $(CONSOLE)

clean-local: clean-console
.PHONY: console install-console uninstall-console clean-console
