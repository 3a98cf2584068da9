/* Reads rpm's database of installed packages, whichever kind it is. */
#include "catalog/rpm.h"
#include "base/i18n.h"

#include "catalog/bytes.h"

static const struct str sqlite_magic = {"SQLite format 3", 16};
enum { BDB_MAGIC_AT = 12, BDB_HASH = 0x061561, BDB_BTREE = 0x053162 };

static bool has_bdb_magic(struct str bytes, uint32_t magic)
{
    if (bytes.len < BDB_MAGIC_AT + 4)
        return false;
    const char *at = bytes.data + BDB_MAGIC_AT;
    return get_le32(at) == magic || get_be32(at) == magic;
}

enum rpm_kind rpm_kind_of(struct str bytes)
{
    if (str_starts(bytes, sqlite_magic))
        return RPM_SQLITE;
    if (str_starts(bytes, STR("RpmP")))
        return RPM_NDB;
    if (has_bdb_magic(bytes, BDB_HASH))
        return RPM_BDB;
    return RPM_NONE;
}

int rpm_path_rank(struct str path)
{
    size_t slash = str_last_index(path, '/');
    struct str name = slash == SIZE_MAX ? path : str_from(path, slash + 1);
    if (str_is(name, "rpmdb.sqlite"))
        return RPM_SQLITE;
    if (str_is(name, "Packages.db"))
        return RPM_NDB;
    if (str_is(name, "Packages"))
        return RPM_BDB;
    return RPM_NONE;
}

static int rpm_read(struct catalog_sink *sink, struct input *input, struct str companion,
                    struct pl_err *err)
{
    struct str file = input->whole;
    switch (rpm_kind_of(file)) {
    case RPM_SQLITE:
        return rpm_sqlite_read(sink, file, companion, err);
    case RPM_NDB:
        return rpm_ndb_read(sink, file, err);
    case RPM_BDB:
        return rpm_bdb_read(sink, file, err);
    case RPM_NONE:
        break;
    }
    if (file.len == 0)
        return err_set(err, PL_E_FORMAT, "the rpm database is empty");
    if (has_bdb_magic(file, BDB_BTREE))
        return err_set(err, PL_E_UNSUPPORTED,
                       "this is a Berkeley DB of the kind btree; rpm keeps its packages in a hash");
    return err_set(err, PL_E_FORMAT,
                   "this is no rpm database: it begins like none of SQLite, ndb and Berkeley DB");
}

/* Where rpm 4.16 and later, SUSE and Fedora, and image-based systems keep it. */
#define DATABASES(folder) folder "/rpmdb.sqlite", folder "/Packages.db", folder "/Packages"

const struct cataloger cataloger_rpm = {
    .name = "rpm",
    .help = N_("installed rpm packages"),
    .group = "os",
    .version = 2,
    .wants = (const char *const[]){DATABASES("var/lib/rpm"), DATABASES("usr/lib/sysimage/rpm"),
                                   DATABASES("usr/share/rpm"), NULL},
    .mode = CATALOG_WHOLE,
    .companion = "-wal",
    .rank = rpm_path_rank,
    .read = rpm_read,
};
