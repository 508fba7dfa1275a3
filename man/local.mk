# A page is one line; mandoc -T lint has nothing to say about it.
dist_man_MANS = \
	%D%/fexlctl.1
