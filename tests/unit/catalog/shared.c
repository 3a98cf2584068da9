/* Package databases of real systems, in the folder that PLIMSOLL_SHARED names; without it there is
 * nothing to do. What the readers say is held against the lists that stand beside the databases. */
#include "base/buf.h"
#include "catalog_test.h"

extern const struct cataloger cataloger_apk, cataloger_rpm;

static const char *shared; /* the folder */

/* Output of a command into which the folder's name is put. */
static void output_of(struct buf *out, const char *command, const char *file)
{
    AUTO_BUF line = {0};
    FILE *pipe;
    size_t got;
    buf_printf(&line, "cd '%s/data/inputs' && %s '%s'", shared, command, file);
    buf_putc(&line, '\0');
    pipe = popen(line.data, "r");
    if (!pipe)
        return;
    do {
        got = fread(buf_reserve(out, 65536), 1, 65536, pipe);
        out->len += got;
    } while (got);
    pclose(pipe);
}

/* "name epoch version release arch" -> the package is there, once. */
static bool has_package(const struct catalog_run *run, struct str line)
{
    struct str name, epoch, version, release, arch;
    size_t found = 0;
    AUTO_BUF full = {0};
    str_cut(&line, '\t', &name);
    str_cut(&line, '\t', &epoch);
    str_cut(&line, '\t', &version);
    str_cut(&line, '\t', &release);
    str_cut(&line, '\t', &arch);
    if (!str_is(epoch, "(none)"))
        buf_printf(&full, "%.*s:", STR_ARG(epoch));
    buf_printf(&full, "%.*s-%.*s", STR_ARG(version), STR_ARG(release));
    for (size_t i = 0; i < run->sink.packages.count; i++) {
        const struct package *package = run->sink.packages.items[i];
        found += str_equal(package->name, name) && str_equal(package->version, buf_str(&full)) &&
                 str_equal(package->arch, arch);
    }
    return found == 1;
}

static void check_rpm(const char *database, const char *list, size_t want)
{
    AUTO_BUF bytes = {0}, lines = {0};
    struct str rest, line;
    size_t count = 0;
    output_of(&bytes, "zstd -dcq", database);
    struct catalog_run run =
        run_catalog(&cataloger_rpm, "var/lib/rpm/x", buf_str(&bytes), 0, STR_NONE);
    CHECK_INT(run.result, 0);
    CHECK_INT(run.sink.problems.count, 0);
    if (list)
        output_of(&lines, "cat", list);
    for (rest = buf_str(&lines); str_cut(&rest, '\n', &line);) {
        if (line.len == 0 || line.data[0] == '#' || str_starts(line, STR("gpg-pubkey\t")))
            continue;
        count++;
        if (!has_package(&run, line))
            FAIL("%s: %.*s is missing", database, STR_ARG(line));
    }
    CHECK_INT(run.sink.packages.count, list ? count : want);
    CHECK_INT(run.sink.packages.count, want);
    run_free(&run);
}

static void rpm_databases(void)
{
    check_rpm("rpmdb/cbl-mariner-2.0/rpmdb.sqlite.zst", "rpmdb/cbl-mariner-2.0/packages.tsv", 129);
    check_rpm("rpmdb/libuuid/Packages.zst", "rpmdb/libuuid/packages.tsv", 1);
    check_rpm("rpmdb/sle15-bci/Packages.db.zst", NULL, 35);
}

/* The same records read in another way: by the text between the fields' letters. */
static void alpine_roots(void)
{
    static const struct {
        const char *file;
        size_t packages;
    } roots[] = {{"alpine/v3.8/rootfs-text.tar.gz", 13},
                 {"alpine/v3.12/rootfs-text.tar.gz", 14},
                 {"alpine/v3.16/rootfs-text.tar.gz", 14}};
    for (size_t i = 0; i < ARRAY_LEN(roots); i++) {
        AUTO_BUF text = {0};
        output_of(&text, "tar -xzO ./lib/apk/db/installed -f", roots[i].file);
        struct catalog_run run =
            run_catalog(&cataloger_apk, "lib/apk/db/installed", buf_str(&text), 1000, STR_NONE);
        CHECK_INT(run.sink.packages.count, roots[i].packages);
        CHECK_INT(run.sink.problems.count, 0);
        for (size_t k = 0; k < run.sink.packages.count; k++) {
            const struct package *package = run.sink.packages.items[k];
            AUTO_BUF want = {0};
            buf_printf(&want, "\nP:%.*s\nV:%.*s\nA:%.*s\n", STR_ARG(package->name),
                       STR_ARG(package->version), STR_ARG(package->arch));
            CHECK(str_find(buf_str(&text), buf_str(&want)) != SIZE_MAX);
        }
        run_free(&run);
    }
}

int main(void)
{
    shared = getenv("PLIMSOLL_SHARED");
    if (!shared) {
        printf("PLIMSOLL_SHARED is not set: there is nothing to compare with\n");
        return 0;
    }
    RUN(rpm_databases);
    RUN(alpine_roots);
    return test_end();
}
