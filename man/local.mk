dist_man_MANS += %D%/fexlctl.1
