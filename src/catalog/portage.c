/* Reads Portage's database of installed packages: var/db/pkg/CATEGORY/NAME-VERSION/ with one file a
 * fact; CONTENTS lists what belongs to it. Source: Gentoo's PMS, "Package names and versions";
 * portage(5), /var/db/pkg. The folder's name is the package, so CONTENTS, which every one has,
 * tells all. */
#include "base/i18n.h"
#include "base/path.h"
#include "catalog/cataloger.h"

/* Where "-version" begins: PMS 3.2 has a version start with a digit behind a dash. The last place
 * where only a version can follow: names may have "-3" in them only before another word. */
static size_t find_version(struct str folder)
{
    for (size_t i = folder.len; i-- > 1;) {
        bool starts = folder.data[i - 1] == '-' && folder.data[i] >= '0' && folder.data[i] <= '9';
        if (starts)
            return i;
    }
    return SIZE_MAX;
}

static bool split(struct str path, struct arena *arena, struct package *package)
{
    struct str dir = path_dir(path), folder = path_base(dir), category = path_base(path_dir(dir));
    size_t at = find_version(folder);
    if (at == SIZE_MAX || at < 2)
        return false;
    package->type = PACKAGE_EBUILD;
    package->name =
        arena_printf(arena, "%.*s/%.*s", STR_ARG(category), STR_ARG(str_first(folder, at - 1)));
    package->version = str_from(folder, at);
    return true;
}

/* "obj /usr/bin/x MD5 TIME", "sym /usr/lib/a -> b TIME", "dir /usr". */
static int read_contents(struct catalog_sink *sink, struct input *input, struct str owner,
                         struct pl_err *err)
{
    struct line_reader lines;
    struct str line;
    int r;
    lines_init(&lines, input);
    while ((r = lines_next(&lines, &line, err)) > 0) {
        if (lines.cut || !str_starts(line, STR("obj ")))
            continue;
        struct str path = str_from(line, 4), digest = STR_NONE;
        for (int i = 0; i < 2; i++) {
            size_t blank = str_last_index(path, ' ');
            digest = str_from(path, blank == SIZE_MAX ? path.len : blank + 1);
            path = str_first(path, blank);
        }
        catalog_add_owned(sink, PACKAGE_EBUILD, owner, path, checksum_of_hex(digest));
    }
    lines_free(&lines);
    return r;
}

static int portage_read(struct catalog_sink *sink, struct input *input, struct str companion,
                        struct pl_err *err)
{
    struct arena arena = {0};
    struct package package = {0};
    int r = 0;
    (void)companion;
    if (split(input->path, &arena, &package)) {
        catalog_add_package(sink, &package);
        r = read_contents(sink, input, package.name, err);
    }
    arena_free(&arena);
    return r;
}

const struct cataloger cataloger_portage = {
    .name = "portage",
    .help = N_("installed Gentoo packages"),
    .group = "os",
    .version = 1,
    .wants = (const char *const[]){"**/var/db/pkg/*/*/CONTENTS", NULL},
    .mode = CATALOG_STREAM,
    .read = portage_read,
};
