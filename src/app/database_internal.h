/* What import and update share. */
#pragma once

#include "app/database.h"
#include "feed/feed.h"

/* Holds the directory's lock while the database is changed: one run at a time, the others wait. */
int database_lock(const struct database_options *options, int *ret_fd, struct pl_err *err);
/* Carries over the old database, writes the new one and fills in the result. */
int database_write(const struct database_options *options, struct builder *builder,
                   const struct feed_import *import, struct database_result *ret_result,
                   struct pl_err *err);
/* The old database; NULL where there is none. */
int database_open_old(const struct database_options *options, struct vulndb **ret_db,
                      struct pl_err *err);
