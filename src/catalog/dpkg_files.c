/* Reads which files belong to which Debian package: dpkg's lists of files (a path a line), and its
 * lists of checksums (md5sum's output), which distroless images have alone. Source:
 * dpkg-query(1), --listfiles; dh_md5sums(1).
 *
 * What was diverted (dpkg-divert(1): three lines each, the path, where it went, and the package
 * that diverted it or ":") is nobody's at its old place, for the lists name it all the same. */
#include "base/i18n.h"
#include "base/path.h"
#include "catalog/sink.h"

/* "libc6" of "var/lib/dpkg/info/libc6:amd64.list". */
static struct str owner_of(struct str path)
{
    struct str name = path_base(path);
    name = str_first(name, str_last_index(name, '.'));
    return str_first(name, str_index(name, ':'));
}

static int dpkg_files_read(struct catalog_sink *sink, struct input *input, struct str companion,
                           struct pl_err *err)
{
    struct line_reader lines;
    struct str line, owner = owner_of(input->path);
    bool sums = str_ends(input->path, STR(".md5sums"));
    bool diversions = str_is(path_base(input->path), "diversions");
    int r;
    (void)companion;
    lines_init(&lines, input);
    while ((r = lines_next(&lines, &line, err)) > 0) {
        struct checksum checksum = CHECKSUM_UNKNOWN;
        if (sums) {
            size_t blank = str_index(line, ' ');
            checksum = checksum_of_hex(str_first(line, blank));
            line = blank == SIZE_MAX ? STR_NONE : str_trim(str_from(line, blank));
        }
        if (diversions) {
            if (lines.line % 3 == 1 && line.len && !lines.cut)
                catalog_add_owned(sink, PACKAGE_DEB, STR_NONE, line, CHECKSUM_UNKNOWN);
            continue;
        }
        if (line.len && !lines.cut)
            catalog_add_owned(sink, PACKAGE_DEB, owner, line, checksum);
    }
    lines_free(&lines);
    return r;
}

const struct cataloger cataloger_dpkg_files = {
    .name = "dpkg-files",
    .help = N_("which files belong to which Debian package"),
    .group = "os",
    .version = 2,
    .wants =
        (const char *const[]){"var/lib/dpkg/info/*.list", "var/lib/dpkg/info/*.md5sums",
                              "var/lib/dpkg/status.d/*.md5sums", "var/lib/dpkg/diversions", NULL},
    .mode = CATALOG_STREAM,
    .read = dpkg_files_read,
};
