/* The three kinds of rpm databases. All are read where they stand and never written: bytes from
 * outside are not opened with the databases' own libraries. */
#pragma once

#include "catalog/sink.h"

enum rpm_kind { RPM_NONE, RPM_BDB, RPM_NDB, RPM_SQLITE };
/* By content. RPM_NONE: none of them. */
enum rpm_kind rpm_kind_of(struct str bytes);
/* Where several databases stand in one folder, the one that rpm would use has the highest rank:
 * sqlite, then ndb, then Berkeley DB; 0: not the name of a database. */
int rpm_path_rank(struct str path);

/* Each adds the packages of a database; what is damaged becomes problems of the sink, or an error
 * when nothing can be read. */
int rpm_sqlite_read(struct catalog_sink *sink, struct str file, struct str wal, struct pl_err *err);
int rpm_ndb_read(struct catalog_sink *sink, struct str file, struct pl_err *err);
int rpm_bdb_read(struct catalog_sink *sink, struct str file, struct pl_err *err);
