noinst_LIBRARIES += libservice.a
libservice_a_SOURCES = \
	%D%/service.h \
	%D%/options.c \
	%D%/option.h \
	%D%/option.c \
	%D%/conf.h \
	%D%/conf.c \
	%D%/conffile.c \
	%D%/usage.c \
	%D%/manual.c \
	%D%/run.h \
	%D%/service.c \
	%D%/place.c \
	%D%/beat.c \
	%D%/notify.c \
	%D%/inherit.c \
	%D%/local.c

# What an administrator has written stays, at install and at uninstall.
EXTRA_DIST += etc/fexl.conf
dist_pkgdata_DATA = etc/grafana.json etc/prometheus.yml
fexlconfdir = $(sysconfdir)/fexl
install_data_hooks += install-fexlconf
install-fexlconf:
	$(MKDIR_P) '$(DESTDIR)$(fexlconfdir)/fexl.conf.d'
	test -e '$(DESTDIR)$(fexlconfdir)/fexl.conf' || \
		$(INSTALL_DATA) '$(srcdir)/etc/fexl.conf' '$(DESTDIR)$(fexlconfdir)/fexl.conf'
uninstall_hooks += uninstall-fexlconf
uninstall-fexlconf:
	! cmp -s '$(srcdir)/etc/fexl.conf' '$(DESTDIR)$(fexlconfdir)/fexl.conf' || \
		rm -f '$(DESTDIR)$(fexlconfdir)/fexl.conf'
	rmdir '$(DESTDIR)$(fexlconfdir)/fexl.conf.d' '$(DESTDIR)$(fexlconfdir)' 2>/dev/null || :
.PHONY: install-fexlconf uninstall-fexlconf
