/* What a sweep is to look at: repositories, their tags, and the images behind them. */
#pragma once

#include "app/sweep.h"

/* Fills images, failures and counts; images have no results yet. */
int sweep_list(const struct sweep_options *options, struct registry *client, struct sweep *sweep,
               struct pl_err *err);
void sweep_fail(struct sweep *sweep, struct str where, const struct pl_err *problem);
