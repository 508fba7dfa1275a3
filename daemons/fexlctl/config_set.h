/* What cmd_config.c and config_set.c share. */
#ifndef FEXLCTL_CONFIG_SET_H
#define FEXLCTL_CONFIG_SET_H

#include "fexlctl/ctl.h"
#include "service/service.h"

/* Behind cloud.conf in the order of names: what is set here counts. */
#define CTL_CONF SYSCONFDIR "/fexl/fexl.conf.d/fexlctl.conf"

int config_load(struct ctl *c, struct conf **conf_r);	/* 0, or an ending that was said */
const struct option_desc *config_option(struct ctl *c, const char *name);	/* NULL: there is none, and it was said */
int config_set(struct ctl *c);

#endif
