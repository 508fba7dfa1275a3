# A page is one line; mandoc -T lint has nothing to say about it.
dist_man_MANS = \
	%D%/fexlctl.1 \
	%D%/fexl.conf.5 \
	%D%/fexl.7 \
	%D%/fexl-security.7 \
	%D%/fexl-sync.7 \
	%D%/fexl-apid.8 \
	%D%/fexl-syncd.8 \
	%D%/fexl-realtimed.8
