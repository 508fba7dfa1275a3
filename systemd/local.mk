# Units for systemd: a name without .in is installed as it is.
units = \
	%D%/fexl.target \
	%D%/fexl-apid.socket \
	%D%/fexl-realtimed.socket
units_in = \
	%D%/fexl-apid.service.in \
	%D%/fexl-syncd.service.in \
	%D%/fexl-realtimed.service.in
units_made = $(units_in:.in=)

dist_systemdsystemunit_DATA = $(units)
nodist_systemdsystemunit_DATA = $(units_made)
unitdropindir = $(systemdsystemunitdir)/fexl-.service.d
dist_unitdropin_DATA = %D%/fexl-.service.d/10-common.conf
EXTRA_DIST += $(units_in) %D%/fexl.sysusers %D%/fexl.tmpfiles
CLEANFILES += $(units_made)

# configure leaves ${prefix} in its paths; make knows it.
$(units_made): %: %.in Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && sed 's|@sbindir[@]|$(sbindir)|g' '$(srcdir)/$@.in' >$@

install_data_hooks += install-sysusers
install-sysusers:
	$(MKDIR_P) '$(DESTDIR)$(sysusersdir)' '$(DESTDIR)$(tmpfilesdir)'
	$(INSTALL_DATA) '$(srcdir)/%D%/fexl.sysusers' '$(DESTDIR)$(sysusersdir)/fexl.conf'
	$(INSTALL_DATA) '$(srcdir)/%D%/fexl.tmpfiles' '$(DESTDIR)$(tmpfilesdir)/fexl.conf'
uninstall_hooks += uninstall-sysusers
uninstall-sysusers:
	rm -f '$(DESTDIR)$(sysusersdir)/fexl.conf' '$(DESTDIR)$(tmpfilesdir)/fexl.conf'
.PHONY: install-sysusers uninstall-sysusers
